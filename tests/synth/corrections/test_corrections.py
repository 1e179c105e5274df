"""Corrections: in force at once, kept by every rebuild, and taken back without a trace."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synth import CorrectionRefused, StoreProblem
from synth.clustering.tree import MAX_CHILDREN, MAX_LEVELS
from synth.corrections import (
    confirm_idea,
    describe_idea,
    hide_idea,
    keep_passages,
    link_ideas,
    link_passages,
    lock_idea,
    merge_ideas,
    move_idea,
    part_passages,
    passages_of,
    pin_passages,
    release_idea,
    release_passages,
    rename_idea,
    set_passages_aside,
    sign_off,
    split_idea,
    split_into_parts,
    take_sign_off_back,
    undo_correction,
    unlink_ideas,
    unlock_idea,
    unplace_passages,
)
from synth.corrections.stored_map import StoredMap, stored_map
from synth.pipeline import import_files
from synth.pipeline.build import BuildReport
from synth.records import IdeaLink, IdeaStatus, LinkKind, Lock, Origin, Unplaced
from synth.settings import CLUSTERERS, ClustererName
from synth.store import Store, open_store
from tests.synth.pipeline.quick_build import made_up_models
from tests.synth.small_discussion import write_csv

BUILD = import_module("synth.pipeline.build")
"""The module: the package has a function of the same name."""

ONE = 1
ME = "Ada"
WORDS = ("Bus", "Tree", "Rent", "Park", "Road", "Bench", "Lamp", "Well", "Shop", "Hall", "Barn")
SUBJECTS = (
    "the streets and buses of our crowded town centre",
    "gardens beside woods with flowering hedges",
    "houses whose rent nobody can pay any longer",
)
"""What the words are about: neighbours in ``WORDS`` stand under one broader idea."""
N_MESSAGES = 165
Rebuild = Callable[..., BuildReport]


def sentence(word: str, number: int) -> str:
    """What a message that begins with a word says."""
    if word in WORDS:
        subject = SUBJECTS[WORDS.index(word) * len(SUBJECTS) // len(WORDS)]
    else:
        subject = " ".join([word.lower()] * 8)
    return f"{word} number {number} is what this message on {subject} is about."


def messages(n: int) -> list[dict[str, str]]:
    return [
        {
            "id": str(i + 1),
            "author": f"Person {i % 23}",
            "created_at": f"2024-03-{1 + i // 24:02d}T{i % 24:02d}:00:00Z",
            "text": sentence(WORDS[i % len(WORDS)], i),
        }
        for i in range(n)
    ]


@pytest.fixture(scope="module")
def rebuild() -> Iterator[Rebuild]:
    with made_up_models() as found:
        yield found


@pytest.fixture(scope="module")
def first_map(tmp_path_factory: pytest.TempPathFactory, rebuild: Rebuild) -> Path:
    """A map of some ten ideas on two levels."""
    folder = tmp_path_factory.mktemp("corrected")
    with open_store(folder / "first.db") as store:
        store.discussions.add("Corrected")
        import_files(store, ONE, [write_csv(folder / "town.csv", messages(N_MESSAGES))])
        rebuild(store, ONE, 0)
    return folder / "first.db"


@pytest.fixture
def store(first_map: Path, tmp_path: Path) -> Iterator[Store]:
    shutil.copy(first_map, tmp_path / "copy.db")
    with open_store(tmp_path / "copy.db") as opened:
        yield opened


def rows_of(store: Store) -> dict[str, list[tuple[object, ...]]]:
    """Every row that a correction may change."""
    tables = (
        *("ideas", "placements", "representatives", "idea_cores", "passage_links"),
        *("extract_ideas", "retired_ideas", "idea_links", "sign_offs"),
    )
    return {
        table: sorted(store._db.execute(f"SELECT * FROM {table}").fetchall()) for table in tables
    }


def leaves(map_: StoredMap) -> list[int]:
    return [idea for idea in map_.ideas if map_.is_leaf(idea)]


def broad(map_: StoredMap) -> list[int]:
    return [idea for idea in map_.ideas if not map_.is_leaf(idea)]


def assert_sound(store: Store) -> StoredMap:
    """What every map promises, corrected or not."""
    map_ = stored_map(store, ONE)
    order = list(map_.ideas)
    for idea in map_.ideas.values():
        above = idea.parent_id
        assert idea.level == (1 if above is None else map_.ideas[above].level + 1)
        assert idea.level <= MAX_LEVELS
        assert above is None or order.index(above) < order.index(idea.id)
        below = map_.passages_below(idea.id)
        assert idea.n_messages == len({map_.placements[p].message_id for p in below})
        assert map_.is_leaf(idea.id) or not map_.under.get(idea.id)
    assert max(map(len, map_.children.values())) <= MAX_CHILDREN
    assert len(map_.placements) == len(store.passages.all(ONE))
    return map_


# -- each correction, and its undoing --------------------------------------------------------


def renamed(store: Store, map_: StoredMap) -> None:
    rename_idea(store, ONE, leaves(map_)[0], title=" My  title ", summary="Short.", actor=ME)
    idea = assert_sound(store).ideas[leaves(map_)[0]]
    assert (idea.title, idea.summary, idea.title_origin) == ("My title", "Short.", Origin.PERSON)


def merged(store: Store, map_: StoredMap) -> None:
    group = next(c for p, c in map_.children.items() if p is not None and len(c) > 2)
    one, other = group[:2]
    merge_ideas(store, ONE, one, [other], actor=ME)
    after = assert_sound(store)
    assert other not in after.ideas
    assert set(after.under[one]) == {*map_.under[one], *map_.under[other]}
    assert store.corrections.merged_into(other) == one


def merged_broad(store: Store, map_: StoredMap) -> None:
    one, other = broad(map_)[:2]
    merge_ideas(store, ONE, one, [other], actor=ME)
    after = assert_sound(store)
    assert set(after.children[one]) == {*map_.children[one], *map_.children[other]}


def split(store: Store, map_: StoredMap) -> None:
    leaf = max(leaves(map_), key=lambda i: len(map_.under[i]))
    chosen = map_.under[leaf][1:4]
    made = split_idea(store, ONE, leaf, chosen, title="Apart", actor=ME)
    after = assert_sound(store)
    assert set(after.under[made]) == set(chosen)
    assert set(after.under[leaf]) == set(map_.under[leaf]) - set(chosen)
    assert after.ideas[made].parent_id == after.ideas[leaf].parent_id
    assert (after.ideas[made].title, after.ideas[made].origin) == ("Apart", Origin.PERSON)


def split_broad(store: Store, map_: StoredMap) -> None:
    above = next(i for i in broad(map_) if len(map_.children[i]) > 1)
    chosen = [map_.under[leaf][0] for leaf in map_.children[above]]
    made = split_idea(store, ONE, above, chosen, title="Across", actor=ME)
    after = assert_sound(store)
    assert after.ideas[made].parent_id == above
    assert set(after.under[made]) == set(chosen)


def moved(store: Store, map_: StoredMap) -> None:
    above, other = broad(map_)[:2]
    child = next(c for i in (above, other) for c in map_.children[i] if len(map_.children[i]) > 1)
    target = other if map_.ideas[child].parent_id == above else above
    move_idea(store, ONE, child, under=target, actor=ME)
    assert assert_sound(store).ideas[child].parent_id == target


def moved_to_the_top(store: Store, map_: StoredMap) -> None:
    child = next(c for i in broad(map_) for c in map_.children[i] if len(map_.children[i]) > 1)
    move_idea(store, ONE, child, under=None, actor=ME)
    assert assert_sound(store).ideas[child].level == 1


def moved_under_a_leaf(store: Store, map_: StoredMap) -> None:
    group = next(c for p, c in map_.children.items() if p is not None and len(c) > 1)
    move_idea(store, ONE, group[0], under=group[1], actor=ME)
    after = assert_sound(store)
    assert after.ideas[group[0]].parent_id == group[1]
    assert set(map_.under[group[1]]) < set(after.passages_below(group[1]))


def pinned(store: Store, map_: StoredMap) -> None:
    one, other = leaves(map_)[:2]
    passage = map_.under[one][0]
    pin_passages(store, ONE, [passage], other, actor=ME)
    placement = assert_sound(store).placements[passage]
    assert (placement.idea_id, placement.origin) == (other, Origin.PERSON)
    assert passage not in store.ideas.representatives(ONE)[one]


def unplaced(store: Store, map_: StoredMap) -> None:
    passage = map_.under[leaves(map_)[0]][0]
    unplace_passages(store, ONE, [passage], actor=ME)
    placement = assert_sound(store).placements[passage]
    assert (placement.idea_id, placement.origin) == (None, Origin.PERSON)


def confirmed(store: Store, map_: StoredMap) -> None:
    above = broad(map_)[0]
    confirm_idea(store, ONE, above, actor=ME)
    after = assert_sound(store)
    assert after.ideas[above].status is IdeaStatus.CONFIRMED
    assert all(after.is_persons(p) for p in after.passages_below(above))


def hidden(store: Store, map_: StoredMap) -> None:
    hide_idea(store, ONE, leaves(map_)[2], actor=ME)
    assert assert_sound(store).ideas[leaves(map_)[2]].status is IdeaStatus.HIDDEN


def linked(store: Store, map_: StoredMap) -> None:
    one, other = (map_.under[leaf][0] for leaf in leaves(map_)[:2])
    link_passages(store, ONE, [one], [other], actor=ME)
    after = assert_sound(store)
    assert after.leaf_of(one) == after.leaf_of(other) == leaves(map_)[0]


def parted(store: Store, map_: StoredMap) -> None:
    one, other = map_.under[leaves(map_)[0]][:2]
    part_passages(store, ONE, [one], [other], actor=ME)
    after = assert_sound(store)
    assert after.leaf_of(one) != after.leaf_of(other)


def described(store: Store, map_: StoredMap) -> None:
    leaf = leaves(map_)[1]
    describe_idea(store, ONE, leaf, summary=" What\n it says. ", actor=ME)
    assert assert_sound(store).ideas[leaf].summary == "What\nit says."


def split_in_two(store: Store, map_: StoredMap) -> None:
    leaf = max(leaves(map_), key=lambda i: len(map_.under[i]))
    one, two = map_.under[leaf][1:3], map_.under[leaf][3:6]
    parts = [("One part", one), ("Another", two)]
    made = split_into_parts(store, ONE, leaf, parts, actor=ME)
    after = assert_sound(store)
    assert [set(after.under[i]) for i in made] == [set(one), set(two)]
    assert [after.ideas[i].title for i in made] == ["One part", "Another"]
    assert set(after.under[leaf]) == set(map_.under[leaf]) - set(one) - set(two)


def locked(store: Store, map_: StoredMap) -> None:
    above = broad(map_)[0]
    lock_idea(store, ONE, above, actor=ME)
    after = assert_sound(store)
    assert {after.ideas[i].locked_by for i in map_.subtree(above)} == {Lock.PERSON}
    assert after.placements == map_.placements


def ideas_linked(store: Store, map_: StoredMap) -> None:
    one, other = leaves(map_)[:2]
    link_ideas(store, ONE, one, other, kind=LinkKind.OPPOSES, actor=ME)
    assert store.corrections.idea_links(ONE) == [
        IdeaLink(one_id=one, other_id=other, kind=LinkKind.OPPOSES)
    ]


def kept(store: Store, map_: StoredMap) -> None:
    leaf = leaves(map_)[1]
    passage = map_.under[leaf][-1]
    keep_passages(store, ONE, [passage], actor=ME)
    placement = assert_sound(store).placements[passage]
    assert (placement.idea_id, placement.origin) == (leaf, Origin.PERSON)


def set_aside(store: Store, map_: StoredMap) -> None:
    passage = map_.under[leaves(map_)[0]][0]
    set_passages_aside(store, ONE, [passage], reason=Unplaced.THANKS, actor=ME)
    placement = assert_sound(store).placements[passage]
    assert (placement.idea_id, placement.reason) == (None, Unplaced.THANKS)


def signed_off(store: Store, map_: StoredMap) -> None:
    sign_off(store, ONE, actor=ME)
    after = assert_sound(store)
    assert {i.status for i in after.ideas.values()} == {IdeaStatus.CONFIRMED}
    assert {i.locked_by for i in after.ideas.values()} == {Lock.SIGN_OFF}
    assert store.corrections.signed_off_at(ONE) is not None


EACH = [
    *(
        described,
        split_in_two,
        locked,
        ideas_linked,
        kept,
        set_aside,
        signed_off,
        renamed,
        merged,
        merged_broad,
        split,
        split_broad,
        moved,
        moved_to_the_top,
    ),
    *(moved_under_a_leaf, pinned, unplaced, confirmed, hidden, linked, parted),
]


@pytest.mark.parametrize("correction", EACH, ids=lambda c: c.__name__)
def test_a_correction_is_in_force_at_once_and_taken_back_without_a_trace(
    store: Store, correction: Callable[[Store, StoredMap], None]
) -> None:
    before = rows_of(store)
    correction(store, stored_map(store, ONE))
    (made,) = store.corrections.history(ONE)
    assert (made.actor, made.is_undone) == (ME, False)
    assert made.before or made.after
    undo_correction(store, ONE, actor="Bo")
    assert rows_of(store) == before
    (made,) = store.corrections.history(ONE)
    assert made.is_undone
    event = store.events.last(ONE, limit=1)[0]
    assert (event["actor"], event["verb"], event["noun_id"]) == ("Bo", "undid", made.id)
    with pytest.raises(CorrectionRefused, match="no correction to undo"):
        undo_correction(store, ONE, actor=ME)


@pytest.mark.parametrize("correction", EACH, ids=lambda c: c.__name__)
def test_a_correction_can_be_taken_back_after_rebuilds(
    store: Store, rebuild: Rebuild, correction: Callable[[Store, StoredMap], None]
) -> None:
    correction(store, stored_map(store, ONE))
    rebuild(store, ONE, 7)
    assert_sound(store)
    undo_correction(store, ONE, actor=ME)
    assert_sound(store)
    assert store.corrections.held(ONE) == []
    assert store.corrections.reasons(ONE) == {}
    assert store.corrections.links(ONE) == []
    assert store.corrections.idea_links(ONE) == []
    rebuild(store, ONE, 8)
    assert_sound(store)


# -- refusals --------------------------------------------------------------------------------


def family(map_: StoredMap, *, least: int = 2) -> list[int]:
    """Ideas side by side under another one."""
    return next(c for p, c in map_.children.items() if p is not None and len(c) >= least)


REFUSED: dict[str, Callable[[Store, StoredMap], object]] = {
    "no idea 999": lambda s, m: confirm_idea(s, ONE, 999, actor=ME),
    "title is empty": lambda s, m: rename_idea(s, ONE, 1, title="  ", actor=ME),
    "actor is empty": lambda s, m: hide_idea(s, ONE, 1, actor=" "),
    "that is so already": lambda s, m: release_idea(s, ONE, 1, actor=ME),
    "two ideas to merge": lambda s, m: merge_ideas(s, ONE, 1, [1], actor=ME),
    "one under the other": lambda s, m: merge_ideas(
        s, ONE, broad(m)[0], [m.children[broad(m)[0]][0]], actor=ME
    ),
    "and idea .* has none": lambda s, m: merge_ideas(
        s, ONE, broad(m)[0], [m.children[broad(m)[1]][0]], actor=ME
    ),
    "without an idea under it": lambda s, m: merge_ideas(
        s, ONE, m.children[broad(m)[0]][0], m.children[broad(m)[1]], actor=ME
    ),
    "under itself": lambda s, m: move_idea(
        s, ONE, broad(m)[0], under=m.children[broad(m)[0]][0], actor=ME
    ),
    "has ideas under it": lambda s, m: pin_passages(s, ONE, [1], broad(m)[0], actor=ME),
    "no passage was chosen": lambda s, m: unplace_passages(s, ONE, [], actor=ME),
    "no passage 9999": lambda s, m: pin_passages(s, ONE, [9999], leaves(m)[0], actor=ME),
    "without a passage": lambda s, m: pin_passages(
        s, ONE, m.under[leaves(m)[0]], leaves(m)[1], actor=ME
    ),
    "does not stand under": lambda s, m: split_idea(
        s, ONE, leaves(m)[0], m.under[leaves(m)[1]][:1], title="X", actor=ME
    ),
    "name two passages": lambda s, m: link_passages(s, ONE, [1], [1], actor=ME),
    "is linked to what": lambda s, m: part_passages(s, ONE, [1], [1], actor=ME),
    "not linked": lambda s, m: unlink_ideas(s, ONE, leaves(m)[0], leaves(m)[1], actor=ME),
    "linked to itself": lambda s, m: link_ideas(s, ONE, 1, 1, kind=LinkKind.ANSWERS, actor=ME),
    "is about the question": lambda s, m: set_passages_aside(
        s, ONE, [1], reason=Unplaced.BETWEEN, actor=ME
    ),
    "are not signed off": lambda s, m: take_sign_off_back(s, ONE, actor=ME),
    "no correction 12": lambda s, m: undo_correction(s, ONE, 12, actor=ME),
    "no passage of a message 999": lambda s, m: passages_of(s, ONE, [(999, None)]),
    "starts at 7; they start at 0": lambda s, m: passages_of(s, ONE, [(1, 7)]),
}


@pytest.mark.parametrize("line", REFUSED)
def test_what_cannot_be_is_refused_in_one_line(store: Store, line: str) -> None:
    before = rows_of(store)
    with pytest.raises(CorrectionRefused, match=line) as refused:
        REFUSED[line](store, stored_map(store, ONE))
    assert "\n" not in str(refused.value)
    assert rows_of(store) == before
    assert store.corrections.history(ONE) == []


def test_decisions_that_contradict_each_other_are_refused(store: Store) -> None:
    map_ = stored_map(store, ONE)
    here, there = leaves(map_)[:2]
    one, two, three = map_.under[here][:3]
    part_passages(store, ONE, [one], [two], actor=ME)
    with pytest.raises(CorrectionRefused, match="must stay apart"):
        link_passages(store, ONE, [two], [one], actor=ME)
    link_passages(store, ONE, [two], [three], actor=ME)
    with pytest.raises(CorrectionRefused, match="is linked to"):
        part_passages(store, ONE, [three], [two], actor=ME)
    pin_passages(store, ONE, [one], there, actor=ME)
    with pytest.raises(CorrectionRefused, match="must stay apart"):
        pin_passages(store, ONE, [two], there, actor=ME)
    other = map_.under[leaves(map_)[2]][0]
    pin_passages(store, ONE, [other], leaves(map_)[3], actor=ME)
    with pytest.raises(CorrectionRefused, match="put in different places"):
        link_passages(store, ONE, [one], [other], actor=ME)


def test_what_is_linked_goes_under_no_idea_with_what_is_unplaced(
    store: Store, rebuild: Rebuild
) -> None:
    map_ = stored_map(store, ONE)
    one, two, three, four = (map_.under[leaf][0] for leaf in leaves(map_)[:4])
    link_passages(store, ONE, [one], [two], actor=ME)
    unplace_passages(store, ONE, [two], actor=ME)
    unplace_passages(store, ONE, [three], actor=ME)
    link_passages(store, ONE, [four], [three], actor=ME)
    for seed in (1, 2):
        now = assert_sound(store)
        assert [now.leaf_of(p) for p in (one, two, three, four)] == [None] * 4
        rebuild(store, ONE, seed)
    undo_correction(store, ONE, actor=ME)
    rebuild(store, ONE, 3)
    now = assert_sound(store)
    assert now.leaf_of(three) is None
    assert now.leaf_of(four) is not None


def test_a_map_has_bounds(store: Store) -> None:
    map_ = stored_map(store, ONE)
    spare = [i for above, c in map_.children.items() if above is not None for i in c[1:]]
    one, two, three, four, five = spare[:5]
    move_idea(store, ONE, one, under=two, actor=ME)
    move_idea(store, ONE, three, under=one, actor=ME)
    move_idea(store, ONE, four, under=three, actor=ME)
    with pytest.raises(CorrectionRefused, match="reach below level 5"):
        move_idea(store, ONE, five, under=four, actor=ME)
    assert assert_sound(store).ideas[four].level == 5


def test_people_leave_the_machine_a_place_at_the_top(store: Store) -> None:
    map_ = stored_map(store, ONE)
    above = max(broad(map_), key=lambda i: len(map_.children[i]))
    leaf = map_.children[above][0]
    for _ in range(MAX_CHILDREN):
        chosen = stored_map(store, ONE).under[leaf][:1]
        made = split_idea(store, ONE, leaf, chosen, title="One more", actor=ME)
        try:
            move_idea(store, ONE, made, under=None, actor=ME)
        except CorrectionRefused as refused:
            assert "side by side" in str(refused) or "at the top already" in str(refused)
            break
    else:
        pytest.fail("there is always room at the top")


def test_a_correction_that_others_build_on_is_not_undone_alone(store: Store) -> None:
    leaf, other = leaves(stored_map(store, ONE))[:2]
    rename_idea(store, ONE, leaf, title="First", actor=ME)
    rename_idea(store, ONE, other, title="Another", actor=ME)
    rename_idea(store, ONE, leaf, title="Second", actor=ME)
    last, middle, first = store.corrections.history(ONE)
    with pytest.raises(CorrectionRefused, match=f"correction {last.id} .* builds on it"):
        undo_correction(store, ONE, first.id, actor=ME)
    undo_correction(store, ONE, middle.id, actor=ME)
    with pytest.raises(CorrectionRefused, match="undone already"):
        undo_correction(store, ONE, middle.id, actor=ME)
    undo_correction(store, ONE, actor=ME)
    assert stored_map(store, ONE).ideas[leaf].title == "First"


# -- rebuilds --------------------------------------------------------------------------------


def holds(store: Store, before: StoredMap) -> None:
    """Whether all that people decided about the map ``before`` holds in the stored one."""
    map_ = assert_sound(store)
    for held in store.corrections.held(ONE):
        assert held.id in before.ideas
    for idea in before.ideas.values():
        is_told = idea.title_origin is Origin.PERSON or idea.status is not IdeaStatus.MACHINE
        if is_told or idea.parent_origin is Origin.PERSON:
            now = map_.ideas[idea.id]
            assert now.status is idea.status
            assert idea.title_origin is Origin.MACHINE or now.title == idea.title
            if idea.parent_origin is Origin.PERSON:
                assert now.parent_id == idea.parent_id
    locks_hold(map_, before)
    for link in store.corrections.idea_links(ONE):
        assert {link.one_id, link.other_id} <= map_.ideas.keys()
    for passage, placement in before.placements.items():
        if placement.origin is Origin.PERSON:
            assert map_.leaf_of(passage) == placement.idea_id
            assert map_.is_persons(passage)
    for one, others in before.together.items():
        assert {map_.leaf_of(one)} == {map_.leaf_of(other) for other in others}
        assert map_.leaf_of(one) is not None or before.leaf_of(one) is None
    for one, others in before.apart.items():
        leaf = map_.leaf_of(one)
        assert leaf is None or leaf not in {map_.leaf_of(other) for other in others}


def locks_hold(map_: StoredMap, before: StoredMap) -> None:
    """Whether the machine changed nothing about locked ideas."""
    for idea in before.ideas.values():
        if idea.locked_by is None or not before.passages_below(idea.id):
            continue
        now = map_.ideas[idea.id]
        said = (now.title, now.summary, now.keyphrases, now.locked_by)
        assert said == (idea.title, idea.summary, idea.keyphrases, idea.locked_by)
        assert now.parent_id == idea.parent_id
        assert set(before.under.get(idea.id, ())) <= set(map_.under.get(idea.id, ()))


@pytest.mark.parametrize("correction", EACH, ids=lambda c: c.__name__)
def test_every_correction_survives_rebuilds(
    store: Store, rebuild: Rebuild, correction: Callable[[Store, StoredMap], None]
) -> None:
    correction(store, stored_map(store, ONE))
    before = stored_map(store, ONE)
    held = {h.id for h in store.corrections.held(ONE)}
    for seed in (3, 4):
        rebuild(store, ONE, seed)
        holds(store, before)
        assert held <= {h.id for h in store.corrections.held(ONE)}


@pytest.mark.parametrize("clusterer", CLUSTERERS[1:])
def test_corrections_survive_a_rebuild_with_another_clusterer(
    store: Store, rebuild: Rebuild, clusterer: ClustererName
) -> None:
    for correction in (renamed, pinned, unplaced, moved_to_the_top):
        correction(store, stored_map(store, ONE))
    before = stored_map(store, ONE)
    assert not rebuild(store, ONE, 0, clusterer=clusterer).is_unchanged
    run = store.runs.last(ONE)
    assert run is not None
    assert run.settings["clusterer"] == clusterer
    holds(store, before)
    assert rebuild(store, ONE, 0, clusterer=clusterer).is_unchanged


def test_a_rebuild_after_corrections_is_repeatable(store: Store, rebuild: Rebuild) -> None:
    for correction in (renamed, pinned, parted):
        correction(store, stored_map(store, ONE))
    first = rebuild(store, ONE, 5)
    again = rebuild(store, ONE, 5)
    assert not first.is_unchanged
    assert again.is_unchanged
    undo_correction(store, ONE, actor=ME)
    assert not rebuild(store, ONE, 5).is_unchanged


def test_the_id_of_a_merged_idea_is_never_given_again(store: Store, rebuild: Rebuild) -> None:
    map_ = stored_map(store, ONE)
    last = max(map_.ideas)
    merge_ideas(store, ONE, next(i for i in leaves(map_) if i != last), [last], actor=ME)
    for seed in (5, 6):
        rebuild(store, ONE, seed)
    assert last not in stored_map(store, ONE).ideas


def test_an_idea_that_lost_its_last_passage_stays(
    store: Store, rebuild: Rebuild, tmp_path: Path
) -> None:
    map_ = stored_map(store, ONE)
    leaf = leaves(map_)[0]
    rename_idea(store, ONE, leaf, title="Kept", actor=ME)
    gone = {map_.placements[p].message_id for p in map_.under[leaf]}
    ids = {m.id: m.source_id for m in store.messages.all(ONE)}
    edited = [
        row | ({"text": f"Nothing {row['id']}."} if row["id"] in {ids[g] for g in gone} else {})
        for row in messages(N_MESSAGES)
    ]
    import_files(store, ONE, [write_csv(tmp_path / "town.csv", edited)])
    rebuild(store, ONE, 2)
    idea = assert_sound(store).ideas[leaf]
    assert (idea.title, idea.n_messages) == ("Kept", 0)
    rebuild(store, ONE, 3)
    assert assert_sound(store).ideas[leaf].title == "Kept"


def test_a_map_that_is_corrected_while_it_is_built_is_not_replaced(
    store: Store, rebuild: Rebuild, monkeypatch: pytest.MonkeyPatch
) -> None:
    leaf = leaves(stored_map(store, ONE))[0]
    find_map = BUILD.find_map

    def meanwhile(*arguments: object) -> object:
        with open_store(store.path) as other:
            confirm_idea(other, ONE, leaf, actor=ME)
        return find_map(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(BUILD, "find_map", meanwhile)
    with pytest.raises(StoreProblem, match="corrected while it was being built"):
        rebuild(store, ONE, 2)
    assert stored_map(store, ONE).ideas[leaf].status is IdeaStatus.CONFIRMED


def test_an_erased_person_leaves_no_words_in_the_history(store: Store, rebuild: Rebuild) -> None:
    map_ = stored_map(store, ONE)
    leaf, other = family(map_)[:2]
    titles = {map_.ideas[i].title for i in (leaf, other)}
    rename_idea(store, ONE, leaf, title="Ours", actor=ME)
    rename_idea(store, ONE, leaf, title="Ours again", actor=ME)
    merge_ideas(store, ONE, leaf, [other], actor=ME)
    store.corrections.forget_words(ONE)
    kept = str([(e["before"], e["after"]) for e in store.events.last(ONE)])
    assert not any(title in kept for title in titles)
    assert "Ours again" in kept
    for _ in range(3):
        undo_correction(store, ONE, actor=ME)
    assert stored_map(store, ONE).ideas.keys() == map_.ideas.keys()
    rebuild(store, ONE, 4)
    assert_sound(store)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A map, and what was drawn from it for a correction."""

    map: StoredMap
    idea: int
    leaf: int
    other_leaf: int
    one: int
    """A passage."""
    two: int

    @property
    def above(self) -> int | None:
        return None if self.one % 3 == 0 else self.other_leaf if self.one % 3 == 1 else self.leaf


