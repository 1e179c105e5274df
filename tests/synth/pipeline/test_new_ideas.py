"""Where a new idea goes on a map that people corrected."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from synth.corpus import Corpus
from synth.embedding.landmarks import Directions
from synth.pipeline.new_ideas import find_new_ideas
from synth.pipeline.standing_map import StandingMap
from synth.records import Idea, IdeaStatus, Passage, VoicedPassage

N = 30


def around(number: int, n: int, *, seed: int) -> NDArray[np.float32]:
    """``n`` unit rows near one axis."""
    rows = np.eye(16)[number] + np.random.default_rng(seed).normal(scale=0.1, size=(n, 16))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def idea(number: int, parent_id: int | None, status: IdeaStatus = IdeaStatus.MACHINE) -> Idea:
    return Idea(
        id=number,
        parent_id=parent_id,
        level=1 if parent_id is None else 2,
        title=f"Idea {number}",
        keyphrases=(),
        summary="",
        n_messages=9,
        n_authors=9,
        stability=None,
        status=status,
    )


def standing(status: IdeaStatus) -> StandingMap:
    """A broad idea 1 over the leaves 2 and 3, which differ; passages 1 to `N` have no idea."""
    return StandingMap(
        outline=[idea(1, None, status), idea(2, 1), idea(3, 1)],
        passages={
            i: VoicedPassage(passage_id=i, message_id=i, voice=i, idea_id=None)
            for i in range(1, 2 * N)
        },
        leaf_ids=[2, 3],
        leaves=Directions([2, 3], np.eye(16, dtype=np.float32)[[0, 1]]),
        landmarks=Directions(list(range(1, N)), around(2, N - 1, seed=1)),
        decisions=(),
    )


def came() -> Corpus:
    ids = range(N, 2 * N)
    # Nearer to the middle of 2 and 3 than they are, and still apart from each.
    rows = around(2, N, seed=0) + 1.6 * np.eye(16, dtype=np.float32)[[0, 1]].sum(axis=0) / 2
    middle = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return Corpus(
        passages=[Passage(id=i, message_id=i, start=0, end=2, text="so") for i in ids],
        message_ids=np.array(ids),
        threads=np.array(ids),
        voices=np.array(ids),
        authors=[None] * N,
        languages=[None] * N,
        subjects=[None] * N,
        vectors=middle,
        centred=middle.astype(np.float32),
    )


@pytest.mark.parametrize(
    ("status", "parent_id"), [(IdeaStatus.MACHINE, 1), (IdeaStatus.HIDDEN, None)]
)
def test_no_new_idea_goes_under_a_hidden_one(status: IdeaStatus, parent_id: int | None) -> None:
    found = find_new_ideas(came(), standing(status), kept_out=range(1, N), seed=0)
    assert [new.parent_id for new in found] == [parent_id]


def test_passages_that_are_kept_out_open_no_idea() -> None:
    there = standing(IdeaStatus.MACHINE)
    free = find_new_ideas(came(), there, seed=0)
    assert {i for new in free for i in new.weight} & set(range(1, N))
    kept = find_new_ideas(came(), there, kept_out=range(1, N), seed=0)
    assert not {i for new in kept for i in new.weight} & set(range(1, N))
