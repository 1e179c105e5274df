"""Erasing: a person's words and name are nowhere in the file afterwards."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest

from synth.errors import ModelMissing, StoreProblem
from synth.pipeline import build, confirm_idea, erase_participant, import_files
from synth.settings import Settings
from synth.store import Store
from tests.synth.small_discussion import rows, write_csv

BUILD = import_module("synth.pipeline.build")
"""The module: the package has a function of the same name."""

ONE = 1
DRAFT = Settings(quality="draft")
WORDS = "The harbour crane squeaks whenever the ferry leaves"
SQUEAKS = (
    WORDS,
    "Grease for the harbour crane costs less than new windows along the harbour",
    "At night the harbour crane squeaks so loud that the ferry sounds quiet",
    "A ferry without a harbour crane would leave the goods on the quay",
)


@pytest.fixture
def with_a_stranger(built: Store, tmp_path: Path) -> Store:
    """The built discussion, and one more person whose words somebody answers."""
    newer = [
        *rows(),
        {"id": "41", "author": "Zebulon Quill", "text": f"{WORDS}."},
        {"id": "42", "parent_id": "41", "author": "Person 1", "text": "So grease it at last."},
    ]
    import_files(built, ONE, [write_csv(tmp_path / "town.csv", newer)])
    return built


@pytest.mark.parametrize("named_by", ["name", "pseudonym"])
def test_nothing_of_a_person_remains(with_a_stranger: Store, named_by: str) -> None:
    store = with_a_stranger
    pseudonyms = {name: pseudonym for pseudonym, name in store.participants.names(ONE).items()}
    who = "Zebulon Quill" if named_by == "name" else pseudonyms["Zebulon Quill"]
    n_messages, report = erase_participant(store, ONE, who)
    assert n_messages == 1
    assert report is not None
    messages = {m.source_id: m for m in store.messages.all(ONE)}
    assert messages["41"].text == ""
    assert messages["41"].author is None
    assert messages["42"].parent_id == messages["41"].id
    store.close()
    left = store.path.read_bytes() + b"".join(
        path.read_bytes() for path in store.path.parent.glob(f"{store.path.name}-*")
    )
    for trace in ("Zebulon", "harbour crane", "squeaks", "ferry"):
        assert trace.encode() not in left


def test_the_map_is_built_without_them(with_a_stranger: Store) -> None:
    build(with_a_stranger, ONE, Settings(quality="draft"))
    ids = {m.source_id: m.id for m in with_a_stranger.messages.all(ONE)}
    erase_participant(with_a_stranger, ONE, "Zebulon Quill")
    placed = {p.message_id for p in with_a_stranger.ideas.placements(ONE)}
    assert ids["41"] not in placed
    assert ids["1"] in placed


def test_an_idea_that_only_they_spoke_of_rests_without_their_words(
    built: Store, tmp_path: Path
) -> None:
    theirs = [
        {"id": str(41 + n), "author": "Zebulon Quill", "text": f"{SQUEAKS[n % 4]}, {n} times."}
        for n in range(12)
    ]
    import_files(built, ONE, [write_csv(tmp_path / "town.csv", [*rows(), *theirs])])
    build(built, ONE, DRAFT, force=True)
    ids = {m.id for m in built.messages.all(ONE) if m.author == "Participant 8"}
    under: dict[int | None, set[bool]] = {}
    for placement in built.ideas.placements(ONE):
        under.setdefault(placement.idea_id, set()).add(placement.message_id in ids)
    (idea_id, *_) = [leaf for leaf, whose in under.items() if leaf and whose == {True}]
    confirm_idea(built, ONE, idea_id, actor="Ann")
    build(built, ONE, DRAFT, force=True)
    _, report = erase_participant(built, ONE, "Zebulon Quill")
    assert report is not None
    assert report.n_ideas == len(built.ideas.outline(ONE))
    assert report.lineage["kept"] + report.lineage["born"] == report.n_ideas
    resting = built.ideas.get(idea_id)
    assert resting is not None
    assert (resting.title, resting.keyphrases, resting.summary) == ("…", (), "")
    built.close()
    left = built.path.read_bytes()
    for trace in ("harbour", "Harbour", "squeaks", "ferry"):
        assert trace.encode() not in left


def test_no_run_tells_of_the_titles_that_were(with_a_stranger: Store) -> None:
    store = with_a_stranger
    became = {"gone": [{"id": 3, "title": "Harbour crane"}], "kept": [1]}
    for state, outcome in (("done", {"became": became}), ("failed", {"error": "no harbour"})):
        run_id = store.runs.begin(
            ONE, kind="build", seed=0, settings={"quality": "draft"}, versions={}
        )
        store.runs.finish(run_id, state=state, outcome=outcome)
    store.runs.forget_words(ONE)
    done, failed = store.runs.last(ONE), store.runs.last(ONE, state="failed")
    assert done is not None
    assert failed is not None
    assert done.outcome == {"became": {"gone": [{"id": 3, "title": "…"}], "kept": [1]}}
    assert failed.outcome == {"error": "…"}


def test_without_the_model_nothing_is_erased(
    with_a_stranger: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def load(_: str) -> object:
        raise ModelMissing("the model is not there")

    monkeypatch.setattr("models.load", load)
    with pytest.raises(ModelMissing):
        erase_participant(with_a_stranger, ONE, "Zebulon Quill")
    assert with_a_stranger.participants.find(ONE, "Zebulon Quill") is not None


def test_a_second_call_finishes_what_a_failed_build_left(
    with_a_stranger: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = with_a_stranger
    build(store, ONE, DRAFT)
    titles = {idea.title for idea in store.ideas.outline(ONE)}

    def fail(*_: object) -> object:
        raise StoreProblem(f"cannot: {WORDS}")

    with monkeypatch.context() as patch:
        patch.setattr(BUILD, "find_map", fail)
        with pytest.raises(StoreProblem, match="erased, but the map was not built again"):
            erase_participant(store, ONE, "Participant 8")
    assert {idea.title for idea in store.ideas.outline(ONE)} == {"…"}
    assert WORDS.encode() not in store.path.read_bytes()
    n_messages, report = erase_participant(store, ONE, "Participant 8")
    assert n_messages == 0
    assert report is not None
    assert len(titles & {idea.title for idea in store.ideas.outline(ONE)}) > 1


def test_without_a_map_there_is_nothing_to_build(imported: Store, discussion_id: int) -> None:
    n_messages, report = erase_participant(imported, discussion_id, "Person 2")
    assert n_messages == 6
    assert report is None


def test_nobody_of_that_name(imported: Store, discussion_id: int) -> None:
    with pytest.raises(StoreProblem, match="nobody called 'Ann'"):
        erase_participant(imported, discussion_id, "Ann")