ANY_OF: dict[str, Callable[[Store, Drawn], object]] = {
    "rename": lambda s, d: rename_idea(s, ONE, d.idea, title=f"Title {d.one}", actor=ME),
    "merge": lambda s, d: merge_ideas(s, ONE, d.leaf, [d.other_leaf], actor=ME),
    "merge any": lambda s, d: merge_ideas(s, ONE, d.leaf, [d.idea], actor=ME),
    "split": lambda s, d: split_idea(
        s, ONE, d.idea, d.map.passages_below(d.idea)[:: 1 + d.one % 3], title="Part", actor=ME
    ),
    "move": lambda s, d: move_idea(s, ONE, d.idea, under=d.above, actor=ME),
    "pin": lambda s, d: pin_passages(s, ONE, [d.one, d.two], d.leaf, actor=ME),
    "unplace": lambda s, d: unplace_passages(s, ONE, [d.one], actor=ME),
    "confirm": lambda s, d: confirm_idea(s, ONE, d.idea, actor=ME),
    "hide": lambda s, d: hide_idea(s, ONE, d.leaf, actor=ME),
    "show": lambda s, d: release_idea(s, ONE, d.idea, actor=ME),
    "link": lambda s, d: link_passages(s, ONE, [d.one], [d.two], actor=ME),
    "part": lambda s, d: part_passages(s, ONE, [d.one], [d.two], actor=ME),
    "describe": lambda s, d: describe_idea(s, ONE, d.idea, summary=f"It is {d.one}", actor=ME),
    "lock": lambda s, d: lock_idea(s, ONE, d.idea, actor=ME),
    "unlock": lambda s, d: unlock_idea(s, ONE, d.idea, actor=ME),
    "link ideas": lambda s, d: link_ideas(
        s, ONE, d.idea, d.leaf, kind=list(LinkKind)[d.one % 5], actor=ME
    ),
    "unlink ideas": lambda s, d: unlink_ideas(s, ONE, d.idea, d.leaf, actor=ME),
    "keep": lambda s, d: keep_passages(s, ONE, [d.one], actor=ME),
    "release": lambda s, d: release_passages(s, ONE, [d.one, d.two], actor=ME),
    "aside": lambda s, d: set_passages_aside(s, ONE, [d.one], actor=ME),
    "sign off": lambda s, d: sign_off(s, ONE, actor=ME),
    "take back": lambda s, d: take_sign_off_back(s, ONE, actor=ME),
    "undo": lambda s, d: undo_correction(s, ONE, actor=ME),
    "undo any": lambda s, d: undo_correction(s, ONE, d.one % 12, actor=ME),
}


