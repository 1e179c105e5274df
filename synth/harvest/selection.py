"""Choose the scored sentences that people see: few, good, and not all the same."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from synth.harvest.scores import SentenceScores
from synth.harvest.words import column

if TYPE_CHECKING:
    from synth.harvest import DecidedSpan, SentenceRow

_PER_ROOT: Final = 2.0
"""Suggestions per square root of the number of sentences: 20 of 100, 200 of 10,000."""
_PER_GROUP: Final = 5
_GROUP_DECAY: Final = 0.75
_AUTHOR_DECAY: Final = 0.7
_SAME: Final = 0.6
"""Two sentences say the same when they share this part of their words (Jaccard)."""
_BUSY_THREAD: Final = 5
"""A thread of so many messages gets a suggestion of its own."""
_LEAST_WORDS: Final = 4
_OVERLAP: Final = 0.5


def _overlap(a: SentenceRow, b: DecidedSpan) -> float:
    """Shared characters of two stretches of one message over the length of the shorter."""
    shared = min(a.end, b.end) - max(a.start, b.start)
    shortest = min(a.end - a.start, b.end - b.start)
    return max(0, shared) / shortest if shortest > 0 else 0.0


@dataclass(frozen=True, slots=True)
class _Pick:
    row: int
    gain: float
    group: tuple[str, int]


def undecided(sentences: Sequence[SentenceRow], decided: Iterable[DecidedSpan]) -> list[int]:
    """Rows of the sentences that share less than half of the shorter with any decided stretch."""
    by_message: dict[int, list[DecidedSpan]] = defaultdict(list)
    for one in decided:
        by_message[one.message].append(one)
    return [
        row
        for row, one in enumerate(sentences)
        if all(_overlap(one, other) < _OVERLAP for other in by_message.get(one.message, ()))
    ]


def choose(
    sentences: Sequence[SentenceRow],
    scores: SentenceScores,
    *,
    rows: Sequence[int],
    limit: int | None,
    vectors: NDArray[np.float32] | None = None,
) -> list[int]:
    """Rows to suggest, best first; none that is not about the question.

    Every idea, and outside ideas every thread, is a group that offers up to five
    sentences by maximal marginal relevance: the score, less for every sentence the group
    or the author already has, and nothing that says the same as one before it. With
    ``limit`` None the number grows with the square root of the number of sentences, each
    idea gets at least its best sentence and so do the busiest threads of five messages or
    more; with a number, the best of all groups' offers are taken, and then the best of the rest.
    """
    rows = [row for row in rows if sentences[row].is_about]
    fit = _fit(sentences, vectors)
    groups: dict[tuple[str, int], list[int]] = defaultdict(list)
    for row in rows:
        if len(scores.tokens[row]) >= _LEAST_WORDS:
            sentence = sentences[row]
            key = ("idea", sentence.idea) if sentence.idea >= 0 else ("thread", sentence.thread)
            groups[key].append(row)
    offers: list[_Pick] = []
    for key in sorted(groups):
        offers += _offer(key, groups[key], sentences=sentences, scores=scores, fit=fit)
    picks = _distinct(sorted(offers, key=lambda pick: (-pick.gain, pick.row)), scores)
    if limit is None:
        return _readable(picks, sentences, scores, rows=rows)
    offered = [pick.row for pick in picks]
    if len(offered) < limit:
        offered += sorted(set(rows) - set(offered), key=lambda row: (-scores.score[row], row))
    return offered[:limit]


def _fit(
    sentences: Sequence[SentenceRow], vectors: NDArray[np.float32] | None
) -> NDArray[np.float64]:
    """How near each sentence's passage is to the middle of its idea, 0.5..1; 1 without vectors."""
    fit = np.ones(len(sentences))
    if vectors is None:
        return fit
    ideas = column(sentences, "idea")
    for idea in np.unique(ideas[ideas >= 0]):
        members = np.flatnonzero(ideas == idea)
        middle = vectors[members].mean(axis=0)
        cosine = vectors[members] @ middle / max(float(np.linalg.norm(middle)), 1e-12)
        low, high = float(cosine.min()), float(cosine.max())
        if high - low > 1e-6:
            fit[members] = 0.5 + 0.5 * (cosine - low) / (high - low)
    return fit


def _offer(
    key: tuple[str, int],
    rows: Sequence[int],
    *,
    sentences: Sequence[SentenceRow],
    scores: SentenceScores,
    fit: NDArray[np.float64],
) -> list[_Pick]:
    values = {row: float(scores.score[row] * fit[row]) for row in rows}
    pool = sorted(rows, key=lambda row: (-values[row], row))[: 8 * _PER_GROUP]
    picks: list[_Pick] = []
    authors: Counter[int] = Counter()
    while pool and len(picks) < _PER_GROUP:

        def gain(row: int) -> float:
            author = sentences[row].author
            said = authors[author] if author >= 0 else 0
            return values[row] * _AUTHOR_DECAY**said

        best = max(pool, key=lambda row: (gain(row), -row))
        picks.append(_Pick(best, gain(best) * _GROUP_DECAY ** len(picks), key))
        authors[sentences[best].author] += 1
        pool = [row for row in pool if row != best and not _is_same(row, best, scores)]
    return picks


def _is_same(a: int, b: int, scores: SentenceScores) -> bool:
    one, other = set(scores.tokens[a]), set(scores.tokens[b])
    return len(one & other) >= _SAME * len(one | other)


def _distinct(picks: Sequence[_Pick], scores: SentenceScores) -> list[_Pick]:
    """Without sentences whose very words came before, in whatever group."""
    first: dict[tuple[str, ...], _Pick] = {}
    for pick in picks:
        first.setdefault(tuple(scores.tokens[pick.row]), pick)
    return list(first.values())


def _readable(
    picks: Sequence[_Pick],
    sentences: Sequence[SentenceRow],
    scores: SentenceScores,
    *,
    rows: Sequence[int],
) -> list[int]:
    n = math.ceil(_PER_ROOT * math.sqrt(len(sentences)))
    best = {pick.group: pick.row for pick in reversed(picks)}
    chosen = {pick.row for pick in picks[:n]}
    chosen.update(row for (kind, _), row in best.items() if kind == "idea")
    busy = _of_busy_threads(chosen, sentences, scores, rows=rows)
    chosen.update(busy[: n // 2])
    return sorted(chosen, key=lambda row: (-float(scores.score[row]), row))


def _of_busy_threads(
    chosen: set[int],
    sentences: Sequence[SentenceRow],
    scores: SentenceScores,
    *,
    rows: Sequence[int],
) -> list[int]:
    """The best sentence of each thread of some size that has none yet, busiest thread first."""
    messages: dict[int, set[int]] = defaultdict(set)
    for sentence in sentences:
        messages[sentence.thread].add(sentence.message)
    served = {sentences[row].thread for row in chosen}
    is_open = {t: t not in served and len(messages[t]) >= _BUSY_THREAD for t in messages}
    best: dict[int, int] = {}
    for row in rows:
        thread = sentences[row].thread
        if is_open[thread] and len(scores.tokens[row]) >= _LEAST_WORDS:
            best[thread] = max(best.get(thread, row), row, key=scores.score.__getitem__)
    return [best[thread] for thread in sorted(best, key=lambda t: (-len(messages[t]), t))]
