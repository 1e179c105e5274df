"""Signed-off and locked ideas: what later messages do to them in growths, imports and rebuilds."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path

import pytest

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
    pin_passages,
    rename_idea,
    set_passages_aside,
    sign_off,
    split_idea,
    take_sign_off_back,
    unlock_idea,
    unplace_passages,
)
from synth.corrections.stored_map import StoredMap, stored_map
from synth.errors import CorrectionRefused
from synth.pipeline import build, run
from synth.records import IdeaStatus, LinkKind, Lock, Origin, Unplaced
from synth.settings import Settings
from synth.store import NO_WORDS, Store, open_store
from tests.synth.pipeline.test_growth import N, import_more, import_new_subject
from tests.synth.small_discussion import rows, write_csv

BUILD = import_module("synth.pipeline.build")
DRAFT = Settings(quality="draft")
ONE = 1
ME = "Ada"


@pytest.fixture(scope="module")
def _built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("signed")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BUILD, "SMALL", 20)
        run([write_csv(folder / "town.csv", rows(N))], db=folder / "t.db", settings=DRAFT)
    return folder / "t.db"


@pytest.fixture
def store(_built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """A discussion whose map may grow."""
    monkeypatch.setattr(BUILD, "SMALL", 20)
    shutil.copy(_built, tmp_path / "t.db")
    with open_store(tmp_path / "t.db") as opened:
        yield opened


def leaves(map_: StoredMap) -> list[int]:
    return [idea for idea in map_.ideas if map_.is_leaf(idea)]


def frame(map_: StoredMap) -> dict[int, tuple[object, ...]]:
    """What a sign-off freezes."""
    return {
        i: (idea.title, idea.summary, idea.keyphrases, idea.parent_id, idea.level, idea.status)
        for i, idea in map_.ideas.items()
        if idea.locked_by is Lock.SIGN_OFF
    }


@pytest.mark.parametrize("is_whole", [False, True], ids=["growth", "rebuild"])
def test_later_messages_come_under_the_frame_or_open_new_ideas_beside_it(
    store: Store, tmp_path: Path, *, is_whole: bool
) -> None:
    sign_off(store, ONE, actor=ME)
    before = stored_map(store, ONE)
    import_new_subject(store, tmp_path)
    report = build(store, ONE, DRAFT, force=is_whole)
    assert (report.growth is None) == is_whole
    after = stored_map(store, ONE)
    assert frame(after) == frame(before)
    for leaf, passages in before.under.items():
        assert set(passages) <= set(after.under[leaf]), "the machine took a passage away"
    new = after.ideas.keys() - before.ideas.keys()
    assert new, "nobody spoke of the pool before"
    for idea in new:
        assert after.path(idea)[-1] in new, "what is new stands beside the frame"
        assert after.ideas[idea].locked_by is None
    pool = {p for idea in new for p in after.under.get(idea, ())}
    texts = store.passages.texts(sorted(pool))
    assert sum("pool" in text.lower() or "swim" in text.lower() for text in texts.values()) > 6


def test_what_says_the_same_is_placed_under_the_frame(store: Store, tmp_path: Path) -> None:
    sign_off(store, ONE, actor=ME)
    before = stored_map(store, ONE)
    import_more(store, tmp_path)
    report = build(store, ONE, DRAFT)
    after = stored_map(store, ONE)
    assert report.growth is not None
    assert frame(after) == frame(before)
    placed = {p for p in after.placements.keys() - before.placements.keys() if after.leaf_of(p)}
    assert {after.leaf_of(p) for p in placed} <= before.ideas.keys()
    assert len(placed) >= 8


def test_a_frame_of_twelve_top_ideas_still_shows_what_is_new(store: Store, tmp_path: Path) -> None:
    while True:  # as many top ideas as people may have
        map_ = stored_map(store, ONE)
        big = max(leaves(map_), key=lambda i: len(map_.under[i]))
        try:
            made = split_idea(store, ONE, big, map_.under[big][:2], title="Part", actor=ME)
            if stored_map(store, ONE).ideas[made].parent_id is not None:
                move_idea(store, ONE, made, under=None, actor=ME)
        except CorrectionRefused:
            break
    sign_off(store, ONE, actor=ME)
    before = stored_map(store, ONE)
    import_new_subject(store, tmp_path)
    build(store, ONE, DRAFT)
    grown = stored_map(store, ONE)
    assert frame(grown) == frame(before)
    assert grown.ideas.keys() - before.ideas.keys()


def test_one_that_is_new_joins_the_frame_when_it_is_confirmed(store: Store, tmp_path: Path) -> None:
    sign_off(store, ONE, actor=ME)
    before = stored_map(store, ONE)
    import_new_subject(store, tmp_path)
    build(store, ONE, DRAFT)
    new = min(stored_map(store, ONE).ideas.keys() - before.ideas.keys())
    confirm_idea(store, ONE, new, actor=ME)
    confirmed = stored_map(store, ONE)
    assert confirmed.ideas[new].locked_by is Lock.SIGN_OFF
    build(store, ONE, DRAFT, force=True)
    assert frame(stored_map(store, ONE)) == frame(confirmed)


def test_a_sign_off_is_taken_back_and_what_people_said_one_by_one_stays(store: Store) -> None:
    one, other, third = leaves(stored_map(store, ONE))[:3]
    confirm_idea(store, ONE, one, actor=ME)
    lock_idea(store, ONE, other, actor=ME)
    sign_off(store, ONE, actor=ME)
    with pytest.raises(CorrectionRefused, match="signed off already"):
        sign_off(store, ONE, actor=ME)
    with pytest.raises(CorrectionRefused, match="take the sign-off back first"):
        unlock_idea(store, ONE, third, actor=ME)
    rename_idea(store, ONE, third, title="Still ours to name", actor=ME)
    take_sign_off_back(store, ONE, actor="Bo")
    map_ = stored_map(store, ONE)
    assert store.corrections.signed_off_at(ONE) is None
    assert map_.ideas[one].status is IdeaStatus.CONFIRMED
    assert map_.ideas[other].locked_by is Lock.PERSON
    assert map_.ideas[third].title == "Still ours to name"
    assert [i for i, idea in map_.ideas.items() if idea.locked_by] == [other]
    assert [i for i, idea in map_.ideas.items() if idea.status is not IdeaStatus.MACHINE] == [one]
    sign_off(store, ONE, actor=ME)
    assert store.corrections.signed_off_at(ONE) is not None


def test_who_unlocks_an_idea_leaves_it_in_the_frame(store: Store) -> None:
    leaf = leaves(stored_map(store, ONE))[0]
    lock_idea(store, ONE, leaf, actor=ME)
    sign_off(store, ONE, actor=ME)
    unlock_idea(store, ONE, leaf, actor=ME)
    assert stored_map(store, ONE).ideas[leaf].locked_by is Lock.SIGN_OFF
    take_sign_off_back(store, ONE, actor=ME)
    assert stored_map(store, ONE).ideas[leaf].locked_by is None


def test_what_was_hidden_stays_hidden_in_the_frame(store: Store) -> None:
    leaf = leaves(stored_map(store, ONE))[0]
    hide_idea(store, ONE, leaf, actor=ME)
    sign_off(store, ONE, actor=ME)
    build(store, ONE, DRAFT, force=True)
    assert stored_map(store, ONE).ideas[leaf].status is IdeaStatus.HIDDEN


def test_a_language_model_is_asked_about_no_locked_idea(store: Store) -> None:
    from synth.pipeline.language_model import idea_questions

    leaf = leaves(stored_map(store, ONE))[0]
    assert leaf in idea_questions(store, ONE)
    lock_idea(store, ONE, leaf, actor=ME)
    assert leaf not in idea_questions(store, ONE)
    store.ideas.retitle(leaf, title="By a model", summary="", by="m")
    assert stored_map(store, ONE).ideas[leaf].title != "By a model"


def test_words_that_were_erased_do_not_stay_locked(store: Store) -> None:
    leaf, other = leaves(stored_map(store, ONE))[:2]
    rename_idea(store, ONE, other, title="Ours", actor=ME)
    sign_off(store, ONE, actor=ME)
    store.corrections.forget_words(ONE)
    assert stored_map(store, ONE).ideas[leaf].title == NO_WORDS
    build(store, ONE, DRAFT, force=True)
    named = stored_map(store, ONE).ideas
    assert named[leaf].title not in ("", NO_WORDS)
    assert named[leaf].keyphrases
    assert named[leaf].locked_by is Lock.SIGN_OFF
    assert named[other].title == "Ours"


# -- each kind of correction, when the map grows, is imported to and gets more levels ---------


def two_more_levels(store: Store) -> None:
    """Put ideas under ideas under ideas."""
    map_ = stored_map(store, ONE)
    one, two, three = sorted(leaves(map_), key=lambda i: -len(map_.under[i]))[:3]
    try:
        move_idea(store, ONE, two, under=one, actor="Bo")
        move_idea(store, ONE, three, under=two, actor="Bo")
    except CorrectionRefused:
        part = split_idea(store, ONE, one, map_.under[one][:6], title="A part", actor="Bo")
        move_idea(store, ONE, part, under=one, actor="Bo")
        inner = split_idea(store, ONE, part, map_.under[one][:3], title="Inner", actor="Bo")
        move_idea(store, ONE, inner, under=part, actor="Bo")


def _leaf(map_: StoredMap, nth: int = 0) -> int:
    """Those with few passages, which the deeper levels are not made of."""
    return sorted(leaves(map_), key=lambda i: len(map_.under[i]))[nth]


def _alike(map_: StoredMap) -> tuple[int, list[int]]:
    """Two leaves, the second of which does not stand alone under another idea."""
    found = leaves(map_)
    return next(
        (one, [other])
        for other in found
        for one in found
        if one != other and len(map_.children[map_.ideas[other].parent_id]) > 1
    )


def _room(map_: StoredMap) -> int:
    return _leaf(map_, 1)


KINDS: dict[str, Callable[[Store, StoredMap], object]] = {
    "rename": lambda s, m: rename_idea(s, ONE, _leaf(m), title="Ours", actor=ME),
    "describe": lambda s, m: describe_idea(s, ONE, _leaf(m), summary="Ours.", actor=ME),
    "merge": lambda s, m: merge_ideas(s, ONE, *_alike(m), actor=ME),
    "split": lambda s, m: split_idea(
        s, ONE, _leaf(m), m.under[_leaf(m)][:2], title="Half", actor=ME
    ),
    "move": lambda s, m: move_idea(s, ONE, _leaf(m), under=_room(m), actor=ME),
    "confirm": lambda s, m: confirm_idea(s, ONE, _leaf(m), actor=ME),
    "hide": lambda s, m: hide_idea(s, ONE, _leaf(m), actor=ME),
    "lock": lambda s, m: lock_idea(s, ONE, _leaf(m), actor=ME),
    "link ideas": lambda s, m: link_ideas(
        s, ONE, _leaf(m), _room(m), kind=LinkKind.ANSWERS, actor=ME
    ),
    "place": lambda s, m: pin_passages(s, ONE, m.under[_leaf(m)][:1], _room(m), actor=ME),
    "keep": lambda s, m: keep_passages(s, ONE, m.under[_leaf(m)][-1:], actor=ME),
    "unplace": lambda s, m: unplace_passages(s, ONE, m.under[_leaf(m)][:1], actor=ME),
    "aside": lambda s, m: set_passages_aside(
        s, ONE, m.under[_leaf(m)][:1], reason=Unplaced.THANKS, actor=ME
    ),
    "together": lambda s, m: link_passages(
        s, ONE, m.under[_leaf(m)][:1], m.under[_room(m)][:1], actor=ME
    ),
    "apart": lambda s, m: part_passages(
        s, ONE, m.under[_leaf(m)][:1], m.under[_leaf(m)][1:2], actor=ME
    ),
    "sign-off": lambda s, m: sign_off(s, ONE, actor=ME),
}


def said(map_: StoredMap) -> dict[str, object]:
    """All that people decided about a map."""
    return {
        "titles": {
            i: idea.title
            for i, idea in map_.ideas.items()
            if idea.title_origin is Origin.PERSON or idea.locked_by
        },
        "standing": {
            i: (idea.status, idea.locked_by)
            for i, idea in map_.ideas.items()
            if idea.locked_by or idea.status is not IdeaStatus.MACHINE
        },
        "parents": {
            i: idea.parent_id
            for i, idea in map_.ideas.items()
            if idea.parent_origin is Origin.PERSON or idea.locked_by
        },
        "places": {
            p: (c.idea_id, c.reason) for p, c in map_.placements.items() if map_.is_persons(p)
        },
    }


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_survives_growth_import_and_rebuild_with_two_more_levels(
    kind: str, store: Store, tmp_path: Path
) -> None:
    two_more_levels(store)
    assert max(idea.level for idea in stored_map(store, ONE).ideas.values()) >= 3
    KINDS[kind](store, stored_map(store, ONE))
    wanted = stored_map(store, ONE)
    links, idea_links = store.corrections.links(ONE), store.corrections.idea_links(ONE)
    import_more(store, tmp_path)
    assert said(stored_map(store, ONE)) == said(wanted), "an import undid it"
    for is_forced in (False, True):
        report = build(store, ONE, DRAFT, force=is_forced)
        assert (report.growth is None) == is_forced
        now = stored_map(store, ONE)
        assert said(now) == said(wanted), "growth" if not is_forced else "rebuild"
        assert store.corrections.links(ONE) == links
        assert store.corrections.idea_links(ONE) == idea_links
        for link in links:
            same = now.leaf_of(link.one_id) == now.leaf_of(link.other_id)
            assert same == link.is_together
        for idea in store.corrections.idea_links(ONE):
            assert {idea.one_id, idea.other_id} <= now.ideas.keys()
    described = {i.id: i.summary for i in now.ideas.values() if i.summary == "Ours."}
    assert bool(described) == (kind == "describe")
