"""People's corrections of the map: one function each, in force at once and in every rebuild.

Each returns nothing, or the id of an idea it made; each records an event that
:func:`undo_correction` takes back; each raises CorrectionRefused where it contradicts an earlier
correction or the bounds of a map. ``actor`` says who corrects. Ids are those of the store:
``idea_id`` in ideas.csv; passages by :func:`passages_of`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise

from synth.errors import CorrectionRefused
from synth.pipeline.stored_map import StoredMap, core_of, stored_map
from synth.records import IdeaStatus, Origin
from synth.store import Change, Correction, Store

N_REPRESENTATIVES = 5


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
                f"no passage of a message {message_id} in this discussion; message_id in "
                "placements.csv says which there are"
            )
        if start is not None and start not in inside:
            starts = ", ".join(str(at) for at in inside)
            raise CorrectionRefused(
                f"no passage of message {message_id} starts at {start}; they start at {starts}"
            )
        found += inside.values() if start is None else [inside[start]]
    return list(dict.fromkeys(found))


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
    title = _said(title, "title")
    with _correcting(store, discussion_id, actor, "renamed", idea_id) as (change, map_):
        change.idea(idea_id, title=title, title_origin=Origin.PERSON)
        if summary is not None:
            change.idea(idea_id, summary=summary.strip(), summary_origin=Origin.PERSON)
        _carry(store, change, map_, idea_id)


def merge_ideas(
    store: Store, discussion_id: int, idea_id: int, others: Sequence[int], *, actor: str
) -> None:
    """Make ideas one: ``others`` end in ``idea_id``, which keeps its id and title."""
    with _correcting(store, discussion_id, actor, "merged", idea_id) as (change, map_):
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
    title = _said(title, "title")
    with _correcting(store, discussion_id, actor, "split", idea_id) as (change, map_):
        map_.require_passages(passage_ids)
        chosen = map_.with_linked(passage_ids)
        before = map_.passages_below(idea_id)
        strangers = [p for p in chosen if p not in set(before)]
        if strangers:
            raise CorrectionRefused(
                f"{map_.where(strangers[0])} does not stand under {map_.called(idea_id)}; "
                "only what stands there can be split from it"
            )
        map_.require_not_emptied(chosen)
        map_.require_peace(chosen)
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
        _gather(change, map_, chosen, made, because="split")
        # What stays behind must not follow in a rebuild: that would undo the split.
        for leaf in {map_.leaf_of(passage_id) for passage_id in chosen}:
            for passage_id in map_.under[leaf or 0]:
                if passage_id not in set(chosen):
                    _vouch(change, map_, passage_id, because="split")
        change.represent(made, _best(map_, chosen))
    return made


def move_idea(
    store: Store, discussion_id: int, idea_id: int, *, under: int | None, actor: str
) -> None:
    """Put an idea with all below it under another one, or at the top (None).

    An idea with passages of its own that gets an idea under it keeps them in a first part.
    """
    with _correcting(store, discussion_id, actor, "moved", idea_id) as (change, map_):
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
        if old != under:
            map_.require_room(under)
        if under is not None and map_.is_leaf(under):
            _make_broad(change, map_, under)
        change.idea(idea_id, parent_id=under, parent_origin=Origin.PERSON)
        _carry(store, change, map_, idea_id)


def pin_passages(
    store: Store, discussion_id: int, passage_ids: Sequence[int], idea_id: int, *, actor: str
) -> None:
    """Move passages, and those linked to them, under a leaf idea, where they stay."""
    with _correcting(store, discussion_id, actor, "pinned", idea_id) as (change, map_):
        map_.require_leaf(idea_id)
        map_.require_passages(passage_ids)
        moved = map_.with_linked(passage_ids)
        map_.require_peace([*moved, *map_.under.get(idea_id, ())])
        map_.require_not_emptied(moved, keep=idea_id)
        _carry(store, change, map_, idea_id)
        change.noun_id = moved[0]
        for passage_id in moved:
            change.place(passage_id, idea_id, weight=1.0, because="pinned")


def unplace_passages(
    store: Store, discussion_id: int, passage_ids: Sequence[int], *, actor: str
) -> None:
    """Take passages, and those linked to them, from their ideas; they stay under none."""
    with _correcting(store, discussion_id, actor, "unplaced", None) as (change, map_):
        map_.require_passages(passage_ids)
        moved = map_.with_linked(passage_ids)
        map_.require_not_emptied(moved)
        change.noun_id = moved[0]
        for passage_id in moved:
            change.place(passage_id, None, weight=0.0, because="pinned")


def confirm_idea(store: Store, discussion_id: int, idea_id: int, *, actor: str) -> None:
    """Say that an idea is right: it stays, with the passages it has."""
    _set_status(store, discussion_id, idea_id, IdeaStatus.CONFIRMED, actor=actor)


def hide_idea(store: Store, discussion_id: int, idea_id: int, *, actor: str) -> None:
    """Show an idea, and all below it, to readers no longer; its passages stay with it."""
    _set_status(store, discussion_id, idea_id, IdeaStatus.HIDDEN, actor=actor)


def release_idea(store: Store, discussion_id: int, idea_id: int, *, actor: str) -> None:
    """Take back that an idea is confirmed or hidden: it is the machine's again."""
    _set_status(store, discussion_id, idea_id, IdeaStatus.MACHINE, actor=actor)


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
    others; otherwise ``other`` goes to ``one``.
    """
    with _correcting(store, discussion_id, actor, "linked", None) as (change, map_):
        map_.require_passages(one)
        map_.require_passages(other)
        change.noun_id = one[0]
        chain = list(dict.fromkeys([*one, *other]))
        if len(chain) < 2:
            raise CorrectionRefused("name two passages to link")
        joined = map_.with_linked(chain)
        map_.require_peace(joined)
        home = _home(map_, joined, first=one[0])
        moved = [p for p in joined if map_.leaf_of(p) != home]
        if home is not None:
            map_.require_peace([*moved, *map_.under.get(home, ())])
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
    with _correcting(store, discussion_id, actor, "parted", None) as (change, map_):
        map_.require_passages(one)
        map_.require_passages(other)
        change.noun_id = one[0]
        for left in one:
            if set(map_.with_linked([left])) & set(other):
                raise CorrectionRefused(
                    f"{map_.where(left)} is linked to what it should stay apart from; "
                    "undo that first (`synth correct list`)"
                )
        for left in one:
            for right in other:
                change.link(left, right, is_together=False)
                map_.apart.setdefault(left, set()).add(right)
                map_.apart.setdefault(right, set()).add(left)
        for left in one:
            for right in other:
                _part(store, change, map_, (left, right))


def undo_correction(
    store: Store, discussion_id: int, event_id: int | None = None, *, actor: str
) -> Correction:
    """Take back the last correction, or the one with that id; returns what was taken back.

    Raises CorrectionRefused when there is none, or when a later one builds on it.
    """
    return store.corrections.undo(discussion_id, event_id, actor=actor)


# -- steps -----------------------------------------------------------------------------------


@contextmanager
def _correcting(
    store: Store, discussion_id: int, actor: str, verb: str, idea_id: int | None
) -> Iterator[tuple[Change, StoredMap]]:
    """A correction about an idea, or about passages where ``idea_id`` is None."""
    noun = "passage" if idea_id is None or verb == "pinned" else "idea"
    with store.corrections.change(
        discussion_id, actor=_said(actor, "actor"), verb=verb, noun=noun, noun_id=idea_id
    ) as change:
        map_ = stored_map(store, discussion_id)
        if not map_.ideas:
            raise CorrectionRefused("there is no map yet to correct; make one with `synth build`")
        if idea_id is not None:
            map_.idea(idea_id)
        yield change, map_


def _said(text: str, what: str) -> str:
    """One line of words. Raises CorrectionRefused where there are none."""
    words = " ".join(text.split())
    if not words:
        raise CorrectionRefused(f"the {what} is empty; say one")
    return words


def _carry(store: Store, change: Change, map_: StoredMap, idea_id: int) -> None:
    """Note the passages that carry a leaf idea to the next map, unless there are some."""
    if map_.is_leaf(idea_id):
        passages = map_.under.get(idea_id, [])
        if not store.corrections.cores(map_.discussion_id).get(idea_id):
            change.core(idea_id, core_of(passages))


def _vouch(change: Change, map_: StoredMap, passage_id: int, *, because: str) -> None:
    """Keep a passage where it is, unless a person did that already."""
    if not map_.is_persons(passage_id):
        placement = map_.placements[passage_id]
        change.place(passage_id, placement.idea_id, weight=placement.weight, because=because)


def _gather(
    change: Change, map_: StoredMap, passage_ids: Sequence[int], idea_id: int, *, because: str
) -> None:
    for passage_id in passage_ids:
        weight = map_.placements[passage_id].weight
        change.place(passage_id, idea_id, weight=weight, because=because)


def _best(map_: StoredMap, passage_ids: Sequence[int]) -> list[int]:
    order = sorted(passage_ids, key=lambda p: (-map_.placements[p].weight, p))
    return order[:N_REPRESENTATIVES]


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
    leaving: dict[int, int] = {}
    for other in others:
        parent = map_.ideas[other].parent_id
        if parent is not None:
            leaving[parent] = leaving.get(parent, 0) + 1
    for parent, n in leaving.items():
        if n == len(map_.children[parent]):
            raise CorrectionRefused(
                f"{map_.called(parent)} would be left without an idea under it; "
                "merge that one instead"
            )


def _merge_leaves(change: Change, map_: StoredMap, idea_id: int, others: Sequence[int]) -> None:
    _require_company(map_, others)
    coming = [p for other in others for p in map_.under.get(other, ())]
    map_.require_peace([*coming, *map_.under.get(idea_id, ())])
    for passage_id in map_.under.get(idea_id, ()):
        _vouch(change, map_, passage_id, because="merged")
    _gather(change, map_, coming, idea_id, because="merged")
    change.represent(idea_id, _best(map_, [*map_.under.get(idea_id, ()), *coming]))
    change.idea(idea_id, stability=None)


def _merge_broad(change: Change, map_: StoredMap, idea_id: int, others: Sequence[int]) -> None:
    _require_company(map_, others)
    coming = [child for other in others for child in map_.children[other]]
    map_.require_room(idea_id, n_more=len(coming))
    for child in coming:
        map_.require_depth(child, idea_id)
    for one in (idea_id, *others):
        for passage_id in map_.passages_below(one):
            _vouch(change, map_, passage_id, because="merged")
    for child in (*map_.children[idea_id], *coming):
        change.idea(child, parent_id=idea_id, parent_origin=Origin.PERSON)
    change.idea(idea_id, stability=None)


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
    change.represent(part, map_.under.get(idea_id, [])[:N_REPRESENTATIVES])
    change.core(idea_id, ())


def _set_status(
    store: Store, discussion_id: int, idea_id: int, status: IdeaStatus, *, actor: str
) -> None:
    verb = {
        IdeaStatus.CONFIRMED: "confirmed",
        IdeaStatus.HIDDEN: "hidden",
        IdeaStatus.MACHINE: "shown",
    }[status]
    with _correcting(store, discussion_id, actor, verb, idea_id) as (change, map_):
        if map_.ideas[idea_id].status is IdeaStatus.CONFIRMED and status is IdeaStatus.MACHINE:
            change.verb = "unconfirmed"
        change.idea(idea_id, status=status)
        _carry(store, change, map_, idea_id)
        for passage_id in map_.passages_below(idea_id):
            if status is not IdeaStatus.MACHINE:
                _vouch(change, map_, passage_id, because="status")
            elif map_.reasons.get(passage_id) == "status" and not _is_vouched_otherwise(
                map_, passage_id, idea_id
            ):
                placement = map_.placements[passage_id]
                change.place(passage_id, placement.idea_id, weight=placement.weight, because=None)


def _is_vouched_otherwise(map_: StoredMap, passage_id: int, idea_id: int) -> bool:
    """Whether another idea over the passage is confirmed or hidden."""
    return any(
        map_.ideas[above].status is not IdeaStatus.MACHINE
        for above in map_.path(map_.leaf_of(passage_id))
        if above != idea_id
    )


def _home(map_: StoredMap, passage_ids: Sequence[int], *, first: int) -> int | None:
    """Where linked passages meet: where people put one of them, else where the first one is."""
    held = {map_.leaf_of(p) for p in passage_ids if map_.is_persons(p)}
    if len(held) > 1:
        placed = [p for p in passage_ids if map_.is_persons(p)]
        other = next(p for p in placed if map_.leaf_of(p) != map_.leaf_of(placed[0]))
        raise CorrectionRefused(
            f"{map_.where(placed[0])} and {map_.where(other)} were put in different places by "
            "people; move one of them first"
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
            f"people put {map_.where(left)} and {map_.where(right)} under "
            f"{map_.called(here)}; move one of them first"
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
    closed = {map_.leaf_of(enemy) for p in passage_ids for enemy in map_.apart.get(p, ())}
    closed |= {map_.leaf_of(p) for p in passage_ids}
    open_to = [i for i in map_.ideas if map_.is_leaf(i) and i not in closed]
    if not open_to:
        return None
    here = (x, y)
    return min(open_to, key=lambda i: (_far(here, (map_.ideas[i].x, map_.ideas[i].y)), i))


def _far(one: tuple[float, float], other: tuple[float, float]) -> float:
    return (one[0] - other[0]) ** 2 + (one[1] - other[1]) ** 2
