"""Uploaded files are received in the folder where they stay, and only from who may upload."""

from __future__ import annotations

from typing import IO, cast

from flask import Flask, abort

from web.http.answer_cache import TrackedRequest
from web.http.permission import may_upload
from web.jobs.control import current_jobs

UPLOAD = "uploads.upload"


class ReceivingRequest(TrackedRequest):
    """A request whose files go to the disk while they come, not through memory or a copy."""

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        if self.endpoint != UPLOAD:
            return super()._get_file_stream(
                total_content_length, content_type, filename, content_length
            )
        if not may_upload():
            abort(403)  # before anything is written
        return cast("IO[bytes]", current_jobs().folder.receive())


def init_app(app: Flask) -> None:
    """To be called after the answer cache has set its class of requests."""
    app.request_class = ReceivingRequest
