"""What facilitators say about a discussion: its question, who may embed it, the last synthesis."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Self
from urllib.parse import urlsplit

_NOBODY, _ANYBODY = "nobody", "anybody"
_HOST = re.compile(r"(?=.{1,253}\Z)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Embed:
    """Which other sites may show a discussion inside their pages; none by default."""

    is_open: bool = False
    """Every site may."""
    sites: tuple[str, ...] = ()
    """Those that may, as ``https://example.org``; see ``site_of``."""

    @property
    def frame_ancestors(self) -> str:
        """The policy as the value of the CSP directive ``frame-ancestors``."""
        if self.is_open:
            return "*"
        return " ".join(("'self'", *self.sites)) if self.sites else "'none'"

    @classmethod
    def read(cls, text: str) -> Self:
        """As the file keeps it (``written``)."""
        if text == _ANYBODY:
            return cls(is_open=True)
        return cls(sites=() if text == _NOBODY else tuple(text.split()))

    def written(self) -> str:
        """``nobody``, ``anybody``, or the sites with spaces between."""
        if self.is_open:
            return _ANYBODY
        return " ".join(self.sites) or _NOBODY


@dataclass(frozen=True, slots=True, kw_only=True)
class Framing:
    """How facilitators introduce a discussion. Everything may be empty."""

    question: str = ""
    introduction: str = ""
    """Some paragraphs of plain text."""
    embed: Embed = Embed()
    synthesis_at: datetime | None = None
    """When the last synthesis was published."""


def site_of(address: str) -> str | None:
    """``https://Example.org/page`` → ``https://example.org``; None for what is no web address.

    Only letters, digits, dots and hyphens are left, so it can stand in a header as it is.
    """
    text = address.strip()
    if "//" not in text and "." not in text:
        return None  # a word, not an address
    try:
        parts = urlsplit(text if "//" in text else f"https://{text}")
        host = (parts.hostname or "").encode("idna").decode("ascii").lower()
        port = parts.port
    except (ValueError, UnicodeError):
        return None
    if parts.scheme not in {"http", "https"} or not _HOST.fullmatch(host):
        return None
    return f"{parts.scheme}://{host}" + (f":{port}" if port else "")
