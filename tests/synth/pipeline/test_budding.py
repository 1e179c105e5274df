"""Where a new idea goes on a map that people corrected."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from synth.pipeline.arriving import Located
from synth.pipeline.budding import find_buds
from synth.pipeline.ground import Ground
from synth.records import Idea, IdeaStatus, Passage
from synth.store.growth import Carried

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


def ground(status: IdeaStatus) -> Ground:
    """A broad idea 1 over the leaves 2 and 3, which differ; passages 1 to `N` have no idea."""
    return Ground(
        outline=[idea(1, None, status), idea(2, 1), idea(3, 1)],
        carried={
            i: Carried(passage_id=i, message_id=i, voice=i, idea_id=None) for i in range(1, 2 * N)
        },
        leaf_ids=[2, 3],
        centroids=np.eye(16, dtype=np.float32)[[0, 1]],
        known_ids=[2, 3],
        sign_ids=list(range(1, N)),
        signs=around(2, N - 1, seed=1),
        decisions=(),
    )


def came() -> Located:
    ids = range(N, 2 * N)
    # Nearer to the middle of 2 and 3 than they are, and still apart from each.
    rows = around(2, N, seed=0) + 1.6 * np.eye(16, dtype=np.float32)[[0, 1]].sum(axis=0) / 2
    middle = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return Located(
        passages=[Passage(id=i, message_id=i, start=0, end=2, text="so") for i in ids],
        messages={},
        vectors=middle,
        middle=middle.astype(np.float32),
        n_read=0,
    )


@pytest.mark.parametrize(
    ("status", "parent_id"), [(IdeaStatus.MACHINE, 1), (IdeaStatus.HIDDEN, None)]
)
def test_no_new_idea_goes_under_a_hidden_one(status: IdeaStatus, parent_id: int | None) -> None:
    buds = find_buds(came(), ground(status), kept_out=range(1, N), seed=0)
    assert [bud.parent_id for bud in buds] == [parent_id]


def test_passages_that_are_kept_out_open_no_idea() -> None:
    there = ground(IdeaStatus.MACHINE)
    free = find_buds(came(), there, seed=0)
    assert {i for bud in free for i in bud.weight} & set(range(1, N))
    kept = find_buds(came(), there, kept_out=range(1, N), seed=0)
    assert not {i for bud in kept for i in bud.weight} & set(range(1, N))
