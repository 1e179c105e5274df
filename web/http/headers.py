"""What browsers are told to refuse, whatever a page holds."""

from __future__ import annotations

from flask import Flask, Response

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def content_policy(*, frame_ancestors: str = "'none'") -> str:
    """The Content-Security-Policy of a page; ``frame_ancestors``: who may frame it."""
    return (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; "
        f"frame-ancestors {frame_ancestors}"
    )


def init_app(app: Flask) -> None:
    """Send the headers with every answer that does not bring its own."""
    app.after_request(_safe)


def _safe(response: Response) -> Response:
    for name, value in {"Content-Security-Policy": content_policy(), **_HEADERS}.items():
        response.headers.setdefault(name, value)
    return response
