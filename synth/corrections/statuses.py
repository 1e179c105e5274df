"""What people say of ideas as they are, one or all: right, to be hidden, not to be changed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from synth.corrections.stored_map import StoredMap, ensure_core, keep_place, open_correction
from synth.errors import N_, CorrectionRefused
from synth.records import Idea, IdeaStatus, Lock
from synth.store import Change, Store
from synth.store.rows import now, time_text


def confirm_idea(store: Store, discussion_id: int, idea_id: int, *, actor: str) -> None:
    """Say that an idea is right: it stays, with the passages it has.

    One that is new since the sign-off becomes part of the frame.
    """
    with open_correction(store, discussion_id, actor, "confirmed", idea_id) as (change, map_):
        if store.corrections.signed_off_at(discussion_id) is not None:
            _lock(change, map_, map_.subtree(idea_id), Lock.SIGN_OFF)
        _set_status(store, change, map_, idea_id, IdeaStatus.CONFIRMED)


def hide_idea(store: Store, discussion_id: int, idea_id: int, *, actor: str) -> None:
    """Show an idea, and all below it, to readers no longer; its passages stay with it."""
    with open_correction(store, discussion_id, actor, "hidden", idea_id) as (change, map_):
        _set_status(store, change, map_, idea_id, IdeaStatus.HIDDEN)


def release_idea(store: Store, discussion_id: int, idea_id: int, *, actor: str) -> None:
    """Take back that an idea is confirmed or hidden: it is the machine's again.

    A hidden one in the frame of a sign-off is shown as confirmed, as all others there. Raises
    CorrectionRefused for a confirmed one in the frame.
    """
    with open_correction(store, discussion_id, actor, "shown", idea_id) as (change, map_):
        is_framed = is_in_frame(map_.ideas[idea_id], store.corrections.signed_off_at(discussion_id))
        if map_.ideas[idea_id].status is IdeaStatus.CONFIRMED:
            if is_framed:
                raise _signed_off_refusal(map_, idea_id)
            change.verb = "unconfirmed"
        is_hidden = map_.ideas[idea_id].status is IdeaStatus.HIDDEN
        left = IdeaStatus.CONFIRMED if is_framed and is_hidden else IdeaStatus.MACHINE
        change.update_idea(idea_id, status=left)
        ensure_core(store, change, map_, idea_id)
        for passage_id in map_.passages_below(idea_id):
            is_for_this = map_.reasons.get(passage_id) == "status"
            if is_for_this and not _is_kept_by_another(map_, passage_id, idea_id):
                placement = map_.placements[passage_id]
                change.place(passage_id, placement.idea_id, weight=placement.weight, because=None)


def lock_idea(store: Store, discussion_id: int, idea_id: int, *, actor: str) -> None:
    """Let the machine change nothing about an idea and all below it: neither words nor place, nor
    take a passage from it. Later messages may still come under it."""
    with open_correction(store, discussion_id, actor, "locked", idea_id) as (change, map_):
        _lock(change, map_, map_.subtree(idea_id), Lock.PERSON)


def unlock_idea(store: Store, discussion_id: int, idea_id: int, *, actor: str) -> None:
    """Let the machine change an idea, and all below it, again; the frame of a sign-off stays."""
    with open_correction(store, discussion_id, actor, "unlocked", idea_id) as (change, map_):
        if map_.ideas[idea_id].locked_by is Lock.SIGN_OFF:
            raise _signed_off_refusal(map_, idea_id)
        above = [i for i in map_.path(idea_id)[1:] if map_.ideas[i].locked_by is not None]
        if above:
            raise CorrectionRefused(
                N_("%(idea)s is locked with all below it; unlock that one"),
                idea=map_.called(above[-1]),
            )
        is_signed_off = store.corrections.signed_off_at(discussion_id) is not None
        for inside in map_.subtree(idea_id):
            change.update_idea(inside, locked_by=Lock.SIGN_OFF if is_signed_off else None)


def sign_off(store: Store, discussion_id: int, *, actor: str) -> None:
    """Confirm all ideas that are shown, and freeze the frame that they make.

    Later messages are placed under it, in a rebuild too; what fits none opens ideas beside it.
    """
    with open_correction(store, discussion_id, actor, "signed_off", None) as (change, map_):
        if store.corrections.signed_off_at(discussion_id) is not None:
            raise CorrectionRefused(N_("the ideas are signed off already"))
        change.sign_off(at=time_text(now()))
        _lock(change, map_, map_.ideas, Lock.SIGN_OFF)
        for idea in map_.ideas.values():
            if idea.status is IdeaStatus.MACHINE:
                change.update_idea(idea.id, status=IdeaStatus.CONFIRMED)


def take_sign_off_back(store: Store, discussion_id: int, *, actor: str) -> None:
    """Let the machine change the ideas again that were signed off.

    What people corrected since stays, and so do ideas that a person locked or confirmed one by one.
    """
    with open_correction(store, discussion_id, actor, "reopened", None) as (change, map_):
        if store.corrections.signed_off_at(discussion_id) is None:
            raise CorrectionRefused(N_("the ideas are not signed off"))
        change.sign_off(at=None)
        open_again = {i for i, idea in map_.ideas.items() if idea.locked_by is Lock.SIGN_OFF}
        _lock(change, map_, open_again, None)
        for idea_id in map_.ideas.keys() & _confirmed_with_all(store, discussion_id):
            if map_.ideas[idea_id].status is IdeaStatus.CONFIRMED:
                change.update_idea(idea_id, status=IdeaStatus.MACHINE)


def is_in_frame(idea: Idea, signed_off_at: datetime | None) -> bool:
    """Whether a sign-off holds the idea, also where a person locked it besides."""
    return signed_off_at is not None and idea.locked_by is not None


def _signed_off_refusal(map_: StoredMap, idea_id: int) -> CorrectionRefused:
    return CorrectionRefused(
        N_("%(idea)s is signed off with all other ideas; take the sign-off back first"),
        idea=map_.called(idea_id),
    )


def _confirmed_with_all(store: Store, discussion_id: int) -> set[int]:
    """The ideas that the last sign-off confirmed."""
    history = store.corrections.history(discussion_id)
    last = next((one for one in history if one.verb == "signed_off" and not one.is_undone), None)
    rows = [] if last is None else last.rows("ideas")
    return {key[0] for key, before, _ in rows if before and "status" in before}


def _set_status(
    store: Store, change: Change, map_: StoredMap, idea_id: int, status: IdeaStatus
) -> None:
    change.update_idea(idea_id, status=status)
    ensure_core(store, change, map_, idea_id)
    for passage_id in map_.passages_below(idea_id):
        keep_place(change, map_, passage_id, because="status")


def _is_kept_by_another(map_: StoredMap, passage_id: int, idea_id: int) -> bool:
    """Whether another idea over the passage is confirmed or hidden."""
    return any(
        map_.ideas[above].status is not IdeaStatus.MACHINE
        for above in map_.path(map_.leaf_of(passage_id))
        if above != idea_id
    )


def _lock(change: Change, map_: StoredMap, idea_ids: Iterable[int], lock: Lock | None) -> None:
    """Lock ideas, or unlock them (None). What a person locked alone outlasts a sign-off."""
    for idea_id in idea_ids:
        if lock is not Lock.SIGN_OFF or map_.ideas[idea_id].locked_by is None:
            change.update_idea(idea_id, locked_by=lock)
