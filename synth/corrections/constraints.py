"""What people decided about the stored map, as constraints of the next one."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from synth.clustering import ANY, FREE, TOP, UNPLACED, Constraints
from synth.corrections.stored_map import StoredMap, core_of, stored_map
from synth.errors import Overtaken
from synth.records import Idea, Origin, Passage
from synth.store import NO_WORDS, HeldIdea, IdeaRow, Link, Store

Decision = tuple[object, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Held ideas, and what the search for ideas must honour."""

    ids: tuple[int, ...]
    """Ids of the ideas that ``constraints`` number."""
    constraints: Constraints
    chosen: NDArray[np.bool_]
    """(n_passages,) whether a person chose the place of this very passage: put it there, split it
    off or linked it, rather than approved of the idea around it."""
    decisions: tuple[Decision, ...]
    """As they were when these were read."""


def decisions(store: Store, discussion_id: int) -> tuple[Decision, ...]:
    """All that people decided, to compare: empty where they decided nothing."""
    held = store.corrections.held(discussion_id)
    reasons = store.corrections.reasons(discussion_id)
    placed = store.ideas.placements(discussion_id) if reasons else []
    leaf = {p.passage_id: p.idea_id for p in placed}
    found: list[Decision] = [
        ("idea", h.id, h.parent_id if h.parent_origin is Origin.PERSON else "any", h.is_locked)
        for h in held
    ]
    found += [("passage", p, leaf[p]) for p in sorted(reasons)]
    links = store.corrections.links(discussion_id)
    found += [("link", k.one_id, k.other_id, k.is_together) for k in links]
    found += [("hidden", message_id) for message_id in store.hidden.rulings(discussion_id)]
    return tuple(found)


def require_same(store: Store, discussion_id: int, before: tuple[Decision, ...]) -> None:
    """Raise Overtaken where people have corrected the map since ``before`` was read."""
    if decisions(store, discussion_id) != before:
        raise Overtaken("the map was corrected while it was being built; build it again")


def require_shown(store: Store, discussion_id: int, before: Mapping[int, str]) -> None:
    """Raise Overtaken where messages were hidden or erased since ``before``, the fingerprints of
    all, was read."""
    now = store.messages.fingerprints_by_id(discussion_id)
    if any(now.get(i) in ("hidden", "erased") and now[i] != was for i, was in before.items()):
        raise Overtaken(
            "messages were hidden or erased while the map was being built; build it again"
        )


def held_ideas(store: Store, discussion_id: int, passages: Sequence[Passage]) -> Held:
    """The constraints over ``passages``, in their order."""
    made = decisions(store, discussion_id)
    if all(decision[0] == "hidden" for decision in made):
        n = len(passages)
        nobody = np.zeros(n, dtype=np.bool_)
        return Held(ids=(), constraints=Constraints.none(n), chosen=nobody, decisions=made)
    held = store.corrections.held(discussion_id)
    number = {h.id: n for n, h in enumerate(held)}
    row = {passage.id: n for n, passage in enumerate(passages)}
    map_ = stored_map(store, discussion_id)
    cores = store.corrections.cores(discussion_id)
    links = store.corrections.links(discussion_id)
    constraints = Constraints(
        core=_core_rows(map_, cores, row, number),
        under=_under_rows(map_, row, number),
        together=_pairs(links, row, is_together=True),
        apart=_pairs(links, row, is_together=False),
        parent=_parents(map_, held, number),
        is_broad=np.array([idea.is_broad for idea in held], dtype=np.bool_),
    )
    chosen = _is_chosen(map_, row)
    return Held(ids=tuple(number), constraints=constraints, chosen=chosen, decisions=made)


def _core_rows(
    map_: StoredMap,
    cores: Mapping[int, set[int]],
    row: Mapping[int, int],
    number: Mapping[int, int],
) -> NDArray[np.intp]:
    """What people placed, and the passages that carry each held leaf idea: all of a locked one.

    An idea whose carriers are all gone is carried by what fits it best today.
    """
    found = np.full(len(row), FREE, dtype=np.intp)
    for idea_id, held in number.items():
        if not map_.is_leaf(idea_id):
            continue
        here = [p for p in map_.under.get(idea_id, ()) if p in row]
        if map_.ideas[idea_id].locked_by is not None:
            found[[row[p] for p in here]] = held
            continue
        vouched = {p for p in here if map_.is_persons(p)}
        carriers = vouched | cores.get(idea_id, set()) & set(here)
        for passage_id in carriers or core_of(here):
            found[row[passage_id]] = held
    for passage_id, at in row.items():
        if map_.is_persons(passage_id) and map_.leaf_of(passage_id) is None:
            found[at] = UNPLACED
    return found


def _is_chosen(map_: StoredMap, row: Mapping[int, int]) -> NDArray[np.bool_]:
    linked = map_.together.keys() | map_.apart.keys()
    chosen = [p in linked or map_.reasons.get(p) in ("pinned", "split") for p in row]
    return np.array(chosen, dtype=np.bool_)


def _under_rows(
    map_: StoredMap, row: Mapping[int, int], number: Mapping[int, int]
) -> NDArray[np.intp]:
    """The nearest held idea above the leaf of each passage."""
    found = np.full(len(row), -1, dtype=np.intp)
    for leaf, passage_ids in map_.under.items():
        above = next((number[i] for i in map_.path(leaf)[1:] if i in number), None)
        if above is not None:
            found[[row[p] for p in passage_ids if p in row]] = above
    return found


def _parents(
    map_: StoredMap, held: Sequence[HeldIdea], number: Mapping[int, int]
) -> NDArray[np.intp]:
    """Where people put each idea; else the nearest held idea above it, so that what was confirmed
    with all below it stays whole."""
    found = []
    for idea in held:
        above = (number[i] for i in map_.path(idea.id)[1:] if i in number)
        is_chosen = idea.parent_origin is Origin.PERSON
        found.append(next(above, TOP if is_chosen else ANY))
    return np.array(found, dtype=np.intp)


def _pairs(links: Sequence[Link], row: Mapping[int, int], *, is_together: bool) -> NDArray[np.intp]:
    pairs = [
        (row[link.one_id], row[link.other_id])
        for link in links
        if link.is_together == is_together and link.one_id in row and link.other_id in row
    ]
    return np.array(pairs, dtype=np.intp).reshape(-1, 2)


def resting(before: Sequence[Idea], *, kept: Collection[int], held: Sequence[int]) -> list[IdeaRow]:
    """Held ideas that no passage is left of: they stay on the map, at the top and empty.

    The words that the machine gave them go with the passages these were taken from; the store keeps
    a title and a summary that a person wrote.
    """
    gone = set(held) - set(kept)
    return [
        IdeaRow(
            key=idea.id,
            parent_key=None,
            level=1,
            title=NO_WORDS,
            keyphrases=(),
            summary="",
            language=None,
            n_messages=0,
            n_authors=0,
            stability=None,
            x=idea.x,
            y=idea.y,
            representatives=(),
        )
        for idea in before
        if idea.id in gone
    ]
