"""The voices of a network by pseudonym: for facilitators, in order of group and name."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from synth.analytics.group.communities import APART
from synth.analytics.group.connectors import linked_groups
from synth.analytics.group.report import GroupReport

COLUMNS = (
    "voice", "group", "messages", "replies_sent", "replies_received", "exchanges_with",
    "connects", "linked_groups", "nobody_answered",
)  # fmt: skip
"""Of the CSV file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VoiceRow:
    """A voice as facilitators see it."""

    name: str
    group: int | None
    """Number from 1; None for those in no group."""
    is_tied: bool
    n_written: int
    n_sent: int
    n_received: int
    n_partners: int
    is_connector: bool
    is_unanswered: bool
    links: tuple[int, ...]
    """Numbers of the other groups that they exchange replies with."""


def voice_rows(report: GroupReport, names: Mapping[int, str]) -> list[VoiceRow]:
    """Everybody with a name (by participant), by group and then by name; who is in none, last."""
    voices = report.voices
    links = _links(report)
    is_numbered = report.communities.are_told_apart
    rows = [
        VoiceRow(
            name=names[participant],
            group=int(voices.group[row]) + 1
            if is_numbered and voices.group[row] != APART
            else None,
            is_tied=bool(voices.is_tied[row]),
            n_written=int(voices.n_written[row]),
            n_sent=int(voices.n_sent[row]),
            n_received=int(voices.n_received[row]),
            n_partners=int(voices.n_partners[row]),
            is_connector=bool(voices.is_connector[row]),
            is_unanswered=bool(voices.is_unanswered[row]),
            links=tuple(other + 1 for other in links.get(row, ())) if is_numbered else (),
        )
        for row, participant in enumerate(voices.ids.tolist())
        if participant in names
    ]
    return sorted(rows, key=lambda one: (one.group is None, one.group or 0, name_key(one.name)))


def name_key(name: str) -> tuple[str, int, str]:
    """Sorts Participant 9 before Participant 10."""
    stem = name.rstrip("0123456789")
    number = name[len(stem) :]
    return stem.casefold(), int(number) if number else -1, name


def csv_of(rows: Sequence[VoiceRow]) -> str:
    """The table of voices, in the order of ``voice_rows``."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in rows:
        writer.writerow(
            (
                row.name,
                "" if row.group is None else row.group,
                row.n_written,
                row.n_sent,
                row.n_received,
                row.n_partners,
                int(row.is_connector),
                " ".join(map(str, row.links)),
                int(row.is_unanswered),
            )
        )
    return out.getvalue()


def _links(report: GroupReport) -> Mapping[int, tuple[int, ...]]:
    """Row of a voice (of all) → the other groups it exchanges with."""
    network = report.network
    found = linked_groups(network, report.communities.group)
    return {int(network.voices[row]): groups for row, groups in found.items()}
