"""What is put aside with a hidden message, and how it is put back.

What is put aside stands in no other table. So whoever reads messages, passages, quotes or the index
of words reads nothing that is hidden, and need not know that anything is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from synth.store.change_log import Change
from synth.store.corrections import Corrections
from synth.store.repetitions import Repetitions
from synth.store.rows import IN, Collection, Row, json_text

if TYPE_CHECKING:
    from sqlite_utils import Database


class Aside(Collection):
    """Takes messages out of all that is read."""

    def take(self, change: Change, message_id: int) -> Row:
        """Empty a message and take it off the map; returns all that is put aside, by table."""
        kept = self._kept(message_id)
        self._take_from_map(change, kept)
        self._empty(message_id, kept)
        return kept

    def drop_empty_ideas(self, change: Change, discussion_id: int) -> None:
        """Let ideas of the machine go that hold nothing any more; what a person touched stays."""
        held = {idea.id for idea in Corrections(self._db).held(discussion_id)}
        while empty := set(self._column(_EMPTY, discussion_id)) - held:
            for idea_id in sorted(empty):
                change.remove_idea(idea_id, into=None)
        change.recount()

    def _kept(self, message_id: int) -> Row:
        """All that is put aside with a message, by table; ``message`` holds its own columns."""
        row = self._row(f"SELECT {', '.join(_WORDS)} FROM messages WHERE id = ?", message_id)
        raw = self._text("SELECT raw FROM message_evidence WHERE message_id = ?", message_id)
        assert row is not None
        Repetitions(self._db).leave(message_id)
        return {"message": row, "raw": raw} | {
            table: self._rows(f"SELECT * FROM {table} WHERE {where}", message_id)
            for table, where in _PARTS.items()
        }

    def _take_from_map(self, change: Change, kept: Row) -> None:
        """Take the passages off the ideas, which then no longer rest on them."""
        gone = {row["id"] for row in kept["passages"]}
        for row in kept["placements"]:
            change.place(row["passage_id"], None, weight=0.0, because=None)
        for idea_id in {row["idea_id"] for row in kept["representatives"]}:
            there = self._column(
                "SELECT passage_id FROM representatives WHERE idea_id = ? ORDER BY rank", idea_id
            )
            change.set_representatives(idea_id, [one for one in there if one not in gone])

    def _empty(self, message_id: int, kept: Row) -> None:
        # The rows stay: others count by their numbers.
        self._write(
            f"UPDATE events SET before = NULL, after = NULL WHERE id {IN}",
            [row["id"] for row in kept["events"]],
        )
        for table in ("extracts", "passages", "quotes", "sides", "masks"):
            self._write(f"DELETE FROM {table} WHERE message_id = ?", message_id)
        self._write("UPDATE message_evidence SET raw = '' WHERE message_id = ?", message_id)
        self._write(
            """UPDATE messages SET text = '', subject = NULL, url = NULL, extra = '{}',
               language = NULL, content_sha256 = 'hidden' WHERE id = ?""",
            message_id,
        )


class Restoring(Collection):
    """One message being put back. Rows keep their ids where these are free still."""

    def __init__(self, db: Database, change: Change, message_id: int, kept: Row) -> None:
        super().__init__(db)
        self._change = change
        self._message_id = message_id
        self._kept = kept
        self._passages: dict[int, int] = {}
        self._extracts: dict[int, int] = {}

    def words(self) -> None:
        """The message, what it quotes, its passages and key passages."""
        columns = self._kept["message"]
        sets = ", ".join(f"{name} = ?" for name in columns)
        self._write(f"UPDATE messages SET {sets} WHERE id = ?", *columns.values(), self._message_id)
        self._write(
            "UPDATE message_evidence SET raw = ? WHERE message_id = ?",
            *(self._kept["raw"] or "", self._message_id),
        )
        self._add("quotes")
        self._add("sides", replaces=True)
        self._write_many(
            "UPDATE events SET before = ?2, after = ?3 WHERE id = ?1",
            [(row["id"], row["before"], row["after"]) for row in self._kept["events"]],
        )
        for row in self._kept["masks"]:
            self._put("masks", row)
        # A build that began before the message was hidden may have cut it anew, and then stopped.
        self._write("DELETE FROM passages WHERE message_id = ?", self._message_id)
        self._passages = self._add("passages")
        last = self._value(
            """SELECT max(r.id) FROM runs r JOIN messages m ON m.discussion_id = r.discussion_id
               WHERE m.id = ? AND r.state = 'done'""",
            self._message_id,
        )
        # What the machine suggested on an earlier map is not suggested again.
        self._kept["extracts"] = [
            row
            for row in self._kept["extracts"]
            if row["origin"] == "person" or row["run_id"] in (None, last)
        ]
        self._extracts = self._add("extracts")

    def what_stood_on_them(self) -> None:
        """Places on the map, links, tags: where what they point at is there still."""
        for row in self._kept["placements"]:
            idea_id = self._idea(row["idea_id"])
            values = {name: row[name] for name in row if name not in ("passage_id", "idea_id")}
            if idea_id is None and row["idea_id"] is not None:
                values |= {"origin": "machine", "because": None}
            self._change.put(
                "placements", (self._passages[row["passage_id"]],), idea_id=idea_id, **values
            )
        for row in self._kept["representatives"]:
            self._speak_again(row)
        for row in self._kept["extract_tags"]:
            if row["extract_id"] in self._extracts:
                self._put("extract_tags", row | {"extract_id": self._extracts[row["extract_id"]]})
        for table, columns in _POINTING.items():
            for row in self._kept[table]:
                found = self._pointed(row, columns)
                if found is not None:
                    self._put(table, found)
                elif table == "passage_links":
                    self._hand_over(row)

    def _speak_again(self, row: Row) -> None:
        idea_id = self._idea(row["idea_id"])
        if idea_id is None:
            return
        there = self._column(
            "SELECT passage_id FROM representatives WHERE idea_id = ? ORDER BY rank", idea_id
        )
        there.insert(min(row["rank"], len(there)), self._passages[row["passage_id"]])
        self._change.set_representatives(idea_id, list(dict.fromkeys(there)))

    def _pointed(self, row: Row, columns: Mapping[str, str]) -> Row | None:
        """The row with what its columns point at now; None where something is gone."""
        found = dict(row)
        for column, what in columns.items():
            there = self._now(what, row[column])
            if there is None:
                return None
            found[column] = there
        return found

    def _now(self, what: str, row_id: int) -> int | None:
        """The passage, extract or idea that stands for what had this id."""
        if what == "extract":
            return self._extracts.get(row_id)
        if what == "idea":
            return self._idea(row_id)
        return self._passages.get(row_id) or self._there("passages", row_id)

    def _hand_over(self, link: Row) -> None:
        """Leave a link to what stands aside with the other passage, if that is hidden."""
        self._write(
            """UPDATE hidden_messages SET kept = json_insert(kept, '$.passage_links[#]', json(?1))
               WHERE EXISTS (SELECT 1 FROM json_each(kept, '$.passages')
                 WHERE json_extract(value, '$.id') IN (?2, ?3))""",
            *(json_text(link), link["one_id"], link["other_id"]),
        )

    def _idea(self, idea_id: int | None) -> int | None:
        """The idea, or the one that it lives on in."""
        if idea_id is None or self._there("ideas", idea_id):
            return idea_id
        return Corrections(self._db).merged_into(idea_id)

    def _there(self, table: str, row_id: int) -> int | None:
        return self._id(f"SELECT id FROM {table} WHERE id = ?", row_id)

    def _add(self, table: str, *, replaces: bool = False) -> dict[int, int]:
        """Put rows back; returns their former ids with those they have now."""
        ids: dict[int, int] = {}
        for row in self._kept[table]:
            values = dict(row)
            if "id" in row and self._there(table, row["id"]):
                del values["id"]
            if replaces:
                self._write(f"DELETE FROM {table} WHERE message_id = ?", self._message_id)
            new = self._insert(table, values)
            ids[row.get("id", new)] = new
        return ids

    def _put(self, table: str, row: Row) -> None:
        names, marks = ", ".join(f'"{name}"' for name in row), ", ".join("?" * len(row))
        self._write(f"INSERT OR IGNORE INTO {table} ({names}) VALUES ({marks})", *row.values())


_WORDS = ("text", "subject", "url", "extra", "language", "content_sha256")
_OF_PASSAGES = "IN (SELECT id FROM passages WHERE message_id = ?1)"
_OF_EXTRACTS = "IN (SELECT id FROM extracts WHERE message_id = ?1)"
_PARTS: Mapping[str, str] = {
    "quotes": "message_id = ?1",
    "sides": "message_id = ?1",
    "masks": "message_id = ?1",
    "events": f"noun = 'message' AND noun_id = ?1 OR noun = 'extract' AND noun_id {_OF_EXTRACTS}",
    "passages": "message_id = ?1",
    "extracts": "message_id = ?1",
    "placements": f"passage_id {_OF_PASSAGES}",
    "representatives": f"passage_id {_OF_PASSAGES}",
    "idea_cores": f"passage_id {_OF_PASSAGES}",
    "passage_links": f"one_id {_OF_PASSAGES} OR other_id {_OF_PASSAGES}",
    "extract_tags": f"extract_id {_OF_EXTRACTS}",
    "extract_ideas": f"extract_id {_OF_EXTRACTS}",
    "correction_proposals": f"passage_id {_OF_PASSAGES}",
}
"""Table → which of its rows go and come with a message."""
_POINTING: Mapping[str, Mapping[str, str]] = {
    "idea_cores": {"idea_id": "idea", "passage_id": "passage"},
    "passage_links": {"one_id": "passage", "other_id": "passage"},
    "extract_ideas": {"extract_id": "extract", "idea_id": "idea"},
    "correction_proposals": {"passage_id": "passage"},
}
"""Table → its columns that point at other rows, and at what."""
_EMPTY = """SELECT id FROM ideas i WHERE discussion_id = ? AND n_messages = 0
    AND origin = 'machine' AND NOT EXISTS (SELECT 1 FROM ideas c WHERE c.parent_id = i.id)
    AND NOT EXISTS (SELECT 1 FROM placements l WHERE l.idea_id = i.id)"""
