"""Names are erased for good: ids stay, and a later import brings no name back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from click.testing import CliRunner

from synth.cli import main
from synth.masks import Masking
from synth.pipeline import erase_words, import_files
from synth.pipeline.moderation import hide_messages, ruling_of, show_messages
from synth.pipeline.retention import erase_due_names, erase_names
from synth.store import open_store
from tests.web.conftest import fill

EXPORT = """id,author,author_id,created_at,text
1,Ann Carter,ann@example.org,2024-03-01,The stalls should stay by the river.
2,Bo Lindqvist,bo@example.org,2024-03-02,"I agree with Ann Carter, write to ann@example.org."
5,Bo Lindqvist,bo@example.org,2024-03-02,Tables could stand on the square.
6,Bo Lindqvist,bo@example.org,2024-03-02,A roof would help on rainy days.
7,Bo Lindqvist,bo@example.org,2024-03-02,Parking is another matter altogether.
"""
LATER = EXPORT + "3,Ann Carter,ann@example.org,2024-03-03,Rents are far too high.\n"
NAMES = (b"Ann Carter", b"ann@example.org", b"Lindqvist", b"bo@example.org")


def test_names_leave_the_file_and_people_are_known_again(tmp_path: Path) -> None:
    db, file = tmp_path / "x.db", tmp_path / "town.csv"
    file.write_text(EXPORT)
    with open_store(db) as store:
        found = store.discussions.add("Town")
        import_files(store, found.id, [file])
        hide_messages(store, found.id, [2], ruling_of("rules", actor="x"))
        before = {m.id: (m.participant_id, m.author) for m in store.messages.all(found.id)}
        store.checkpoint()
        assert all(name in db.read_bytes() for name in NAMES)
        assert erase_names(store, found.id, actor="x") == (2, True)
        assert erase_names(store, found.id, actor="x") == (0, True)
        assert store.participants.names(found.id) == {}
        for path in tmp_path.glob("x.db*"):
            assert not any(name in path.read_bytes() for name in NAMES), path
        show_messages(store, found.id, [2], actor="x")
        ann = before[1][1]
        message = store.messages.get(2)
        assert message is not None
        assert message.text.startswith(f"I agree with {ann}, write to ")
        file.write_text(LATER)
        import_files(store, found.id, [file])
        now = {m.id: (m.participant_id, m.author) for m in store.messages.all(found.id)}
        assert now == before | {6: before[1]}, "the same people, by the same pseudonyms"
        assert store.participants.names(found.id) == {}
        assert ann is not None
        erase_words(store, found.id, ann, actor="x")
        file.write_text(LATER + "8,Ann Carter,ann@example.org,2024-03-04,More of the same.\n")
        import_files(store, found.id, [file])
        assert store.messages.count(found.id) == 6, "who was erased does not come back"


def test_names_above_quotes_and_behind_masks_go(tmp_path: Path) -> None:
    with open_store(tmp_path / "x.db") as store:
        fill(store)
        store.discussions.set_masking(1, Masking.NAMES, actor="x")
        erase_names(store, 1, actor="x")
        quotes = store.evidence.quotes([2])[2]
        assert [quote.kind.value for quote in quotes] == ["quoted"]
        assert quotes[0].text == "The stalls should stay by the river."


def test_they_go_when_their_time_is_over_and_not_at_once(tmp_path: Path) -> None:
    db = tmp_path / "x.db"
    with open_store(db) as store:
        fill(store)
        assert store.retention.plan(1).first_at is None
    told = CliRunner().invoke(main, ["discussion", "retention", "1", "--db", str(db)]).output
    assert "The names of 2 participants are kept." in told
    tomorrow = datetime.now(UTC) + timedelta(days=1, minutes=1)
    with open_store(db) as store:
        plan = store.retention.plan(1)
        assert plan.first_at is not None
        assert plan.first_at > datetime.now(UTC) + timedelta(hours=23), "told before"
        assert erase_due_names(store, actor="x") == {}
        assert erase_due_names(store, actor="x", at=tomorrow) == {"the-market-square": 2}
        assert store.audit.last()[0].facts == {"n": 2}
        assert store.retention.plan(1).n_names == 0
    run = CliRunner().invoke(main, ["discussion", "erase-names", "--yes", "--db", str(db)])
    assert "0 names are erased." in run.output
    assert (
        CliRunner().invoke(main, ["discussion", "retention", "0", "--db", str(db)]).exit_code == 2
    )
