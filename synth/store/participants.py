"""Participants: pseudonyms for reading, real names kept apart, and how somebody is erased."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from functools import partial

from models.text import fold
from synth.store.pseudonyms import discussion_key, kept_author_key, pseudonyms_for
from synth.store.rows import IN, VOCABULARY, Collection, json_text, now, sha256_text, time_text

RUN = 5
"""Words in a row that repeat somebody's words; of a shorter line three, if it has no more."""


class Participants(Collection):
    def known(self, discussion_id: int) -> dict[str, int]:
        """Author key → participant id."""
        return self._mapping(
            "SELECT author_key, participant_id FROM participant_names WHERE discussion_id = ?",
            discussion_id,
        )

    def add(self, discussion_id: int, *, author_key: str, name: str | None) -> int:
        """Give a new author a pseudonym: ``Participant 417``. None is ever given again."""
        key = self._key(discussion_id)
        free = (
            one
            for one in pseudonyms_for(key, author_key)
            if self.called(discussion_id, one) is None
        )
        pseudonym = next(free)
        participant_id = self._insert(
            "participants", {"discussion_id": discussion_id, "pseudonym": pseudonym}
        )
        self._write(
            "INSERT INTO participant_names VALUES (?, ?, ?, ?)",
            *(participant_id, discussion_id, author_key, name),
        )
        return participant_id

    def _key(self, discussion_id: int) -> str:
        """What the pseudonyms of the discussion follow from."""
        ((key, slug),) = self._tuples(
            "SELECT pseudonym_key, slug FROM discussions WHERE id = ?", discussion_id
        )
        if not key:
            key = discussion_key(slug)
            self._write("UPDATE discussions SET pseudonym_key = ? WHERE id = ?", key, discussion_id)
        return str(key)

    def kept_as(self, discussion_id: int) -> Callable[[str], str]:
        """Author key → what stays of it when the names of the discussion are erased.

        A discussion without a key yet has none erased (``make_key``).
        """
        key = self._text("SELECT pseudonym_key FROM discussions WHERE id = ?", discussion_id)
        return partial(kept_author_key, key or "")

    def make_key(self, discussion_id: int) -> None:
        """Give the discussion its key, where an earlier version brought its participants."""
        self._key(discussion_id)

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
    ) -> Counter[str]:
        """Remove a participant's name, words and quotes; returns how many of each kind
        (``synth.store.erasures.REMOVED``) went.

        The emptied messages stay as steps of their threads. Other messages of the discussion lose
        what they quote of the participant, whoever they answer, and then their raw form; what
        they say themselves stays. Words taken from the participant's messages, their vectors
        and the history of their edits go too. ``subjects``: subject lines that are the
        participant's alone. A hash of the author key remains so that a later import does not
        bring the person back.
        """
        removed: Counter[str] = Counter()
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
            self._add_signatures(discussion_id, ids, words)
            for kind, statement in _FORGET:
                n = self._db.execute(statement, {"ids": json_text(ids)}).rowcount
                if kind is not None:
                    removed[kind] += n
            words.compare(self._vocabulary())
            removed += self._forget_quotes(discussion_id, ids, words)
            removed += self._forget_masked(discussion_id, words)
            self._forget_facts(discussion_id, words)
            self._write_many(
                "INSERT OR IGNORE INTO erasures VALUES (?, ?, ?)",
                [(discussion_id, author_hash(key), time_text(now())) for key, _ in names],
            )
            removed["names"] += self._write(
                "DELETE FROM participant_names WHERE participant_id = ?", participant_id
            )
        return removed

    def _words(self, message_ids: Sequence[int]) -> Iterator[str]:
        """All that the messages say, what was edited away included."""
        for sql in (
            f"SELECT text FROM messages WHERE id {IN}",
            f"SELECT original FROM masks WHERE message_id {IN}",
            f"SELECT subject FROM messages WHERE subject IS NOT NULL AND id {IN}",
            f"""SELECT json_extract(before, '$.text') FROM events
                WHERE noun = 'message' AND before IS NOT NULL AND noun_id {IN}""",
        ):
            yield from filter(None, self._column(sql, message_ids))

    def _add_signatures(
        self, discussion_id: int, theirs: Sequence[int], words: ErasedWords
    ) -> None:
        """Count what stands under the messages of the person, and under nobody else's, to the
        words: a mailing list puts its own lines under every message."""
        sql = f"""SELECT q.text FROM messages m JOIN quotes q ON q.message_id = m.id
            WHERE m.discussion_id = ? AND q.kind = 'signature' AND (m.id {IN}) = ?"""
        own = self._column(sql, discussion_id, theirs, 1)
        others = self._column(sql, discussion_id, theirs, 0) if own else []
        words.add(
            (line for text in own for line in text.splitlines()),
            but=(line for text in others for line in text.splitlines()),
        )

    def _vocabulary(self) -> set[str]:
        """All words of the messages as they are now, folded."""
        self._write(VOCABULARY)
        return set(map(fold, self._column("SELECT term FROM temp.words")))

    def _forget_quotes(
        self, discussion_id: int, theirs: Sequence[int], words: ErasedWords
    ) -> Counter[str]:
        """Take the person's words out of what messages other than ``theirs`` quote."""
        left: dict[int, str] = {}
        touched: set[int] = set()
        for quote_id, message_id, kind, text, author, is_reply in self._tuples(
            _QUOTES, discussion_id, theirs
        ):
            if words.is_named_in(text if kind == "attribution" else author or ""):
                staying = ""
            else:
                staying = text if kind == "attribution" else words.left_of(text)
            if staying != text:
                # Who answers the person quotes the person: what stands around it is theirs, too.
                staying = "" if is_reply else staying
                left[quote_id] = staying
                touched.add(message_id)
        for message_id, raw, text in self._db.execute(_RAW, [discussion_id, json_text(theirs)]):
            if message_id not in touched and words.are_in(raw, but=text):
                touched.add(message_id)
        self._write_many("UPDATE quotes SET text = ?2 WHERE id = ?1", left.items())
        self._write(f"DELETE FROM quotes WHERE text = '' AND id {IN}", list(left))
        return Counter(quotes=len(left), originals=self._forget_originals(touched))

    def _forget_originals(self, message_ids: Sequence[int] | set[int]) -> int:
        """Drop the raw form of messages; returns of how many."""
        return self._write(
            f"UPDATE message_evidence SET raw = '' WHERE raw <> '' AND message_id {IN}", message_ids
        )

    def _forget_masked(self, discussion_id: int, words: ErasedWords) -> Counter[str]:
        """What others typed of the person's name and addresses is masked for good."""
        rows = self._tuples(
            """SELECT k.message_id, k.field, k.start, k.original,
               substr(iif(k.field = 'text', m.text, m.subject), k.start + 1, k."end" - k.start)
               FROM masks k JOIN messages m ON m.id = k.message_id
               WHERE m.discussion_id = ? AND k.original <> ''""",
            discussion_id,
        )
        named = [row for row in rows if words.is_named_in(row[3]) or words.is_handle(row[3])]
        self._write_many(
            """UPDATE masks SET original = ?4
               WHERE message_id = ?1 AND field = ?2 AND start = ?3""",
            [(message_id, field, start, shown) for message_id, field, start, _, shown in named],
        )
        touched = {row[0] for row in named}
        return Counter(masks=len(named), originals=self._forget_originals(touched))

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
        self._words: set[str] = set()
        self._names = [_spaced(_words(name)) for name in names]
        self._addresses = [fold(name) for name in names if "@" in name]
        self._handles = {"".join(_words(name)) for name in names} - {""}
        phrases = [*self._names, *(_spaced(_words(subject)) for subject in subjects)]
        # One word alone may be anybody's.
        self._phrases = [phrase for phrase in phrases if phrase.count(" ") > 2]
        self.add(texts)

    def add(self, texts: Iterable[str], *, but: Iterable[str] = ()) -> None:
        """Count the words of more texts, but for runs that the other texts hold as well."""
        said = [_words(text) for text in texts]
        runs = {run for words in said for run in _run_hashes(words, _LENGTHS)}
        for text in but:
            runs.difference_update(_run_hashes(_words(text), _LENGTHS))
        self._runs |= runs
        self._words.update(word for words in said for word in words)

    def compare(self, vocabulary: Container[str]) -> None:
        """Say which words others use; those that only this person used tell by themselves."""
        self._words = {word for word in self._words if word not in vocabulary}

    def are_in(self, text: str, *, but: str = "") -> bool:
        """Whether a text holds a run of the words, one that nobody else used, a name of two words
        or an address, elsewhere than in the part of it that its author wrote."""
        words = _words(text)
        if self._is_named(text, words, self._phrases) or not self._words.isdisjoint(words):
            return True
        found = self._runs.intersection(_run_hashes(words, [RUN]))
        return bool(found) and not found.issubset(_run_hashes(_words(but), [RUN]))

    def is_named_in(self, attribution: str) -> bool:
        """Whether a line that says who wrote what names the person."""
        return self._is_named(attribution, _words(attribution), self._names)

    def is_handle(self, text: str) -> bool:
        """Whether ``@name`` is the person's, written as one word."""
        return "".join(_words(text)) in self._handles

    def _is_named(self, text: str, words: Sequence[str], names: Sequence[str]) -> bool:
        folded, spaced = fold(text), _spaced(words)
        return any(name in spaced for name in names if name.strip()) or any(
            address in folded for address in self._addresses
        )

    def left_of(self, quote: str) -> str:
        """A quote without the lines that repeat the words; empty where no words are left."""
        lines = quote.split("\n")
        words = [_words(line) for line in lines]
        at = [n for n, line in enumerate(words) for _ in line]
        runs = _run_hashes([word for line in words for word in line], [RUN])
        repeating = {
            n
            for start, run in enumerate(runs)
            if run in self._runs
            for n in at[start : start + RUN]
        }
        repeating |= {n for n, line in enumerate(words) if self._repeats(lines[n], line)}
        left = [n for n in range(len(lines)) if n not in repeating]
        is_empty = repeating and not any(words[n] for n in left)
        return "" if is_empty else "\n".join(lines[n] for n in left)

    def _repeats(self, line: str, words: Sequence[str]) -> bool:
        """Whether a line by itself repeats the person's words, or names the person."""
        is_short = 0 < len(words) < RUN
        return (
            (is_short and hash(tuple(words)) in self._runs)
            or not self._words.isdisjoint(words)
            or self._is_named(line, words, self._phrases)
        )


