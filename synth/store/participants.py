"""Participants: pseudonyms for reading, real names kept apart, and how somebody is erased."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from models.text import fold
from synth.store.rows import IN, Collection, json_text, now, sha256_text, time_text

RUN = 5
"""Words in a row that repeat somebody's words; of a shorter line, all its words."""


class Participants(Collection):
    def known(self, discussion_id: int) -> dict[str, int]:
        """Author key → participant id."""
        return self._mapping(
            "SELECT author_key, participant_id FROM participant_names WHERE discussion_id = ?",
            discussion_id,
        )

    def add(self, discussion_id: int, *, author_key: str, name: str | None) -> int:
        """Give a new author the next number: ``Participant 12``. Numbers are never reused."""
        # Numbers rise with the ids: the newest has the highest.
        newest = self._value(
            "SELECT pseudonym FROM participants WHERE discussion_id = ? ORDER BY id DESC LIMIT 1",
            discussion_id,
        )
        number = 1 + int((newest or "Participant 0").removeprefix("Participant "))
        pseudonym = f"Participant {number}"
        participant_id = self._insert(
            "participants", {"discussion_id": discussion_id, "pseudonym": pseudonym}
        )
        self._write(
            "INSERT INTO participant_names VALUES (?, ?, ?, ?)",
            *(participant_id, discussion_id, author_key, name),
        )
        return participant_id

    def names(self, discussion_id: int) -> dict[str, str]:
        """Pseudonym → real name, for those who chose to show names."""
        return self._mapping(
            """SELECT p.pseudonym, n.name FROM participants p
               JOIN participant_names n ON n.participant_id = p.id
               WHERE p.discussion_id = ? AND n.name IS NOT NULL""",
            discussion_id,
        )

    def pseudonyms(self, participant_ids: Sequence[int]) -> dict[int, str]:
        """Participant id → pseudonym."""
        return self._mapping(
            f"SELECT id, pseudonym FROM participants WHERE id {IN}", participant_ids
        )

    def called(self, discussion_id: int, pseudonym: str) -> int | None:
        """The participant with this pseudonym. Unlike ``find`` it knows no real name: readers may
        ask."""
        return self._id(
            "SELECT id FROM participants WHERE discussion_id = ? AND pseudonym = ?",
            *(discussion_id, pseudonym),
        )

    def find(self, discussion_id: int, name: str) -> int | None:
        """The participant with this pseudonym, author key or real name."""
        return self._id(
            """SELECT p.id FROM participants p
               LEFT JOIN participant_names n ON n.participant_id = p.id
               WHERE p.discussion_id = ?1
                 AND (p.pseudonym = ?2 OR n.author_key = ?2 OR n.name = ?2)
               ORDER BY p.pseudonym = ?2 DESC, n.author_key = ?2 DESC, p.id""",
            *(discussion_id, name),
        )

    def erased_keys(self, discussion_id: int) -> frozenset[str]:
        """Hashes (``author_hash``) of the authors that asked to be forgotten."""
        return frozenset(
            self._column(
                "SELECT author_key_sha256 FROM erasures WHERE discussion_id = ?", discussion_id
            )
        )

    def erase(
        self, discussion_id: int, participant_id: int, *, subjects: Sequence[str] = ()
    ) -> int:
        """Remove a participant's name, words and quotes; returns how many messages were emptied.

        The emptied messages stay as steps of their threads. Other messages of the discussion lose
        what they quote of the participant, whoever they answer, and then their raw form; what
        they say themselves stays. Words taken from the participant's messages, their vectors
        and the history of their edits go too. ``subjects``: subject lines that are the
        participant's alone. A hash of the author key remains so that a later import does not
        bring the person back. Who is erased already has no message left: 0.
        """
        with self._db.atomic():
            ids = self._column("SELECT id FROM messages WHERE participant_id = ?", participant_id)
            names = self._tuples(
                "SELECT author_key, name FROM participant_names WHERE participant_id = ?",
                participant_id,
            )
            words = ErasedWords(
                self._words(ids),
                names=[name for both in names for name in both if name],
                subjects=subjects,
            )
            for statement in _FORGET:
                self._db.execute(statement, {"ids": json_text(ids)})
            self._forget_quotes(discussion_id, ids, words)
            self._forget_facts(discussion_id, words)
            self._write_many(
                "INSERT OR IGNORE INTO erasures VALUES (?, ?, ?)",
                [(discussion_id, author_hash(key), time_text(now())) for key, _ in names],
            )
            self._write("DELETE FROM participant_names WHERE participant_id = ?", participant_id)
        return len(ids)

    def _words(self, message_ids: Sequence[int]) -> Iterator[str]:
        """All that the messages say, signatures and what was edited away included."""
        for sql in (
            f"SELECT text FROM messages WHERE id {IN}",
            f"SELECT subject FROM messages WHERE subject IS NOT NULL AND id {IN}",
            f"SELECT text FROM quotes WHERE kind = 'signature' AND message_id {IN}",
            f"""SELECT json_extract(before, '$.text') FROM events
                WHERE noun = 'message' AND before IS NOT NULL AND noun_id {IN}""",
        ):
            yield from filter(None, self._column(sql, message_ids))

    def _forget_quotes(self, discussion_id: int, theirs: Sequence[int], words: ErasedWords) -> None:
        """Take the person's words out of what messages other than ``theirs`` quote."""
        left: dict[int, str] = {}
        touched: set[int] = set()
        for quote_id, message_id, kind, text, author, is_reply in self._db.execute(
            _QUOTES, [discussion_id, json_text(theirs)]
        ):
            is_attribution = kind == "attribution"
            is_theirs = is_reply or words.is_named_in(text if is_attribution else author or "")
            staying = "" if is_theirs else text if is_attribution else words.left_of(text)
            if staying != text:
                left[quote_id] = staying
                touched.add(message_id)
        for message_id, raw in self._db.execute(_RAW, [discussion_id, json_text(theirs)]):
            if message_id not in touched and words.are_in(raw):
                touched.add(message_id)
        self._write_many("UPDATE quotes SET text = ?2 WHERE id = ?1", left.items())
        self._write(f"DELETE FROM quotes WHERE text = '' AND id {IN}", list(left))
        self._write(f"UPDATE message_evidence SET raw = '' WHERE message_id {IN}", touched)

    def _forget_facts(self, discussion_id: int, words: ErasedWords) -> None:
        """Take the person's words out of what platforms say of messages."""
        for table, key, column, empty in _FACTS:
            facts = self._tuples(
                f"""SELECT t.{key}, t.{column} FROM {table} t JOIN messages m ON m.id = t.{key}
                    WHERE m.discussion_id = ? AND t.{column} <> '{{}}'""",
                discussion_id,
            )
            rows = [(empty, row) for row, fact in facts if words.are_in(fact.replace("-", " "))]
            self._write_many(f"UPDATE {table} SET {column} = ? WHERE {key} = ?", rows)


def author_hash(author_key: str) -> str:
    return sha256_text(f"author:{author_key}")


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
