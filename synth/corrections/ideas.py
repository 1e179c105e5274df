"""Corrections of ideas: their names, their places, what is one idea and what is two."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from synth.corrections.stored_map import (
    N_REPRESENTATIVES,
    StoredMap,
    best_fitting,
    ensure_core,
    keep_place,
    move_passages,
    open_correction,
    require_words,
)
from synth.errors import CorrectionRefused
from synth.records import IdeaStatus, Origin
from synth.store import Change, Store


def rename_idea(
    store: Store,
    discussion_id: int,
    idea_id: int,
    *,
    title: str,
    summary: str | None = None,
    actor: str,
) -> None:
    """Give an idea a title, and a summary where one is given, that no rebuild replaces."""
    title = require_words(title, "title")
    with open_correction(store, discussion_id, actor, "renamed", idea_id) as (change, map_):
        change.set_title(idea_id, title, summary=None if summary is None else summary.strip())
        ensure_core(store, change, map_, idea_id)


def merge_ideas(
    store: Store, discussion_id: int, idea_id: int, others: Sequence[int], *, actor: str
) -> None:
    """Make ideas one: ``others`` end in ``idea_id``, which keeps its id and title."""
    with open_correction(store, discussion_id, actor, "merged", idea_id) as (change, map_):
        others = [other for other in dict.fromkeys(others) if other != idea_id]
        if not others:
            raise CorrectionRefused("name at least two ideas to merge")
        for other in others:
            _require_alike(map_, idea_id, other)
        if map_.is_leaf(idea_id):
            _merge_leaves(change, map_, idea_id, others)
        else:
            _merge_broad(change, map_, idea_id, others)
        for other in others:
            change.remove_idea(other, into=idea_id)


def split_idea(
    store: Store,
    discussion_id: int,
    idea_id: int,
    passage_ids: Sequence[int],
    *,
    title: str,
    actor: str,
) -> int:
    """Make chosen passages of an idea an idea of their own; returns its id.

    It stands beside the idea it came from, or under it where that one has ideas under it.
    Passages that people linked to the chosen ones go with them; the others stay behind.
    """
    title = require_words(title, "title")
    with open_correction(store, discussion_id, actor, "split", idea_id) as (change, map_):
        map_.require_passages(passage_ids)
        chosen = map_.with_linked(passage_ids)
        inside = set(map_.passages_below(idea_id))
        strangers = [p for p in chosen if p not in inside]
        if strangers:
            raise CorrectionRefused(
                f"{map_.where(strangers[0])} does not stand under {map_.called(idea_id)}; "
                "only what stands there can be split from it"
            )
        map_.require_not_emptied(chosen)
        map_.require_none_apart(chosen)
        old = map_.ideas[idea_id]
        is_leaf = map_.is_leaf(idea_id)
        parent = old.parent_id if is_leaf else idea_id
        map_.require_room(parent)
        made = change.add_idea(
            idea_id,
            parent_id=parent,
            level=old.level + (not is_leaf),
            title=title,
            keyphrases="[]",
            origin=Origin.PERSON,
            title_origin=Origin.PERSON,
            summary_origin=Origin.MACHINE,
            parent_origin=old.parent_origin if is_leaf else Origin.PERSON,
        )
        move_passages(change, map_, chosen, made, because="split")
        # What stays behind must not follow in a rebuild: that would undo the split.
        leaving = set(chosen)
        for leaf in {map_.leaf_of(passage_id) for passage_id in chosen}:
            for passage_id in map_.under[leaf or 0]:
                if passage_id not in leaving:
                    keep_place(change, map_, passage_id, because="split")
        change.set_representatives(made, best_fitting(map_, chosen))
    return made


def move_idea(
    store: Store, discussion_id: int, idea_id: int, *, under: int | None, actor: str
) -> None:
    """Put an idea with all below it under another one, or at the top (None).

    An idea with passages of its own that gets an idea under it keeps them in a first part.
    """
    with open_correction(store, discussion_id, actor, "moved", idea_id) as (change, map_):
        if under is not None:
            map_.idea(under)
            if idea_id in map_.path(under):
                raise CorrectionRefused(
                    f"{map_.called(under)} stands under {map_.called(idea_id)} or is the same; "
                    "an idea cannot stand under itself"
                )
        old = map_.ideas[idea_id].parent_id
        if old is not None and old != under and len(map_.children[old]) == 1:
            raise CorrectionRefused(
                f"{map_.called(idea_id)} is the only idea under {map_.called(old)}; "
                "move that one, or merge the two"
            )
        map_.require_depth(idea_id, under)
        map_.require_room(under, n_more=int(old != under))
        if under is not None and map_.is_leaf(under):
            _make_broad(change, map_, under)
        change.update_idea(idea_id, parent_id=under, parent_origin=Origin.PERSON)
        ensure_core(store, change, map_, idea_id)


def confirm_idea(store: Store, discussion_id: int, idea_id: int, *, actor: str) -> None:
    """Say that an idea is right: it stays, with the passages it has."""
    _set_status(store, discussion_id, idea_id, IdeaStatus.CONFIRMED, actor=actor)


def hide_idea(store: Store, discussion_id: int, idea_id: int, *, actor: str) -> None:
    """Show an idea, and all below it, to readers no longer; its passages stay with it."""
    _set_status(store, discussion_id, idea_id, IdeaStatus.HIDDEN, actor=actor)


def release_idea(store: Store, discussion_id: int, idea_id: int, *, actor: str) -> None:
    """Take back that an idea is confirmed or hidden: it is the machine's again."""
    _set_status(store, discussion_id, idea_id, IdeaStatus.MACHINE, actor=actor)


