"""Texts are stored masked; offsets, decisions and originals survive every change of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from synth.masks import Masking, MaskKind, with_pairs
from synth.pipeline import build, import_files, run, write_results
from synth.pipeline.masking import mask_messages
from synth.pipeline.moderation import hide_messages, ruling_of, show_messages
from synth.records import ExtractState, Nature, Span
from synth.settings import Settings
from synth.store import Store
from tests.synth.small_discussion import read_csv, rows, write_csv

DRAFT = Settings(quality="draft")
SECRET = ("ann.carter@example.org", "06 12 34 56 78", "@person2", "Person 2")


def personal_rows() -> list[dict[str, str]]:
    found = rows()
    found[3]["text"] = (
        "Write to ann.carter@example.org before Monday. The night bus should stop at the mill, "
        "says @person2, and Person 2 is right about the night bus."
    )
    found[4]["text"] += " Call +33 6 12 34 56 78, or 06 12 34 56 78."
    found[5]["title"] = "From ann.carter@example.org"
    return found


@pytest.fixture
def personal(store: Store, discussion_id: int, tmp_path: Path) -> Store:
    import_files(store, discussion_id, [write_csv(tmp_path / "personal.csv", personal_rows())])
    return store


def texts(store: Store, discussion_id: int) -> dict[str, str]:
    return {m.source_id: m.text for m in store.messages.all(discussion_id)}


def test_what_an_import_stores_is_masked_and_the_original_is_kept(
    personal: Store, discussion_id: int
) -> None:
    messages = {m.source_id: m for m in personal.messages.all(discussion_id)}
    person = personal.participants.find(discussion_id, "Person 2")
    assert person is not None
    pseudonym = personal.participants.pseudonyms([person])[person]
    assert messages["4"].text.startswith("Write to [e-mail] before Monday. The night bus")
    assert f"says @{pseudonym}, and Person 2 is" in messages["4"].text
    assert messages["6"].subject == "From [e-mail]"
    original = personal.masks.originals([messages["4"].id])[0]
    assert original.text == personal_rows()[3]["text"]
    assert personal.masks.counts(discussion_id) == {
        MaskKind.EMAIL: 2, MaskKind.HANDLE: 1, MaskKind.PHONE: 2
    }  # fmt: skip
    assert personal.search.ranked(discussion_id, "carter") == []


def test_passages_key_passages_and_decisions_stay_on_their_words(
    personal: Store, discussion_id: int
) -> None:
    personal.discussions.set_masking(discussion_id, Masking.NOTHING, actor="test")
    build(personal, discussion_id, DRAFT)
    of = next(m.id for m in personal.messages.all(discussion_id) if m.source_id == "4")
    whole = texts(personal, discussion_id)["4"]
    assert "ann.carter@example.org" in whole
    start = whole.index("The night bus")
    span = Span(start=start, end=whole.index(","))
    taken = personal.extracts.take(of, span, nature=Nature.SOLUTION, tags=(), actor="test").id
    ids = {p.id for p in personal.passages.of_messages([of])}
    personal.discussions.set_masking(discussion_id, Masking.CONTACTS, actor="test")
    assert mask_messages(personal, discussion_id, Masking.CONTACTS)
    assert mask_messages(personal, discussion_id, Masking.CONTACTS) == 0
    text = texts(personal, discussion_id)["4"]
    passages = personal.passages.of_messages([of])
    assert {p.id for p in passages} == ids
    assert all(p.text == text[p.start : p.end] for p in passages)
    extract = personal.extracts.get(taken)
    assert extract is not None and extract.state is ExtractState.TAKEN
    assert extract.quote == text[extract.start : extract.end] == whole[start : whole.index(",")]
    report = build(personal, discussion_id, DRAFT)
    assert not report.is_unchanged


def test_no_secret_stands_in_tables_or_report(
    personal: Store, discussion_id: int, tmp_path: Path
) -> None:
    personal.discussions.set_masking(discussion_id, Masking.NAMES, actor="test")
    build(personal, discussion_id, DRAFT)
    files = write_results(personal, discussion_id, tmp_path / "out", names=False)
    for path in files:
        told = path.read_text("utf-8")
        assert not [word for word in SECRET if word in told], path.name
    tables = {path.stem: path for path in files}
    messages = {row["message_id"]: row["text"] for row in read_csv(tables["messages"])}
    for row in read_csv(tables["extracts"]):
        span = slice(int(row["start"]), int(row["end"]))
        assert messages[row["message_id"]][span] == row["quote"]
    placed = [row for row in read_csv(tables["placements"]) if row["source_id"] == "4"]
    assert placed and all(int(row["end"]) <= len(messages[row["message_id"]]) for row in placed)


def test_what_was_edited_away_before_is_masked_as_well(
    personal: Store, discussion_id: int, tmp_path: Path
) -> None:
    personal.discussions.set_masking(discussion_id, Masking.NOTHING, actor="test")
    mask_messages(personal, discussion_id, Masking.NOTHING)
    edited = personal_rows()
    edited[3]["text"] = "The night bus should stop at the mill."
    import_files(personal, discussion_id, [write_csv(tmp_path / "edited.csv", edited)])

    def told() -> str:
        return str(personal.events.last(discussion_id))

    assert "ann.carter@example.org" in told()
    personal.discussions.set_masking(discussion_id, Masking.CONTACTS, actor="test")
    mask_messages(personal, discussion_id, Masking.CONTACTS)
    assert "ann.carter@example.org" not in told()
    assert "Write to [e-mail] before Monday." in told()


def test_what_was_covered_before_comes_back_masked(
    store: Store, discussion_id: int, tmp_path: Path
) -> None:
    store.discussions.set_masking(discussion_id, Masking.NOTHING, actor="test")
    found = personal_rows()
    found[5] |= {"parent_id": ""}
    answer = {"id": "99", "parent_id": "6", "author": "Person 1", "text": "Who pays for it?"}
    answer["title"] = f"Re: {found[5]['title']}"
    import_files(store, discussion_id, [write_csv(tmp_path / "personal.csv", [*found, answer])])
    of = {m.source_id: m.id for m in store.messages.all(discussion_id)}
    hide_messages(store, discussion_id, [of["6"]], ruling_of("personal", actor="test"))
    assert not store.messages.many([of["99"]])[of["99"]].subject
    store.discussions.set_masking(discussion_id, Masking.CONTACTS, actor="test")
    mask_messages(store, discussion_id, Masking.CONTACTS)
    show_messages(store, discussion_id, [of["6"]], actor="test")
    subjects = {m.source_id: m.subject for m in store.messages.all(discussion_id)}
    assert (subjects["6"], subjects["99"]) == ("From [e-mail]", "Re: From [e-mail]")


def test_a_name_is_masked_as_a_whole_word_only() -> None:
    pairs = {
        "Mark": "[name]",
        "Mark Lee": "Participant 417",
        "@mark": "[handle]",
        "+33 6": "[phone]",
    }
    text = "Market hall: Mark, Mark Lee and\nMark's @mark, call+33 6."
    assert with_pairs(text, pairs) == (
        "Market hall: [name], Participant 417 and\n[name]'s [handle], call[phone]."
    )
    assert with_pairs("Mark", {}) == "Mark"


def test_a_known_name_is_shown_as_its_pseudonym_and_given_back(
    personal: Store, discussion_id: int
) -> None:
    before = texts(personal, discussion_id)
    mask_messages(personal, discussion_id, Masking.NAMES)
    person = personal.participants.find(discussion_id, "Person 2")
    assert person is not None
    pseudonym = personal.participants.pseudonyms([person])[person]
    assert f"and {pseudonym} is right" in texts(personal, discussion_id)["4"]
    mask_messages(personal, discussion_id, Masking.CONTACTS)
    assert texts(personal, discussion_id) == before
    mask_messages(personal, discussion_id, Masking.NOTHING)
    assert texts(personal, discussion_id)["4"] == personal_rows()[3]["text"]


def test_other_votes_keep_text_passages_and_masks(
    personal: Store, discussion_id: int, tmp_path: Path
) -> None:
    personal.discussions.set_masking(discussion_id, Masking.NAMES, actor="test")
    build(personal, discussion_id, DRAFT)
    before = texts(personal, discussion_id)
    ids = {p.id for p in personal.passages.all(discussion_id)}
    newer = [{**row, "created_at": "2024-05-01T00:00:00Z"} for row in personal_rows()]
    report = import_files(personal, discussion_id, [write_csv(tmp_path / "personal.csv", newer)])
    assert report.n_updated == len(newer)
    assert texts(personal, discussion_id) == before
    assert {p.id for p in personal.passages.all(discussion_id)} == ids


def test_handles_go_on_telling_who_answers_whom(
    store: Store, discussion_id: int, tmp_path: Path
) -> None:
    lines = [
        "[10:00] <ann> the buses are late again",
        "[10:01] <bob> which one?",
        "[10:02] <cy> nice weather today",
        "[10:03] <ann> @bob the one to the mill",
    ]
    path = tmp_path / "chat.txt"
    path.write_text("\n".join(lines), encoding="utf-8")
    import_files(store, discussion_id, [path])
    messages = list(store.messages.all(discussion_id))
    assert messages[3].parent_id == messages[1].id
    assert messages[3].text == f"@{messages[1].author} the one to the mill"


def test_what_is_masked_can_be_said_before_the_first_import(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "personal.csv", personal_rows())
    for masking, is_there in ((Masking.NOTHING, True), (Masking.CONTACTS, False)):
        db = tmp_path / f"{masking}.db"
        report = run([path], db=db, settings=DRAFT, masking=masking, out=tmp_path / masking)
        assert report.discussion.masking is masking
        told = (tmp_path / masking / "messages.csv").read_text("utf-8")
        assert ("ann.carter@example.org" in told) is is_there
