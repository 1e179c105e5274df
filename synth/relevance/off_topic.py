"""Turns off the topic, told by what they are like.

A turn is compared with made-up turns of two kinds: talk off any topic (somebody's dinner, lost
keys, the date of the next meeting), and statements about questions of common life. It is off the
topic where it is nearer to such talk than to all that others say in this discussion. A point of
view that only one person holds is not: it is like other statements.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.text import fold
from synth.relevance.likeness import (
    LEAST_TURNS,
    NEAREST_EXAMPLES,
    Examples,
    Floats,
    Regression,
    Turns,
    mean_of_top,
)

WEIGHT_OF_KIND = 3.0
"""What the regression says, beside 1 for nearness."""
SHORT, PER_WORD = 15, 0.025
"""Words from which a turn has more to say than a remark, and what each further one takes off."""
SHARE_OF_NEIGHBOURS = 0.5
"""What the turns that it answers, or that answer it, add, beside 1 for a turn's own words."""
FOR_A_WORD = 0.75
"""What is taken off where a turn takes up a word of what it answers, and that is no talk."""
LEAST_SCORE = 0.0
"""Score above which a turn is off the topic: nearer to talk than to the discussion."""
LEAST_ABOVE = 2.3
"""And as far above the median of the discussion: where people say many different things, nobody
is near to anybody."""
BEGINNING = 6
"""Letters by which words are compared, so that their endings do not count."""
RARE, RARE_SHARE = 3, 0.05
"""A word counts where at most so many turns, or so large a share of them, have it."""
_WORD = re.compile(r"[^\W\d_]{5,}")


def takes_up(texts: Sequence[str], parents: NDArray[np.intp]) -> NDArray[np.bool_]:
    """(n,) whether each turn has a rare word, of five letters or more, in common with what it
    answers; ``parents`` (n,): the row of that, -1 for none."""
    said = [{word[:BEGINNING] for word in _WORD.findall(fold(text))} for text in texts]
    n_with = Counter(word for words in said for word in words)
    most = max(RARE, RARE_SHARE * len(texts))
    return np.array(
        [
            parent >= 0 and any(n_with[word] <= most for word in said[row] & said[parent])
            for row, parent in enumerate(parents.tolist())
        ],
        dtype=np.bool_,
    )


def find_off_topic(turns: Turns, examples: Examples) -> NDArray[np.bool_]:
    """(n,) which turns are off the topic.

    None in a discussion of less than 20 turns, and none where the model that read them does not
    tell the kinds of examples apart.
    """
    is_known = turns.is_known
    if is_known.sum() < LEAST_TURNS or not examples.are_told_apart():
        return np.zeros(len(turns.vectors), dtype=np.bool_)
    score = scores(turns, examples)
    enough = max(LEAST_SCORE, float(np.median(score[is_known])) + LEAST_ABOVE)
    return np.asarray(is_known & (score > enough))


def scores(turns: Turns, examples: Examples) -> Floats:
    """(n,) how much each turn is like talk off the topic, and unlike the discussion.

    In units of the spread of cosines among the examples, so that models with narrow and with
    wide cosines are judged alike. The median where nothing is known.
    """
    is_known = turns.is_known
    compared = turns.compared(is_known)
    vectors = turns.vectors
    beside = np.maximum(
        mean_of_top(vectors @ examples.statements.T, NEAREST_EXAMPLES),
        turns.nearest_others(compared),
    )
    own = (mean_of_top(vectors @ examples.talk.T, NEAREST_EXAMPLES) - beside) / examples.unit
    own += WEIGHT_OF_KIND * _kind(turns, examples, compared)
    own -= PER_WORD * np.maximum(0, turns.n_words - SHORT)
    median = np.median(own[is_known])
    own[~is_known] = median
    # Which turns answer statements is told by these scores, before anything is taken off.
    own -= FOR_A_WORD * (turns.takes_up & (own[turns.parents] <= LEAST_SCORE))
    around = _mean_of_neighbours(own, turns.parents, is_known, otherwise=float(median))
    return np.asarray(np.round(own + SHARE_OF_NEIGHBOURS * (around - median), 4))


def _kind(turns: Turns, examples: Examples, compared: NDArray[np.intp]) -> Floats:
    """(n,) from about -1 for what is like statements and this discussion, to 1 for talk.

    The turns ``compared`` count as statements; each of them is judged by what the others tell.
    """
    told = Regression.fit(examples.talk, (examples.statements, turns.vectors[compared]))
    found = told.predict(turns.vectors)
    found[compared] = told.left_out[-len(compared) :]
    return found


def _mean_of_neighbours(
    values: Floats, parents: NDArray[np.intp], is_known: NDArray[np.bool_], *, otherwise: float
) -> Floats:
    """(n,) the mean of the turns that each answers and that answer it."""
    replies = np.flatnonzero(parents >= 0)
    replies = replies[is_known[replies] & is_known[parents[replies]]]
    above = parents[replies]
    total, n = np.zeros(len(values)), np.zeros(len(values))
    for one, other in ((replies, above), (above, replies)):
        np.add.at(total, one, values[other])
        np.add.at(n, one, 1)
    return np.where(n > 0, total / np.maximum(n, 1), otherwise)
