"""From a tree of ideas as arrays to the rows that are stored, with identity kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from synth.clustering.lineage import Lineage, trace
from synth.corrections.constraints import resting
from synth.records import Idea, IdeaName, IdeaTree, Message, Passage, Placement, Unplaced
from synth.store import IdeaRow, PlacementRow

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedTree:
    """A new map, ready to be stored."""

    ideas: Sequence[IdeaRow]
    """Reading order: parents before children, the most voices first."""
    placements: Sequence[PlacementRow]
    lineage: Lineage
    keys: Sequence[int]
    """(n_ideas,) the key of each row of the tree."""


def name_tree(
    tree: IdeaTree,
    names: Sequence[IdeaName],
    *,
    reasons: Sequence[Unplaced | None],
    passages: Sequence[Passage],
    messages: Mapping[int, Message],
    positions: NDArray[np.float32],
    before: tuple[Sequence[Idea], Sequence[Placement]],
    held: Sequence[int] = (),
) -> NamedTree:
    """Put tree, names and places together; ideas keep the ids of ``before`` by overlap.

    ``reasons``: why each unplaced passage is. ``positions``: float32 (n_passages, 2) in 0..1.
    ``before``: ideas and placements of the last map. ``held``: ids of the ideas that
    ``tree.held`` numbers; those that live on in no row have lost their last passage, and stay on
    the map without one.
    """
    members = _members(tree)
    rows_held = {} if tree.held is None else {r: held[h] for r, h in enumerate(tree.held) if h >= 0}
    lineage = _lineage(tree, members, passages, before, rows_held)
    keys = [-(row + 1) if found is None else found for row, found in enumerate(lineage.ids)]
    n_messages = [len({passages[p].message_id for p in rows}) for rows in members]
    n_authors = [len(_authors(rows, passages, messages)) for rows in members]
    ideas = [
        IdeaRow(
            key=keys[row],
            parent_key=None if tree.parent[row] < 0 else keys[int(tree.parent[row])],
            level=int(tree.level[row]),
            title=names[row].title,
            keyphrases=names[row].keyphrases,
            summary=names[row].summary,
            language=names[row].language,
            n_messages=n_messages[row],
            n_authors=n_authors[row],
            stability=round(float(tree.stability[row]), 4),
            x=float(positions[members[row], 0].mean()) if members[row] else 0.5,
            y=float(positions[members[row], 1].mean()) if members[row] else 0.5,
            representatives=tuple(passages[p].id for p in names[row].representatives),
        )
        for row in _reading_order(tree, n_authors, n_messages)
    ]
    at_rest = resting(before[0], kept=set(keys), held=held)
    ideas += at_rest
    placements = [
        PlacementRow(
            passage_id=passage.id,
            idea_key=None if tree.leaf[i] < 0 else keys[int(tree.leaf[i])],
            weight=round(float(tree.weight[i]), 4),
            reason=reasons[i],
        )
        for i, passage in enumerate(passages)
    ]
    return NamedTree(
        ideas=ideas,
        placements=placements,
        lineage=lineage.with_kept({idea.key for idea in at_rest}),
        keys=keys,
    )


def _members(tree: IdeaTree) -> list[list[int]]:
    """Passage rows under each idea, its sub-ideas included."""
    members: list[list[int]] = [[] for _ in tree.parent]
    for passage, leaf in enumerate(tree.leaf.tolist()):
        row = leaf
        while row >= 0:
            members[row].append(passage)
            row = int(tree.parent[row])
    return members


def _authors(
    rows: Sequence[int], passages: Sequence[Passage], messages: Mapping[int, Message]
) -> set[int | str]:
    """Distinct voices; an anonymous message counts as a voice of its own."""
    voices: set[int | str] = set()
    for row in rows:
        message = messages[passages[row].message_id]
        author = message.participant_id
        voices.add(f"anonymous {message.id}" if author is None else author)
    return voices


def _lineage(
    tree: IdeaTree,
    members: Sequence[Sequence[int]],
    passages: Sequence[Passage],
    before: tuple[Sequence[Idea], Sequence[Placement]],
    held: Mapping[int, int],
) -> Lineage:
    ideas, placements = before
    parents = {idea.id: idea.parent_id for idea in ideas}
    old: dict[int, set[int]] = {idea.id: set() for idea in ideas}
    for placement in placements:
        idea_id = placement.idea_id
        while idea_id is not None:
            old[idea_id].add(placement.passage_id)
            idea_id = parents[idea_id]
    return trace(
        {idea_id: frozenset(ids) for idea_id, ids in old.items()},
        [frozenset(passages[p].id for p in rows) for rows in members],
        levels={idea.id: idea.level for idea in ideas},
        new_levels=[int(level) for level in tree.level],
        held=held,
    )


def _reading_order(
    tree: IdeaTree, n_authors: Sequence[int], n_messages: Sequence[int]
) -> list[int]:
    """Depth first; among siblings the idea with the most voices, then messages, first."""
    children: dict[int, list[int]] = {}
    for row, parent in enumerate(tree.parent.tolist()):
        children.setdefault(parent, []).append(row)
    order: list[int] = []
    waiting = [-1]
    while waiting:
        row = waiting.pop()
        if row >= 0:
            order.append(row)
        waiting += sorted(children.get(row, ()), key=lambda r: (n_authors[r], n_messages[r], -r))
    return order
