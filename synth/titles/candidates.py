"""Propose titles for the ideas: clauses and noun phrases that several voices could have said."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial

import numpy as np
from numpy.typing import NDArray

from models.clauses import Clause, is_aside
from models.keyphrases import key_of
from models.languages import primary
from models.vectors import unit_rows
from synth.corpus import Corpus
from synth.titles.exemplars import Groups
from synth.titles.scoring import PhraseTable
from synth.titles.usage import Usage
from synth.titles.wording import names_someone, titled

Encode = Callable[[Sequence[str]], NDArray[np.float32]]
Keyphrase = tuple[str, str]
"""Key, for counting, and surface, for people."""

ENCODED = 900
MOST_COMPARED, LEAST_COMPARED = 16, 3
"""How many wordings are compared by meaning in all, and per idea."""
MOST_ENCODED = 8_000
"""Wordings encoded at most, as long as each idea keeps its least and one phrase."""
N_KEYPHRASES = 7
LOOKED_AT = 80
"""The highest scored phrases of an idea, among which its keyphrases are chosen."""
MOSTLY_WITHIN = 0.5
"""Share of a word's uses within a longer phrase from which the phrase is meant."""
N_PHRASES = 5
"""The first so many keyphrases may be a title, of the idea or beside another above it."""
TOO_ALIKE = 0.66
"""Jaccard overlap of content words from which two titles read as one."""
PHRASE_QUALITY, WORD_QUALITY = 0.4, (0.25, 0.15)
"""Quality of a noun phrase, and of a single word in a small idea and in one of `MANY` voices, of
which a word says too little; a clause, which says something, has up to 1."""
USED_BY_MANY, MOST_USE = 0.45, 0.5
"""What is added where many voices of the idea use it, and the share of them from which in full."""
OF_QUALITY = 0.7
"""Exponent of quality beside what a wording means: chosen on ArgKP train."""
BESIDE = 0.25
"""Weight with which a title's cosine with the nearest sibling is taken off."""
ALONE = 0.4
"""Quality lost by a wording none of whose words another voice of the idea uses."""
FEW_VOICES = 4
"""From so many voices on, a phrase should be used by two."""
MANY = 30
"""Voices from which a word should be used by several others, and not by one."""
COMMON = 0.15
"""Share of an idea's voices that should use a word of its title."""
APART = 0.25
"""Quality lost by a wording without a word that tells the idea from the rest."""
TELLING = 0.25
"""Share of an idea's voices that use a word, more than others do, from which it tells enough."""
KEYPHRASE_WEIGHTS = (1.0, 0.6, 0.4, 0.3, 0.2)
"""How much the first keyphrases of an idea, in their order, tell of it."""
UNTOLD = 0.3
"""Share of its fit that a wording without a keyphrase loses."""
REPETITIVE = 0.85
"""Share of quality that a wording keeps that says a word twice."""
NUMBERED = 0.8
"""Share of quality that a wording with a number keeps, unless others speak of all of it."""
IDEAL_CHARS = (20, 60)


@dataclass(frozen=True, slots=True)
class TitleCandidate:
    """A possible title: its wording, the passage it comes from, how well it stands alone."""

    title: str
    row: int
    quality: float
    words: frozenset[str]
    key: str = ""
    """Of a noun phrase of the keyphrases; nothing for a clause."""

    @property
    def is_phrase(self) -> bool:
        return bool(self.key)


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
    voices: NDArray[np.float32]
    """(n_ideas, n_phrases) distinct voices that use each phrase in the idea."""
    n_voices: NDArray[np.float32]
    """(n_ideas,) distinct voices."""
    usage: Usage
    people: frozenset[str]
    """Folded names that no title may carry."""
    representatives: Sequence[tuple[int, ...]]
    """By idea: the passages that speak for it, best first."""


