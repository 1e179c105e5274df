"""Corrections of passages: where they belong, which stay together and which apart."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from synth.corrections.stored_map import StoredMap, ensure_core, open_correction
from synth.errors import N_, CorrectionRefused
from synth.records import Unplaced
from synth.store import Change, Store


def passages_of(
    store: Store, discussion_id: int, places: Sequence[tuple[int, int | None]]
) -> list[int]:
    """Ids of the passages at (message_id, start), or of all of a message where start is None.

    Raises CorrectionRefused for a place where no passage starts.
    """
    there: dict[int, dict[int, int]] = {}
    for placement in store.ideas.placements(discussion_id):
        there.setdefault(placement.message_id, {})[placement.start] = placement.passage_id
    found: list[int] = []
    for message_id, start in places:
        inside = there.get(message_id)
        if inside is None:
            raise CorrectionRefused(
                N_(
                    "no passage of a message %(message)s in this discussion; message_id in "
                    "placements.csv says which there are"
                ),
                message=message_id,
            )
        if start is not None and start not in inside:
            starts = ", ".join(str(at) for at in inside)
            raise CorrectionRefused(
                N_(
                    "no passage of message %(message)s starts at %(start)s; they start at "
                    "%(starts)s"
                ),
                message=message_id,
                start=start,
                starts=starts,
            )
        found += inside.values() if start is None else [inside[start]]
    return list(dict.fromkeys(found))


def pin_passages(
    store: Store, discussion_id: int, passage_ids: Sequence[int], idea_id: int, *, actor: str
) -> None:
    """Move passages, and those linked to them, under a leaf idea, where they stay."""
    with open_correction(store, discussion_id, actor, "pinned", idea_id) as (change, map_):
        map_.require_leaf(idea_id)
        map_.require_passages(passage_ids)
        moved = map_.with_linked(passage_ids)
        map_.require_none_apart([*moved, *map_.under.get(idea_id, ())])
        map_.require_not_emptied(moved, keep=idea_id)
        ensure_core(store, change, map_, idea_id)
        change.noun_id = moved[0]
        for passage_id in moved:
            change.place(passage_id, idea_id, weight=1.0, because="pinned")


def unplace_passages(
    store: Store, discussion_id: int, passage_ids: Sequence[int], *, actor: str
) -> None:
    """Take passages, and those linked to them, from their ideas; they all stay under none."""
    with open_correction(store, discussion_id, actor, "unplaced", None) as (change, map_):
        map_.require_passages(passage_ids)
        moved = map_.with_linked(passage_ids)
        map_.require_not_emptied(moved)
        change.noun_id = moved[0]
        for passage_id in moved:
            change.place(passage_id, None, weight=0.0, because="pinned")


def set_passages_aside(
    store: Store,
    discussion_id: int,
    passage_ids: Sequence[int],
    *,
    reason: Unplaced = Unplaced.OFF_TOPIC,
    actor: str,
) -> None:
    """Say that passages, and those linked to them, are not about the question, and why."""
    if reason.is_about:
        raise CorrectionRefused(
            N_("what is %(reason)s is about the question; choose another"), reason=reason.value
        )
    with open_correction(store, discussion_id, actor, "set_aside", None) as (change, map_):
        map_.require_passages(passage_ids)
        moved = map_.with_linked(passage_ids)
        map_.require_not_emptied(moved)
        change.noun_id = moved[0]
        for passage_id in moved:
            change.place(passage_id, None, weight=0.0, because="pinned", reason=reason)


def keep_passages(
    store: Store, discussion_id: int, passage_ids: Sequence[int], *, actor: str
) -> None:
    """Say that passages are where they belong: each stays under its idea."""
    with open_correction(store, discussion_id, actor, "pinned", None) as (change, map_):
        map_.require_passages(passage_ids)
        change.noun_id = passage_ids[0]
        for passage_id in passage_ids:
            idea_id = map_.leaf_of(passage_id)
            if idea_id is None:
                raise CorrectionRefused(
                    N_("%(passage)s stands under no idea; say where it belongs"),
                    passage=map_.where(passage_id),
                )
            ensure_core(store, change, map_, idea_id)
            change.place(passage_id, idea_id, weight=1.0, because="pinned")


def release_passages(
    store: Store, discussion_id: int, passage_ids: Sequence[int], *, actor: str
) -> None:
    """Leave it to the machine again where passages belong; the next build may move them."""
    with open_correction(store, discussion_id, actor, "released", None) as (change, map_):
        map_.require_passages(passage_ids)
        change.noun_id = passage_ids[0]
        for passage_id in passage_ids:
            there = map_.placements[passage_id]
            change.place(
                passage_id,
                there.idea_id,
                weight=there.weight,
                because=None,
                reason=None if there.idea_id else there.reason,
            )


def link_passages(
    store: Store,
    discussion_id: int,
    one: Sequence[int],
    other: Sequence[int],
    *,
    actor: str,
) -> None:
    """Passages that always stand under the same idea, all of ``one`` and of ``other``.

    Where they stand under different ideas now, the ones that people did not place go to the
    others, under no idea too where a person put those there; otherwise ``other`` goes to ``one``.
    """
    with open_correction(store, discussion_id, actor, "linked", None) as (change, map_):
        map_.require_passages(one)
        map_.require_passages(other)
        change.noun_id = one[0]
        chain = list(dict.fromkeys([*one, *other]))
        if len(chain) < 2:
            raise CorrectionRefused(N_("name two passages to link"))
        joined = map_.with_linked(chain)
        map_.require_none_apart(joined)
        home = _home(map_, joined, first=one[0])
        moved = [p for p in joined if map_.leaf_of(p) != home]
        if home is not None:
            map_.require_none_apart([*moved, *map_.under.get(home, ())])
        map_.require_not_emptied(moved, keep=home)
        for left, right in pairwise(chain):
            change.link(left, right, is_together=True)
        for passage_id in moved:
            weight = map_.placements[passage_id].weight
            change.place(passage_id, home, weight=weight, because=None)


def part_passages(
    store: Store,
    discussion_id: int,
    one: Sequence[int],
    other: Sequence[int],
    *,
    actor: str,
) -> None:
    """Passages that never stand under the same idea: each of ``one`` with each of ``other``.

    Of two that do now, the one that fits worse goes to the idea nearest to it on the map, until
    the next build finds the best place.
    """
    with open_correction(store, discussion_id, actor, "parted", None) as (change, map_):
        map_.require_passages(one)
        map_.require_passages(other)
        change.noun_id = one[0]
        for left in one:
            if set(map_.with_linked([left])) & set(other):
                raise CorrectionRefused(
                    N_("%(passage)s is linked to what it should stay apart from; undo that first"),
                    passage=map_.where(left),
                )
        for left in one:
            for right in other:
                change.link(left, right, is_together=False)
                map_.apart.setdefault(left, set()).add(right)
                map_.apart.setdefault(right, set()).add(left)
        for left in one:
            for right in other:
                _part(store, change, map_, (left, right))


def _home(map_: StoredMap, passage_ids: Sequence[int], *, first: int) -> int | None:
    """Where linked passages meet: where people put one of them, else where the first one is."""
    held = {map_.leaf_of(p) for p in passage_ids if map_.is_persons(p)}
    if len(held) > 1:
        placed = [p for p in passage_ids if map_.is_persons(p)]
        other = next(p for p in placed if map_.leaf_of(p) != map_.leaf_of(placed[0]))
        raise CorrectionRefused(
            N_(
                "%(passage)s and %(other_passage)s were put in different places by "
                "people; move one of them first"
            ),
            passage=map_.where(placed[0]),
            other_passage=map_.where(other),
        )
    if held:
        return held.pop()
    leaves = [map_.leaf_of(first), *(map_.leaf_of(p) for p in passage_ids)]
    return next((leaf for leaf in leaves if leaf is not None), None)


def _part(store: Store, change: Change, map_: StoredMap, pair: tuple[int, int]) -> None:
    """Move one of two passages away where they stand under the same idea."""
    left, right = pair
    here = map_.leaf_of(left)
    if here is None or here != map_.leaf_of(right):
        return
    blocks = [map_.with_linked([left]), map_.with_linked([right])]
    free = [block for block in blocks if not any(map_.is_persons(p) for p in block)]
    if not free:
        raise CorrectionRefused(
            N_(
                "people put %(passage)s and %(other_passage)s under %(idea)s; move one "
                "of them first"
            ),
            passage=map_.where(left),
            other_passage=map_.where(right),
            idea=map_.called(here),
        )
    mover = min(free, key=lambda block: min(map_.placements[p].weight for p in block))
    target = _nearest(store, map_, mover)
    for passage_id in mover:
        change.place(passage_id, target, weight=0.0, because=None)
        map_.replace(passage_id, target)


def _nearest(store: Store, map_: StoredMap, passage_ids: Sequence[int]) -> int | None:
    """The leaf idea nearest on the map that holds nothing the passages must stay apart from."""
    order = list(map_.placements)
    places = dict(zip(order, store.passages.positions(map_.discussion_id), strict=True))
    x, y = places[passage_ids[0]]
    if x is None or y is None:
        return None
    closed = {map_.leaf_of(other) for p in passage_ids for other in map_.apart.get(p, ())}
    closed |= {map_.leaf_of(p) for p in passage_ids}
    open_to = [i for i in map_.ideas if map_.is_leaf(i) and i not in closed]
    if not open_to:
        return None
    here = (x, y)
    return min(
        open_to, key=lambda i: (_squared_distance(here, (map_.ideas[i].x, map_.ideas[i].y)), i)
    )


def _squared_distance(one: tuple[float, float], other: tuple[float, float]) -> float:
    return (one[0] - other[0]) ** 2 + (one[1] - other[1]) ** 2
