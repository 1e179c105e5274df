"""A corrected map grows: what people decided stands, and what comes honours it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synth import StoreProblem
from synth.corrections import link_passages, merge_ideas, part_passages, split_idea, undo_correction
from synth.corrections.stored_map import StoredMap, stored_map
from synth.pipeline import growth, import_files
from synth.pipeline.build import BuildReport
from synth.store import Store, open_store
from tests.synth.corrections.test_corrections import (
    EACH,
    ME,
    ONE,
    SOME_VERBS,
    WORDS,
    assert_sound,
    correct_at_will,
    holds,
    leaves,
    messages,
    sentence,
)
from tests.synth.pipeline.quick_build import made_up_models
from tests.synth.small_discussion import write_csv

N = 300
Rebuild = Callable[[Store, int, int], BuildReport]


def row(number: int, word: str) -> dict[str, str]:
    return {
        "id": str(number),
        "author": f"Person {number % 23}",
        "created_at": f"2024-06-01T{number % 24:02d}:00:00Z",
        "text": sentence(word, number),
    }


@pytest.fixture(scope="module")
def rebuild() -> Iterator[Rebuild]:
    with made_up_models() as found:
        yield found


@pytest.fixture(scope="module")
def first_map(tmp_path_factory: pytest.TempPathFactory, rebuild: Rebuild) -> Path:
    """A map large enough to grow."""
    folder = tmp_path_factory.mktemp("growing")
    with open_store(folder / "first.db") as store:
        store.discussions.add("Growing")
        import_files(store, ONE, [write_csv(folder / "town.csv", messages(N))])
        rebuild(store, ONE, 0)
    return folder / "first.db"


@pytest.fixture
def store(first_map: Path, tmp_path: Path) -> Iterator[Store]:
    shutil.copy(first_map, tmp_path / "copy.db")
    with open_store(tmp_path / "copy.db") as opened:
        yield opened


@pytest.fixture
def grow(store: Store, rebuild: Rebuild, tmp_path: Path) -> Callable[[list[str]], BuildReport]:
    """Import a message for each word, and let the map grow."""

    def grown(words: list[str]) -> BuildReport:
        import_words(store, tmp_path, words)
        report = rebuild(store, ONE, 0)
        assert report.growth is not None, report.why_whole
        return report

    return grown


def import_words(store: Store, folder: Path, words: list[str]) -> None:
    new = [row(N + 1 + i, word) for i, word in enumerate(words)]
    import_files(store, ONE, [write_csv(folder / "more.csv", [*messages(N), *new])])


MORE = [*WORDS, *(["Pool"] * 12)]


Grow = Callable[[list[str]], BuildReport]


@pytest.mark.parametrize("correction", EACH, ids=lambda c: c.__name__)
def test_corrections_and_titles_of_a_language_model_stand_when_the_map_grows(
    store: Store,
    grow: Grow,
    correction: Callable[[Store, StoredMap], None],
) -> None:
    map_ = stored_map(store, ONE)
    titled = leaves(map_)[-1]
    store.ideas.retitle(titled, title="By a model", summary="Read.", by="small model")
    correction(store, map_)
    before = stored_map(store, ONE)
    report = grow(MORE)
    assert report.growth is not None
    holds(store, before)
    now = assert_sound(store)
    for idea in before.ideas.values():
        kept = now.ideas[idea.id]
        assert (kept.title, kept.summary, kept.title_by) == (
            idea.title,
            idea.summary,
            idea.title_by,
        )
        assert (kept.parent_id, kept.status, kept.level) == (
            idea.parent_id,
            idea.status,
            idea.level,
        )
    assert now.ideas[titled].title_by == "small model"
    assert now.ideas.keys() - before.ideas.keys() == set(report.growth["born"])
    assert {p.idea_id for p in now.placements.values()} <= {*now.ideas, None}
    undo_correction(store, ONE, actor=ME)
    assert_sound(store)
    assert store.corrections.held(ONE) == []


def word_of(store: Store, map_: StoredMap, leaf: int) -> str:
    """The word that most passages of a leaf idea begin with."""
    texts = {m.id: m.text.split()[0] for m in store.messages.all(ONE)}
    said = [texts[map_.placements[p].message_id] for p in map_.under[leaf]]
    return max(sorted(set(said)), key=said.count)


def new_leaves(store: Store) -> list[int | None]:
    """The ideas of the passages that came, in order."""
    map_ = stored_map(store, ONE)
    return [p.idea_id for p in map_.placements.values() if p.message_id > N]


def family(map_: StoredMap) -> list[int]:
    return next(c for p, c in map_.children.items() if p is not None and len(c) > 2)


def test_what_comes_finds_the_idea_that_a_merged_one_lives_on_in(store: Store, grow: Grow) -> None:
    map_ = stored_map(store, ONE)
    one, other = family(map_)[:2]
    word = word_of(store, map_, other)
    merge_ideas(store, ONE, one, [other], actor=ME)
    grow([word] * 12)
    assert set(new_leaves(store)) == {one}
    grow([word] * 15)
    assert set(new_leaves(store)) == {one}
    undo_correction(store, ONE, actor=ME)
    grow([word] * 18)
    assert set(new_leaves(store)[15:]) == {other}


def test_what_comes_finds_the_part_that_was_split_off(store: Store, grow: Grow) -> None:
    map_ = stored_map(store, ONE)
    one, other = family(map_)[:2]
    word = word_of(store, map_, other)
    merge_ideas(store, ONE, one, [other], actor=ME)
    made = split_idea(store, ONE, one, map_.under[other], title="Again", actor=ME)
    grow([word] * 12)
    assert set(new_leaves(store)) == {made}


def test_a_new_idea_takes_in_nothing_that_people_linked_or_set_apart(
    store: Store, grow: Grow
) -> None:
    early = ["Pool", "Pool", "Kiosk"]
    grow(early)
    assert new_leaves(store) == [None] * 3
    pool, other_pool, quay = list(stored_map(store, ONE).placements)[-3:]
    link_passages(store, ONE, [pool], [quay], actor=ME)
    part_passages(store, ONE, [pool], [other_pool], actor=ME)
    report = grow([*early, *(["Pool"] * 12)])
    assert report.growth is not None
    assert new_leaves(store) == [None] * 3 + report.growth["born"] * 12


def test_a_map_that_is_corrected_while_it_grows_is_left_as_it_is(
    store: Store,
    grow: Grow,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    one, other = family(stored_map(store, ONE))[:2]
    places_of = growth.places_of

    def meanwhile(*arguments: object, **kinds: object) -> object:
        with open_store(store.path) as another:
            merge_ideas(another, ONE, one, [other], actor=ME)
        return places_of(*arguments, **kinds)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(growth, "places_of", meanwhile)
        with pytest.raises(StoreProblem, match="corrected while it was being built"):
            grow(MORE)
    assert other not in stored_map(store, ONE).ideas
    grow(MORE)
    assert other not in assert_sound(store).ideas


@given(st.data(), st.lists(st.sampled_from([*WORDS, "Pool", "Quay"]), min_size=1, max_size=24))
@settings(max_examples=8)
def test_any_corrections_hold_when_the_map_grows(
    first_map: Path,
    rebuild: Rebuild,
    tmp_path_factory: pytest.TempPathFactory,
    data: st.DataObject,
    words: list[str],
) -> None:
    folder = tmp_path_factory.mktemp("any")
    shutil.copy(first_map, folder / "any.db")
    with open_store(folder / "any.db") as store:
        for n in (len(words), len(words) + 14):
            correct_at_will(store, data.draw(SOME_VERBS), data)
            before = stored_map(store, ONE)
            import_words(store, folder, [*words, *(["Pool"] * (n - len(words)))])
            assert rebuild(store, ONE, 0).growth is not None
            holds(store, before)
        correct_at_will(store, ["undo"] * 16, data)
        assert store.corrections.links(ONE) == []
