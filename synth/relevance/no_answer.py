"""Turns that give no answer ("nothing to add") in words or languages that no list knows.

A short turn gives none where it is nearer to examples of such turns than to statements and to what
longer turns of the discussion say, and where a regression on them calls it one of these.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from synth.relevance.likeness import (
    LEAST_TURNS,
    NEAREST_EXAMPLES,
    Examples,
    Regression,
    Turns,
    mean_of_top,
)

MOST_WORDS = 7
LEAST_NEARER = 0.5
"""How much nearer to the examples, in units of the spread of cosines among examples."""
LEAST_NEARER_REPEATED, REPEATED = 0.25, 3
"""The same where so many turns say the very same: what many have no answer to, they say alike."""
LEAST_KIND = 0.1
"""What the regression says at least; 1 is like the examples, -1 like statements."""


def find_no_answers(turns: Turns, examples: Examples) -> NDArray[np.bool_]:
    """(n,) which turns give no answer.

    None in a discussion of less than 20 turns, and none where the model that read them does not
    tell the kinds of examples apart.
    """
    is_known = turns.is_known
    if is_known.sum() < LEAST_TURNS or not examples.are_told_apart():
        return np.zeros(len(turns.vectors), dtype=np.bool_)
    near = mean_of_top(turns.vectors @ examples.nothing.T, NEAREST_EXAMPLES)
    stated = mean_of_top(turns.vectors @ examples.statements.T, NEAREST_EXAMPLES)
    may_be = is_known & (turns.n_words <= MOST_WORDS) & (near > stated)
    # Those that may be such turns do not vouch for each other.
    compared = turns.compared(is_known & ~may_be)
    nearer = (near - np.maximum(stated, turns.nearest_others(compared))) / examples.unit
    told = Regression.fit(examples.nothing, (examples.statements, turns.vectors[compared]))
    _, which, n_same = np.unique(turns.group, return_inverse=True, return_counts=True)
    needed = np.where(n_same[which] >= REPEATED, LEAST_NEARER_REPEATED, LEAST_NEARER)
    is_nothing = (np.round(nearer, 4) > needed) & (
        np.round(told.predict(turns.vectors), 4) > LEAST_KIND
    )
    return np.asarray(may_be & is_nothing)