def drawn(data: st.DataObject, store: Store) -> Drawn:
    map_ = stored_map(store, ONE)

    def some(of: Iterable[int]) -> int:
        return data.draw(st.sampled_from(list(of)))

    # Few passages to draw from, so that corrections often speak about the same ones.
    few = list(map_.placements)[::9]

    return Drawn(
        map=map_,
        idea=some(map_.ideas),
        leaf=some(leaves(map_)),
        other_leaf=some(leaves(map_)),
        one=some(few),
        two=some(few),
    )


SOME_VERBS = st.lists(st.sampled_from(sorted(ANY_OF)), max_size=8)


def correct_at_will(store: Store, verbs: Iterable[str], data: st.DataObject) -> None:
    """Make these corrections on whatever is drawn; each is made whole or not at all."""
    for verb in verbs:
        before = rows_of(store)
        try:
            ANY_OF[verb](store, drawn(data, store))
        except CorrectionRefused:
            assert rows_of(store) == before, "refused, and yet something was changed"
        assert_sound(store)


@given(st.data())
@settings(deadline=None, max_examples=15)
def test_any_corrections_hold_in_any_rebuild(
    first_map: Path, rebuild: Rebuild, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    db = tmp_path_factory.mktemp("any") / "any.db"
    shutil.copy(first_map, db)
    with open_store(db) as store:
        for verbs, seed in data.draw(
            st.lists(st.tuples(SOME_VERBS, st.integers(1, 9)), min_size=1, max_size=2)
        ):
            correct_at_will(store, verbs, data)
            corrected = stored_map(store, ONE)
            rebuild(store, ONE, seed)
            holds(store, corrected)


def test_a_place_is_named_as_in_the_tables(store: Store) -> None:
    placements = store.ideas.placements(ONE)
    last = placements[-1]
    assert passages_of(store, ONE, [(last.message_id, last.start)]) == [last.passage_id]
    whole = [p.passage_id for p in placements if p.message_id == last.message_id]
    assert passages_of(store, ONE, [(last.message_id, None)] * 2) == whole
