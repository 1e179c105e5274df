"""Who is asked to consent to the publication of their words."""

from __future__ import annotations

from flask import g

from synth.permissions import Role
from synth.store import Discussion, Invitation
from synth.store.consents import ConsentMode
from web.http.permission import current_person
from web.http.store import current_store


def asks_consent(discussion: Discussion) -> bool:
    """Whether the reader is asked and has not answered."""
    if "asks_consent" not in g:
        g.asks_consent = _asks(discussion)
    return bool(g.asks_consent)


def is_asked(discussion: Discussion) -> bool:
    """Whether the discussion asks, and the reader wrote in it or joined it to take part; or the
    reader refused before, which they can change where nobody is asked any more."""
    member, store = current_person().member, current_store()
    if member is None:
        return False
    if not _has_question(discussion):
        answer = store.consents.answers(discussion.id).get(member.id)
        return answer is not None and not answer.is_yes
    is_participant = store.memberships.role(member.id, discussion.id) is Role.PARTICIPANT
    return is_participant or bool(store.claims.of(discussion.id, member_id=member.id))


def follow_invitation(discussion: Discussion, taken: Invitation) -> bool:
    """Bring what is hidden in line with an invitation that was just taken up, which may have said
    whose messages these are; says whether who took it is asked."""
    from synth.pipeline.consent import apply_consent

    apply_consent(current_store(), discussion.id, actor="viewer")
    if not _has_question(discussion):
        return False
    return taken.participant_id is not None or taken.role is Role.PARTICIPANT


def _asks(discussion: Discussion) -> bool:
    member = current_person().member
    if member is None or not is_asked(discussion):
        return False
    return member.id not in current_store().consents.answers(discussion.id)


def _has_question(discussion: Discussion) -> bool:
    return current_store().consents.policy(discussion.id).mode is not ConsentMode.OFF
