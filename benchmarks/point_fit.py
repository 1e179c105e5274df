"""What speaks for a point having been said, weighed: the cases, and the rule fitted on them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from benchmarks.ideas_data import vectors_of
from benchmarks.point_data import Asked, Discussion, Held, Question
from models.vectors import unit_rows
from synth.search.nearness import (
    Bound,
    Evidence,
    NeighbourScale,
    Rule,
    language_of_point,
    scale_of,
)
from synth.search.semantic_index import without_languages

WANTED_UNSAID, WANTED_SAID = 0.97, 0.985
"""Share of right answers where bounds are chosen: 19 of 20 with a margin, which is wider where
discussions that nothing was fitted on were found to differ more."""
N_SHOWN = 3
SOURCES = ("ArgKP train", "Perspectrum train", "parallel points", "sample threads")
GUARDS = tuple(step / 4 for step in range(-12, 9))
"""Standard deviations of which the best is chosen."""
_KEPT_SCALES = 64
_NEVER = Bound(odds=0.0, standard=0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A question that was asked."""

    source: str
    discussion: str
    languages: tuple[str, ...]
    """Of the discussion."""
    question: Question
    evidence: Evidence
    is_shown: bool
    """Whether one of the first passages says it."""

    @property
    def is_said(self) -> bool:
        return self.question.held is Held.LEFT_IN


def cases(source: str, asked: Iterable[Asked]) -> list[Case]:
    found: list[Case] = []
    for discussion, questions in asked:
        if questions:
            found += _cases(source, discussion, questions)
    return found


def _cases(source: str, said: Discussion, questions: Sequence[Question]) -> Iterator[Case]:
    vectors, shifts = without_languages(said.vectors, said.languages)
    asked = vectors_of([question.text for question in questions])

    @lru_cache(maxsize=_KEPT_SCALES)
    def scale(mask: bytes) -> NeighbourScale:
        return _scale(said, vectors, np.frombuffer(mask, dtype=np.bool_))

    everything = np.ones(len(vectors), dtype=np.bool_).tobytes()
    for question, vector in zip(questions, asked, strict=True):
        language = language_of_point(question.text)
        shift = shifts.get(language or "")
        own = unit_rows(vector if shift is None else vector - shift)
        is_in = question.held is Held.LEFT_IN
        kept = np.ones(len(vectors), np.bool_) if is_in else question.there
        rows = np.flatnonzero(question.there[kept])
        cosines = vectors[kept] @ own
        evidence = scale(everything if is_in else kept.tobytes()).evidence(
            own, cosines, rows=rows, letters=len(question.text), language=language
        )
        if evidence is None:
            continue
        shown = rows[np.argsort(-cosines[rows], kind="stable")[:N_SHOWN]]
        yield Case(
            source=source,
            discussion=said.name,
            languages=tuple(sorted(set(said.languages))),
            question=question,
            evidence=evidence,
            is_shown=bool(question.right[kept][shown].any()),
        )


def _scale(
    said: Discussion, vectors: NDArray[np.float32], kept: NDArray[np.bool_]
) -> NeighbourScale:
    rows = np.flatnonzero(kept).tolist()
    return scale_of(
        vectors[rows],
        messages=said.messages[rows],
        letters=[len(said.texts[row]) for row in rows],
        languages=[said.languages[row] or None for row in rows],
        is_read=np.ones(len(rows), dtype=np.bool_),
    )


def fitted(known: Sequence[Case]) -> tuple[Rule, Rule]:
    """For cases within a language and across: a logistic regression in which every source weighs
    the same, and its bounds."""
    within, across = ([c for c in known if c.evidence.crosses == crosses] for crosses in (0, 1))
    return _fitted(within), _fitted(across)


def _fitted(known: Sequence[Case]) -> Rule:
    from sklearn.linear_model import LogisticRegression

    values = np.array([case.evidence.signs for case in known])
    mean, spread = values.mean(axis=0), values.std(axis=0) + 1e-9
    weights = _weights(known)
    model = LogisticRegression(max_iter=2000).fit(
        (values - mean) / spread,
        [case.is_said for case in known],
        sample_weight=1000 * weights,
    )
    own = model.coef_[0] / spread
    rule = Rule(
        bias=round(float(model.intercept_[0] - own @ mean), 3),
        weights=tuple(round(float(w), 3) for w in own),
        unsaid=_NEVER,
        said=_NEVER,
    )
    table = _Table(
        odds=np.array([rule.odds(case.evidence) for case in known]),
        standard=np.array([case.evidence.standard for case in known]),
        is_said=np.array([case.is_said for case in known]),
        weights=weights,
        sources=np.array([case.source for case in known]),
    )
    return replace(rule, unsaid=_bound(table, sign=1), said=_bound(table, sign=-1))


def _weights(known: Sequence[Case]) -> NDArray[np.float64]:
    """Every source weighs 1, half of it what is left in; of the rest, each kind the same."""
    keys = [(case.source, case.question.held) for case in known]
    counts = Counter(keys)
    kinds = Counter(source for source, held in counts if held is not Held.LEFT_IN)
    return np.array(
        [
            0.5 / counts[source, held] / (1 if held is Held.LEFT_IN else kinds[source])
            for source, held in keys
        ]
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    """Cases as columns, each (n,)."""

    odds: NDArray[np.float64]
    standard: NDArray[np.float64]
    is_said: NDArray[np.bool_]
    weights: NDArray[np.float64]
    sources: NDArray[np.str_]


def _bound(known: _Table, *, sign: int) -> Bound:
    """Up to where nobody said it (``sign`` 1), or from where on others did (-1).

    Of the bounds under which the wanted share of answers is right in every source, that with the
    most right answers: the sum of the roots, so that no source is forgotten.
    """
    odds, standard = sign * known.odds, sign * known.standard
    is_right = known.is_said == (sign < 0)
    wanted = WANTED_UNSAID if sign > 0 else WANTED_SAID
    grid = np.quantile(odds, np.linspace(0, 1, 401))
    best, most = Bound(odds=-99.0 * sign, standard=-99.0 * sign), 0.0
    for guard in GUARDS:
        chosen = standard <= guard
        right, total, n_wrong = (np.zeros((len(SOURCES), len(grid))) for _ in range(3))
        for row, source in enumerate(SOURCES):
            own = chosen & (known.sources == source)
            at = np.searchsorted(grid, odds[own])
            weights, good = known.weights[own], is_right[own]
            for into, value in (
                (right, weights * good), (total, weights), (n_wrong, (~good).astype(float)),
            ):  # fmt: skip
                into[row] = np.cumsum(np.bincount(at, weights=value, minlength=len(grid) + 1))[:-1]
        holds = ((right >= wanted * total) | (n_wrong <= 1)).all(axis=0)
        gained = np.where(holds, np.sqrt(right).sum(axis=0), 0)
        if gained.max() > most:
            most = float(gained.max())
            place = int(gained.argmax())
            best = Bound(odds=round(sign * float(grid[place]), 2), standard=sign * guard)
    return best
