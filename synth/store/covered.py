"""What repeats hidden words elsewhere: quotes, subjects, titles, the history; covered and back."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass

from models.text import fold
from synth.store.participants import RUN, ErasedWords
from synth.store.rows import IN, NO_WORDS, VOCABULARY, Collection, json_text

EVERYBODYS = 0.05
"""A word is everybody's that stands in more messages than this share of those that hold the most
frequent one."""
_WORD = re.compile(r"[^\W_]+")
_INSIDE = re.compile(r"[“«\"]\s*(.+?)\s*[”»\"]")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cell:
    """Words of a row that may repeat what is hidden."""

    place: str
    """``table.column``."""
    row_id: int
    text: str


class Covered(Collection):
    def lift(self, discussion_id: int) -> None:
        """Put back what was covered, where nobody has changed it since."""
        with self._db.atomic():
            for place, row_id, original, shown in self._tuples(
                """SELECT place, row_id, original, shown FROM covered_words
                   WHERE discussion_id = ? ORDER BY id""",
                discussion_id,
            ):
                table, column = place.split(".")
                self._write(
                    f"UPDATE {table} SET {column} = ? WHERE id = ? AND {column} IS ?",
                    *(original, row_id, shown),
                )
            self._write("DELETE FROM covered_words WHERE discussion_id = ?", discussion_id)

    def lift_from(self, message_ids: Sequence[int]) -> None:
        """Put back what was covered in some messages themselves, before they are put aside."""
        with self._db.atomic():
            for cell_id, place, row_id, original in self._tuples(
                f"""SELECT id, place, row_id, original FROM covered_words
                    WHERE place = 'quotes.text' AND row_id IN
                        (SELECT id FROM quotes WHERE message_id {IN})
                      OR place LIKE 'messages.%' AND row_id {IN}""",
                *(list(message_ids), list(message_ids)),
            ):
                table, column = place.split(".")
                self._write(f"UPDATE {table} SET {column} = ? WHERE id = ?", original, row_id)
                self._write("DELETE FROM covered_words WHERE id = ?", cell_id)

    def rewrite(self, discussion_id: int, mask: Callable[[str], str]) -> None:
        """Mask what will be put back of subjects, titles and the history; quotes are masked when
        they are shown."""
        rows = self._tuples(
            """SELECT id, original FROM covered_words WHERE discussion_id = ?
               AND original IS NOT NULL
               AND place NOT IN ('quotes.text', 'messages.url', 'messages.extra')""",
            discussion_id,
        )
        self._write_many(
            "UPDATE covered_words SET original = ?2 WHERE id = ?1",
            [(row, mask(original)) for row, original in rows],
        )

    def cover(
        self, discussion_id: int, hidden: Sequence[str], subjects: Mapping[int, str | None]
    ) -> int:
        """Cover what repeats the ``hidden`` texts, beside what is covered already; returns how many
        ideas lost title or summary.

        ``subjects``: message → what is left of the subject line that it carries on.
        """
        self._write(VOCABULARY)
        counts: dict[str, int] = {}
        for term, n in self._tuples("SELECT term, doc FROM temp.words"):
            counts[fold(term)] = counts.get(fold(term), 0) + n
        runs = {" ".join(run) for text in hidden for run in _runs(text, RUN)}
        # What others say themselves, in the boilerplate of a list say, is not what is hidden.
        said = {
            run
            for run in runs
            if all(word in counts for word in run.split()) and self._is_said(run, discussion_id)
        }
        words = ErasedWords((), names=(), subjects=())
        words.add(hidden, but=said)
        words.compare(counts)
        telling = _telling(hidden, counts, said)
        with self._db.atomic():
            self._cover_quotes(discussion_id, words, telling)
            texts = self._mapping(
                "SELECT id, subject FROM messages WHERE discussion_id = ?", discussion_id
            )
            for message_id, left in subjects.items():
                cell = _Cell(place="messages.subject", row_id=message_id, text=texts[message_id])
                self._put(discussion_id, cell, left)
            self._cover_facts(discussion_id, words)
            n_ideas = self._cover_ideas(discussion_id, words)
            self._cover_history(discussion_id, words)
            # What a language model was asked holds words of many people.
            self._write("DELETE FROM proposals WHERE discussion_id = ?", discussion_id)
        return n_ideas

    def _cover_quotes(
        self, discussion_id: int, words: ErasedWords, telling: frozenset[str]
    ) -> None:
        """``telling``: words of which every quote that repeats the hidden ones has one."""
        for quote_id, text, is_reply in self._db.execute(_QUOTES, {"1": discussion_id}).fetchall():
            if telling.isdisjoint(_WORD.findall(fold(text))):
                continue
            left = words.left_of(text)
            if left != text:
                cell = _Cell(place="quotes.text", row_id=quote_id, text=text)
                # Who answers the message quotes it: what stands around the words is its, too.
                self._put(discussion_id, cell, "" if is_reply else left)

    def _cover_facts(self, discussion_id: int, words: ErasedWords) -> None:
        """What platforms say of other messages, and may hold the title of their thread."""
        for column, empty in (("url", None), ("extra", "{}")):
            for row_id, text in self._tuples(
                f"""SELECT id, {column} FROM messages
                    WHERE discussion_id = ? AND coalesce({column}, '{{}}') <> '{{}}'""",
                discussion_id,
            ):
                if words.are_in(text.replace("-", " ")):
                    cell = _Cell(place=f"messages.{column}", row_id=row_id, text=text)
                    self._put(discussion_id, cell, empty)

    def _cover_ideas(self, discussion_id: int, words: ErasedWords) -> int:
        """Titles, summaries and keyphrases of the machine. A title gives way to a keyphrase."""
        n_changed = 0
        for row in self._rows(
            """SELECT id, title, title_origin, summary, summary_origin, keyphrases, own_title,
                 own_summary FROM ideas WHERE discussion_id = ?""",
            discussion_id,
        ):
            phrases: list[str] = json.loads(row["keyphrases"])
            left = [one for one in phrases if not self._repeats(words, one, discussion_id)]
            spare = next(iter(left), NO_WORDS)
            new = {"keyphrases": json_text(left)}
            if row["title_origin"] == "machine":
                is_told = self._repeats(words, row["title"], discussion_id)
                new["title"] = spare[:1].upper() + spare[1:] if is_told else row["title"]
            if row["summary_origin"] == "machine":
                new["summary"] = self._lines(words, row["summary"], discussion_id)
            if row["own_title"] and self._repeats(words, row["own_title"], discussion_id):
                new["own_title"] = spare
            if row["own_summary"]:
                new["own_summary"] = self._lines(words, row["own_summary"], discussion_id)
            changed = {name for name, text in new.items() if text != row[name]}
            for name in sorted(changed):
                cell = _Cell(place=f"ideas.{name}", row_id=row["id"], text=row[name])
                self._put(discussion_id, cell, new[name])
            n_changed += bool(changed & {"title", "summary"})
        return n_changed

    def _cover_history(self, discussion_id: int, words: ErasedWords) -> None:
        """Titles in the history of corrections, and in what the runs tell."""

        def repeats(text: str) -> bool:
            return self._repeats(words, text, discussion_id)

        for table, column, where in (
            ("events", "before", "noun IN ('idea', 'passage', 'map', 'event')"),
            ("events", "after", "noun IN ('idea', 'passage', 'map', 'event')"),
            ("runs", "outcome", "1"),
        ):
            for row_id, text in self._tuples(
                f"""SELECT id, {column} FROM {table}
                    WHERE discussion_id = ? AND {column} IS NOT NULL AND {where}""",
                discussion_id,
            ):
                value = json.loads(text)
                if _cover_titles(value, repeats):
                    cell = _Cell(place=f"{table}.{column}", row_id=row_id, text=text)
                    self._put(discussion_id, cell, json_text(value))

    def _repeats(self, words: ErasedWords, text: str, discussion_id: int) -> bool:
        """Whether a text repeats hidden words that nobody says whose words are shown."""
        return words.left_of(text) != text and not self._is_said(text, discussion_id)

    def _lines(self, words: ErasedWords, summary: str, discussion_id: int) -> str:
        """A summary without the lines that quote hidden words."""

        def quoted(line: str) -> str:
            found = _INSIDE.search(line)
            return line if found is None else found[1]

        lines = summary.split("\n")
        kept = [one for one in lines if not self._repeats(words, quoted(one), discussion_id)]
        return summary if len(kept) == len(lines) else "\n".join(kept)

    def _is_said(self, text: str, discussion_id: int) -> bool:
        """Whether the very words stand in a message that is shown."""
        phrase = " ".join(_WORD.findall(fold(text)))
        return bool(phrase) and bool(
            self._value(
                # CROSS: the index of words first, not all messages of the discussion.
                """SELECT 1 FROM messages_fts f CROSS JOIN messages m ON m.id = f.rowid
                   WHERE messages_fts MATCH ? AND m.discussion_id = ? LIMIT 1""",
                *(f'"{phrase}"', discussion_id),
            )
        )

    def _put(self, discussion_id: int, cell: _Cell, shown: str | None) -> None:
        table, column = cell.place.split(".")
        self._write(f"UPDATE {table} SET {column} = ? WHERE id = ?", shown, cell.row_id)
        # What came in between (the next build names ideas anew) is not what stood there before.
        self._write(
            """INSERT INTO covered_words (discussion_id, place, row_id, original, shown)
               VALUES (?, ?, ?, ?, ?)
               ON CONFLICT (place, row_id) DO UPDATE SET shown = excluded.shown,
                 original = iif(shown IS excluded.original, original, excluded.original)""",
            *(discussion_id, cell.place, cell.row_id, cell.text, shown),
        )


def _telling(texts: Sequence[str], counts: Mapping[str, int], said: Set[str]) -> frozenset[str]:
    """Words of which each text that repeats these has one: the rarest of each five in a row that
    are not ``said`` by others, and those that nobody else uses. Of three in a row, which can be a
    whole line, the rarest where it is not one of everybody's."""
    found: set[str] = set()
    most = EVERYBODYS * max(counts.values(), default=0)
    for text in texts:
        found.update(word for word in _WORD.findall(fold(text)) if word not in counts)
        for n in (3, RUN):
            for run in _runs(text, n):
                rarest = min(run, key=lambda word: (counts.get(word, 0), word))
                if counts.get(rarest, 0) <= most if n < RUN else " ".join(run) not in said:
                    found.add(rarest)
    return frozenset(found)


