"""From a map as arrays to the rows that a build writes, with the identity of ideas kept."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from synth.clustering.lineage import Lineage, trace
from synth.corpus import Corpus
from synth.corrections.constraints import resting
from synth.duplicates import TELLING_WORDS, Copies, Repetition
from synth.outline import counts_under, members_under, parents_of, reading_order, rows_under
from synth.pipeline.harvest import KeyPassage
from synth.pipeline.idea_map import IdeaMap
from synth.records import Idea, IdeaName, Message, Passage, Placement
from synth.store import IdeaRow, PlacementRow, RepetitionRow

MOSTLY = 0.5
"""Share of its messages from which a repeated passage belongs to a repeated message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MapRows:
    """What a build writes: a whole map, or what is new on one that stays."""

    ideas: Sequence[IdeaRow]
    """Reading order: parents before children, the most voices first."""
    placements: Sequence[PlacementRow]
    positions: Sequence[tuple[int, float | None, float | None]]
    """(passage id, x, y) on the map, 0..1; None for what does not lie on it."""
    key_passages: Sequence[KeyPassage] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredBefore:
    """The last map, which the new one takes identity from."""

    ideas: Sequence[Idea]
    placements: Sequence[Placement]
    held: Sequence[int]
    """Ids of the ideas that the constraints number."""


def rows_of_map(
    found: IdeaMap, corpus: Corpus, before: StoredBefore
) -> tuple[MapRows, Lineage, list[int]]:
    """The rows of a whole map, what became of the last one, and the key of each row of the tree.

    Ideas keep the ids of ``before`` by overlap. Held ideas that live on in no row have lost
    their last passage, and stay on the map without one.
    """
    tree, held = found.tree, before.held
    leaf: list[int] = tree.leaf.tolist()
    parents, under = parents_of(tree), rows_under(tree)
    rows_held = {} if tree.held is None else {r: held[h] for r, h in enumerate(tree.held) if h >= 0}
    lineage = _lineage(found, corpus, under, before, rows_held)
    keys = [-(row + 1) if kept is None else kept for row, kept in enumerate(lineage.ids)]
    said = zip(leaf, corpus.message_ids.tolist(), corpus.voices.tolist(), strict=True)
    counts = counts_under(parents, ((at if at >= 0 else None, m, v) for at, m, v in said))
    ideas = []
    for row, level in reading_order(parents, counts):
        x, y = _middle(found.positions[under[row], 0]), _middle(found.positions[under[row], 1])
        n_messages, n_voices = counts[row]
        ideas.append(
            replace(
                named_row(keys[row], found.names[row], corpus.passages),
                parent_key=None if (above := parents[row]) is None else keys[above],
                level=level,
                n_messages=n_messages,
                n_authors=n_voices,
                stability=round(float(tree.stability[row]), 4),
                x=x,
                y=y,
            )
        )
    at_rest = resting(before.ideas, kept=set(keys), held=held)
    placements = [
        PlacementRow(
            passage_id=passage.id,
            idea_key=None if leaf[row] < 0 else keys[leaf[row]],
            weight=round(float(tree.weight[row]), 4),
            reason=found.reasons[row],
        )
        for row, passage in enumerate(corpus.passages)
    ]
    rows = MapRows(
        ideas=[*ideas, *at_rest],
        placements=placements,
        positions=[
            (passage.id, None, None) if math.isnan(x) else (passage.id, x, y)
            for passage, (x, y) in zip(corpus.passages, found.positions.tolist(), strict=True)
        ],
        key_passages=found.key_passages,
    )
    return rows, lineage.with_kept({idea.key for idea in at_rest}), keys


def named_row(key: int, name: IdeaName, passages: Sequence[Passage]) -> IdeaRow:
    """An idea that stands alone at the top; ``passages``: the rows that its name speaks of."""
    return IdeaRow(
        key=key,
        parent_key=None,
        level=1,
        title=name.title,
        keyphrases=name.keyphrases,
        summary=name.summary,
        language=name.language,
        n_messages=0,
        n_authors=0,
        stability=None,
        x=0.5,
        y=0.5,
        representatives=tuple(passages[row].id for row in name.representatives),
    )


def _middle(places: NDArray[np.float32]) -> float:
    return float(places.mean()) if len(places) else 0.5


def _lineage(
    found: IdeaMap,
    corpus: Corpus,
    under: Mapping[int, Sequence[int]],
    before: StoredBefore,
    held: Mapping[int, int],
) -> Lineage:
    """What became of the ideas of the last map; ``under``: passage rows under each new idea."""
    parents = {idea.id: idea.parent_id for idea in before.ideas}
    old = members_under(parents, ((p.idea_id, p.passage_id) for p in before.placements))
    passages = corpus.passages
    return trace(
        {idea_id: frozenset(ids) for idea_id, ids in old.items()},
        [frozenset(passages[row].id for row in under[new]) for new in range(len(under))],
        levels={idea.id: idea.level for idea in before.ideas},
        new_levels=found.tree.level.tolist(),
        held=held,
    )


def repetition_rows(
    repetition: Repetition, passages: Sequence[Passage], messages: Mapping[int, Message]
) -> list[RepetitionRow]:
    """What is stored of it: texts of ``TELLING_WORDS`` that stand in two messages or more."""
    in_order = list(messages.values())
    wholes = [
        RepetitionRow(
            is_message=True,
            message_id=in_order[typical].id,
            start=0,
            end=len(in_order[typical].text),
            members=[in_order[row].id for row in rows],
        )
        for typical, rows in _groups(repetition.messages)
    ]
    whole_of = {m: place for place, whole in enumerate(wholes) for m in whole.members}
    parts = []
    for typical, rows in _groups(repetition.passages):
        of = {passages[row].message_id for row in rows}
        if len(of) < 2:
            continue
        ((whole, n_inside),) = Counter(whole_of.get(m) for m in of).most_common(1)
        parts.append(
            RepetitionRow(
                is_message=False,
                message_id=passages[typical].message_id,
                start=passages[typical].start,
                end=passages[typical].end,
                members=[passages[row].id for row in rows],
                part_of=whole if n_inside > MOSTLY * len(of) else None,
            )
        )
    return [*wholes, *parts]


def _groups(copies: Copies) -> list[tuple[int, list[int]]]:
    """(typical row, rows) of each group of two texts or more that says something."""
    rows_of: dict[int, list[int]] = {}
    for row, group in enumerate(copies.group.tolist()):
        rows_of.setdefault(group, []).append(row)
    groups = [(int(copies.typical[group]), rows) for group, rows in rows_of.items()]
    return [
        (typical, rows)
        for typical, rows in groups
        if len(rows) > 1 and copies.n_words[typical] >= TELLING_WORDS
    ]
