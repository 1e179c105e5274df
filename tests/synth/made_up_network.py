"""Made-up discussions with and without groups, small enough for tests."""

from __future__ import annotations

from synth.analytics.group import GroupReport, replies_of, report_of
from synth.store.activity import Activity
from tests.synth.made_up_activity import Said, activity


def exchange(*pairs: tuple[int, int], day: int = 0) -> Activity:
    """Each pair a thread: the second opens it, the first answers."""
    said = []
    for n, (sender, receiver) in enumerate(pairs):
        said.append(Said(voice=receiver, thread=2 * n + 1, day=day))
        said.append(Said(voice=sender, answers=2 * n, thread=2 * n + 1, day=day))
    return activity(*said)


def report(spoken: Activity, *, seed: int = 0) -> GroupReport:
    """The report where the source says who answers whom."""
    return report_of(spoken, replies_of(spoken, spoken.messages), seed=seed)
