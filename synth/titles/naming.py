"""Name the ideas: parse some passages, count phrases in all, propose titles, choose."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from models.clauses import Clause, ParsedText, heading_clause, read
from models.keyphrases import key_of
from models.languages import primary
from synth.corpus import Corpus
from synth.records import IdeaName, IdeaTree
from synth.titles.candidates import (
    Encode,
    Keyphrase,
    Material,
    TitleCandidate,
    is_taken,
    keyphrases_of,
    phrases_by_meaning,
    title_candidates,
)
from synth.titles.exemplars import (
    Groups,
    choose_representatives,
    fitness,
    group,
    readability,
    telling_sentences,
)
from synth.titles.scoring import PhraseTable, count_phrases, score_phrases
from synth.titles.wording import (
    clipped,
    joined,
    names_someone,
    people_named,
    titled,
    without_reply_marks,
)

MOST_NAMED = 3
"""Sub-ideas that the title of a broader idea names."""
READ_WORDS = 40_000
"""How many words are parsed at most; the rest of the discussion is only counted."""
READ_CHARS = 450
"""Longer passages are parsed up to here."""
MOST_READ, LEAST_READ = 50, 5
"""Passages parsed per idea."""
MOST_SHARED = 0.3
"""A subject that this share of the passages has is no idea's title."""
GOOD_ENOUGH = 0.12
"""Below this fit a clause is no title as long as there is a noun phrase."""


def name_ideas(
    corpus: Corpus,
    tree: IdeaTree,
    *,
    avoid: Collection[str] = (),
    encode: Encode | None = None,
    read_words: int = READ_WORDS,
) -> list[IdeaName]:
    """A title, keyphrases, a summary and representatives for every idea of the tree.

    The leaves and weights of ``tree`` belong to the passages of ``corpus``; the subject of a
    passage's message is a possible title. ``encode`` (texts → unit rows) is the model of the
    corpus' vectors: with it the best title candidates are compared by meaning, without it by
    their words alone. ``avoid`` holds people's real names, which must not appear in a title;
    about ``read_words`` words are parsed. Representatives are rows of the corpus. Deterministic.
    Raises ModelMissing where a spaCy pipeline is not installed.
    """
    if not len(tree.parent):
        return []
    texts = corpus.texts
    groups = group(corpus, tree)
    readable = np.array(list(map(readability, texts, corpus.languages)), np.float64)
    parsed = _read_some(corpus, groups, readable, read_words=read_words)
    material = Material(
        corpus=corpus,
        groups=groups,
        wordings=_wordings(corpus, parsed),
        vocabulary=_vocabulary(corpus, parsed, groups),
        people=people_named(texts, avoid),
        representatives=[
            choose_representatives(groups, idea, readable=readable, authors=corpus.authors)
            for idea in range(groups.n_ideas)
        ],
    )
    phrases = _keyphrases(material, _surfaces(parsed, corpus.languages))
    for_parents = phrases if encode is None else phrases_by_meaning(phrases, groups, encode)
    proposed = title_candidates(material, phrases, encode)
    titles = _titles(material, proposed, phrases, for_parents=for_parents)
    return [
        _name(material, idea, *named)
        for idea, named in enumerate(zip(titles, phrases, strict=True))
    ]


def _read_some(
    corpus: Corpus, groups: Groups, readable: NDArray[np.float64], *, read_words: int
) -> dict[int, ParsedText]:
    """Parse the most central readable passages of each idea, as many as the budget allows."""
    texts = corpus.texts
    mean_words = np.mean([min(len(text), READ_CHARS) / 6 for text in texts]) if texts else 1
    share = int(read_words / max(1.0, float(mean_words)) / groups.n_ideas)
    per_idea = min(MOST_READ, max(LEAST_READ, share))
    rows: set[int] = set()
    for idea, members in enumerate(groups.members):
        order = np.argsort(-fitness(groups, idea, readable), kind="stable")
        rows.update(members[order[:per_idea]].tolist())
    chosen = sorted(rows)
    parts = [_beginning(texts[row]) for row in chosen]
    parsed = read(parts, [corpus.languages[row] for row in chosen])
    return dict(zip(chosen, parsed, strict=True))


def _beginning(text: str) -> str:
    """The text up to the last sentence end within the limit, so that offsets stay valid."""
    if len(text) <= READ_CHARS:
        return text
    head = text[:READ_CHARS]
    end = max(head.rfind(mark) for mark in (". ", "! ", "? ", "\n"))
    return head[: end + 1] if end > READ_CHARS // 3 else head