def _runs(text: str, n: int) -> Iterator[tuple[str, ...]]:
    """Every ``n`` words in a row, folded."""
    words = _WORD.findall(fold(text))
    yield from zip(*(words[start:] for start in range(n)), strict=False)


def _cover_titles(value: object, repeats: Callable[[str], bool]) -> bool:
    """Put ``NO_WORDS`` in place of titles and summaries that repeat hidden words; says if any."""
    is_changed = False
    for named in _dicts(value):
        for name in named.keys() & _NAMES:
            text = named[name]
            if isinstance(text, str) and text and repeats(text):
                named[name] = "[]" if name == "keyphrases" else NO_WORDS
                is_changed = True
    return is_changed


def _dicts(value: object) -> Iterator[dict[str, object]]:
    """All objects inside a JSON value."""
    inside: list[object] = [value]
    while inside:
        one = inside.pop()
        if isinstance(one, dict):
            yield one
            inside += one.values()
        elif isinstance(one, list):
            inside += one


_NAMES = frozenset({"title", "summary", "keyphrases", "own_title", "own_summary", "error"})
_QUOTES = """SELECT q.id, q.text,
      m.parent_id IN (SELECT message_id FROM hidden_messages WHERE discussion_id = ?1)
    FROM messages m JOIN quotes q ON q.message_id = m.id
    WHERE m.discussion_id = ?1 AND q.kind = 'quoted'"""
