"""A map grows: what is there stays, what is new finds its place, and a run tells of it."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from synth.corrections import merge_ideas, pin_passages
from synth.errors import StoreProblem
from synth.pipeline import build, erase_participant, growth, import_files, run
from synth.records import Idea, Placement
from synth.settings import CLUSTERERS, ClustererName, Settings
from synth.store import Store, open_store
from tests.synth.small_discussion import rows, write_csv

BUILD = import_module("synth.pipeline.build")
"""The module: the package has a function of the same name."""

DRAFT = Settings(quality="draft")
ONE = 1
N = 120
NEW_SUBJECT = (
    "The swimming pool must open earlier for the swimmers who work",
    "Swimmers need warm showers in the pool before they go to work",
    "An outdoor pool with a slide would please all the small swimmers",
    "The pool loses water and the swimmers pay for the repair",
)


@pytest.fixture(scope="module")
def _large_db(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("large")
    db = folder / "large.db"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BUILD, "SMALL", 20)
        run([write_csv(folder / "town.csv", rows(N))], db=db, settings=DRAFT)
    return db


@pytest.fixture
def large(_large_db: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """A discussion whose map may grow."""
    monkeypatch.setattr(BUILD, "SMALL", 20)
    copy = tmp_path / "large.db"
    shutil.copy(_large_db, copy)
    with open_store(copy) as opened:
        yield opened


def import_more(store: Store, folder: Path, n: int = N + 12) -> None:
    import_files(store, ONE, [write_csv(folder / "town.csv", rows(n))])


def import_new_subject(store: Store, folder: Path) -> None:
    new = [
        {
            "id": str(N + 1 + i),
            "author": f"Swimmer {i % 5}",
            "created_at": f"2024-05-01T{i:02d}:00:00Z",
            "text": NEW_SUBJECT[i % 4] + f", said {['we', 'she', 'they'][i % 3]}.",
        }
        for i in range(12)
    ]
    import_files(store, ONE, [write_csv(folder / "town.csv", [*rows(N), *new])])


def state(store: Store) -> tuple[dict[int, Idea], dict[int, Placement], dict[int, object]]:
    placements = store.ideas.placements(ONE)
    return (
        {idea.id: idea for idea in store.ideas.outline(ONE)},
        {p.passage_id: p for p in placements},
        dict(store.growth.places([p.passage_id for p in placements])),
    )


def test_what_is_there_stays_and_what_is_new_is_placed(large: Store, tmp_path: Path) -> None:
    ideas, placements, places = state(large)
    extracts = large.extracts.all(ONE)
    import_more(large, tmp_path)
    report = build(large, ONE, DRAFT)
    assert report.growth is not None
    assert (report.growth["n_new"], report.growth["n_edited"]) == (12, 0)
    ideas_now, placements_now, places_now = state(large)
    assert {i: (idea.title, idea.parent_id, idea.x) for i, idea in ideas.items()} == {
        i: (ideas_now[i].title, ideas_now[i].parent_id, ideas_now[i].x) for i in ideas
    }
    assert {i: placements_now[i] for i in placements} == placements
    assert {i: places_now[i] for i in places} == places
    assert set(large.extracts.all(ONE)) >= set(extracts)
    new = placements_now.keys() - placements.keys()
    assert len(new) == report.growth["n_placed"] + report.growth["n_unplaced"]
    assert report.growth["n_placed"] >= 0.8 * len(new)
    assert new <= places_now.keys()
    assert len(large.passages.all(ONE)) == len(placements_now) == report.n_passages


def test_later_passages_join_those_that_say_the_same(large: Store, tmp_path: Path) -> None:
    _, before, _ = state(large)
    import_more(large, tmp_path)
    build(large, ONE, DRAFT)
    _, after, _ = state(large)
    subject = {m.id: (int(m.source_id) - 1) % 3 for m in large.messages.all(ONE)}
    heard: dict[int, list[int]] = {}
    for placement in before.values():
        if placement.idea_id is not None:
            heard.setdefault(placement.idea_id, []).append(subject[placement.message_id])
    new = [after[i] for i in after.keys() - before.keys()]
    right = [
        max(set(s := heard[p.idea_id]), key=s.count) == subject[p.message_id]
        for p in new
        if p.idea_id in heard
    ]
    assert np.mean(right) >= 0.8


def test_counts_and_order_tell_of_the_grown_map(large: Store, tmp_path: Path) -> None:
    import_new_subject(large, tmp_path)
    build(large, ONE, DRAFT)
    ideas, placements, _ = state(large)
    author = {m.id: m.participant_id for m in large.messages.all(ONE)}
    under: dict[int, set[int]] = {i: set() for i in ideas}
    for placement in placements.values():
        idea = placement.idea_id
        while idea is not None:
            under[idea].add(placement.message_id)
            idea = ideas[idea].parent_id
    assert {i: (idea.n_messages, idea.n_authors) for i, idea in ideas.items()} == {
        i: (len(messages), len({author[m] for m in messages})) for i, messages in under.items()
    }
    seen: set[int | None] = {None}
    for idea in large.ideas.outline(ONE):
        assert idea.parent_id in seen
        seen.add(idea.id)


def test_a_new_subject_opens_an_idea(large: Store, tmp_path: Path) -> None:
    before, _, _ = state(large)
    import_new_subject(large, tmp_path)
    report = build(large, ONE, DRAFT)
    assert report.growth is not None
    born = report.growth["born"]
    ideas, placements, _ = state(large)
    assert len(born) == 1
    assert set(ideas) - set(before) == set(born)
    (idea,) = (ideas[i] for i in born)
    assert idea.title
    assert {"pool", "swimmers"} <= set(" ".join(idea.keyphrases).split())
    assert large.ideas.representatives(ONE)[idea.id]
    assert (idea.level, idea.parent_id is None) in {(1, True), (2, False)}
    new = [p for p in placements.values() if p.message_id > N]
    assert np.mean([p.idea_id == idea.id for p in new]) >= 0.9
    last = large.runs.last(ONE)
    assert last is not None
    assert last.outcome["became"]["born"] == born  # type: ignore[index]
    assert set(last.outcome["became"]["kept"]) == set(before)  # type: ignore[index]


def test_a_map_grows_again_and_then_nothing_is_left_to_do(large: Store, tmp_path: Path) -> None:
    import_more(large, tmp_path, N + 6)
    assert build(large, ONE, DRAFT).growth is not None
    assert build(large, ONE, DRAFT).is_unchanged
    import_more(large, tmp_path, N + 9)
    again = build(large, ONE, DRAFT)
    assert again.growth is not None
    assert again.growth["n_new"] == 3


def test_an_edited_message_is_placed_again(large: Store, tmp_path: Path) -> None:
    messages = rows(N)
    messages[3]["text"] = "New trees in the public garden need water in the first summers."
    _, before, _ = state(large)
    import_files(large, ONE, [write_csv(tmp_path / "town.csv", messages)])
    report = build(large, ONE, DRAFT)
    assert report.growth is not None
    assert (report.growth["n_new"], report.growth["n_edited"]) == (0, 1)
    _, after, _ = state(large)
    (edited,) = (m for m in large.messages.all(ONE) if m.source_id == "4")
    own = [p for p in after.values() if p.message_id == edited.id]
    assert [edited.text[p.start : p.end] for p in own] == [messages[3]["text"]]
    others = {i: p for i, p in before.items() if p.message_id != edited.id}
    assert {i: after[i] for i in others} == others


def test_what_a_person_placed_stays(large: Store, tmp_path: Path) -> None:
    ideas, placements, _ = state(large)
    passage = min(placements)
    parents = {idea.parent_id for idea in ideas.values()}
    elsewhere = next(i for i in ideas if i not in parents and i != placements[passage].idea_id)
    with sqlite3.connect(large.path) as raw:
        raw.execute(
            "UPDATE placements SET idea_id = ?, origin = 'person' WHERE passage_id = ?",
            [elsewhere, passage],
        )
    raw.close()
    import_new_subject(large, tmp_path)
    assert build(large, ONE, DRAFT).growth is not None
    assert state(large)[1][passage].idea_id == elsewhere


@pytest.mark.parametrize(
    ("settings", "n", "why"),
    [
        (Settings(quality="draft", seed=1), N + 5, "settings"),
        (Settings(quality="draft", clusterer="leiden"), N + 5, "settings"),
        (DRAFT, N + 40, "40 messages have come"),
    ],
)
def test_where_growing_will_not_do_the_map_is_built_afresh(
    large: Store, tmp_path: Path, settings: Settings, n: int, why: str
) -> None:
    import_more(large, tmp_path, n)
    report = build(large, ONE, settings)
    assert report.growth is None
    assert why in report.why_whole


@pytest.mark.parametrize("clusterer", CLUSTERERS[1:])
def test_a_map_of_any_clusterer_grows(
    large: Store, tmp_path: Path, clusterer: ClustererName
) -> None:
    settings = replace(DRAFT, clusterer=clusterer)
    build(large, ONE, settings)
    before, placed, _ = state(large)
    import_new_subject(large, tmp_path)
    growth = build(large, ONE, settings).growth
    assert growth is not None
    assert growth["born"]
    after, placed_now, _ = state(large)
    assert before.keys() <= after.keys()
    assert {i: p.idea_id for i, p in placed.items()}.items() <= {
        i: p.idea_id for i, p in placed_now.items()
    }.items()


def test_force_builds_whole(large: Store, tmp_path: Path) -> None:
    import_more(large, tmp_path)
    report = build(large, ONE, DRAFT, force=True)
    assert (report.growth, report.why_whole) == (None, "")


def test_a_small_map_is_built_whole(built: Store, tmp_path: Path) -> None:
    assert built.spaces.get(ONE, "fitted") is None
    import_files(built, ONE, [write_csv(tmp_path / "town.csv", rows(43))])
    report = build(built, ONE, DRAFT)
    assert (report.growth, report.why_whole) == (None, "")


def test_an_interrupted_growth_is_made_up_for(
    large: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = state(large)
    import_more(large, tmp_path)

    def interrupt(*args: object, **kinds: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(growth, "places_of", interrupt)
        build(large, ONE, DRAFT)
    after = state(large)
    assert after[0] == before[0]
    assert {i: after[1][i] for i in before[1]} == before[1]
    report = build(large, ONE, DRAFT)
    assert report.growth is not None
    assert report.growth["n_new"] == 12
    assert state(large)[1].keys() - before[1].keys() <= state(large)[2].keys()


def test_an_edit_outlives_an_interrupted_growth(
    large: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    messages = rows(N)
    messages[3]["text"] = "New trees in the public garden need water in the first summers."
    import_files(large, ONE, [write_csv(tmp_path / "town.csv", messages)])

    def interrupt(*args: object, **kinds: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(growth, "places_of", interrupt)
        build(large, ONE, DRAFT)
    report = build(large, ONE, DRAFT)
    assert report.growth is not None
    assert report.growth["n_edited"] == 1
    _, placements, places = state(large)
    (own,) = (p for p in placements.values() if p.message_id == 4)
    assert own.passage_id in places


def test_new_votes_are_no_edit(large: Store, tmp_path: Path) -> None:
    with sqlite3.connect(large.path) as raw:
        raw.execute("UPDATE messages SET n_likes = 9, content_sha256 = 'voted' || id")
    raw.close()
    import_more(large, tmp_path, N + 3)
    with sqlite3.connect(large.path) as raw:
        raw.execute("UPDATE messages SET content_sha256 = 'voted' || id")
    raw.close()
    report = build(large, ONE, DRAFT)
    assert report.growth is not None
    assert report.growth["n_edited"] == 0


def test_where_only_votes_came_the_map_stays(large: Store) -> None:
    before = state(large)
    with sqlite3.connect(large.path) as raw:
        raw.execute("UPDATE messages SET n_likes = 9, content_sha256 = 'voted' || id")
    raw.close()
    report = build(large, ONE, DRAFT)
    assert report.growth is not None
    assert report.growth["n_new"] == report.growth["n_placed"] == 0
    assert state(large) == before


def test_messages_without_words_come_to_nothing(large: Store, tmp_path: Path) -> None:
    ideas, placements, _ = state(large)
    import_more(large, tmp_path, N + 1)
    with sqlite3.connect(large.path) as raw:
        raw.execute("UPDATE messages SET text = '' WHERE id = ?", [N + 1])
    raw.close()
    report = build(large, ONE, DRAFT)
    assert report.growth is not None
    assert report.growth["n_new"] == 1
    assert state(large)[:2] == (ideas, placements)


def test_who_is_erased_leaves_nothing_in_what_was_fitted(large: Store) -> None:
    gone = {m.id for m in large.messages.all(ONE) if m.participant_id == 2}
    erased = {p.passage_id for p in large.ideas.placements(ONE) if p.message_id in gone}
    large.participants.erase(ONE, 2)
    assert large.spaces.get(ONE, "landmarks") is None
    erase_participant(large, ONE, "Person 2")
    landmarks = large.spaces.get(ONE, "landmarks")
    assert landmarks is not None
    assert not erased & set(landmarks["passage_ids"].tolist())


def test_an_idea_made_by_hand_is_known_by_its_passages(large: Store, tmp_path: Path) -> None:
    _, placements, _ = state(large)
    garden = [p.passage_id for p in placements.values() if (p.message_id - 1) % 3 == 1]
    with sqlite3.connect(large.path) as raw:
        (run_id,) = raw.execute("SELECT max(id) FROM runs").fetchone()
        made = raw.execute(
            """INSERT INTO ideas (discussion_id, level, rank, title, n_messages, n_authors,
               origin, run_id) VALUES (1, 1, 99, 'The garden', 1, 1, 'person', ?)""",
            [run_id],
        ).lastrowid
        raw.executemany(
            "UPDATE placements SET idea_id = ?, origin = 'person' WHERE passage_id = ?",
            [(made, i) for i in garden],
        )
    raw.close()
    import_more(large, tmp_path)
    assert build(large, ONE, DRAFT).growth is not None
    _, after, _ = state(large)
    new = [p for p in after.values() if p.message_id > N and (p.message_id - 1) % 3 == 1]
    assert np.mean([p.idea_id == made for p in new]) >= 0.7


def leaves_by_size(store: Store) -> list[int]:
    """Leaf ideas, the largest first."""
    ideas, _, _ = state(store)
    broad = {idea.parent_id for idea in ideas.values()}
    return sorted(ideas.keys() - broad, key=lambda i: (-ideas[i].n_messages, i))


def test_a_merged_idea_hears_what_both_would_have_heard(
    large: Store, _large_db: Path, tmp_path: Path
) -> None:
    into, merged = leaves_by_size(large)[:2]
    shutil.copy(_large_db, tmp_path / "unmerged.db")
    merge_ideas(large, ONE, into, [merged], actor="Ada")
    with open_store(tmp_path / "unmerged.db") as unmerged:
        for n in (N + 12, N + 24):  # what an idea took in is known in later growths too
            for store in (large, unmerged):
                import_more(store, tmp_path, n)
                assert build(store, ONE, DRAFT).growth is not None
            alone = {i: p.idea_id for i, p in state(unmerged)[1].items()}
            both = {i: into if idea == merged else idea for i, idea in alone.items()}
            assert merged in {alone[p.passage_id] for p in new_placements(unmerged)}
            assert {i: p.idea_id for i, p in state(large)[1].items()} == both


def new_placements(store: Store) -> list[Placement]:
    return [p for p in state(store)[1].values() if p.message_id > N]


def test_an_idea_that_passages_were_pinned_to_or_from_is_known_anew(large: Store) -> None:
    one, other = leaves_by_size(large)[:2]
    assert large.growth.changed_by_people(ONE) == set()
    _, placements, _ = state(large)
    passage = next(i for i, p in placements.items() if p.idea_id == one)
    pin_passages(large, ONE, [passage], other, actor="Ada")
    assert large.growth.changed_by_people(ONE) == {one, other}


def test_a_correction_made_while_a_map_grows_stops_the_growth(
    large: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_more(large, tmp_path)
    into, merged = leaves_by_size(large)[:2]
    places_of = growth.places_of

    def merging_meanwhile(*args: Any, **kinds: Any) -> Any:
        with open_store(large.path) as other:
            merge_ideas(other, ONE, into, [merged], actor="Ada")
        return places_of(*args, **kinds)

    with monkeypatch.context() as patch, pytest.raises(StoreProblem, match="corrected while"):
        patch.setattr(growth, "places_of", merging_meanwhile)
        build(large, ONE, DRAFT)
    assert merged not in state(large)[0]
    assert build(large, ONE, DRAFT).growth is not None
