"""The proposed division of an idea, and where a passage may belong."""

from __future__ import annotations

from pathlib import Path

import pytest

from synth.analytics.likely_ideas import idea_samples, likely_ideas
from synth.corrections.division import MOST_PARTS, proposed_parts
from synth.pipeline import import_files
from synth.store import Store, open_store
from tests.synth.pipeline.quick_build import made_up_models
from tests.synth.small_discussion import write_csv

ONE = 1
WORDS = ("Bus", "Tree", "Rent")


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A discussion in which each message says a word of three, with made-up vectors."""
    folder = tmp_path_factory.mktemp("mixed")
    rows = [
        {
            "id": str(i),
            "author": f"P{i % 11}",
            "text": f"{WORDS[i % 3]} {WORDS[i % 3].lower()} number {i} is all that this one says.",
        }
        for i in range(60)
    ]
    with open_store(folder / "m.db") as store, made_up_models() as rebuild:
        store.discussions.add("Mixed")
        import_files(store, ONE, [write_csv(folder / "m.csv", rows)])
        rebuild(store, ONE, 0)
    return folder / "m.db"


@pytest.fixture
def store(mixed: Path):  # type: ignore[no-untyped-def]
    with open_store(mixed) as opened:
        yield opened


def words_of(store: Store, passage_ids: list[int]) -> set[str]:
    return {text.split()[0] for text in store.passages.texts(passage_ids).values()}


def test_passages_of_two_points_fall_into_two_parts(store: Store) -> None:
    texts = store.passages.texts([p.id for p in store.passages.all(ONE)])
    two = [i for i, text in texts.items() if text.startswith(("Bus", "Tree"))]
    parts = proposed_parts(store, ONE, two)
    assert 2 <= len(parts) <= MOST_PARTS
    assert sorted(i for part in parts for i in part) == sorted(two), "each stands in one part"
    assert [len(part) for part in parts] == sorted(map(len, parts), reverse=True)
    assert all(len(words_of(store, part)) == 1 for part in parts)
    assert parts == proposed_parts(store, ONE, two), "the same each time"


def test_few_passages_are_left_in_one(store: Store) -> None:
    some = [p.id for p in store.passages.all(ONE)][:3]
    assert proposed_parts(store, ONE, some) == [some]


def test_a_passage_is_likeliest_under_the_idea_that_says_the_same(store: Store) -> None:
    samples = idea_samples(store, ONE, store.activity.of(ONE))
    texts = store.passages.texts([p.id for p in store.passages.all(ONE)])
    home = {i: p.idea_id for i, p in store.ideas.passages(list(texts)).items()}
    for passage_id in list(texts)[:9]:
        best = likely_ideas(store, passage_id, samples, language="en")[0]
        assert best.idea_id == home[passage_id]
        assert 0 < best.likeness <= 1
        word = texts[passage_id].split()[0]
        assert (
            not best.shared
            or word.lower() in [one.lower() for one in best.shared]
            or (len(word) < 4)
        )
