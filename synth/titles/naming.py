"""Walk from passages to names: read some, count in all, propose, choose."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial

import numpy as np
from numpy.typing import NDArray

from models.clauses import Clause, Reading, read, whole
from models.keyphrases import key_of, primary
from synth.records import IdeaName, IdeaTree
from synth.titles.candidates import (
    Encode,
    TitleCandidate,
    by_meaning,
    by_words,
    candidate_of,
    candidates_of,
    in_order,
    is_taken,
    keyphrases_of,
    phrase_candidates,
    phrases_by_meaning,
    shared,
)
from synth.titles.exemplars import (
    choose_representatives,
    fitness,
    readability,
    telling_sentences,
)
from synth.titles.groups import Groups, Vectors, group
from synth.titles.scoring import Vocabulary, count_phrases, score_phrases
from synth.titles.wording import (
    clipped,
    joined,
    names_someone,
    people_named,
    titled,
    without_reply_marks,
)

MOST_TOLD = 3
"""Sub-ideas that the title of a broader idea names."""
READ_WORDS = 40_000
"""How many words are parsed at most; the rest of the discussion is only counted."""
READ_CHARS = 450
"""Longer passages are parsed up to here."""
MOST_READ, LEAST_READ = 50, 5
"""Passages parsed per idea."""
ENCODED = 900
"""How many wordings are compared by meaning in all, at most 8 and at least 3 per idea."""
MOST_SHARED = 0.3
"""Share of the passages under one subject from which it is no idea's title."""
GOOD_ENOUGH = 0.12
"""Fit below which no clause speaks for the idea and a noun phrase names it instead."""


