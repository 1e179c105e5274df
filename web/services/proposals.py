"""Proposed corrections as pages tell them: in a sentence, with who asks and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _

from synth.corrections.proposals import ProposalGroup
from synth.corrections.wanted import Kind, WantedCorrection
from synth.store import Correction
from web.services.actors import ActorNames
from web.services.history import LETTERS, sentences, without_hidden
from web.services.quotes import shortened
from web.services.snapshot import Snapshot
from web.ui import words


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """One person who asks."""

    name: str
    at: datetime
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownProposal:
    id: int
    sentence: str
    """``The passage “…” belongs under “Stalls”.``"""
    n_asking: int
    asking: Sequence[Asking]
    """Those of them whom the reader may know."""
    meanwhile: Sequence[str]
    """What was corrected of the same since it was first asked for."""
    idea_id: int | None
    """The idea that it is about, to look at."""
    passage_id: int | None
    answer: str
    """Who declined it and why, or who accepted it; empty while it is open."""


def shown_proposals(
    snapshot: Snapshot, groups: Sequence[ProposalGroup], *, asker: str | None = None
) -> list[ShownProposal]:
    """What is asked for, in words.

    ``asker``: who reads them, where it is somebody who may only ask. They see who else asks as a
    number, and nothing of hidden ideas.
    """
    store, names = snapshot.store, ActorNames(snapshot.store)
    titles = {
        idea.id: idea.title
        for idea in store.ideas.outline(snapshot.id)
        if asker is None or idea.id in snapshot.outline
    }
    about = [g.wanted.target_id for g in groups if g.wanted.kind.is_about_passage]
    texts = store.passages.texts(about)
    return [
        ShownProposal(
            id=group.id,
            sentence=_sentence(group.wanted, titles, texts),
            n_asking=len(group.proposals),
            asking=[
                Asking(name=names.of(one.actor), at=one.at, why=one.why)
                for one in group.proposals
                if asker is None or one.actor == asker
            ],
            meanwhile=sentences(
                store, snapshot.id, _meanwhile(snapshot, group, asker), names=names
            ),
            idea_id=_shown_idea(snapshot, group.wanted),
            passage_id=group.wanted.target_id if group.wanted.kind.is_about_passage else None,
            answer=_answer(group, names),
        )
        for group in groups
    ]


def _meanwhile(snapshot: Snapshot, group: ProposalGroup, asker: str | None) -> Sequence[Correction]:
    if asker is None:
        return group.meanwhile
    return without_hidden(snapshot.store, snapshot.id, group.meanwhile, snapshot.outline)


def _shown_idea(snapshot: Snapshot, wanted: WantedCorrection) -> int | None:
    idea_id = None if wanted.kind.is_about_passage else wanted.target_id
    return idea_id if idea_id in snapshot.outline else None


def _sentence(wanted: WantedCorrection, titles: dict[int, str], texts: dict[int, str]) -> str:
    """What is asked for."""

    def title(idea_id: int | None) -> str:
        found = titles.get(idea_id or 0)
        return _("“%(title)s”", title=found) if found else _("an idea that is gone")

    idea, other = title(wanted.target_id), title(wanted.other_id)
    text = texts.get(wanted.target_id, "") if wanted.kind.is_about_passage else ""
    passage = _("“%(title)s”", title=shortened(text, LETTERS))
    match wanted.kind:
        case Kind.RENAME:
            return _("%(idea)s should be called “%(title)s”.", idea=idea, title=wanted.text)
        case Kind.MERGE:
            return _("%(idea)s and %(other)s are the same.", idea=idea, other=other)
        case Kind.MOVE if wanted.other_id is None:
            return _("%(idea)s belongs at the top.", idea=idea)
        case Kind.MOVE:
            return _("%(idea)s belongs under %(other)s.", idea=idea, other=other)
        case Kind.PLACE:
            return _(
                "The passage %(passage)s belongs under %(other)s.", passage=passage, other=other
            )
        case _:
            reason = words.UNPLACED[wanted.reason]
            return _(
                "The passage %(passage)s is not about the question (%(reason)s).",
                passage=passage, reason=reason,
            )  # fmt: skip


def _answer(group: ProposalGroup, names: ActorNames) -> str:
    first = group.proposals[0]
    if first.decided_by is None:
        return ""
    who = names.of(first.decided_by)
    if first.state == "accepted":
        return _("%(who)s accepted it.", who=who)
    return _("%(who)s declined it: %(reason)s", who=who, reason=first.reason)
