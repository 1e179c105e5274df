"""JSON under ``/api/``: the same discussion, for programs.

An address is a view with ``@operation`` in one of the modules imported below; what it answers is
a function in ``web.api.shapes`` with its schema beside it. ``openapi.json`` is made of both.
"""

from __future__ import annotations

from web.api import (  # noqa: F401 - they register their addresses
    discussions,
    finding,
    ideas,
    jobs,
    maps,
    messages,
    openapi,
    passages,
)
from web.api.operations import api

__all__ = ["api"]