def name_ideas(
    texts: Sequence[str],
    tree: IdeaTree,
    vectors: Vectors,
    *,
    languages: Sequence[str | None],
    authors: Sequence[str | None],
    subjects: Sequence[str | None] | None = None,
    avoid: Collection[str] = (),
    encode: Encode | None = None,
    read_words: int = READ_WORDS,
) -> list[IdeaName]:
    """A title, keyphrases, a summary and representatives for every idea of the tree.

    texts, languages, authors, subjects: one entry per passage, None where unknown; the subject is
    the one of the passage's message, and a possible title. vectors: float32
    (n_passages, dim), unit rows, of the model that ``encode`` calls (texts → unit rows): with it
    the best title candidates are compared by meaning, without it by their words alone. ``avoid``
    holds people's real names, which must not appear in a title; about ``read_words`` words are
    parsed. Deterministic. Raises
    ModelMissing where a spaCy pipeline is not installed.
    """
    if not len(tree.parent):
        return []
    groups = group(tree, vectors, languages)
    readable = np.array(
        [readability(*pair) for pair in zip(texts, languages, strict=True)], np.float64
    )
    readings = _read_some(texts, groups, readable, languages, read_words=read_words)
    material = _Material(
        texts=texts,
        languages=languages,
        authors=authors,
        groups=groups,
        wordings=_wordings(readings, subjects or [None] * len(texts), languages),
        vocabulary=_vocabulary(readings, texts, languages, groups),
        people=people_named(texts, avoid),
    )
    phrases = _phrases(material, _surfaces(readings, languages))
    representatives = [
        choose_representatives(groups, idea, readable=readable, authors=authors)
        for idea in range(groups.n_ideas)
    ]
    proposed = _proposed(material, encode, phrases, representatives)
    told = phrases if encode is None else phrases_by_meaning(phrases, groups, encode)
    titles = _titles(material, proposed, phrases, representatives, told=told)
    return [
        _name(material, *parts)
        for parts in zip(titles, phrases, representatives, groups.languages, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class _Material:
    """What titles are made from."""

    texts: Sequence[str]
    languages: Sequence[str | None]
    authors: Sequence[str | None]
    groups: Groups
    wordings: Mapping[int, Sequence[Clause]]
    vocabulary: Vocabulary
    people: frozenset[str]


def _phrases(
    material: _Material,
    surfaces: Mapping[str, Mapping[str, str]],
) -> list[list[tuple[str, str]]]:
    """Per idea the (key, surface) of its most telling phrases."""
    scores = score_phrases(material.groups, material.vocabulary, material.authors)
    return [
        keyphrases_of(of_idea, material.vocabulary, surfaces.get(primary(language), {}))
        for of_idea, language in zip(scores, material.groups.languages, strict=True)
    ]


def _name(
    material: _Material,
    title: str,
    phrases: Sequence[tuple[str, str]],
    representatives: tuple[int, ...],
    language: str | None,
) -> IdeaName:
    told = (surface for _, surface in phrases if not names_someone(surface, material.people))
    speaking = [
        (material.texts[row], material.languages[row], material.authors[row])
        for row in representatives
    ]
    return IdeaName(
        title=title,
        keyphrases=tuple(told),
        summary=telling_sentences(speaking),
        language=language,
        representatives=representatives,
    )


def _read_some(
    texts: Sequence[str],
    groups: Groups,
    readable: NDArray[np.float64],
    languages: Sequence[str | None],
    *,
    read_words: int,
) -> dict[int, Reading]:
    """Parse the most central readable passages of each idea, as many as the budget allows."""
    mean_words = np.mean([min(len(text), READ_CHARS) / 6 for text in texts]) if texts else 1
    share = int(read_words / max(1.0, float(mean_words)) / groups.n_ideas)
    per_idea = min(MOST_READ, max(LEAST_READ, share))
    rows: set[int] = set()
    for idea, members in enumerate(groups.members):
        order = np.argsort(-fitness(groups, idea, readable), kind="stable")
        rows.update(int(members[i]) for i in order[:per_idea])
    chosen = sorted(rows)
    readings = read([_beginning(texts[row]) for row in chosen], [languages[row] for row in chosen])
    return dict(zip(chosen, readings, strict=True))


def _wordings(
    readings: Mapping[int, Reading],
    subjects: Sequence[str | None],
    languages: Sequence[str | None],
) -> dict[int, list[Clause]]:
    """By passage: the clauses read in it, and the subject its author gave it.

    A subject that most of the discussion shares tells no idea from another and is left out.
    """
    lines = [without_reply_marks(subject) if subject else "" for subject in subjects]
    counts = Counter(lines)
    heading = cache(whole)  # all passages of a message, and most of a thread, share theirs
    found: dict[int, list[Clause]] = {}
    for row, line in enumerate(lines):
        clauses = list(readings[row].clauses) if row in readings else []
        if (
            line
            and counts[line] <= MOST_SHARED * len(lines)
            and (own := heading(line, languages[row]))
        ):
            clauses.append(own)
        if clauses:
            found[row] = clauses
    return found


def _beginning(text: str) -> str:
    """The text up to the last sentence end within the limit, so that offsets stay valid."""
    if len(text) <= READ_CHARS:
        return text
    head = text[:READ_CHARS]
    end = max(head.rfind(mark) for mark in (". ", "! ", "? ", "\n"))
    return head[: end + 1] if end > READ_CHARS // 3 else head


def _surfaces(
    readings: Mapping[int, Reading], languages: Sequence[str | None]
) -> dict[str, dict[str, str]]:
    """By language and phrase key: the spelling that most passages use."""
    counts: dict[str, dict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
    for row, reading in readings.items():
        for phrase in reading.phrases:
            counts[primary(languages[row])][phrase.key][phrase.surface] += 1
    return {
        language: {
            key: min(seen, key=lambda s: (-seen[s], len(s), s)) for key, seen in of_key.items()
        }
        for language, of_key in counts.items()
    }


def _vocabulary(
    readings: Mapping[int, Reading],
    texts: Sequence[str],
    languages: Sequence[str | None],
    groups: Groups,
) -> Vocabulary:
    keys = {phrase.key for reading in readings.values() for phrase in reading.phrases}
    for row, reading in readings.items():
        tag = primary(languages[row])
        for clause in reading.clauses:
            keys.update(key_of(clause.surface, tag).split())
    return count_phrases(keys, texts, languages=languages, centred=groups.centred)


def _proposed(
    material: _Material,
    encode: Encode | None,
    phrases: Sequence[Sequence[tuple[str, str]]],
    representatives: Sequence[Sequence[int]],
) -> list[list[tuple[TitleCandidate, float]]]:
    """Per idea its title candidates with their fit, best first."""
    groups = material.groups
    n_compared = min(8, max(3, ENCODED // groups.n_ideas))
    every, fits = [], []
    # Ends with this call: it knows people's names, which have to go when they are erased.
    propose = cache(partial(candidate_of, people=material.people))
    for idea, members in enumerate(groups.members):
        candidates = candidates_of(
            members.tolist(),
            material.wordings,
            language=groups.languages[idea],
            languages=material.languages,
            propose=propose,
        )
        candidates = shared(candidates, idea, groups, material.vocabulary)
        scores = by_words(candidates, idea, groups, material.vocabulary)
        every.append(in_order(candidates, scores))
        fits.append(sorted(scores.tolist(), reverse=True))
    if encode is not None:
        every = [
            some[:n_compared]
            + (phrase_candidates(told, speaking[0], material.people) if speaking else [])
            for some, told, speaking in zip(every, phrases, representatives, strict=True)
        ]
        meanings = by_meaning(every, groups, encode)
        every = [in_order(some, scores) for some, scores in zip(every, meanings, strict=True)]
        fits = [sorted(scores.tolist(), reverse=True) for scores in meanings]
    return [list(zip(some, fit, strict=False)) for some, fit in zip(every, fits, strict=True)]


def _titles(
    material: _Material,
    proposed: Sequence[Sequence[tuple[TitleCandidate, float]]],
    phrases: Sequence[Sequence[tuple[str, str]]],
    representatives: Sequence[Sequence[int]],
    *,
    told: Sequence[Sequence[tuple[str, str]]],
) -> list[str]:
    """One title per idea, none twice. ``told``: the phrases of each in the order in which
    an idea above it would tell them."""
    titles: list[str] = []
    taken: list[frozenset[str]] = []
    for idea, language in enumerate(material.groups.languages):
        tag = primary(language)
        options = _headings(material.groups, idea, told)
        options += [candidate.title for candidate, fit in proposed[idea] if fit >= GOOD_ENOUGH]
        options += _phrase_titles(phrases[idea], language)
        options += [candidate.title for candidate, fit in proposed[idea] if fit < GOOD_ENOUGH]
        options += [clipped(material.texts[row], language) for row in representatives[idea]]
        fresh = (
            (option, words)
            for option in options
            if (words := frozenset(key_of(option, tag).split()))
            and not is_taken(words, taken)
            and not names_someone(option, material.people)
        )
        title, words = next(fresh, (f"{next(iter(options), '')} #{idea + 1}".strip(), frozenset()))
        titles.append(title)
        taken.append(words)
    return titles


def _headings(groups: Groups, idea: int, phrases: Sequence[Sequence[tuple[str, str]]]) -> list[str]:
    """For an idea above others: what its largest sub-ideas are about, side by side.

    One passage's clause would promise that all of them speak of it.
    """
    language = groups.languages[idea]
    children = sorted(
        np.flatnonzero(groups.parent == idea).tolist(), key=lambda c: -len(groups.members[c])
    )
    told: list[str] = []
    words: set[str] = set()
    for child in children:
        same = primary(groups.languages[child]) == primary(language)
        fresh = (s for key, s in phrases[child] if same and not words & set(key.split()))
        surface = next(fresh, None)
        if surface is not None:
            told.append(surface)
            words.update(key_of(surface, primary(language)).split())
    # The first that no other idea bears is taken.
    choices = (told[:MOST_TOLD], told[1 : MOST_TOLD + 1], told[:2], told[: MOST_TOLD + 1])
    return [joined(some, language) for some in choices if len(some) > 1]


def _phrase_titles(phrases: Sequence[tuple[str, str]], language: str | None) -> list[str]:
    """Telling noun phrases of several words, then the two most telling ones joined."""
    several = [titled(surface) for key, surface in phrases[:4] if " " in key]
    pair = [surface for _, surface in phrases[:2]]
    return [*several, joined(pair, language)] if pair else several
