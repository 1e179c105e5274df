"""Corrections of ideas: their names, their places, what is one idea and what is two."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence

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
from synth.errors import N_, CorrectionRefused
from synth.records import Origin
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
    title = require_words(title, N_("the title is empty; say one"))
    with open_correction(store, discussion_id, actor, "renamed", idea_id) as (change, map_):
        change.set_title(idea_id, title, summary=None if summary is None else summary.strip())
        ensure_core(store, change, map_, idea_id)


def describe_idea(
    store: Store, discussion_id: int, idea_id: int, *, summary: str, actor: str
) -> None:
    """Say under the title what an idea is about; no rebuild replaces it. Empty for nothing.

    A title that a language model wrote goes with its summary: it was written with it.
    """
    with open_correction(store, discussion_id, actor, "described", idea_id) as (change, map_):
        change.set_summary(idea_id, "\n".join(map(str.strip, summary.strip().splitlines())))
        ensure_core(store, change, map_, idea_id)


def merge_ideas(
    store: Store, discussion_id: int, idea_id: int, others: Sequence[int], *, actor: str
) -> None:
    """Make ideas one: ``others`` end in ``idea_id``, which keeps its id and title."""
    with open_correction(store, discussion_id, actor, "merged", idea_id) as (change, map_):
        others = [other for other in dict.fromkeys(others) if other != idea_id]
        if not others:
            raise CorrectionRefused(N_("name at least two ideas to merge"))
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
    parts = [(title, passage_ids)]
    (made,) = split_into_parts(store, discussion_id, idea_id, parts, actor=actor)
    return made


def split_into_parts(
    store: Store,
    discussion_id: int,
    idea_id: int,
    parts: Sequence[tuple[str, Sequence[int]]],
    *,
    actor: str,
) -> list[int]:
    """The same for several parts of an idea at once, (title, passages) of each; one correction."""
    titles = [require_words(title, N_("the title is empty; say one")) for title, _ in parts]
    if not parts:
        raise CorrectionRefused(N_("no passage was chosen; choose some for a new idea"))
    with open_correction(store, discussion_id, actor, "split", idea_id) as (change, map_):
        parent = map_.ideas[idea_id].parent_id if map_.is_leaf(idea_id) else idea_id
        map_.require_room(parent, n_more=len(parts))
        inside = set(map_.passages_below(idea_id))
        left: set[int] = set()
        made = []
        for title, (_, passage_ids) in zip(titles, parts, strict=True):
            map_.require_passages(passage_ids)
            chosen = map_.with_linked(passage_ids)
            _require_inside(map_, idea_id, chosen, inside)
            left |= {leaf for p in chosen if (leaf := map_.leaf_of(p)) is not None}
            made.append(_split_off(change, map_, idea_id, chosen, title=title))
            inside -= set(chosen)
        # What stays behind must not follow in a rebuild: that would undo the split.
        for leaf in sorted(left):
            for passage_id in map_.under[leaf]:
                keep_place(change, map_, passage_id, because="split")
    return made


def _require_inside(
    map_: StoredMap, idea_id: int, passage_ids: Sequence[int], inside: Collection[int]
) -> None:
    strangers = [p for p in passage_ids if p not in inside]
    if strangers:
        raise CorrectionRefused(
            N_(
                "%(passage)s does not stand under %(idea)s; only what stands there can "
                "be split from it"
            ),
            passage=map_.where(strangers[0]),
            idea=map_.called(idea_id),
        )
    map_.require_not_emptied(passage_ids)
    map_.require_none_apart(passage_ids)


def _split_off(
    change: Change, map_: StoredMap, idea_id: int, passage_ids: Sequence[int], *, title: str
) -> int:
    """A new idea that holds these passages."""
    old, is_leaf = map_.ideas[idea_id], map_.is_leaf(idea_id)
    made = change.add_idea(
        idea_id,
        parent_id=old.parent_id if is_leaf else idea_id,
        level=old.level + (not is_leaf),
        title=title,
        keyphrases="[]",
        origin=Origin.PERSON,
        title_origin=Origin.PERSON,
        summary_origin=Origin.MACHINE,
        parent_origin=old.parent_origin if is_leaf else Origin.PERSON,
    )
    move_passages(change, map_, passage_ids, made, because="split")
    change.set_representatives(made, best_fitting(map_, passage_ids))
    for passage_id in passage_ids:
        map_.replace(passage_id, made)
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
                    N_(
                        "%(idea)s stands under %(other)s or is the same; an idea cannot stand "
                        "under itself"
                    ),
                    idea=map_.called(under),
                    other=map_.called(idea_id),
                )
        old = map_.ideas[idea_id].parent_id
        if old is not None and old != under and len(map_.children[old]) == 1:
            raise CorrectionRefused(
                N_("%(idea)s is the only idea under %(other)s; move that one, or merge the two"),
                idea=map_.called(idea_id),
                other=map_.called(old),
            )
        map_.require_depth(idea_id, under)
        map_.require_room(under, n_more=int(old != under))
        if under is not None and map_.is_leaf(under):
            _make_broad(change, map_, under)
        change.update_idea(idea_id, parent_id=under, parent_origin=Origin.PERSON)
        ensure_core(store, change, map_, idea_id)


def _require_alike(map_: StoredMap, idea_id: int, other: int) -> None:
    map_.idea(other)
    if idea_id in map_.path(other) or other in map_.path(idea_id):
        raise CorrectionRefused(
            N_(
                "%(idea)s and %(other)s stand one under the other; merge ideas beside "
                "each other, or move one first"
            ),
            idea=map_.called(idea_id),
            other=map_.called(other),
        )
    if map_.is_leaf(idea_id) != map_.is_leaf(other):
        leaf, broad = (idea_id, other) if map_.is_leaf(idea_id) else (other, idea_id)
        raise CorrectionRefused(
            N_(
                "%(idea)s has ideas under it and %(other)s has none; move the second one under "
                "the first instead"
            ),
            idea=map_.called(broad),
            other=map_.called(leaf),
        )


def _require_company(map_: StoredMap, others: Sequence[int]) -> None:
    """Refuse to leave a broader idea without any idea under it."""
    parents = (map_.ideas[other].parent_id for other in others)
    leaving = Counter(parent for parent in parents if parent is not None)
    for parent, n in leaving.items():
        if n == len(map_.children[parent]):
            raise CorrectionRefused(
                N_("%(idea)s would be left without an idea under it; merge that one instead"),
                idea=map_.called(parent),
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
