"""``synth backup`` and ``synth restore``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from synth.cli import main
from synth.store import open_store


def synth(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.fixture
def db(tmp_path: Path) -> Path:
    path = tmp_path / "town.db"
    with open_store(path) as store:
        store.discussions.add("The town")
    return path


def test_a_file_is_copied_and_put_back(db: Path, tmp_path: Path) -> None:
    copy = tmp_path / "monday.db"
    told = synth("backup", copy, "--db", db)
    assert told.exit_code == 0, told.output
    assert "1 discussion, 0 messages" in told.stdout
    assert "read back and found the same" in told.stdout
    with open_store(db) as store:
        store.discussions.add("Since then")
    told = synth("restore", copy, "--db", db)
    assert told.exit_code == 0, told.output
    (kept,) = tmp_path.glob("town-before-restore-*.db")
    assert str(kept) in told.stdout
    with open_store(db) as store, open_store(kept) as before:
        assert [d.title for d in store.discussions.all()] == ["The town"]
        assert [d.title for d in before.discussions.all()] == ["The town", "Since then"]


def test_programs_are_told_what_was_copied(db: Path, tmp_path: Path) -> None:
    copy = tmp_path / "monday.db"
    facts = json.loads(synth("backup", copy, "--db", db, "--json").stdout)
    assert facts["file"] == str(copy)
    assert facts["bytes"] == copy.stat().st_size
    assert (facts["rows"]["discussions"], facts["kept"]) == (1, None)
    facts = json.loads(synth("restore", copy, "--db", db, "--json").stdout)
    assert Path(facts["kept"]).exists()


@pytest.mark.parametrize("command", ["backup", "restore"])
def test_what_is_wrong_is_told_in_one_line(command: str, db: Path, tmp_path: Path) -> None:
    missing = tmp_path / "missing.db"
    pair = [tmp_path / "copy.db", "--db", missing] if command == "backup" else [missing, "--db", db]
    told = synth(command, *pair)
    assert told.exit_code == 1
    assert [line for line in told.stderr.splitlines() if line.startswith("synth: ")] == [
        f"synth: {missing}: "
        + ("no such discussion file; say --db" if command == "backup" else "no such backup")
    ]
    assert not (tmp_path / "copy.db").exists()
