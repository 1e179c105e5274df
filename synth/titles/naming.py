"""Name the ideas: parse some passages, count phrases in all, propose titles, choose."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from itertools import count, product

import numpy as np
from numpy.typing import NDArray

from models.clauses import Clause, ParsedText, heading_clauses, read
from models.keyphrases import key_of
from models.languages import primary
from synth.corpus import Corpus
from synth.parallel import in_order
from synth.records import IdeaName, IdeaTree
from synth.titles.candidates import (
    Encode,
    Keyphrase,
    Material,
    is_taken,
    keyphrases_of,
    title_candidates,
)
from synth.titles.exemplars import (
    Groups,
    choose_representatives,
    fitness,
    group,
    readability,
)
from synth.titles.headings import heading_titles, headings_of
from synth.titles.options import SURE_BY_MEANING, SURE_BY_WORDS, TitleOptions, words_last
from synth.titles.scoring import PhraseTable, count_phrases, score_phrases, voices_using
from synth.titles.summaries import telling_sentences
from synth.titles.topics import TopicNames
from synth.titles.usage import count_usage
from synth.titles.wording import (
    BETWEEN,
    names_someone,
    people_named,
)

READ_WORDS = 40_000
"""How many words are parsed at most; the rest of the discussion is only counted."""
READ_CHARS = 450
"""Longer passages are parsed up to here."""
MOST_READ, LEAST_READ = 50, 6
"""Passages parsed per leaf idea."""
PORTION = 256
"""Passages parsed in one go."""
N_ALONE = 2_000
"""Passages before it is worth starting processes, each of which loads the parser."""
MOST_READ_IN_ALL, LEAST_PER_LEAF = 6_000, 2
"""Passages parsed in all, unless that is fewer than so many per leaf idea."""
MOST_SHARED = 0.3
"""A subject that this share of the passages has is no idea's title."""
_INFLECTED = re.compile(r"[^\W\d_]+(?:en|em) [A-ZÄÖÜ]|[^\W\d_]+(?:isch|lich|ig)(?:e|er|en|em|es)\Z")


def name_ideas(
    corpus: Corpus,
    tree: IdeaTree,
    *,
    avoid: Collection[str] = (),
    taken: Collection[str] = (),
    encode: Encode | None = None,
    read_words: int = READ_WORDS,
) -> list[IdeaName]:
    """A title, keyphrases, a summary and representatives for every idea of the tree.

    The leaves and weights of ``tree`` belong to the passages of ``corpus``; the subject of a
    passage's message is a possible title. ``encode`` (texts → unit rows) is the model of the
    corpus' vectors: with it the best title candidates are compared by meaning, without it by
    their words alone. ``avoid`` holds people's real names, which must not appear in a title, and
    ``taken`` the titles of other ideas; about ``read_words`` words are parsed. Representatives are
    rows of the corpus. Deterministic. Raises ModelMissing where a spaCy pipeline is not installed.
    """
    if not len(tree.parent):
        return []
    texts = corpus.texts
    groups = group(corpus, tree)
    readable = np.array(list(map(readability, texts, corpus.languages)), np.float64)
    parsed = _read_some(corpus, groups, readable, read_words=read_words)
    vocabulary = _vocabulary(corpus, parsed, groups)
    voices, n_voices = voices_using(groups, vocabulary, corpus.voices)
    own_headings = headings_of(corpus)
    material = Material(
        corpus=corpus,
        groups=groups,
        wordings=_wordings(corpus, parsed, own_headings),
        vocabulary=vocabulary,
        voices=voices,
        n_voices=n_voices,
        usage=count_usage(texts, corpus.languages),
        people=people_named(texts, avoid),
        representatives=[
            choose_representatives(groups, idea, readable=readable, authors=corpus.authors)
            for idea in range(groups.n_ideas)
        ],
    )
    surfaces = _surfaces(parsed, corpus.languages)
    phrases = _keyphrases(material, surfaces)
    proposed = title_candidates(material, phrases, encode)
    headings = heading_titles(corpus, groups, own_headings, people=material.people)
    topics = TopicNames(material, surfaces=surfaces, headings=headings)
    titles = _titles(
        TitleOptions(
            material=material,
            candidates=list(map(words_last, proposed)),
            keyphrases=phrases,
            headings=headings,
            topics=topics,
            sure=SURE_BY_WORDS if encode is None else SURE_BY_MEANING,
        ),
        taken,
    )
    return [
        _name(material, idea, *named)
        for idea, named in enumerate(zip(titles, phrases, strict=True))
    ]


