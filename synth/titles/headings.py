"""Titles from headings: an idea that is one thread is called what people called the thread."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from models.clauses import is_aside
from models.keyphrases import is_vague, key_of
from models.languages import primary
from models.text import fold
from synth.corpus import Corpus
from synth.titles.exemplars import Groups
from synth.titles.wording import (
    LINKING,
    LONGEST_QUESTION,
    names_someone,
    shortened,
    titled,
    without_reply_marks,
)

MOSTLY = 0.5
"""Share of an idea's messages that stand in the thread, and of the thread's that stand in the
idea, from which the one is the other."""
LEAST_MESSAGES = 3
"""A shorter thread is nobody's heading but its author's."""
MOST_SHARED = 0.8
"""A thread with this share of all messages is the discussion, and no idea of it."""

_FORMER = re.compile(r"\s*[\[(]\s*(?:was|war|ex|anciennement|antes|era)\s*:.*$", re.IGNORECASE)
_NUMBERED = re.compile(
    r"^\W*(?:(?:articles?|art\.?|chapitre|chapter|section|titre|title|punkt|artikel|kapitel|artículo"
    r"|capítulo|proposition|proposal|proposta|propuesta|item|ticket|issue|bug)\s*)?"
    r"(?:n[°ºo]\.?\s*|[#§]\s*)?(?:\d{1,3}(?:[.\-]\d+)*|[ivx]{1,5}|additionnel|nouveau|\([^()]*\))"
    r"\s*(?:bis|ter)?\s*(?:[:.)\]\-–—]+\s+|[)\]]\s*)",
    re.IGNORECASE,
)
_ASIDE = re.compile(r"(?<=\w\w\w)\s*\([^()]*\)\s*$")
_OPENER = re.compile(
    r"^\s*(?:et|mais|and|but|so|und|aber|y(?! a)|pero|i|però)\s+(?=\S+\s+\S)", re.IGNORECASE
)
_ADDRESS = re.compile(r"https?:|www\.|\S@\S|[<>{}|\\]")


def cleaned_heading(line: str) -> str:
    """A subject without marks of lists, replies and numbering, in sentence case, not too long."""
    bare = _FORMER.sub("", without_reply_marks(line))
    bare = _NUMBERED.sub("", without_reply_marks(bare), count=1)
    bare = _OPENER.sub("", _ASIDE.sub("", bare))
    short = titled(shortened(titled(bare))).split(" ")
    while len(short) > 1 and fold(short[-1]) in LINKING:
        short.pop()
    return titled(" ".join(short))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Match:
    """An idea and a thread that are mostly the same messages."""

    idea: int
    overlap: float
    """F1 of the two sets of messages."""
    title: str


def headings_of(corpus: Corpus) -> list[str]:
    """For each passage the cleaned subject of its message; may be empty."""
    cleaned = {line: cleaned_heading(line) for line in set(corpus.subjects) if line}
    return [cleaned[subject] if subject else "" for subject in corpus.subjects]


def heading_titles(
    corpus: Corpus, groups: Groups, own: Sequence[str], *, people: Collection[str]
) -> dict[int, str]:
    """Idea → the heading of the thread that it is; no heading for two ideas.

    A thread is what answers each other, or what bears the same subject. ``own`` as
    :func:`headings_of` gives it.
    """
    headings = _own_or_of_thread(corpus, own)
    by_thread = list(zip(corpus.threads.tolist(), strict=True))
    by_subject = [(fold(heading), "") if heading else None for heading in headings]
    found = [
        *_matches(corpus, groups, by_thread, headings, people),
        *_matches(corpus, groups, by_subject, headings, people),
    ]
    titles: dict[int, str] = {}
    used: set[str] = set()
    for one in sorted(found, key=lambda m: (-m.overlap, m.idea, m.title)):
        if one.idea not in titles and fold(one.title) not in used:
            titles[one.idea] = one.title
            used.add(fold(one.title))
    return titles


def _own_or_of_thread(corpus: Corpus, own: Sequence[str]) -> list[str]:
    """For each passage the heading of its message, else the first of its thread; may be empty."""
    threads: list[int] = corpus.threads.tolist()
    first: dict[int, str] = {}
    for thread, heading in zip(threads, own, strict=True):
        if heading:
            first.setdefault(thread, heading)
    return [heading or first.get(t, "") for heading, t in zip(own, threads, strict=True)]


def _matches(
    corpus: Corpus,
    groups: Groups,
    units: Sequence[Hashable | None],
    headings: Sequence[str],
    people: Collection[str],
) -> Iterator[_Match]:
    """The ideas that are mostly one unit; ``units``: by passage what it is a part of."""
    message_of: list[int] = corpus.message_ids.tolist()
    sizes = _sizes(units, message_of)
    n_messages = len(set(message_of))
    for idea, rows in enumerate(groups.members):
        inside: list[int] = rows.tolist()
        n_inside = len({message_of[row] for row in inside})
        shared = _sizes([units[row] for row in inside], [message_of[row] for row in inside])
        for unit, n in sorted(shared.items(), key=lambda item: -item[1])[:1]:
            is_same = n > MOSTLY * n_inside and n > MOSTLY * sizes[unit] and n >= LEAST_MESSAGES
            if not is_same or sizes[unit] > MOST_SHARED * n_messages:
                continue
            of_unit = Counter(headings[row] for row in inside if units[row] == unit)
            title = min(of_unit, key=lambda h: (-of_unit[h], h))
            if is_heading(title, groups.languages[idea], people):
                yield _Match(idea=idea, overlap=2 * n / (n_inside + sizes[unit]), title=title)


def _sizes(units: Sequence[Hashable | None], messages: Sequence[int]) -> Mapping[Hashable, int]:
    """How many messages each unit has."""
    pairs = {(unit, m) for unit, m in zip(units, messages, strict=True) if unit is not None}
    return Counter(unit for unit, _ in sorted(pairs, key=str))


def is_heading(title: str, language: str | None, people: Collection[str]) -> bool:
    """Whether a cleaned subject says what its thread is about, and names nobody."""
    tag = primary(language)
    telling = [word for word in key_of(title, tag).split() if not is_vague(word, tag)]
    is_short = len(title) <= LONGEST_QUESTION and bool(telling) and len(max(telling, key=len)) > 3
    if not is_short or _ADDRESS.search(title) or is_aside(title):
        return False
    return not names_someone(title, frozenset(people))
