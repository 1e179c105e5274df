"""The passages that speak for an idea: central, readable, different, from different people."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models import wordlists
from models.clauses import standing
from models.keyphrases import key_of, primary
from synth.titles.groups import Groups, Vectors

N_REPRESENTATIVES = 5
READABLE_WORDS = (8, 60)
DIVERSITY = 0.35
"""How much likeness to those already chosen counts against a passage (MMR, Carbonell 1998)."""

_NOISE = re.compile(
    r"https?:|www\.|\S@\S|^\s*(?:[>|#]|from:|on .* wrote)|```|[{}<>]|\w_\w", re.I | re.M
)
_NOISE_SIGN = re.compile(r"[:@>|#{}<`_]")
_SYMBOL = re.compile(r"[\d_]|[^\w\s.,;:'’!?()-]")
_LATE_START = re.compile(r"^\W*(?:yes|no|and|but|oui|non|et|mais|ja|nein|und|aber|sí|pero)\b", re.I)


def readability(text: str, language: str | None) -> float:
    """0..1: whether a passage can be read on its own: a good length, no code, no loose ends."""
    n_words = len(text.split())
    shortest, longest = READABLE_WORDS
    share = min(1.0, n_words / shortest) if n_words < shortest else min(1.0, longest / n_words)
    if _may_be_noise(text) and _NOISE.search(text):
        share *= 0.4
    if _LATE_START.search(text):
        share *= 0.8
    if len(_SYMBOL.findall(text)) > 0.1 * max(len(text), 1):
        share *= 0.5
    # how it opens tells whether it leans on what stood before
    return share * (0.5 + 0.5 * standing(" ".join(text.split(maxsplit=6)[:6]), language))


def _may_be_noise(text: str) -> bool:
    """Passes over the many texts without what `_NOISE` looks for much faster than looking."""
    if _NOISE_SIGN.search(text):
        return True
    lowered = text.lower()
    return "www." in lowered or "wrote" in lowered


def fitness(groups: Groups, idea: int, readable: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n_members,) how well each member would speak for the idea, before diversity."""
    central = (1 + groups.centrality(idea).astype(np.float64)) / 2
    return np.asarray(central * (0.4 + 0.6 * readable[groups.members[idea]]), np.float64)


def choose_representatives(
    groups: Groups, idea: int, *, readable: NDArray[np.float64], authors: Sequence[str | None]
) -> tuple[int, ...]:
    """Up to five rows, best first; a second passage of one author only when nobody else is left."""
    rows = groups.members[idea]
    scores = fitness(groups, idea, readable)
    order = np.argsort(-scores, kind="stable")[: 20 * N_REPRESENTATIVES]
    pool = [int(i) for i in order]
    chosen: list[int] = []
    used: set[str] = set()
    while pool and len(chosen) < N_REPRESENTATIVES:
        fresh = [i for i in pool if authors[rows[i]] is None or authors[rows[i]] not in used]
        best = _farthest(fresh or pool, chosen, scores, groups.centred[rows])
        chosen.append(best)
        pool.remove(best)
        if (author := authors[rows[best]]) is not None:
            used.add(author)
    return tuple(int(rows[i]) for i in chosen)


def _farthest(
    pool: Sequence[int], chosen: Sequence[int], scores: NDArray[np.float64], vectors: Vectors
) -> int:
    if not chosen:
        return pool[0]
    likeness = np.max(vectors[list(pool)] @ vectors[list(chosen)].T, axis=1)
    values = (1 - DIVERSITY) * scores[list(pool)] - DIVERSITY * likeness
    return pool[int(np.argmax(values))]


_SENTENCE = re.compile(r"[^\s.!?…](?:[^.!?…\n]|\n(?!\s*\n)|\.(?=\S))*(?:[.!?…]+|(?=\s*$))")
SUMMARY_WORDS = (6, 40)
SUMMARY_CHARS = 1_000
"""Of each representative, where its sentence is looked for."""
SUMMARY_SENTENCES = 3
LONGEST_SUMMARY = 420
"""Characters from which no further sentence is added."""
SAYS_THE_SAME = 0.4
"""Share of common content words from which a sentence adds nothing to another."""
STANDS = (0.6, 0.85)
"""How well the first sentence, and any further one, must stand alone."""


def telling_sentences(quotes: Sequence[tuple[str, str | None, str | None]]) -> str:
    """One to three verbatim sentences, one a line, each by another author, that stand alone.

    quotes: (text, language, author) of the representatives, best first; the first sentence
    of each that can be read on its own is taken, unless it says what is there already. Empty
    when none can: no orientation is better than a riddle.
    """
    told: list[str] = []
    said: list[frozenset[str]] = []
    heard: set[str] = set()
    for text, language, author in quotes:
        alone = STANDS[bool(told)]
        sentence = "" if author in heard else _telling_sentence(text, language, alone=alone)
        words = frozenset(key_of(sentence, primary(language)).split())
        is_new = not any(
            len(words & other) >= SAYS_THE_SAME * min(len(words), len(other)) for other in said
        )
        if not sentence or not is_new:
            continue
        if told and sum(map(len, told)) + len(sentence) > LONGEST_SUMMARY:
            continue
        told.append(sentence)
        said.append(words)
        if author is not None:
            heard.add(author)
        if len(told) == SUMMARY_SENTENCES:
            break
    return "\n".join(told)


def _telling_sentence(text: str, language: str | None, *, alone: float) -> str:
    """The first whole sentence that stands alone so well, as it is written but on one line."""
    shortest, longest = SUMMARY_WORDS
    for match in _SENTENCE.finditer(text[:SUMMARY_CHARS]):
        sentence = " ".join(match.group().split())
        words = sentence.split()
        is_whole = sentence[0].isalnum() and not sentence[0].islower()
        last = words[-1].rstrip(".").casefold()
        is_whole &= "." not in last and last not in wordlists.ABBREVIATIONS  # no "e.g."
        fits = is_whole and shortest <= len(words) <= longest and not sentence.endswith("?")
        if fits and min(readability(sentence, language), standing(sentence, language)) >= alone:
            return sentence
    return ""
