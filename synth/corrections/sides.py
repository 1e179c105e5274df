"""Corrections of sides: which side a message takes of what it answers."""

from __future__ import annotations

from synth.corrections.stored_map import require_words
from synth.errors import N_, CorrectionRefused
from synth.records import Stance
from synth.store import Store


def set_side(
    store: Store, discussion_id: int, message_id: int, side: Stance | None, *, actor: str
) -> None:
    """Say which side a message takes of what it answers, or that it takes none.

    Raises CorrectionRefused for a message that answers nothing, or whose platform says its side:
    what people stated there is not for others to change.
    """
    actor = require_words(actor, N_("the actor is empty; say one"))
    with store.atomic():
        _require_open(store, discussion_id, message_id)
        with store.corrections.change(
            discussion_id, actor=actor, verb="sided", noun="side", noun_id=message_id
        ) as change:
            change.set_side(message_id, side)


def _require_open(store: Store, discussion_id: int, message_id: int) -> None:
    message = store.messages.get(message_id)
    if message is None or store.messages.discussion_of(message_id) != discussion_id:
        raise CorrectionRefused(
            N_(
                "no message %(message)s in this discussion; message_id in messages.csv "
                "says which there are"
            ),
            message=message_id,
        )
    if message.stance is not None:
        raise CorrectionRefused(
            N_("message %(message)s is %(side)s as its platform says; that stays"),
            message=message_id,
            side=message.stance.value,
        )
    if message.parent_id is None:
        raise CorrectionRefused(
            N_("message %(message)s answers nothing, so it takes no side"), message=message_id
        )
