"""What repeats hidden words elsewhere: quotes, subjects, titles, the history; covered and back."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from models.text import fold
from synth.store.participants import ErasedWords
from synth.store.rows import NO_WORDS, VOCABULARY, Collection, json_text

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

    def cover(
        self, discussion_id: int, hidden: Sequence[str], subjects: Mapping[int, str | None]
    ) -> int:
        """Cover what repeats the ``hidden`` texts; returns how many ideas lost title or summary.

        ``subjects``: message → what is left of the subject line that it carries on. To be called
        when nothing is covered.
        """
        words = ErasedWords(hidden, names=(), subjects=())
        self._write(VOCABULARY)
        words.compare(set(map(fold, self._column("SELECT term FROM temp.words"))))
        with self._db.atomic():
            self._cover_quotes(discussion_id, words)
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

    def _cover_quotes(self, discussion_id: int, words: ErasedWords) -> None:
        for quote_id, text, is_reply in self._tuples(_QUOTES, discussion_id):
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
        phrase = " ".join(re.findall(r"[^\W_]+", fold(text)))
        return bool(phrase) and bool(
            self._value(
                """SELECT 1 FROM messages_fts f JOIN messages m ON m.id = f.rowid
                   WHERE messages_fts MATCH ? AND m.discussion_id = ? LIMIT 1""",
                *(f'"{phrase}"', discussion_id),
            )
        )

    def _put(self, discussion_id: int, cell: _Cell, shown: str | None) -> None:
        table, column = cell.place.split(".")
        self._write(f"UPDATE {table} SET {column} = ? WHERE id = ?", shown, cell.row_id)
        self._insert(
            "covered_words",
            {
                "discussion_id": discussion_id,
                "place": cell.place,
                "row_id": cell.row_id,
                "original": cell.text,
                "shown": shown,
            },
        )


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
