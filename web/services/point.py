"""Find a point: where a sentence stands among the ideas, and who said something like it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from synth.search.nearness import Nearness, nearness_of
from synth.search.semantic import SemanticIndex, place_among
from web.services.outline import Branch, Outline
from web.services.quotes import Quoted, quote_placements
from web.services.semantic_search import (
    Compared,
    Trouble,
    begin_reading,
    compare,
    find_meaning,
)
from web.services.snapshot import Snapshot

MAX_LETTERS = 2_000
"""Of the text; a model reads a paragraph at once."""
N_IDEAS = 4
N_VOICES = 6
LOOKED_AT = 100
"""Nearest passages among which other voices are looked for."""
LEAST_LETTERS = 40
"""Shorter passages say too little to show that somebody said the same."""
FITS, TOUCHES = 0.3, 0.03
"""Share of an idea's own passages that are farther from its middle than the text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseIdea:
    """An idea near the text."""

    branch: Branch
    above: Sequence[Branch]
    fit: float
    """0..1: share of its own passages that are farther from its middle."""
    verdict: str
    """``fits``, ``touches`` or ``far``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PointResult:
    """What was found for a text."""

    nearness: Nearness | None
    """None where the model knows words alone and cannot tell."""
    ideas: Sequence[CloseIdea]
    quotes: Sequence[Quoted]
    """The nearest passages, each of another voice."""
    place: tuple[float, float] | None
    """Where it would stand, in the coordinates of the layout."""


def one_paragraph(text: str) -> str:
    """The text without line breaks, cut at ``MAX_LETTERS``."""
    return " ".join(text.replace("\0", " ").split())[:MAX_LETTERS]


def find_point(snapshot: Snapshot, text: str) -> tuple[PointResult | None, Trouble, str]:
    """(result, trouble, reason): the result is None without a text, and where the meaning cannot
    be had; then trouble and reason are those of ``find_meaning``."""
    if not text:
        begin_reading(snapshot)
        return None, "", ""
    meaning, trouble, problem = find_meaning(snapshot)
    if meaning is None:
        return None, trouble, problem
    compared = compare(snapshot, meaning, text, n_ideas=2 * N_IDEAS)
    cosines = compared.cosines
    found = PointResult(
        nearness=_nearness(meaning, compared),
        ideas=[
            _close(snapshot.outline, branch, one.fit)
            for one in compared.ideas
            if (branch := snapshot.outline.get(one.idea_id)) is not None
        ][:N_IDEAS],
        quotes=_voices(snapshot, cosines),
        place=place_among(cosines, snapshot.places, snapshot.activity.leaves),
    )
    return found, "", ""


def _nearness(meaning: SemanticIndex, compared: Compared) -> Nearness | None:
    """By the passages that are there now: those that were erased do not count."""
    if meaning.is_of_words:
        return None
    if not len(compared.cosines):
        return Nearness.NOBODY
    return Nearness.SOME if compared.evidence is None else nearness_of(compared.evidence)


def _close(outline: Outline, branch: Branch, fit: float) -> CloseIdea:
    verdict = "fits" if fit >= FITS else "touches" if fit >= TOUCHES else "far"
    return CloseIdea(branch=branch, above=outline.path(branch.idea.id), fit=fit, verdict=verdict)


def _voices(snapshot: Snapshot, cosines: NDArray[np.float32]) -> Sequence[Quoted]:
    """The nearest passages of different voices, the nearest first."""
    order = np.argsort(-cosines, kind="stable")[:LOOKED_AT].tolist()
    chosen: dict[int, int] = {}
    for row in order:
        voice = int(snapshot.activity.voices[snapshot.activity.of_message[row]])
        chosen.setdefault(voice, int(snapshot.activity.passages[row]))
    nearest = snapshot.passages(list(chosen.values()))
    telling = [p for p in nearest if p.end - p.start >= LEAST_LETTERS] or nearest
    return quote_placements(snapshot, telling[:N_VOICES])
