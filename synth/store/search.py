"""Search in the words of a discussion (FTS5, accents folded)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from models.text import fold
from synth.store.rows import IN, VOCABULARY, Collection

Pieces = tuple[tuple[str, bool], ...]
COMMON = 0.2
AT_LEAST = 1_000
"""A word that more messages hold, and more than this share of all, tells nothing apart where any
of several is asked for."""
MOST_TERMS = 64
"""Of a query that are looked for; a paragraph has no more that tell anything."""
LEAST_BEGINNING = 3
"""Letters of a word that is completed: every message holds words that begin with ``a``. Where
words are written without spaces between, one sign is enough."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    message_id: int
    snippet: Pieces
    """Pieces of the message around the found words; True marks a found word."""


class Ranked(NamedTuple):
    """A message that holds words which were looked for; there may be ten thousands."""

    message_id: int
    score: float
    """BM25, higher is better; comparable within one search."""
    is_in_text: bool
    """Whether its own text holds them, and not only its subject."""


class Search(Collection):
    def ranked(self, discussion_id: int, query: str, *, either: bool = False) -> list[Ranked]:
        """Messages that hold all the words, or ``either`` any of them, the most relevant first.

        Replies inherit the subject of their thread: where only the subject holds the words,
        the first such message of a thread stands for all, and an inherited subject does not
        raise what a reply says itself. ``"two words"`` finds the phrase, ``-word`` leaves
        messages out, ``wor*`` completes (from ``LEAST_BEGINNING`` letters on). Whatever is typed
        is a valid search: nothing raises.
        """
        match = self._telling(discussion_id, query) if either else match_expression(query)
        if not match:
            return []
        in_subject = self._matching(f"{{subject}} : ({match})")
        in_text = self._matching(f"{{text}} : ({match})")
        rows = self._tuples(_FOUND, match, discussion_id)
        opening = _first_of_threads(rows, in_subject)
        found = []
        for message_id, score, own_score, _, _ in rows:
            inherits = message_id in in_subject and message_id not in opening
            if not inherits or message_id in in_text:
                found.append((own_score if inherits else score, message_id))
        found.sort()
        return [Ranked(i, -score, i in in_text) for score, i in found]

    def _telling(self, discussion_id: int, query: str) -> str:
        """``either`` of the words, but for those that many messages hold: they tell nothing
        apart, weigh next to nothing, and would find everything."""
        total = self._count("SELECT count(*) FROM messages WHERE discussion_id = ?", discussion_id)
        wanted, unwanted = _terms(query)
        most = max(COMMON * total, AT_LEAST)
        rare = [term for term in wanted if self._n_matching(term) <= most]
        return _expression(rare or wanted, unwanted, either=True)

    def hits(self, query: str, found: Sequence[Ranked], *, either: bool = False) -> list[Hit]:
        """The words in their places, for some of what ``ranked`` found."""
        match = match_expression(query, either=either)
        pieces = self._pieces(match, [one.message_id for one in found]) if found else {}
        return [
            Hit(message_id=one.message_id, snippet=pieces[one.message_id][one.is_in_text])
            for one in found
        ]

    def present(self, discussion_id: int, words: Iterable[str]) -> set[str]:
        """Those of the words (``match_expression`` each) that some message holds."""
        asked = [
            (word, match) for word in dict.fromkeys(words) if (match := match_expression(word))
        ]
        return set(
            self._column(
                """SELECT value ->> 0 FROM json_each(?) WHERE EXISTS (
                     SELECT 1 FROM messages_fts f CROSS JOIN messages m ON m.id = f.rowid
                     WHERE f.messages_fts MATCH (value ->> 1) AND m.discussion_id = ?)""",
                *(asked, discussion_id),
            )
        )

    def words_like(
        self, discussion_id: int, words: Sequence[str], *, most: int = 3
    ) -> dict[str, list[str]]:
        """Word → words of the discussion that are spelt nearly so and stand in several messages of
        the file, without accents; the likest first."""
        from rapidfuzz import fuzz, process

        if not words:
            return {}
        lengths = [len(word) for word in words]
        self._write(VOCABULARY)
        terms = self._column(
            "SELECT term FROM temp.words WHERE doc > 1 AND length(term) BETWEEN ? AND ?",
            *(min(lengths) - 2, max(lengths) + 2),
        )
        likest = {
            word: process.extract(
                fold(word),
                [term for term in terms if abs(len(term) - len(word)) <= 2],
                scorer=fuzz.ratio,
                score_cutoff=75,
                limit=most,
            )
            for word in words
        }
        there = self.present(
            discussion_id, (term for found in likest.values() for term, _, _ in found)
        )
        return {word: [t for t, _, _ in found if t in there] for word, found in likest.items()}

    def _matching(self, match: str) -> frozenset[int]:
        sql = "SELECT rowid FROM messages_fts WHERE messages_fts MATCH ?"
        return frozenset(self._column(sql, match))

    def _n_matching(self, match: str) -> int:
        sql = "SELECT count(*) FROM messages_fts WHERE messages_fts MATCH ?"
        return self._count(sql, match)

    def _pieces(self, match: str, message_ids: list[int]) -> dict[int, tuple[Pieces, Pieces]]:
        """By message, the words around the best place in it, and in its text."""
        rows = self._tuples(
            f"""SELECT rowid, snippet(messages_fts, -1, char(2), char(3), ' … ', 32),
                       snippet(messages_fts, 1, char(2), char(3), ' … ', 32)
                FROM messages_fts WHERE messages_fts MATCH ? AND rowid {IN}""",
            *(match, message_ids),
        )
        return {i: (_pieces(best), _pieces(text)) for i, best, text in rows}


