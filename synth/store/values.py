"""How times and JSON are written in the file."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime

NO_WORDS = "…"
"""Stands where a title was that people's words are taken out of."""


def now() -> datetime:
    return datetime.now(UTC)


def time_text(at: datetime | None) -> str | None:
    """ISO 8601 in UTC with seconds, so that text order is time order."""
    return None if at is None else at.astimezone(UTC).isoformat(timespec="seconds")


def read_time(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def json_text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)


def sha256_text(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