def _require_alike(map_: StoredMap, idea_id: int, other: int) -> None:
    map_.idea(other)
    if idea_id in map_.path(other) or other in map_.path(idea_id):
        raise CorrectionRefused(
            f"{map_.called(idea_id)} and {map_.called(other)} stand one under the other; "
            "merge ideas beside each other, or move one first"
        )
    if map_.is_leaf(idea_id) != map_.is_leaf(other):
        leaf, broad = (idea_id, other) if map_.is_leaf(idea_id) else (other, idea_id)
        raise CorrectionRefused(
            f"{map_.called(broad)} has ideas under it and {map_.called(leaf)} has none; "
            f"move {leaf} under {broad} instead"
        )


def _require_company(map_: StoredMap, others: Sequence[int]) -> None:
    """Refuse to leave a broader idea without any idea under it."""
    parents = (map_.ideas[other].parent_id for other in others)
    leaving = Counter(parent for parent in parents if parent is not None)
    for parent, n in leaving.items():
        if n == len(map_.children[parent]):
            raise CorrectionRefused(
                f"{map_.called(parent)} would be left without an idea under it; "
                "merge that one instead"
            )


def _merge_leaves(change: Change, map_: StoredMap, idea_id: int, others: Sequence[int]) -> None:
    _require_company(map_, others)
    coming = [p for other in others for p in map_.under.get(other, ())]
    map_.require_none_apart([*coming, *map_.under.get(idea_id, ())])
    for passage_id in map_.under.get(idea_id, ()):
        keep_place(change, map_, passage_id, because="merged")
    move_passages(change, map_, coming, idea_id, because="merged")
    change.set_representatives(idea_id, best_fitting(map_, [*map_.under.get(idea_id, ()), *coming]))
    change.update_idea(idea_id, stability=None)


def _merge_broad(change: Change, map_: StoredMap, idea_id: int, others: Sequence[int]) -> None:
    _require_company(map_, others)
    coming = [child for other in others for child in map_.children[other]]
    map_.require_room(idea_id, n_more=len(coming))
    for child in coming:
        map_.require_depth(child, idea_id)
    for one in (idea_id, *others):
        for passage_id in map_.passages_below(one):
            keep_place(change, map_, passage_id, because="merged")
    for child in (*map_.children[idea_id], *coming):
        change.update_idea(child, parent_id=idea_id, parent_origin=Origin.PERSON)
    change.update_idea(idea_id, stability=None)


def _make_broad(change: Change, map_: StoredMap, idea_id: int) -> None:
    """Put what stands right under an idea into a first part of it."""
    idea = map_.ideas[idea_id]
    phrase = next((p for p in idea.keyphrases if p.casefold() != idea.title.casefold()), idea.title)
    part = change.add_idea(
        idea_id,
        parent_id=idea_id,
        level=idea.level + 1,
        title=phrase[:1].upper() + phrase[1:],
        origin=Origin.MACHINE,
        title_origin=Origin.MACHINE,
        summary_origin=Origin.MACHINE,
        parent_origin=Origin.PERSON,
    )
    for passage_id in map_.under.get(idea_id, ()):
        weight = map_.placements[passage_id].weight
        change.place(passage_id, part, weight=weight, because=map_.reasons.get(passage_id))
    change.set_representatives(part, map_.under.get(idea_id, [])[:N_REPRESENTATIVES])
    change.set_core(idea_id, ())


def _set_status(
    store: Store, discussion_id: int, idea_id: int, status: IdeaStatus, *, actor: str
) -> None:
    verb = {
        IdeaStatus.CONFIRMED: "confirmed",
        IdeaStatus.HIDDEN: "hidden",
        IdeaStatus.MACHINE: "shown",
    }[status]
    with open_correction(store, discussion_id, actor, verb, idea_id) as (change, map_):
        if map_.ideas[idea_id].status is IdeaStatus.CONFIRMED and status is IdeaStatus.MACHINE:
            change.verb = "unconfirmed"
        change.update_idea(idea_id, status=status)
        ensure_core(store, change, map_, idea_id)
        for passage_id in map_.passages_below(idea_id):
            if status is not IdeaStatus.MACHINE:
                keep_place(change, map_, passage_id, because="status")
            elif map_.reasons.get(passage_id) == "status" and not _is_kept_by_another(
                map_, passage_id, idea_id
            ):
                placement = map_.placements[passage_id]
                change.place(passage_id, placement.idea_id, weight=placement.weight, because=None)


def _is_kept_by_another(map_: StoredMap, passage_id: int, idea_id: int) -> bool:
    """Whether another idea over the passage is confirmed or hidden."""
    return any(
        map_.ideas[above].status is not IdeaStatus.MACHINE
        for above in map_.path(map_.leaf_of(passage_id))
        if above != idea_id
    )