# Cross: read from the words to their messages; the other way round takes seconds.
_FOUND = """SELECT f.rowid, bm25(messages_fts, 2.0, 1.0), bm25(messages_fts, 0.0, 1.0),
        coalesce(m.thread_id, m.id), m.rank
    FROM messages_fts f CROSS JOIN messages m ON m.id = f.rowid
    WHERE f.messages_fts MATCH ? AND m.discussion_id = ?"""


def match_expression(query: str, *, either: bool = False) -> str:
    """What a person typed, as an FTS5 expression in which every term is quoted.

    All terms are asked for, or with ``either`` any of them.
    """
    return _expression(*_terms(query), either=either)


def _terms(query: str) -> tuple[list[str], list[str]]:
    """The terms that are asked for, and those that are not wanted, quoted; each once."""
    wanted: dict[str, None] = {}
    unwanted: dict[str, None] = {}
    for minus, phrase, word in re.findall(r'(-?)(?:"([^"]*)"|([^\s"]+))', query.replace("\0", " ")):
        term = phrase or word.strip("*")
        if not re.search(r"\w", term):
            continue
        completes = word.endswith("*") and not (term.isascii() and len(term) < LEAST_BEGINNING)
        quoted = '"' + term.replace('"', '""') + '"' + ("*" if completes else "")
        (unwanted if minus else wanted)[quoted] = None
    return list(wanted)[:MOST_TERMS], list(unwanted)[:MOST_TERMS]


def _expression(wanted: list[str], unwanted: list[str], *, either: bool) -> str:
    if not wanted:
        return ""
    asked = f"({(' OR ' if either else ' AND ').join(wanted)})"
    return asked + "".join(f" NOT {term}" for term in unwanted)


def _first_of_threads(
    rows: Sequence[tuple[int, float, float, int, int]], in_subject: frozenset[int]
) -> frozenset[int]:
    """The first message of each thread whose subject holds the words."""
    first: dict[int, tuple[int, int]] = {}
    for message_id, _, _, thread_id, rank in rows:
        if message_id in in_subject:
            here = (rank, message_id)
            first[thread_id] = min(first.get(thread_id, here), here)
    return frozenset(message_id for _, message_id in first.values())


def _pieces(text: str) -> Pieces:
    pieces: list[tuple[str, bool]] = []
    for part in text.split("\x02"):
        found, mark, rest = part.partition("\x03")
        if mark:
            pieces += [(found, True), (rest, False)]
        else:
            pieces.append((part, False))
    return tuple(piece for piece in pieces if piece[0])
