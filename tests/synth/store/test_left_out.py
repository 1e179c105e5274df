"""What was left out adds up to all that was read."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from synth.cli import main
from synth.pipeline import erase_words, import_files
from synth.pipeline.moderation import hide_messages, ruling_of
from synth.store import open_store
from tests.web.conftest import fill


def test_every_stored_message_is_counted_once(tmp_path: Path) -> None:
    with open_store(tmp_path / "x.db") as store:
        fill(store)
        found = store.left_out.of(1)
        assert (found.messages.placed, found.messages.unplaced) == (5, 1)
        hide_messages(store, 1, [2], ruling_of("hate", actor="x"))
        store._db.execute("UPDATE ideas SET status = 'hidden' WHERE id = 3")
        store._db.execute("UPDATE messages SET text = ' ' WHERE id = 6")
        store._db.execute("UPDATE placements SET reason = 'off_topic', idea_id = NULL")
        store._db.execute("UPDATE placements SET idea_id = 3, reason = NULL WHERE passage_id = 5")
        store._db.conn.commit()
        kinds = store.left_out.of(1).messages
        assert (kinds.hidden, kinds.wordless, kinds.under_hidden, kinds.not_about) == (1, 1, 1, 3)
        erase_words(store, 1, "Ann Carter", actor="x")
        kinds = store.left_out.of(1).messages
        assert (kinds.erased, kinds.total) == (3, 6)
        rows = store.left_out.rows(1)
        assert {row["kind"] for row in rows} == {"erased", "hidden", "passage"}
        assert not any("stalls" in str(row) for row in rows)


@pytest.mark.parametrize(
    ("name", "content", "n_records"),
    [
        ("a.csv", "id,text\n1,Some words here\n2,\n3,Other words here\n4,a,b,c\n", 4),
        ("b.csv", "id,text\n" + "".join(f"{n},\n" for n in range(1, 40)) + "99,Last words\n", 40),
        ("c.csv", "id,text\n1,First words\n1,Second words\n2,Third words\n", 3),
        ("d.jsonl", '{"id": 1, "text": "One"}\n{broken\n{"id": 2, "text": "Two"}\n', 3),
    ],
)
def test_records_that_were_not_imported_are_counted(
    name: str, content: str, n_records: int, tmp_path: Path
) -> None:
    file, db = tmp_path / name, tmp_path / "x.db"
    file.write_text(content)
    with open_store(db) as store:
        found = store.discussions.add("X")
        import_files(store, found.id, [file])
        assert store.left_out.of(found.id).n_read == n_records
        file.write_text(f"{content}\n")
        import_files(store, found.id, [file])
        assert store.left_out.of(found.id).n_read == n_records, "told anew, counted once"
    told = CliRunner().invoke(main, ["discussion", "left-out", "--db", str(db)]).output
    assert told.startswith("kind,source,position,message_id,start,end,reason,remedy,n_records\n")
