"""JSON under ``/api/``: the same discussion, for programs.

An address is a view with ``@operation`` in one of the modules imported below. It answers with a
record of ``web.api.answers`` or ``web.api.report_answers``; ``openapi.json`` is made of both.
"""

from __future__ import annotations

from web.api import (  # noqa: F401 - they register addresses
    discussions,
    group,
    ideas,
    jobs,
    messages,
    search,
)
from web.api.openapi import api

__all__ = ["api"]
