"""The network of replies as a still picture: discs for groups, and for facilitators a dot a voice.

One drawing for paper, phones and readers without scripts. All dots are of one size: a picture of
people ranks nobody.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from synth.analytics.group.communities import APART
from synth.analytics.group.layout import Disc, discs_of, places_of
from synth.analytics.group.report import GroupReport, is_shown

WIDTH, HEIGHT = 150.0, 96.0
"""Size of the drawing in its own units; the page scales it."""
BAND = 4.0
"""Height of a row of those who stand outside, below the discs."""
PER_ROW = 50
MOST_DOTS = 300
"""Voices of groups that are drawn one by one; of more, a reader sees a cloud."""
MOST_OUTSIDE = 150
MOST_DISCS = 40
MOST_LINES = 1_500
"""The strongest ties."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dot:
    x: float
    y: float
    name: str
    is_connector: bool
    is_unanswered: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Strand:
    """What passes between two groups."""

    path: str
    width: float


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupPicture:
    """The drawing; dots, lines and those outside only where voices are drawn one by one."""

    width: float
    height: float
    radius: float
    """Of a dot."""
    discs: tuple[Disc, ...]
    are_numbered: bool
    strands: tuple[Strand, ...]
    inside: str
    """SVG path data: ties within groups."""
    across: str
    """Ties between groups."""
    dots: tuple[Dot, ...]
    outside: tuple[Dot, ...]
    n_outside: int
    """Voices outside the groups that the drawing leaves out."""
    n_more: int
    """Groups that it leaves out."""


def draw(report: GroupReport, names: dict[int, str] | None) -> GroupPicture | None:
    """None where there is nothing to draw.

    ``names``: participant → pseudonym, of readers who may see single voices; None for others.
    """
    communities = report.communities
    n_drawn = int((communities.group != APART).sum())
    by_voice = names is not None and n_drawn <= MOST_DOTS
    rows_outside = _outside(report) if by_voice else np.zeros(0, dtype=np.intp)
    drawn_outside = rows_outside[:MOST_OUTSIDE]
    n_bands = -(-len(drawn_outside) // PER_ROW)
    discs = discs_of(communities, report.crossing, width=WIDTH, height=HEIGHT, most=MOST_DISCS)
    if not discs:
        return None
    places = places_of(report.network, communities, discs) if by_voice else None
    radius = min(1.5, 0.5 * min(d.radius / np.sqrt(communities.sizes[d.group]) for d in discs))
    return GroupPicture(
        width=WIDTH,
        height=HEIGHT + BAND * n_bands,
        radius=radius,
        discs=discs,
        are_numbered=communities.are_told_apart,
        strands=() if by_voice else _strands(report, discs),
        inside="" if places is None else _lines(report, places, is_across=False),
        across="" if places is None else _lines(report, places, is_across=True),
        dots=() if places is None or names is None else _dots(report, places, names),
        outside=() if names is None else _rows(report, drawn_outside, names),
        n_outside=len(rows_outside) - len(drawn_outside),
        n_more=communities.n_groups - len(discs),
    )


def _outside(report: GroupReport) -> NDArray[np.intp]:
    """Rows of the voices in no group."""
    return np.flatnonzero(report.voices.group == APART)


def _strands(report: GroupReport, discs: tuple[Disc, ...]) -> tuple[Strand, ...]:
    """Between groups of whose exchange at least three people are part."""
    found, between = [], report.crossing.between
    most = max(int(between.max(initial=0)), 1)
    for one in discs:
        for other in discs[one.group + 1 :]:
            n, people = (
                int(table[one.group, other.group]) for table in (between, report.crossing.people)
            )
            if n and people and is_shown(people):
                width = round(0.3 + 3 * (n / most) ** 0.5, 2)
                found.append(Strand(path=_from_edge_to_edge(one, other), width=width))
    return tuple(found)


def _from_edge_to_edge(one: Disc, other: Disc) -> str:
    """A line between two discs, and not over them."""
    off = complex(other.x - one.x, other.y - one.y)
    way = off / abs(off)
    begin = complex(one.x, one.y) + one.radius * way
    end = complex(other.x, other.y) - other.radius * way
    return f"M{begin.real:.1f} {begin.imag:.1f}L{end.real:.1f} {end.imag:.1f}"


def _lines(report: GroupReport, places: NDArray[np.float64], *, is_across: bool) -> str:
    network, group = report.network, report.communities.group
    drawn = ~np.isnan(places[:, 0])
    ties = np.flatnonzero(
        drawn[network.first]
        & drawn[network.second]
        & ((group[network.first] != group[network.second]) == is_across)
    )
    strongest = np.argsort(-network.n_replies[ties], kind="stable")[:MOST_LINES]
    ends = zip(
        places[network.first[ties[strongest]]].tolist(),
        places[network.second[ties[strongest]]].tolist(),
        strict=True,
    )
    return "".join(f"M{a:.1f} {b:.1f}L{c:.1f} {d:.1f}" for (a, b), (c, d) in ends)


def _dots(
    report: GroupReport, places: NDArray[np.float64], names: dict[int, str]
) -> tuple[Dot, ...]:
    rows = report.network.voices
    return tuple(
        _dot(report, int(rows[n]), names, (x, y))
        for n, (x, y) in enumerate(places.tolist())
        if not math.isnan(x)
    )


def _rows(report: GroupReport, outside: NDArray[np.intp], names: dict[int, str]) -> tuple[Dot, ...]:
    step = WIDTH / PER_ROW
    return tuple(
        _dot(
            report,
            row,
            names,
            (step * (n % PER_ROW + 0.5), HEIGHT + BAND * (n // PER_ROW + 0.5)),
        )
        for n, row in enumerate(outside.tolist())
    )


def _dot(report: GroupReport, row: int, names: dict[int, str], at: tuple[float, float]) -> Dot:
    voices = report.voices
    return Dot(
        x=round(at[0], 2),
        y=round(at[1], 2),
        name=names.get(int(voices.ids[row]), ""),
        is_connector=bool(voices.is_connector[row]),
        is_unanswered=bool(voices.is_unanswered[row]),
    )
