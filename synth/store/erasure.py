"""Erasing a person: their own rows, and what other people's messages repeat of their words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from models.text import fold
from synth.store.values import json_text

if TYPE_CHECKING:
    from sqlite_utils import Database

RUN = 5
"""Words in a row that count as a repetition; of a shorter line, all its words."""


class ErasedWords:
    """The words and names of somebody who is erased, to find again where others repeat them."""

    def __init__(
        self, texts: Iterable[str], *, names: Iterable[str], subjects: Iterable[str]
    ) -> None:
        """``subjects``: the subject lines that are this person's alone."""
        self._runs: set[int] = set()
        for text in texts:
            self._runs.update(_run_hashes(_words(text), range(1, RUN + 1)))
        self._names = [_spaced(_words(name)) for name in names]
        self._addresses = [fold(name) for name in names if "@" in name]
        phrases = [*self._names, *(_spaced(_words(subject)) for subject in subjects)]
        # One word alone may be anybody's.
        self._phrases = [phrase for phrase in phrases if phrase.count(" ") > 2]

    def are_in(self, text: str) -> bool:
        """Whether a text holds a run of the words, a name of two words, or an address."""
        words = _words(text)
        return self._names_in(text, words, self._phrases) or any(
            run in self._runs for run in _run_hashes(words, [RUN])
        )

    def is_named_in(self, attribution: str) -> bool:
        """Whether a line that says who wrote what names the person."""
        return self._names_in(attribution, _words(attribution), self._names)

    def _names_in(self, text: str, words: Sequence[str], names: Sequence[str]) -> bool:
        folded, spaced = fold(text), _spaced(words)
        return any(name in spaced for name in names if name.strip()) or any(
            address in folded for address in self._addresses
        )

    def left_of(self, quote: str) -> str:
        """A quote without the lines that repeat the words; empty where no words are left."""
        lines = quote.split("\n")
        words = [_words(line) for line in lines]
        at = [n for n, line in enumerate(words) for _ in line]
        flat = [word for line in words for word in line]
        repeating = {
            line
            for start, run in enumerate(_run_hashes(flat, [RUN]))
            if run in self._runs
            for line in at[start : start + RUN]
        }
        for n, line in enumerate(words):
            is_short = 0 < len(line) < RUN
            if (is_short and hash(tuple(line)) in self._runs) or self._names_in(
                lines[n], line, self._phrases
            ):
                repeating.add(n)
        left = [n for n in range(len(lines)) if n not in repeating]
        return "\n".join(lines[n] for n in left) if any(words[n] for n in left) else ""


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", fold(text))


def _spaced(words: Sequence[str]) -> str:
    return f" {' '.join(words)} "


def _run_hashes(words: Sequence[str], lengths: Iterable[int]) -> Iterator[int]:
    for n in lengths:
        yield from map(hash, zip(*(words[start:] for start in range(n)), strict=False))


def forget_own_words(db: Database, message_ids: Sequence[int]) -> None:
    """Empty these messages, and remove all that was taken from them or made of them."""
    for statement in _FORGET:
        db.execute(statement, {"ids": json_text(message_ids)})


def forget_repeated_words(
    db: Database, discussion_id: int, message_ids: Sequence[int], words: ErasedWords
) -> None:
    """Remove the person's words from what messages other than ``message_ids`` quote of them.

    Direct answers lose all that they quote. What messages say themselves stays. One that loses a
    quote loses its raw form.
    """
    theirs = json_text(message_ids)
    gone: list[tuple[int]] = []
    changed: list[tuple[str, int]] = []
    touched: set[int] = set()
    for quote_id, message_id, kind, text, author, is_reply in db.execute(
        _QUOTES, [discussion_id, theirs]
    ):
        is_attribution = kind == "attribution"
        is_theirs = is_reply or words.is_named_in(text if is_attribution else author or "")
        left = "" if is_theirs else text if is_attribution else words.left_of(text)
        if left != text:
            touched.add(message_id)
            if left:
                changed.append((left, quote_id))
            else:
                gone.append((quote_id,))
    for message_id, raw in db.execute(_RAW, [discussion_id, theirs]):
        if message_id not in touched and words.are_in(raw):
            touched.add(message_id)
    db.conn.executemany("DELETE FROM quotes WHERE id = ?", gone)
    db.conn.executemany("UPDATE quotes SET text = ? WHERE id = ?", changed)
    db.execute(
        "UPDATE message_evidence SET raw = '' WHERE message_id IN (SELECT value FROM json_each(?))",
        [json_text(sorted(touched))],
    )
    for table, key, column, empty in _FACTS:
        found = db.execute(_FACT.format(table=table, key=key, column=column), [discussion_id])
        rows = [(empty, row) for row, fact in found if words.are_in(fact.replace("-", " "))]
        db.conn.executemany(f"UPDATE {table} SET {column} = ? WHERE {key} = ?", rows)


# Who answers the person quotes the person, changed beyond recognition or not.
_QUOTES = """WITH theirs(id) AS (SELECT value FROM json_each(?2))
    SELECT q.id, q.message_id, q.kind, q.text, q.author, m.parent_id IN theirs
    FROM messages m JOIN quotes q ON q.message_id = m.id
    WHERE m.discussion_id = ?1 AND q.kind <> 'signature' AND m.id NOT IN theirs"""
# A message that quotes nothing is stored twice over: its raw form holds no more than its words.
_RAW = """SELECT m.id, e.raw FROM messages m JOIN message_evidence e ON e.message_id = m.id
    WHERE m.discussion_id = ? AND e.raw <> '' AND e.raw <> m.text
      AND m.id NOT IN (SELECT value FROM json_each(?))"""
_FACTS = (
    ("messages", "id", "url", None),
    ("messages", "id", "extra", "{}"),
    ("message_evidence", "message_id", "thread_source_id", None),
)
"""What platforms say of a message and may hold the title of its thread: table, key, column, and
what stands there afterwards."""
_FACT = """SELECT t.{key}, t.{column} FROM {table} t JOIN messages m ON m.id = t.{key}
    WHERE m.discussion_id = ? AND t.{column} IS NOT NULL AND t.{column} <> '{{}}'"""
_THEIRS = "(SELECT value FROM json_each(:ids))"
_FORGET = (
    f"""DELETE FROM vectors WHERE content_sha256 IN
        (SELECT content_sha256 FROM passages WHERE message_id IN {_THEIRS}
         EXCEPT SELECT content_sha256 FROM passages WHERE message_id NOT IN {_THEIRS})""",
    f"DELETE FROM passages WHERE message_id IN {_THEIRS}",
    f"DELETE FROM extracts WHERE message_id IN {_THEIRS}",
    f"DELETE FROM quotes WHERE message_id IN {_THEIRS}",
    f"UPDATE message_evidence SET raw = '' WHERE message_id IN {_THEIRS}",
    f"""DELETE FROM spaces WHERE discussion_id IN
        (SELECT discussion_id FROM messages WHERE id IN {_THEIRS})""",
    f"DELETE FROM events WHERE noun = 'message' AND noun_id IN {_THEIRS}",
    # What a language model was asked holds words of many people, theirs perhaps among them.
    f"""DELETE FROM proposals WHERE discussion_id IN
        (SELECT discussion_id FROM messages WHERE id IN {_THEIRS})""",
    f"""UPDATE messages SET text = '', subject = NULL, url = NULL, extra = '{{}}',
        language = NULL, participant_id = NULL, content_sha256 = 'erased'
        WHERE id IN {_THEIRS}""",
)
