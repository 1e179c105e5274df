"""From arrays to rows: held ideas keep their ids, and stay when nothing is left of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from synth.clustering.lineage import Lineage
from synth.corpus import Corpus
from synth.pipeline.idea_map import IdeaMap
from synth.pipeline.map_rows import MapRows, StoredBefore, rows_of_map
from synth.records import (
    Idea,
    IdeaName,
    IdeaTree,
    Message,
    ParentEvidence,
    Passage,
    Placement,
)

A_MESSAGE = Message(
    id=1,
    source_id="1",
    thread_id=1,
    parent_id=None,
    parent_evidence=ParentEvidence.NONE,
    depth=0,
    rank=0,
    participant_id=1,
    author="Participant 1",
    posted_at=None,
    subject=None,
    language="en",
    text="word",
)
AN_IDEA = Idea(
    id=7,
    parent_id=None,
    level=1,
    title="Before",
    keyphrases=(),
    summary="",
    n_messages=1,
    n_authors=1,
    stability=None,
    x=0.25,
    y=0.75,
)
A_NAME = IdeaName(title="Now", keyphrases=(), summary="", language="en", representatives=())


def mapped(
    *, held_rows: list[int], held: list[int], had: tuple[int, ...] = (6,)
) -> tuple[MapRows, Lineage]:
    """A map of two leaves, with passages 1 to 3 and 4 to 6; before, idea 7 ``had`` some."""
    passages = [Passage(id=n, message_id=n, start=0, end=4, text="word") for n in range(1, 7)]
    messages = {n: replace(A_MESSAGE, id=n) for n in range(1, 7)}
    found = IdeaMap(
        tree=IdeaTree(
            parent=np.array([-1, -1], dtype=np.int32),
            level=np.array([1, 1], dtype=np.int32),
            leaf=np.array([0, 0, 0, 1, 1, 1], dtype=np.int32),
            weight=np.ones(6, dtype=np.float32),
            stability=np.ones(2, dtype=np.float32),
            held=np.array(held_rows, dtype=np.int32),
        ),
        reasons=[None] * 6,
        names=[A_NAME, A_NAME],
        positions=np.zeros((6, 2), dtype=np.float32),
        key_passages=[],
    )
    before = StoredBefore(
        ideas=[AN_IDEA],
        placements=[
            Placement(passage_id=n, message_id=n, start=0, end=4, idea_id=7, weight=1.0)
            for n in had
        ],
        held=held,
    )
    corpus = Corpus.of(passages, messages, np.zeros((6, 2), dtype=np.float32))
    rows, lineage, _ = rows_of_map(found, corpus, before)
    return rows, lineage


def test_a_held_idea_keeps_its_id_though_it_shares_no_passage() -> None:
    found, lineage = mapped(held_rows=[0, -1], held=[7])
    assert {row.idea_key for row in found.placements[:3]} == {7}
    assert lineage.kept == (7,)


def test_a_held_idea_without_passages_rests_at_the_top() -> None:
    found, lineage = mapped(held_rows=[-1, -1], held=[7], had=())
    resting = next(row for row in found.ideas if row.key == 7)
    assert (resting.level, resting.parent_key, resting.n_messages) == (1, None, 0)
    assert (resting.title, resting.keyphrases, resting.summary) == ("…", (), "")
    assert (resting.x, resting.y) == (0.25, 0.75)
    assert (lineage.kept, lineage.gone) == ((7,), ())


def test_a_held_idea_that_lives_on_by_overlap_does_not_rest_as_well() -> None:
    found, _ = mapped(held_rows=[-1, -1], held=[7])
    assert [row.n_messages for row in found.ideas if row.key == 7] == [3]