def _wordings(corpus: Corpus, parsed: Mapping[int, ParsedText]) -> dict[int, list[Clause]]:
    """By passage: the clauses read in it, and the subject its author gave it.

    A subject that most of the discussion shares tells no idea from another and is left out.
    """
    lines = [without_reply_marks(subject or "") for subject in corpus.subjects]
    most = MOST_SHARED * len(lines)
    rare = {line for line, n in Counter(lines).items() if line and n <= most}
    heading = cache(heading_clause)  # all passages of a message, and most of a thread, share theirs
    found: dict[int, list[Clause]] = {}
    for row, (line, language) in enumerate(zip(lines, corpus.languages, strict=True)):
        clauses = list(parsed[row].clauses) if row in parsed else []
        if line in rare and (own := heading(line, language)):
            clauses.append(own)
        if clauses:
            found[row] = clauses
    return found


def _surfaces(
    parsed: Mapping[int, ParsedText], languages: Sequence[str | None]
) -> dict[str, dict[str, str]]:
    """By language and phrase key: the spelling that most passages use."""
    counts: dict[str, dict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
    for row, one in parsed.items():
        for phrase in one.phrases:
            counts[primary(languages[row])][phrase.key][phrase.surface] += 1
    return {
        language: {
            key: min(seen, key=lambda s: (-seen[s], len(s), s)) for key, seen in of_key.items()
        }
        for language, of_key in counts.items()
    }


def _vocabulary(corpus: Corpus, parsed: Mapping[int, ParsedText], groups: Groups) -> PhraseTable:
    keys = {phrase.key for one in parsed.values() for phrase in one.phrases}
    for row, one in parsed.items():
        tag = primary(corpus.languages[row])
        for clause in one.clauses:
            keys.update(key_of(clause.surface, tag).split())
    return count_phrases(corpus, keys, centred=groups.centred)


def _keyphrases(
    material: Material, surfaces: Mapping[str, Mapping[str, str]]
) -> list[list[Keyphrase]]:
    """The most telling phrases of each idea, as its language writes them."""
    scores = score_phrases(material.groups, material.vocabulary, material.corpus.authors)
    return [
        keyphrases_of(of_idea, material.vocabulary, surfaces.get(primary(language), {}))
        for of_idea, language in zip(scores, material.groups.languages, strict=True)
    ]


def _titles(
    material: Material,
    proposed: Sequence[Sequence[tuple[TitleCandidate, float]]],
    phrases: Sequence[Sequence[Keyphrase]],
    *,
    for_parents: Sequence[Sequence[Keyphrase]],
) -> list[str]:
    """One title per idea, none twice.

    ``for_parents``: the phrases of each idea in the order in which the idea above it uses them.
    """
    titles: list[str] = []
    taken: list[frozenset[str]] = []
    for idea, language in enumerate(material.groups.languages):
        tag = primary(language)
        options = list(_options(material, idea, proposed[idea], phrases[idea], for_parents))
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


def _options(
    material: Material,
    idea: int,
    proposed: Sequence[tuple[TitleCandidate, float]],
    phrases: Sequence[Keyphrase],
    for_parents: Sequence[Sequence[Keyphrase]],
) -> Iterator[str]:
    """What an idea could be called, the best first."""
    language = material.groups.languages[idea]
    yield from _headings(material.groups, idea, for_parents)
    yield from (candidate.title for candidate, fit in proposed if fit >= GOOD_ENOUGH)
    # Telling noun phrases of several words, then the two most telling ones joined.
    yield from (titled(surface) for key, surface in phrases[:4] if " " in key)
    if phrases:
        yield joined([surface for _, surface in phrases[:2]], language)
    yield from (candidate.title for candidate, fit in proposed if fit < GOOD_ENOUGH)
    for row in material.representatives[idea]:
        yield clipped(material.corpus.passages[row].text, language)


def _headings(groups: Groups, idea: int, phrases: Sequence[Sequence[Keyphrase]]) -> list[str]:
    """For an idea above others: what its largest sub-ideas are about, side by side.

    One passage's clause would promise that all of them speak of it.
    """
    language = groups.languages[idea]
    children = sorted(
        np.flatnonzero(groups.parent == idea).tolist(), key=lambda c: -len(groups.members[c])
    )
    surfaces: list[str] = []
    words: set[str] = set()
    for child in children:
        same = primary(groups.languages[child]) == primary(language)
        fresh = (s for key, s in phrases[child] if same and not words & set(key.split()))
        surface = next(fresh, None)
        if surface is not None:
            surfaces.append(surface)
            words.update(key_of(surface, primary(language)).split())
    # The first that no other idea bears is taken.
    n = MOST_NAMED
    choices = (surfaces[:n], surfaces[1 : n + 1], surfaces[:2], surfaces[: n + 1])
    return [joined(some, language) for some in choices if len(some) > 1]


def _name(material: Material, idea: int, title: str, phrases: Sequence[Keyphrase]) -> IdeaName:
    corpus, representatives = material.corpus, material.representatives[idea]
    quotes = [
        (corpus.passages[row].text, corpus.languages[row], corpus.authors[row])
        for row in representatives
    ]
    return IdeaName(
        title=title,
        keyphrases=tuple(s for _, s in phrases if not names_someone(s, material.people)),
        summary=telling_sentences(quotes),
        language=material.groups.languages[idea],
        representatives=representatives,
    )