def _read_some(
    corpus: Corpus, groups: Groups, readable: NDArray[np.float64], *, read_words: int
) -> dict[int, ParsedText]:
    """Parse the most central readable passages of each leaf idea, as many as the budget allows."""
    texts = corpus.texts
    mean_words = np.mean([min(len(text), READ_CHARS) / 6 for text in texts]) if texts else 1
    leaves = np.setdiff1d(np.arange(groups.n_ideas), groups.parent).tolist()
    share = int(read_words / max(1.0, float(mean_words)) / len(leaves))
    least = min(LEAST_READ, max(LEAST_PER_LEAF, MOST_READ_IN_ALL // len(leaves)))
    per_idea = min(MOST_READ, max(least, share))
    rows: set[int] = set()
    for idea in leaves:
        members = groups.members[idea]
        order = np.argsort(-fitness(groups, idea, readable), kind="stable")
        rows.update(members[order[:per_idea]].tolist())
    of_language: dict[str, list[int]] = defaultdict(list)
    for row in sorted(rows):
        of_language[primary(corpus.languages[row])].append(row)
    portions = (
        (some, [(_beginning(texts[row]), language) for row in some])
        for language, chosen in sorted(of_language.items())
        for at in range(0, len(chosen), PORTION)
        for some in [chosen[at : at + PORTION]]
    )
    parsed = {
        row: one
        for some, found in in_order(_parsed, portions, n_alone=N_ALONE)
        for row, one in zip(some, found, strict=True)
    }
    return {row: parsed[row] for row in sorted(parsed)}


def _parsed(texts: Sequence[tuple[str, str]]) -> list[ParsedText]:
    return read([text for text, _ in texts], [language for _, language in texts])


def _beginning(text: str) -> str:
    """The text up to the last sentence end within the limit, so that offsets stay valid; what is
    cut in the middle is no sentence."""
    if len(text) <= READ_CHARS:
        return text
    head = text[:READ_CHARS]
    end = max(head.rfind(mark) for mark in (". ", "! ", "? ", "\n\n"))
    return head[: end + 1]


def _wordings(
    corpus: Corpus, parsed: Mapping[int, ParsedText], headings: Sequence[str]
) -> dict[int, list[Clause]]:
    """By passage that was read: its clauses, and the heading that its author gave the message.

    A heading that many messages share tells no idea from another and is left out.
    """
    counts = Counter(headings)
    asked = sorted(
        {
            (headings[row], primary(corpus.languages[row]))
            for row in parsed
            if headings[row] and counts[headings[row]] <= MOST_SHARED * len(corpus)
        }
    )
    clauses = heading_clauses([line for line, _ in asked], [language for _, language in asked])
    of_heading = dict(zip(asked, clauses, strict=True))
    found: dict[int, list[Clause]] = {}
    for row, one in parsed.items():
        own = of_heading.get((headings[row], primary(corpus.languages[row])))
        if one.clauses or own:
            found[row] = [*one.clauses, *([own] if own else [])]
    return found


def _surfaces(
    parsed: Mapping[int, ParsedText], languages: Sequence[str | None]
) -> dict[str, dict[str, str]]:
    """By language and phrase key: the spelling that most passages use; of equal ones the plural,
    in German the nominative."""
    counts: dict[str, dict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
    for row, one in parsed.items():
        for phrase in one.phrases:
            if not _is_inflected(phrase.surface, primary(languages[row])):
                counts[primary(languages[row])][phrase.key][phrase.surface] += 1
    return {
        language: {
            key: min(seen, key=lambda s: (-seen[s], len(s) if language == "de" else -len(s), s))
            for key, seen in of_key.items()
        }
        for language, of_key in counts.items()
    }


def _is_inflected(surface: str, language: str) -> bool:
    """German "öffentlichen Raum", in a case that no title has, and "Vegetarische" alone."""
    return language == "de" and _INFLECTED.match(surface) is not None


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
    groups, vocabulary = material.groups, material.vocabulary
    scores = score_phrases(groups, vocabulary, material.voices)
    ideas = zip(scores, material.voices, groups.languages, strict=True)
    return [
        keyphrases_of(of_idea, uses, vocabulary, surfaces.get(primary(language), {}))
        for of_idea, uses, language in ideas
    ]


def _titles(options: TitleOptions, elsewhere: Collection[str]) -> list[str]:
    """One title per idea, none twice and none that is ``elsewhere``: the best that is left, for
    the surest ideas first."""
    groups, people = options.material.groups, options.material.people
    taken = _TakenTitles()
    for title, language in product(sorted(elsewhere), set(groups.languages)):
        taken.add(title, language)
    borne = set(elsewhere)
    titles: dict[int, str] = {}
    is_broad = np.isin(np.arange(groups.n_ideas), groups.parent)
    fits = [some[0][1] if some else 0.0 for some in options.candidates]

    def order(idea: int) -> tuple[bool, bool, float, int]:
        return idea not in options.headings, not is_broad[idea], -fits[idea], idea

    for idea in sorted(range(groups.n_ideas), key=order):
        language = groups.languages[idea]
        first = ""
        for option in options.of(idea):
            if not option or names_someone(option, people):
                continue
            first = first or option
            if not taken.holds(option, language):
                titles[idea] = option
                break
        else:
            titles[idea] = _numbered(first, borne)
        borne.add(titles[idea])
        taken.add(titles[idea], language)
    return [titles[idea] for idea in range(groups.n_ideas)]


class _TakenTitles:
    """The titles that ideas bear, by their words."""

    def __init__(self) -> None:
        self._pairs: set[frozenset[str]] = set()
        self._with_word: dict[str, list[frozenset[str]]] = defaultdict(list)

    def add(self, title: str, language: str | None) -> None:
        words = _words(title, language)
        if BETWEEN in title:
            self._pairs.add(words)
            return
        for word in words:
            self._with_word[word].append(words)

    def holds(self, title: str, language: str | None) -> bool:
        """Whether an idea bears it; two names side by side are not either of them."""
        words = _words(title, language)
        if BETWEEN in title:
            return words in self._pairs
        # Titles without a word in common are never alike.
        return any(is_taken(words, self._with_word.get(word, ())) for word in words)


def _numbered(title: str, titles: Collection[str]) -> str:
    """For ideas that say the very same: only a number tells them apart."""
    return next(way for n in count(2) if (way := f"{title} ({n})".strip()) not in titles)


def _words(title: str, language: str | None) -> frozenset[str]:
    """The content words of a title, or all of it where it has none."""
    words = frozenset(key_of(title, primary(language)).split())
    return words or frozenset({title.casefold()})


def _name(material: Material, idea: int, title: str, phrases: Sequence[Keyphrase]) -> IdeaName:
    corpus, representatives = material.corpus, material.representatives[idea]
    quotes = [
        (corpus.passages[row].text, corpus.languages[row], corpus.authors[row])
        for row in representatives
    ]
    tag = primary(material.groups.languages[idea])
    about = {*key_of(title, tag).split(), *(word for key, _ in phrases for word in key.split())}
    return IdeaName(
        title=title,
        keyphrases=tuple(s for _, s in phrases if not names_someone(s, material.people)),
        summary=telling_sentences(quotes, about=about, people=material.people),
        language=material.groups.languages[idea],
        representatives=representatives,
    )
