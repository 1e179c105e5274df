"""Propose titles for the ideas and choose for each one that no other idea bears."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial

import numpy as np
from numpy.typing import NDArray

from models.clauses import Clause
from models.keyphrases import key_of
from models.languages import primary
from models.vectors import unit_rows
from synth.corpus import Corpus
from synth.titles.exemplars import Groups
from synth.titles.scoring import PhraseTable
from synth.titles.wording import names_someone, titled

Encode = Callable[[Sequence[str]], NDArray[np.float32]]
Keyphrase = tuple[str, str]
"""Key, for counting, and surface, for people."""

ENCODED = 900
"""How many wordings are compared by meaning in all, at most 8 and at least 3 per idea."""
N_KEYPHRASES = 7
N_FOR_PARENT = 4
"""The idea above chooses among the first so many for its own title."""
TOO_ALIKE = 0.75
"""Jaccard overlap of content words from which two titles read as one."""
PHRASE_QUALITY = 0.7
"""Quality of a noun phrase; a clause, which says something of it, has up to 1."""
BESIDE = 0.25
"""Weight with which a title's cosine with the nearest sibling is taken off."""
LONE_WORD = 0.8
"""Quality of a single word; a phrase of several has 1."""
MANY = 30
"""Passages from which an idea's title should be made of words that several of them use."""
UNCOMMON = 0.4
"""Quality lost by a title none of whose words is common in such an idea."""
COMMON = 0.02
"""Share of an idea's passages in which a word of its title should occur, at least two."""
IDEAL_CHARS = (20, 60)


@dataclass(frozen=True, slots=True)
class TitleCandidate:
    """A possible title: its wording, the passage it comes from, how well it stands alone."""

    title: str
    row: int
    quality: float
    words: frozenset[str]


