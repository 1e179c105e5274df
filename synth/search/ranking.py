"""Order messages by the words they hold, by what their passages mean, or by both."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from synth.search.semantic import mixed
from synth.store.activity import Activity

N_MEANT = 200
"""At most so many messages are found by meaning: everything is a little near to everything."""
OUTSTANDING = 1.0
"""A message is near from so many standard deviations above the mean; the nearest ``FEW`` always
are."""
FEW = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchScores:
    """What was found, over all messages and passages of a discussion."""

    all_words: NDArray[np.float32] | None = None
    """(n_messages,) BM25 where a message holds all the words, else 0; None: not looked for."""
    any_words: NDArray[np.float32] | None = None
    """(n_messages,) the same for any of the words."""
    cosines: NDArray[np.float32] | None = None
    """(n_passages,) how near each passage is; -1 for those that the model has not read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """Messages that were found, in order."""

    rows: NDArray[np.intp]
    """Rows of the messages."""
    passages: NDArray[np.intp]
    """The nearest passage of each, -1 where a message was found by its words alone."""


def rank_messages(
    activity: Activity,
    scores: SearchScores,
    *,
    messages: NDArray[np.bool_],
    passages: NDArray[np.bool_],
) -> Ranking:
    """The messages that were found, best first, among those that fit (n_messages,) and passages
    that fit (n_passages,). Where nothing was looked for: all that fit."""
    n = len(activity.messages)
    best, score = np.full(n, -1, dtype=np.intp), np.zeros(n, dtype=np.float32)
    is_found = np.zeros(n, dtype=np.bool_)
    if scores.cosines is not None:
        best, score = _best_passages(activity, scores.cosines, passages)
        if scores.any_words is not None:
            score = mixed(score, scores.any_words)
        is_found[_outstanding(np.flatnonzero(messages & (best >= 0)), score)] = True
    elif scores.all_words is not None:
        score = scores.all_words
    else:
        is_found = messages
    if scores.all_words is not None:
        is_found |= messages & (scores.all_words > 0)
    rows = np.flatnonzero(is_found)
    rows = rows[np.argsort(-score[rows], kind="stable")]
    return Ranking(rows=rows, passages=best[rows])


def _outstanding(rows: NDArray[np.intp], score: NDArray[np.float32]) -> NDArray[np.intp]:
    """The rows that score well above the others, best first."""
    if not len(rows):
        return rows
    order = rows[np.argsort(-score[rows], kind="stable")[:N_MEANT]]
    bound = score[rows].mean() + OUTSTANDING * score[rows].std()
    n = max(FEW, int((score[order] >= bound).sum()))
    return np.asarray(order[:n], dtype=np.intp)


def newest_first(activity: Activity, found: Ranking) -> Ranking:
    """The same messages by date; those without a date come last, in the order given."""
    # An unknown time is below all others.
    order = np.argsort(-activity.posted[found.rows], kind="stable")
    return Ranking(rows=found.rows[order], passages=found.passages[order])


def _best_passages(
    activity: Activity, cosines: NDArray[np.float32], fits: NDArray[np.bool_]
) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
    """Per message its nearest passage that fits, -1 for none, and how near it is."""
    rows = np.flatnonzero(fits & (cosines > -1))
    rows = rows[np.argsort(cosines[rows], kind="stable")]  # the nearest is written last
    best = np.full(len(activity.messages), -1, dtype=np.intp)
    best[activity.of_message[rows]] = rows
    least = float(cosines[rows[0]]) if len(rows) else 0.0
    meant = np.full(len(activity.messages), least, dtype=np.float32)
    there = best >= 0
    meant[there] = cosines[best[there]]
    return best, meant
