"""The network of replies: one conversation or several groups, who connects them, who is not heard.

``replies`` reads who answers whom; ``network`` makes ties of it and measures them;
``null_models`` shuffles them and ``communities`` decides with it whether there are groups;
``connectors``, ``corners`` and ``windows`` say what follows; ``report`` puts it together and
``layout`` gives everybody a place. Everything is seeded: the same replies give the same report.
"""

from __future__ import annotations

from synth.analytics.group.communities import Verdict
from synth.analytics.group.replies import Replies, replies_of, without_hidden
from synth.analytics.group.report import GroupReport, report_of

__all__ = ["GroupReport", "Replies", "Verdict", "replies_of", "report_of", "without_hidden"]
