"""The CSV files keep what was promised to those who read them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from synth.export import write_tables
from tests.synth.export.written import Written
from tests.synth.small_discussion import read_csv

PROMISED = {
    "messages.csv": "message_id, source_id, thread_id, parent_id, author, posted_at, language, "
    "text",
    "ideas.csv": "idea_id, parent_id, level, title, keyphrases, n_messages, n_authors, stability, "
    "status",
    "placements.csv": "message_id, source_id, start, end, idea_id, weight, origin",
    "extracts.csv": "message_id, source_id, start, end, quote, nature, score, state",
}


@pytest.mark.parametrize("name", PROMISED)
def test_columns_are_exactly_those_promised(written: Written, name: str) -> None:
    content = (written.folder / name).read_bytes()
    assert content.decode("utf-8").splitlines()[0] == PROMISED[name].replace(", ", ",")
    assert not content.startswith(b"\xef\xbb\xbf")
    assert b"\r\n" not in content
    assert read_csv(written.folder / name)


def test_every_quote_is_the_words_at_its_place(written: Written) -> None:
    texts = {row["message_id"]: row["text"] for row in read_csv(written.folder / "messages.csv")}
    extracts = read_csv(written.folder / "extracts.csv")
    assert len(extracts) >= 40
    for row in extracts:
        assert texts[row["message_id"]][int(row["start"]) : int(row["end"])] == row["quote"]
        assert row["quote"].strip()
        assert 0 <= float(row["score"]) <= 1


def test_placements_lie_inside_their_messages_under_leaves(written: Written) -> None:
    texts = {row["message_id"]: row["text"] for row in read_csv(written.folder / "messages.csv")}
    ideas = read_csv(written.folder / "ideas.csv")
    leaves = {row["idea_id"] for row in ideas} - {row["parent_id"] for row in ideas}
    placements = read_csv(written.folder / "placements.csv")
    passages = {p.message_id: [] for p in written.store.passages.all(1)}
    for passage in written.store.passages.all(1):
        passages[passage.message_id].append((passage.start, passage.end, passage.text))
    for row in placements:
        start, end = int(row["start"]), int(row["end"])
        words = texts[row["message_id"]][start:end]
        assert (start, end, words) in passages[int(row["message_id"])]
        assert row["idea_id"] in leaves or (row["idea_id"] == "" and float(row["weight"]) == 0)
        assert 0 <= float(row["weight"]) <= 1
        assert row["origin"] == "machine"
    assert len(placements) == sum(map(len, passages.values()))


def test_ideas_count_what_is_under_them(written: Written) -> None:
    ideas = {row["idea_id"]: row for row in read_csv(written.folder / "ideas.csv")}
    under: dict[str, set[str]] = {idea: set() for idea in ideas}
    for row in read_csv(written.folder / "placements.csv"):
        at = row["idea_id"]
        while at:
            under[at].add(row["message_id"])
            at = ideas[at]["parent_id"]
    assert {i: int(row["n_messages"]) for i, row in ideas.items()} == {
        i: len(messages) for i, messages in under.items()
    }
    seen: set[str] = {""}
    for idea, row in ideas.items():
        assert row["parent_id"] in seen, "parents come first"
        seen.add(idea)
        above = ideas.get(row["parent_id"])
        assert int(row["level"]) == (1 if above is None else int(above["level"]) + 1)


def test_messages_come_back_as_they_were_written(written: Written) -> None:
    messages = {row["source_id"]: row for row in read_csv(written.folder / "messages.csv")}
    assert len(messages) == 42
    assert messages["41"]["text"] == "👍 Ça va… “déjà vu”, naïve café — 漢字, two\nlines, “x”."
    assert messages["1"]["posted_at"] == "2024-03-01T00:00:00+00:00"
    assert messages["4"]["parent_id"] == messages["1"]["message_id"]
    assert messages["41"]["author"] == messages["41"]["posted_at"] == ""


def test_names_are_shown_only_by_choice(written: Written) -> None:
    plain = {row["author"] for row in read_csv(written.folder / "messages.csv")} - {""}
    shown = {row["author"] for row in read_csv(written.names / "messages.csv")} - {""}
    assert all(author.startswith("Participant ") for author in plain)
    assert shown == {f"<b>Eve</b> Person {n}" for n in range(7)}
    for path in written.folder.iterdir():
        assert "Eve</b> Person" not in path.read_text(encoding="utf-8")


def test_run_json_says_what_made_the_map(written: Written) -> None:
    run = json.loads((written.folder / "run.json").read_text(encoding="utf-8"))
    assert run["settings"]["quality"] == "draft"
    assert run["settings"]["suggest"] == "all"
    assert (run["seed"], run["state"]) == (0, "done")
    assert len(run["model"]["sha256"]) == len(run["input_sha256"]) == 64
    assert run["versions"]["discussion-synth"]
    assert run["timings"]
    (source,) = run["sources"]
    assert len(source["sha256"]) == 64


def test_a_file_is_replaced_whole_or_not_at_all(
    written: Written, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_tables(written.store, 1, tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    monkeypatch.setattr("synth.export.tables.time_text", None)
    with pytest.raises(TypeError):
        write_tables(written.store, 1, tmp_path)
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir() if p.name in before} == before
