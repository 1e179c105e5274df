"""Errors of the API as ``application/problem+json`` (RFC 9457)."""

from __future__ import annotations

import json

from flask import Response


def problem(status: int, title: str, detail: str) -> Response:
    """A problem document; ``type`` is about:blank, so ``title`` says what the status means."""
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    return Response(json.dumps(body), status=status, mimetype="application/problem+json")