Propose = Callable[[Clause, int, str], TitleCandidate | None]
"""Takes a clause, the row of its passage and its language."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """What titles are made from."""

    corpus: Corpus
    groups: Groups
    wordings: Mapping[int, Sequence[Clause]]
    """By passage: what a title may be taken from."""
    vocabulary: PhraseTable
    people: frozenset[str]
    """Folded names that no title may carry."""
    representatives: Sequence[tuple[int, ...]]
    """By idea: the passages that speak for it, best first."""


def keyphrases_of(
    scores: NDArray[np.float64], vocabulary: PhraseTable, surfaces: Mapping[str, str]
) -> list[Keyphrase]:
    """The most telling phrases of an idea, none inside another.

    surfaces: how the idea's language writes each key; keys without one are left out.
    """
    chosen: list[Keyphrase] = []
    for column in np.argsort(-scores, kind="stable"):
        if scores[column] <= 0 or len(chosen) == N_KEYPHRASES:
            break
        key = vocabulary.keys[column]
        words = set(key.split())
        others = [set(other.split()) for other, _ in chosen]
        if key in surfaces and not any(words <= other or other <= words for other in others):
            chosen.append((key, surfaces[key]))
    return chosen


def title_candidates(
    material: Material, phrases: Sequence[Sequence[Keyphrase]], encode: Encode | None
) -> list[list[tuple[TitleCandidate, float]]]:
    """Per idea its title candidates with their fit, best first."""
    groups = material.groups
    # Ends with this call: it knows people's names, which have to go when they are erased.
    propose = cache(partial(_candidate, people=material.people))
    proposed = []
    for idea in range(groups.n_ideas):
        candidates = _weigh_shared_words(_wordings_of(material, idea, propose), idea, material)
        proposed.append(_ranked(candidates, _by_words(candidates, idea, material)))
    if encode is None:
        return proposed
    n_compared = min(8, max(3, ENCODED // groups.n_ideas))
    shortlists = [[candidate for candidate, _ in some[:n_compared]] for some in proposed]
    for idea, speaking in enumerate(material.representatives):
        if speaking:
            shortlists[idea] += _phrases_as_titles(phrases[idea], speaking[0], material.people)
    return list(map(_ranked, shortlists, _by_meaning(shortlists, groups, encode)))


def _wordings_of(material: Material, idea: int, propose: Propose) -> list[TitleCandidate]:
    """The wordings of an idea's passages that could be its title, each once.

    Those in another language than the idea's are left out. ``propose`` is :func:`_candidate`
    for some people: an idea and those above it ask it for the same.
    """
    corpus, groups, wordings = material.corpus, material.groups, material.wordings
    found: dict[frozenset[str], TitleCandidate] = {}
    tag = primary(groups.languages[idea])
    for row in groups.members[idea].tolist():
        if row not in wordings or primary(corpus.languages[row]) != tag:
            continue
        for clause in wordings[row]:
            candidate = propose(clause, row, tag)
            if candidate is None:
                continue
            known = found.get(candidate.words)
            if known is None or candidate.quality > known.quality:
                found[candidate.words] = candidate
    return list(found.values())


def _candidate(
    clause: Clause, row: int, language: str, *, people: frozenset[str]
) -> TitleCandidate | None:
    """A clause as a title; None where it has no words of its own or names someone."""
    title = titled(clause.surface)
    words = frozenset(key_of(title, language).split())
    if not words or names_someone(title, people):
        return None
    shortest, longest = IDEAL_CHARS
    share = 0.85 if len(title) < shortest else 1.0 if len(title) <= longest else 0.95
    return TitleCandidate(title, row, clause.quality * share, words)


def _phrases_as_titles(
    phrases: Sequence[Keyphrase], row: int, people: frozenset[str]
) -> list[TitleCandidate]:
    """The first keyphrases of several words as titles: they say what about, not what."""
    several = [(key, titled(surface)) for key, surface in phrases[:4] if " " in key]
    return [
        TitleCandidate(title, row, PHRASE_QUALITY, frozenset(key.split()))
        for key, title in several
        if not names_someone(title, people)
    ]


def _by_words(
    candidates: Sequence[TitleCandidate], idea: int, material: Material
) -> NDArray[np.float64]:
    """(n_candidates,) fit of each candidate without an encoder.

    Cosine of the passage it comes from with the idea, plus that of the mean meaning of its
    words, weighted by rarity; times its quality.
    """
    if not candidates:
        return np.zeros(0)
    groups, vocabulary = material.groups, material.vocabulary
    words = np.zeros((len(candidates), groups.centred.shape[1]), np.float32)
    for number, candidate in enumerate(candidates):
        columns = vocabulary.columns(candidate.words)
        words[number] = vocabulary.rarity[columns] @ vocabulary.meaning[columns]
    direction = groups.directions[idea]
    passages = groups.centred[[candidate.row for candidate in candidates]] @ direction
    return _times_quality(candidates, passages + unit_rows(words) @ direction)


def _weigh_shared_words(
    candidates: Sequence[TitleCandidate], idea: int, material: Material
) -> list[TitleCandidate]:
    """The candidates, less fit the more of their words nobody else in the idea uses.

    A road, a misspelling or an aside of one person is no name for what many say. In a
    small idea every passage has words of its own, and nothing is asked.
    """
    rows, vocabulary = material.groups.members[idea], material.vocabulary
    if len(rows) < MANY:
        return list(candidates)
    uses = np.asarray(vocabulary.present[rows].sum(axis=0)).ravel()
    wanted = max(2.0, COMMON * len(rows))
    weighed = []
    for candidate in candidates:
        columns = vocabulary.columns(candidate.words)
        common = np.minimum(1.0, (uses[columns] - 1) / (wanted - 1)).mean() if columns else 0.0
        quality = candidate.quality * (1 - UNCOMMON + UNCOMMON * float(common))
        weighed.append(replace(candidate, quality=quality))
    return weighed


def _by_meaning(
    shortlists: Sequence[Sequence[TitleCandidate]], groups: Groups, encode: Encode
) -> list[NDArray[np.float64]]:
    """Per idea (n_candidates,): how well each wording means it and not another, times its quality.

    That is its cosine with the idea, less a share of its cosine with the nearest sibling. All
    wordings are encoded in one call and centred on their own mean, because short titles
    lie together, away from the longer passages.
    """
    wordings = sorted({candidate.title for some in shortlists for candidate in some})
    if not wordings:
        return [np.zeros(0) for _ in shortlists]
    vectors = np.asarray(encode(wordings), np.float32)
    centre = vectors.mean(axis=0) if len(wordings) > 2 else groups.mean
    row_of = {wording: row for row, wording in enumerate(wordings)}
    units = unit_rows(vectors - centre)
    return [
        _times_quality(some, _fits(units[[row_of[p.title] for p in some]], idea, groups))
        for idea, some in enumerate(shortlists)
    ]


def _fits(units: NDArray[np.float32], idea: int, groups: Groups) -> NDArray[np.float32]:
    fits = units @ groups.directions[idea]
    beside = groups.siblings(idea)
    if len(units) and len(beside):
        nearest = (units @ groups.directions[beside].T).max(axis=1)
        fits = fits - BESIDE * np.maximum(nearest, 0)
    return np.asarray(fits, np.float32)


def phrases_by_meaning(
    phrases: Sequence[Sequence[Keyphrase]], groups: Groups, encode: Encode
) -> list[list[Keyphrase]]:
    """The keyphrases of each sub-idea, those first that mean what it is about.

    A single word comes first only where it means clearly more than a phrase of several. Phrases of
    top ideas go into no title, and what is beyond the first few phrases is not compared.
    """
    few = [
        some[:N_FOR_PARENT] if parent >= 0 else []
        for some, parent in zip(phrases, groups.parent.tolist(), strict=True)
    ]
    shortlists = [
        [
            TitleCandidate(surface, 0, 1.0 if " " in key else LONE_WORD, frozenset(key.split()))
            for key, surface in some
        ]
        for some in few
    ]
    ordered: list[list[Keyphrase]] = []
    for idea, fits in enumerate(_by_meaning(shortlists, groups, encode)):
        order = np.argsort(-fits, kind="stable")
        ordered.append([few[idea][place] for place in order] + list(phrases[idea][len(order) :]))
    return ordered


def _times_quality(
    candidates: Sequence[TitleCandidate], fits: NDArray[np.float32]
) -> NDArray[np.float64]:
    quality = np.array([candidate.quality for candidate in candidates])
    return np.asarray(np.where(fits > 0, fits * quality, fits), np.float64)


def _ranked(
    candidates: Sequence[TitleCandidate], fits: NDArray[np.float64]
) -> list[tuple[TitleCandidate, float]]:
    """Best first; equals by their wording, so that the order never depends on chance."""
    pairs = zip(candidates, fits.tolist(), strict=True)
    return sorted(pairs, key=lambda pair: (-pair[1], pair[0].title))


def is_taken(words: frozenset[str], taken: Iterable[frozenset[str]]) -> bool:
    """Whether a title says nearly the same words as one already given."""
    return any(len(words & other) >= TOO_ALIKE * len(words | other) for other in taken)