def keyphrases_of(
    scores: NDArray[np.float64],
    uses: NDArray[np.float32],
    vocabulary: PhraseTable,
    surfaces: Mapping[str, str],
) -> list[Keyphrase]:
    """The most telling phrases of an idea, none inside another.

    uses: (n_phrases,) the idea's voices that use each. surfaces: how the idea's language writes
    each key; keys without one are left out. Where a word mostly stands in one longer phrase, the
    phrase is meant ("feu", "feu d'artifice").
    """
    told = np.flatnonzero(scores > 0)
    best: list[int] = told[np.argsort(-scores[told], kind="stable")[:LOOKED_AT]].tolist()
    keys = {column: vocabulary.keys[column] for column in best}
    chosen: list[Keyphrase] = []
    for column in best:
        if len(chosen) == N_KEYPHRASES:
            break
        longer = [
            other
            for other in best
            if f" {keys[column]} " in f" {keys[other]} " and keys[other] in surfaces
            if uses[other] >= MOSTLY_WITHIN * uses[column] and other != column
        ]
        key = keys[max(longer, key=lambda other: (uses[other], scores[other]), default=column)]
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
    propose = cache(partial(_candidate, material=material))
    proposed = []
    for idea in range(groups.n_ideas):
        candidates = _weigh_support(_wordings_of(material, idea, propose), idea, material)
        proposed.append(_ranked(candidates, _by_words(candidates, idea, material)))
    n_compared = min(MOST_COMPARED, max(LEAST_COMPARED, ENCODED // groups.n_ideas))
    n_phrases = min(N_PHRASES, max(1, MOST_ENCODED // groups.n_ideas - n_compared))
    shortlists = [
        [candidate for candidate, _ in some[:n_compared]]
        + _phrases_as_titles(phrases[idea][:n_phrases], idea, material)
        for idea, some in enumerate(proposed)
    ]
    if encode is None:
        fits = [_by_words(some, idea, material) for idea, some in enumerate(shortlists)]
    else:
        fits = _by_meaning(shortlists, groups, encode)
    return [
        _ranked(some, np.where(fit > 0, fit * _telling_share(some, phrases[idea]), fit))
        for idea, (some, fit) in enumerate(zip(shortlists, fits, strict=True))
    ]


def _telling_share(
    candidates: Sequence[TitleCandidate], phrases: Sequence[Keyphrase]
) -> NDArray[np.float64]:
    """(n_candidates,) what of its fit each keeps: all of it with the words that tell the idea
    from others, the keyphrases, and less the fewer of them it has."""
    shares = []
    for candidate in candidates:
        said = 0.0
        for weight, (key, _) in zip(KEYPHRASE_WEIGHTS, phrases, strict=False):
            words = set(key.split())
            said += weight * len(words & candidate.words) / len(words)
        shares.append(1 - UNTOLD + UNTOLD * min(1.0, said))
    return np.array(shares, np.float64)


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
    clause: Clause, row: int, language: str, *, material: Material
) -> TitleCandidate | None:
    """A clause as a title; None where it has no words of its own or names someone."""
    title = titled(material.usage.in_small_letters(clause.surface))
    said = key_of(title, language).split()
    words = frozenset(said)
    if not words or names_someone(title, material.people):
        return None
    shortest, longest = IDEAL_CHARS
    share = 0.85 if len(title) < shortest else 1.0 if len(title) <= longest else 0.95
    share *= material.usage.soundness(clause.surface, language)
    share *= REPETITIVE if len(words) < len(said) else 1.0
    return TitleCandidate(title, row, clause.quality * share, words)


def _phrases_as_titles(
    phrases: Sequence[Keyphrase], idea: int, material: Material
) -> list[TitleCandidate]:
    """The first keyphrases as titles: they say what about, not what."""
    found = []
    for key, surface in phrases:
        # A lone word in capitals is an abbreviation.
        title = titled(material.usage.in_small_letters(surface) if " " in surface else surface)
        words = frozenset(key.split())
        if names_someone(title, material.people) or is_aside(surface):
            continue
        uses = float(material.voices[idea, material.vocabulary.row_of[key]])
        n_voices = max(1.0, float(material.n_voices[idea]))
        if uses < 2 and n_voices >= FEW_VOICES:
            continue
        small, large = WORD_QUALITY
        word = small + (large - small) * min(1.0, n_voices / MANY)
        quality = PHRASE_QUALITY if len(words) > 1 else word
        quality += USED_BY_MANY * min(1.0, uses / n_voices / MOST_USE)
        row = next(iter(material.representatives[idea]), 0)
        found.append(TitleCandidate(title, row, quality, words, key))
    return found


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


def _weigh_support(
    candidates: Sequence[TitleCandidate], idea: int, material: Material
) -> list[TitleCandidate]:
    """The candidates, less fit the less other voices speak of the same.

    A road, a number or an aside of one person is no name for what many say; nor are words that all
    of the discussion uses alike.
    """
    vocabulary = material.vocabulary
    n_voices = max(1.0, float(material.n_voices[idea]))
    uses = material.voices[idea]
    wanted = max(2.0, COMMON * n_voices)
    alone = ALONE * min(1.0, n_voices / MANY) + ALONE / 2 * (1 - min(1.0, n_voices / MANY))
    weighed = []
    for candidate in candidates:
        columns = vocabulary.columns(candidate.words)
        common, telling = 0.0, 0.0
        if columns:
            common = float(np.minimum(1.0, (uses[columns] - 1) / (wanted - 1)).clip(0).mean())
            inside = uses[columns] / n_voices
            outside = vocabulary.total[columns] / len(material.corpus)
            telling = float(np.sort((inside - outside).clip(0))[-2:].mean())
        share = 1 - alone + alone * common
        share *= 1 - APART + APART * min(1.0, telling / TELLING)
        share *= NUMBERED if any(map(str.isdigit, candidate.title)) and common < 1 else 1.0
        weighed.append(replace(candidate, quality=candidate.quality * share))
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


def _times_quality(
    candidates: Sequence[TitleCandidate], fits: NDArray[np.float32]
) -> NDArray[np.float64]:
    quality = np.array([candidate.quality for candidate in candidates]) ** OF_QUALITY
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
