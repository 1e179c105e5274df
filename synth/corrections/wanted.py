"""A correction that somebody wants, as one record: what a form, a proposal and a page share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from synth.corrections.conflicts import PLACE, STANDING, SUMMARY, TITLE, Columns, Concern
from synth.corrections.idea_links import link_ideas, unlink_ideas
from synth.corrections.ideas import (
    describe_idea,
    merge_ideas,
    move_idea,
    rename_idea,
    split_into_parts,
)
from synth.corrections.passages import (
    keep_passages,
    link_passages,
    part_passages,
    pin_passages,
    release_passages,
    set_passages_aside,
    unplace_passages,
)
from synth.corrections.statuses import (
    confirm_idea,
    hide_idea,
    lock_idea,
    release_idea,
    unlock_idea,
)
from synth.errors import N_, CorrectionRefused
from synth.records import LinkKind, Unplaced
from synth.store import Store


class Kind(StrEnum):
    """What people correct."""

    RENAME = "rename"
    DESCRIBE = "describe"
    MERGE = "merge"
    SPLIT = "split"
    MOVE = "move"
    LINK = "link"
    UNLINK = "unlink"
    CONFIRM = "confirm"
    HIDE = "hide"
    SHOW = "show"
    LOCK = "lock"
    UNLOCK = "unlock"
    PLACE = "place"
    KEEP = "keep"
    RELEASE = "release"
    UNPLACE = "unplace"
    ASIDE = "aside"
    TOGETHER = "together"
    APART = "apart"

    @property
    def is_about_passage(self) -> bool:
        return self in OF_PASSAGES


OF_PASSAGES = frozenset(
    {Kind.PLACE, Kind.KEEP, Kind.RELEASE, Kind.UNPLACE, Kind.ASIDE, Kind.TOGETHER, Kind.APART}
)
PROPOSABLE = frozenset({Kind.RENAME, Kind.MERGE, Kind.MOVE, Kind.PLACE, Kind.ASIDE})
"""What those may propose who may not correct."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedCorrection:
    """What to correct. Only what its kind asks for is looked at."""

    kind: Kind
    target_id: int
    """The idea, or the passage, that it is about."""
    other_id: int | None = None
    """The other idea or passage; None, where an idea is moved, for the top."""
    text: str = ""
    """The title or the summary."""
    link: LinkKind = LinkKind.RELATED
    reason: Unplaced = Unplaced.OFF_TOPIC
    parts: tuple[tuple[str, tuple[int, ...]], ...] = ()
    """Title and passages of each new idea."""


def carry_out(store: Store, discussion_id: int, wanted: WantedCorrection, *, actor: str) -> None:
    """Make the correction; raises CorrectionRefused as the function that makes it does."""
    make = _of_passage if wanted.kind.is_about_passage else _of_idea
    make(store, discussion_id, wanted, actor)


def concern_of(wanted: WantedCorrection) -> Concern:
    """What the correction rests on, so that a change of it by others is noticed."""
    others = frozenset() if wanted.other_id is None else frozenset({wanted.other_id})
    if not wanted.kind.is_about_passage:
        return Concern(
            ideas=frozenset({wanted.target_id}) | others,
            columns=_COLUMNS.get(wanted.kind, frozenset()),
            has_passages=wanted.kind in (Kind.MERGE, Kind.SPLIT),
            has_links=wanted.kind in (Kind.LINK, Kind.UNLINK),
        )
    is_pair = wanted.kind in (Kind.TOGETHER, Kind.APART)
    return Concern(
        ideas=frozenset() if is_pair else others,
        passages=frozenset({wanted.target_id}) | (others if is_pair else frozenset()),
    )


_COLUMNS: Mapping[Kind, Columns] = {
    Kind.RENAME: TITLE,
    Kind.DESCRIBE: SUMMARY,
    Kind.MERGE: TITLE,
    Kind.MOVE: PLACE,
    **dict.fromkeys((Kind.CONFIRM, Kind.HIDE, Kind.SHOW, Kind.LOCK, Kind.UNLOCK), STANDING),
}
_STATUS: Mapping[Kind, Callable[..., None]] = {
    Kind.CONFIRM: confirm_idea,
    Kind.HIDE: hide_idea,
    Kind.SHOW: release_idea,
    Kind.LOCK: lock_idea,
    Kind.UNLOCK: unlock_idea,
}


def _of_idea(store: Store, here: int, wanted: WantedCorrection, actor: str) -> None:
    idea = wanted.target_id
    match wanted.kind:
        case Kind.RENAME:
            rename_idea(store, here, idea, title=wanted.text, actor=actor)
        case Kind.DESCRIBE:
            describe_idea(store, here, idea, summary=wanted.text, actor=actor)
        case Kind.MERGE:
            merge_ideas(store, here, idea, [_other(wanted)], actor=actor)
        case Kind.SPLIT:
            split_into_parts(store, here, idea, wanted.parts, actor=actor)
        case Kind.MOVE:
            move_idea(store, here, idea, under=wanted.other_id, actor=actor)
        case Kind.LINK:
            link_ideas(store, here, idea, _other(wanted), kind=wanted.link, actor=actor)
        case Kind.UNLINK:
            unlink_ideas(store, here, idea, _other(wanted), actor=actor)
        case _:
            _STATUS[wanted.kind](store, here, idea, actor=actor)


def _of_passage(store: Store, here: int, wanted: WantedCorrection, actor: str) -> None:
    one = [wanted.target_id]
    match wanted.kind:
        case Kind.PLACE:
            pin_passages(store, here, one, _other(wanted), actor=actor)
        case Kind.KEEP:
            keep_passages(store, here, one, actor=actor)
        case Kind.RELEASE:
            release_passages(store, here, one, actor=actor)
        case Kind.UNPLACE:
            unplace_passages(store, here, one, actor=actor)
        case Kind.ASIDE:
            set_passages_aside(store, here, one, reason=wanted.reason, actor=actor)
        case Kind.TOGETHER:
            link_passages(store, here, one, [_other(wanted)], actor=actor)
        case Kind.APART:
            part_passages(store, here, one, [_other(wanted)], actor=actor)
        case _:
            raise ValueError(f"{wanted.kind} is no correction of a passage")


def _other(wanted: WantedCorrection) -> int:
    if wanted.other_id is None:
        raise CorrectionRefused(N_("nothing was chosen; choose one"))
    return wanted.other_id
