"""When a reader was here before, kept by their own browser in the cookie ``seen``.

``seen`` is ``<previous>.<latest>``, in seconds since 1970: when their visit before this one ended,
and when they last opened a page in this one. It holds nothing else, one discussion knows nothing
of another (the cookie's path is the discussion's), and the server keeps none of it.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from datetime import UTC, datetime

from flask import Flask, Response, request, url_for

COOKIE = "seen"
ENDS_AFTER = 30 * 60
"""Seconds without a page that end a visit."""
EXACT_TO = 5 * 60
"""Seconds: ``latest`` is written again only when it is this old, so most answers set no cookie."""
MAX_AGE = 400 * 24 * 3600
_WRITTEN = re.compile(r"([0-9]{1,11})\.([0-9]{1,11})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """Two moments in seconds since 1970; ``previous`` is 0 on a first visit."""

    previous: int
    latest: int

    @property
    def previous_at(self) -> datetime | None:
        """When the visit before this one ended; None where there was none."""
        return datetime.fromtimestamp(self.previous, UTC) if self.previous else None

    def at(self, now: int) -> Visit:
        """The visit to which a page opened ``now`` belongs; the same where nothing changes."""
        if not 0 <= now - self.latest < ENDS_AFTER:
            return Visit(previous=min(self.latest, now), latest=now)
        return self if now - self.latest < EXACT_TO else Visit(previous=self.previous, latest=now)

    def written(self) -> str:
        """As the cookie holds it."""
        return f"{self.previous}.{self.latest}"

    @classmethod
    def read(cls, text: str) -> Visit | None:
        """What a cookie says; None for anything that no cookie of ours says."""
        found = _WRITTEN.fullmatch(text)
        return None if found is None else cls(previous=int(found[1]), latest=int(found[2]))


def visit_at(now: int) -> Visit:
    """The visit that this request belongs to."""
    before = Visit.read(request.cookies.get(COOKIE, ""))
    return Visit(previous=0, latest=now) if before is None else before.at(now)


def current_visit() -> Visit:
    """``visit_at`` this moment."""
    return visit_at(int(time.time()))


def init_app(app: Flask) -> None:
    """Keep the cookie up to date on the pages of discussions."""
    app.after_request(_note)


def _note(response: Response) -> Response:
    slug = (request.view_args or {}).get("slug")
    if slug is None or not _is_read(response):
        return response
    visit = current_visit()
    if visit.written() != request.cookies.get(COOKIE):
        response.set_cookie(
            COOKIE,
            visit.written(),
            max_age=MAX_AGE,
            path=url_for("discussions.discussion", slug=slug),
            secure=request.is_secure,
            samesite="Lax",
        )
    return response


def _is_read(response: Response) -> bool:
    """Whether a person opens a page: no data, no error, nothing fetched ahead."""
    return (
        request.method == "GET"
        and response.status_code in (200, 304)
        and (response.mimetype == "text/html" or response.status_code == 304)
        and not request.path.startswith("/api/")
        and "prefetch" not in request.headers.get("Sec-Purpose", "")
    )