_LENGTHS = range(3, RUN + 1)


def _words(text: str) -> list[str]:
    """As the full-text index tells words apart."""
    return re.findall(r"[^\W_]+", fold(text))


def _spaced(words: Sequence[str]) -> str:
    return f" {' '.join(words)} "


def _run_hashes(words: Sequence[str], lengths: Iterable[int]) -> Iterator[int]:
    for n in lengths:
        yield from map(hash, zip(*(words[start:] for start in range(n)), strict=False))


_QUOTES = """WITH theirs(id) AS (SELECT value FROM json_each(?2))
    SELECT q.id, q.message_id, q.kind, q.text, q.author, m.parent_id IN theirs
    FROM messages m JOIN quotes q ON q.message_id = m.id
    WHERE m.discussion_id = ?1 AND q.kind <> 'signature' AND m.id NOT IN theirs"""
# A message that quotes nothing is stored twice over: its raw form holds no more than its words.
_RAW = """SELECT m.id, e.raw, m.text FROM messages m JOIN message_evidence e ON e.message_id = m.id
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
    (
        "vectors",
        f"""DELETE FROM vectors WHERE content_sha256 IN
        (SELECT content_sha256 FROM passages WHERE message_id IN {_THEIRS}
         EXCEPT SELECT content_sha256 FROM passages WHERE message_id NOT IN {_THEIRS})""",
    ),
    ("passages", f"DELETE FROM passages WHERE message_id IN {_THEIRS}"),
    ("extracts", f"DELETE FROM extracts WHERE message_id IN {_THEIRS}"),
    ("quotes", f"DELETE FROM quotes WHERE message_id IN {_THEIRS}"),
    ("masks", f"DELETE FROM masks WHERE message_id IN {_THEIRS}"),
    (
        "originals",
        f"UPDATE message_evidence SET raw = '' WHERE raw <> '' AND message_id IN {_THEIRS}",
    ),
    (
        None,
        f"""DELETE FROM spaces WHERE discussion_id IN
        (SELECT discussion_id FROM messages WHERE id IN {_THEIRS})""",
    ),
    (None, f"DELETE FROM events WHERE noun = 'message' AND noun_id IN {_THEIRS}"),
    # What was read of an answer to them was read beside their words.
    (
        None,
        f"""DELETE FROM sides WHERE message_id IN {_THEIRS} OR origin = 'machine' AND message_id IN
        (SELECT id FROM messages WHERE parent_id IN {_THEIRS})""",
    ),
    (
        None,
        f"""UPDATE sides SET read_sha256 = NULL WHERE message_id IN
        (SELECT id FROM messages WHERE parent_id IN {_THEIRS})""",
    ),
    # What a language model was asked holds words of many people, theirs perhaps among them.
    (
        "prompts",
        f"""DELETE FROM proposals WHERE discussion_id IN
        (SELECT discussion_id FROM messages WHERE id IN {_THEIRS})""",
    ),
    ("subjects", f"UPDATE messages SET subject = NULL WHERE subject <> '' AND id IN {_THEIRS}"),
    (
        "messages",
        f"""UPDATE messages SET text = '', subject = NULL, url = NULL, extra = '{{}}',
        language = NULL, participant_id = NULL, content_sha256 = 'erased'
        WHERE id IN {_THEIRS}""",
    ),
)
"""What goes with a participant's messages: its kind, where it is told of, and the statement."""
