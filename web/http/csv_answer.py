"""A table as the answer to a request."""

from __future__ import annotations

from flask import Response


def csv_answer(text: str, name: str) -> Response:
    """A CSV file to keep under that name."""
    response = Response(text, mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
