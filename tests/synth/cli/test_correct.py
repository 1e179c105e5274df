"""``synth correct``: what people change on the command line, seen in the tables."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from synth.cli import main
from synth.cli.correct import correct
from synth.corrections import rename_idea
from synth.pipeline import run
from synth.settings import Settings
from tests.synth.small_discussion import read_csv, rows, write_csv


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("correct")
    table = write_csv(found / "town.csv", rows(60))
    run([table], db=found / "town.db", settings=Settings(quality="draft"))
    return found


@pytest.fixture
def db(folder: Path, tmp_path: Path) -> Iterator[Path]:
    copy = tmp_path / "copy.db"
    copy.write_bytes((folder / "town.db").read_bytes())
    yield copy


def told(db: Path, *arguments: object) -> Result:
    words = [str(word) for word in arguments]
    return CliRunner().invoke(main, ["correct", *words, "--db", str(db)])


def tables(db: Path) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """ideas.csv and placements.csv."""
    out = db.parent / "out"
    done = CliRunner().invoke(main, ["export", "--db", str(db), "--out", str(out)])
    assert done.exit_code == 0, done.output
    return read_csv(out / "ideas.csv"), read_csv(out / "placements.csv")


@pytest.mark.parametrize("name", sorted(correct.commands))
def test_every_subcommand_and_option_is_explained(name: str) -> None:
    command = correct.commands[name]
    assert command.help
    options = [p for p in command.params if isinstance(p, click.Option)]
    assert [option.name for option in options if not option.help] == []


def test_corrections_are_seen_in_the_tables_and_survive_a_build(db: Path) -> None:
    ideas, placements = tables(db)
    leaves = {p["idea_id"] for p in placements if p["idea_id"]}
    first, second, *_ = (i["idea_id"] for i in ideas if i["idea_id"] in leaves)
    moved = next(p for p in placements if p["idea_id"] == second)
    place = f"{moved['message_id']}:{moved['start']}"
    for words in (
        ("rename", first, "What we call it", "--summary", "And why."),
        ("confirm", first),
        ("hide", second),
        ("pin", place, "--to", first),
    ):
        assert told(db, *words).exit_code == 0, words
    CliRunner().invoke(main, ["build", "--db", str(db), "--quality", "draft", "--seed", "9"])
    ideas, placements = tables(db)
    by_id = {idea["idea_id"]: idea for idea in ideas}
    assert (by_id[first]["title"], by_id[first]["status"]) == ("What we call it", "confirmed")
    assert by_id[second]["status"] == "hidden"
    there = {(p["message_id"], p["start"]): p for p in placements}
    found = there[moved["message_id"], moved["start"]]
    assert (found["idea_id"], found["origin"]) == (first, "person")


def test_the_history_is_listed_and_undone(db: Path) -> None:
    before = tables(db)
    assert "Nobody corrected" in told(db, "list").output
    done = told(db, "unplace", 1, "--actor", "Ada", "--json")
    made = json.loads(done.output)
    assert (made["verb"], made["noun"]) == ("unplaced", "passage")
    assert made["before"] and made["after"]
    assert f"{made['correction']}  " in told(db, "list").output
    assert "Ada: unplaced passage" in told(db, "list").output
    assert told(db, "undo", made["correction"]).output.startswith("Undid: correction")
    (listed,) = json.loads(told(db, "list", "--json").output)
    assert listed["is_undone"]
    assert tables(db) == before


def test_what_is_told_is_the_correction_made_here_whatever_others_write(
    db: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    idea = tables(db)[0][0]["idea_id"]

    def rename_beside_another(*arguments: Any, **words: Any) -> None:
        rename_idea(*arguments, **words)
        with suppress(sqlite3.OperationalError), closing(sqlite3.connect(db, timeout=0)) as other:
            other.execute(
                """INSERT INTO events (discussion_id, at, actor, verb, noun, noun_id)
                   VALUES (1, '2026-01-01T00:00:00+00:00', 'Bo', 'hid', 'idea', 999)"""
            )
            other.commit()

    monkeypatch.setattr("synth.corrections.rename_idea", rename_beside_another)
    made = json.loads(told(db, "rename", idea, "Ours", "--json").output)
    assert (made["verb"], made["noun_id"]) == ("renamed", int(idea))
    assert made["after"]["ideas"][0]["title"] == "Ours"


def test_links_splits_merges_and_moves_are_there(db: Path) -> None:
    _, placements = tables(db)
    leaf = next(p["idea_id"] for p in placements if p["idea_id"])
    inside = [p for p in placements if p["idea_id"] == leaf]
    one, two, three = (f"{p['message_id']}:{p['start']}" for p in inside[:3])
    assert told(db, "link", one, two).exit_code == 0
    assert told(db, "apart", one, three).exit_code == 0
    leaf_of = {f"{p['message_id']}:{p['start']}": p["idea_id"] for p in tables(db)[1]}
    assert leaf_of[one] == leaf_of[two] != leaf_of[three]
    done = told(db, "split", leaf_of[one], one, "--title", "Apart", "--json")
    assert json.loads(done.output)["verb"] == "split"
    made = next(i["idea_id"] for i in tables(db)[0] if i["title"] == "Apart")
    assert told(db, "move", made, "--top").exit_code == 0
    assert "that is so already" in told(db, "show", made).stderr
    refused = told(db, "merge", leaf_of[three], made)
    assert refused.exit_code == 1
    assert "must stay apart" in refused.stderr
    assert told(db, "undo").exit_code == told(db, "undo").exit_code == 0
    assert "Apart" not in {idea["title"] for idea in tables(db)[0]}


def test_linked_passages_that_go_along_are_told(db: Path) -> None:
    _, placements = tables(db)
    leaf = next(p["idea_id"] for p in placements if p["idea_id"])
    one, two = [f"{p['message_id']}:{p['start']}" for p in placements if p["idea_id"] == leaf][:2]
    assert "in all" not in told(db, "link", one, two).output
    assert "2 passages in all, with those linked" in told(db, "unplace", one).output
    leaf_of = {f"{p['message_id']}:{p['start']}": p["idea_id"] for p in tables(db)[1]}
    assert leaf_of[one] == leaf_of[two] == ""


def test_a_side_is_set_listed_and_taken_back(db: Path) -> None:
    with closing(sqlite3.connect(db)) as raw, raw:
        raw.execute("UPDATE messages SET parent_id = 1, parent_evidence = 'header' WHERE id = 2")
    done = told(db, "side", 2, "against")
    assert (done.exit_code, done.output.splitlines()[0]) == (0, "Sided: the side of message 2.")
    assert "sided the side of message 2" in told(db, "list").output
    assert told(db, "side", 2, "against").exit_code == 1
    assert told(db, "side", 1, "for").output.endswith("answers nothing, so it takes no side\n")
    assert told(db, "side", 2, "maybe").exit_code == 2
    assert told(db, "undo").exit_code == 0
    with closing(sqlite3.connect(db)) as raw:
        assert raw.execute("SELECT count(*) FROM sides").fetchone() == (0,)


def test_refusals_are_one_line_and_wrong_usage_is_another_status(db: Path) -> None:
    refused = told(db, "confirm", 999)
    assert refused.exit_code == 1
    assert refused.stderr.startswith("synth: no idea 999 on this map")
    assert refused.stderr.count("\n") == 1
    assert told(db, "pin", "12:x", "--to", 1).exit_code == 2
    assert told(db, "move", 1).exit_code == 2
    assert told(db, "move", 1, "--top", "--under", 2).exit_code == 2
    assert told(db, "split", 1, 1).exit_code == 2


def test_what_the_pages_can_correct_the_command_line_can_too(db: Path) -> None:
    ideas, placements = tables(db)
    leaves = {p["idea_id"] for p in placements if p["idea_id"]}
    first, second, *_ = (i["idea_id"] for i in ideas if i["idea_id"] in leaves)
    kept, aside = [p["message_id"] for p in placements if p["idea_id"] == first][:2]
    for words, line in (
        (("describe", first, "What it is about."), f"Described: idea {first}."),
        (("lock", first), f"Locked: idea {first}."),
        (("unlock", first), f"Unlocked: idea {first}."),
        (("link-ideas", first, second, "--as", "opposes"), f"Related: idea {first}."),
        (("pin", kept), "Pinned: passage"),
        (("unpin", kept), "Released: passage"),
        (("aside", aside, "--reason", "thanks"), "Set aside: passage"),
        (("sign-off",), "Signed off: all ideas."),
    ):
        done = told(db, *words)
        assert (done.exit_code, line in done.output) == (0, True), (words, done.output)
    tables(db)
    links = read_csv(db.parent / "out" / "idea_links.csv")
    assert links == [{"idea_id": first, "kind": "opposes", "other_idea_id": second}]
    again = told(db, "sign-off")
    assert (again.exit_code, again.output.strip().splitlines()[-1]) == (
        1,
        "synth: the ideas are signed off already",
    )
    assert told(db, "sign-off", "--take-back").exit_code == 0
    assert told(db, "unlink-ideas", first, second).exit_code == 0
    listed = told(db, "list").output
    assert "facilitator: signed off all ideas" in listed
    assert "facilitator: set aside passage" in listed


def test_no_table_of_links_is_written_where_nobody_linked_ideas(db: Path) -> None:
    tables(db)
    assert not (db.parent / "out" / "idea_links.csv").exists()
