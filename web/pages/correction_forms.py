"""What the form of a correction holds, as a record."""

from __future__ import annotations

from flask import request

from synth.corrections.wanted import Kind, WantedCorrection
from synth.errors import N_, CorrectionRefused
from synth.records import LinkKind, Unplaced

MAX_TITLE = 200
MAX_SUMMARY = 2_000
MAX_QUERY = 300
MAX_WHY = 500
MAX_DIGITS = len(str(2**63 - 1))
"""Of an id."""
LAST_ID = 2**63 - 1
"""SQLite numbers its rows up to here."""
WITH_OTHER = frozenset(
    {Kind.MERGE, Kind.MOVE, Kind.LINK, Kind.UNLINK, Kind.PLACE, Kind.TOGETHER, Kind.APART}
)
"""Corrections that name another idea or passage."""


def version_seen() -> int:
    """The last correction that had been made when the form was opened; 0 where it does not say."""
    return _bounded(request.form.get("version", 0, type=int))


def words_looked_for() -> str:
    """What is searched for among the ideas or passages to choose from."""
    return " ".join(request.values.get("q", "").split())[:MAX_QUERY]


def why_asked() -> str:
    """Why a correction is proposed."""
    return request.form.get("why", "").replace("\0", "").strip()[:MAX_WHY]


def require_filled(wanted: WantedCorrection) -> None:
    """Refuse what no form lets through, unless it is sent by hand or nothing was chosen."""
    if wanted.kind is Kind.MOVE and not request.form.get("other"):
        raise CorrectionRefused(N_("nothing was chosen; choose one"))
    if wanted.kind is Kind.RENAME and len(wanted.text) > MAX_TITLE:
        raise CorrectionRefused(N_("the title is longer than %(n)s letters"), n=MAX_TITLE)
    if wanted.kind is Kind.DESCRIBE and len(wanted.text) > MAX_SUMMARY:
        raise CorrectionRefused(N_("the text is longer than %(n)s letters"), n=MAX_SUMMARY)


def wanted_by_form(target_id: int, kind: Kind) -> WantedCorrection:
    """What the form asks for."""
    form = request.form
    other = _other() if kind in WITH_OTHER else None
    if kind is Kind.MERGE and form.get("stays") == "other" and other is not None:
        target_id, other = other, target_id
    return WantedCorrection(
        kind=kind,
        target_id=target_id,
        other_id=other,
        text=form.get("text", "").replace("\0", "").replace("\r\n", "\n").strip(),
        link=form.get("link", LinkKind.RELATED, type=LinkKind),
        reason=form.get("reason", Unplaced.OFF_TOPIC, type=Unplaced),
        parts=_parts(),
    )


def _other() -> int | None:
    found = request.form.get("other", type=int)
    return None if found is None else _bounded(found)


def _bounded(number: int) -> int:
    """The number, or the nearest that an id can be; 0 is the id of nothing."""
    return min(max(number, 0), LAST_ID)


def _parts() -> tuple[tuple[str, tuple[int, ...]], ...]:
    """The new ideas of a division: those that have a title, with what is ticked for each."""
    found = []
    for name, title in request.form.items():
        number = name.removeprefix("title-")
        if number == name or not title.strip():
            continue
        ticked = ",".join(request.form.getlist(f"in-{number}")).split(",")
        found.append(
            (
                title[:MAX_TITLE],
                tuple(int(i) for i in ticked if i.isdecimal() and len(i) <= MAX_DIGITS),
            )
        )
    return tuple(found)
