"""Proposed corrections: what participants ask for, accepted or declined by who may correct."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from synth.corrections.conflicts import in_force
from synth.corrections.stored_map import require_words, stored_map
from synth.corrections.wanted import (
    PROPOSABLE,
    Kind,
    WantedCorrection,
    carry_out,
    concern_of,
)
from synth.errors import N_, CorrectionRefused
from synth.records import Unplaced
from synth.store import Correction, CorrectionProposal, Store


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalGroup:
    """What one or several people ask for alike."""

    wanted: WantedCorrection
    proposals: Sequence[CorrectionProposal]
    """In the order in which they came; one a person."""
    meanwhile: Sequence[Correction]
    """What was corrected of the same since the first of them."""

    def is_asked_by(self, actor: str) -> bool:
        return any(one.actor == actor for one in self.proposals)

    @property
    def id(self) -> int:
        return self.proposals[0].id


def propose_correction(
    store: Store, discussion_id: int, wanted: WantedCorrection, *, why: str, actor: str
) -> None:
    """Ask those who may correct for a correction.

    Raises CorrectionRefused where it is none that can be asked for, or is asked for already.
    """
    if wanted.kind not in PROPOSABLE:
        raise CorrectionRefused(N_("this cannot be proposed"))
    map_ = stored_map(store, discussion_id)
    one, other = wanted.target_id, wanted.other_id
    if wanted.kind.is_about_passage:
        map_.require_passages([one])
    else:
        map_.idea(one)
    if wanted.kind in (Kind.MERGE, Kind.PLACE) and other is None:
        raise CorrectionRefused(N_("nothing was chosen; choose one"))
    if wanted.kind in (Kind.MERGE, Kind.PLACE, Kind.MOVE) and other is not None:
        map_.idea(other)
    if wanted.kind is Kind.MERGE and other is not None:
        one, other = min(one, other), max(one, other)  # who says "the same" names no order
    title = wanted.text
    if wanted.kind is Kind.RENAME:
        title = require_words(title, N_("the title is empty; say one"))
    if wanted.kind is Kind.ASIDE:
        title = wanted.reason.value
    is_new = store.correction_proposals.add(
        discussion_id,
        actor=require_words(actor, N_("the actor is empty; say one")),
        verb=wanted.kind.value,
        idea_id=0 if wanted.kind.is_about_passage else one,
        passage_id=one if wanted.kind.is_about_passage else None,
        other_id=other or 0,
        title=title,
        why=why.strip(),
        version=store.corrections.version(discussion_id),
    )
    if not is_new:
        raise CorrectionRefused(N_("you have proposed this already; it waits for an answer"))


def open_proposals(store: Store, discussion_id: int) -> list[ProposalGroup]:
    """What is asked for, what most people ask for first."""
    return grouped(store, discussion_id, "open")


def grouped(store: Store, discussion_id: int, state: str) -> list[ProposalGroup]:
    """The proposals in a state, those that ask for the same together."""
    groups: dict[object, list[CorrectionProposal]] = {}
    for one in store.correction_proposals.all(discussion_id, state=state):
        groups.setdefault(one.asked, []).append(one)
    first = min((p.version for group in groups.values() for p in group), default=0)
    later = store.corrections.since(discussion_id, first) if state == "open" else []
    found = []
    for proposals in groups.values():
        wanted = wanted_by(proposals[0])
        concern, since = concern_of(wanted), proposals[0].version
        found.append(
            ProposalGroup(
                wanted=wanted,
                proposals=proposals,
                meanwhile=[
                    one
                    for one in in_force([c for c in later if c.id > since])
                    if concern.is_touched_by(one)
                ],
            )
        )
    return sorted(found, key=lambda group: (-len(group.proposals), group.id))


def accept_proposal(store: Store, discussion_id: int, proposal_id: int, *, actor: str) -> int:
    """Carry out what is proposed, for all who ask for it; returns the id of the correction.

    Raises CorrectionRefused where it cannot be carried out, or is no longer open.
    """
    with store.atomic():
        alike = _open_ones(store, discussion_id, proposal_id)
        carry_out(store, discussion_id, wanted_by(alike[0]), actor=actor)
        event_id = store.corrections.version(discussion_id)
        store.correction_proposals.decide(
            [one.id for one in alike], state="accepted", actor=actor, event_id=event_id
        )
    return event_id


def decline_proposal(
    store: Store, discussion_id: int, proposal_id: int, *, reason: str, actor: str
) -> None:
    """Say no, and why, to all who ask for the same."""
    reason = require_words(reason, N_("the reason is empty; say one"))
    with store.atomic():
        alike = _open_ones(store, discussion_id, proposal_id)
        store.correction_proposals.decide(
            [one.id for one in alike], state="declined", actor=actor, reason=reason
        )


def _open_ones(store: Store, discussion_id: int, proposal_id: int) -> list[CorrectionProposal]:
    alike = store.correction_proposals.like(discussion_id, proposal_id)
    if not alike:
        raise CorrectionRefused(N_("this proposal is decided already, or is gone"))
    return alike


def wanted_by(proposal: CorrectionProposal) -> WantedCorrection:
    """The correction that a proposal asks for."""
    kind = Kind(proposal.verb)
    is_aside = kind is Kind.ASIDE
    return WantedCorrection(
        kind=kind,
        target_id=proposal.passage_id or proposal.idea_id,
        other_id=proposal.other_id or None,
        text="" if is_aside else proposal.title,
        reason=Unplaced(proposal.title) if is_aside else Unplaced.OFF_TOPIC,
    )
