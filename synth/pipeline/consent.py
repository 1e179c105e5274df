"""Hide the words of members who do not consent to their publication, and show those who do."""

from __future__ import annotations

from synth.pipeline.moderation import hide_participant, show_participant
from synth.records import HiddenReason
from synth.store import Store
from synth.store.consents import ConsentMode
from synth.store.hidden import ruling_now


def apply_consent(store: Store, discussion_id: int, *, actor: str) -> int:
    """Bring what is hidden for want of consent in line with what members answered; returns for how
    many participants anything changed.

    Only who claimed their messages can answer for them. A refusal holds also where nobody is asked
    any more. What facilitators hide for other reasons stays as they say.
    """
    n_changed = 0
    with store.atomic():
        mode = store.consents.policy(discussion_id).mode
        answers = store.consents.answers(discussion_id)
        hidden = {
            one.participant_id: one.ruling for one in store.hidden.participants(discussion_id)
        }
        wanted: set[int] = set()
        for claim in store.claims.of(discussion_id):
            answer = answers.get(claim.member_id)
            is_refused = answer is not None and not answer.is_yes
            is_missing = answer is None and mode is ConsentMode.REQUIRED
            if is_refused or is_missing:
                wanted.add(claim.participant_id)
        for participant_id in sorted(wanted - hidden.keys()):
            ruling = ruling_now(HiddenReason.NO_CONSENT, actor=actor)
            hide_participant(store, discussion_id, participant_id, ruling)
            n_changed += 1
        for participant_id, ruling in hidden.items():
            if ruling.reason is HiddenReason.NO_CONSENT and participant_id not in wanted:
                show_participant(store, discussion_id, participant_id, actor=actor)
                n_changed += 1
    return n_changed


def show_unless_refused(
    store: Store, discussion_id: int, participant_id: int, *, actor: str
) -> int | None:
    """Show the messages of a participant again; returns how many there were, and None where their
    author does not consent to it: then they stay hidden."""
    with store.atomic():
        for one in store.hidden.participants(discussion_id):
            is_theirs = one.participant_id == participant_id
            if is_theirs and one.ruling.reason is HiddenReason.NO_CONSENT:
                return None
        n_shown = show_participant(store, discussion_id, participant_id, actor=actor)
        apply_consent(store, discussion_id, actor=actor)
    return n_shown
