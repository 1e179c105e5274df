"""JSON under ``/api/``: the same discussion, for programs."""

from __future__ import annotations

from flask import Blueprint

api = Blueprint("api", __name__, url_prefix="/api")

from web.api import discussions, jobs, messages  # noqa: E402, F401 - they register their addresses

__all__ = ["api"]
