"""Erase the names of participants for good: what they wrote stays, under their pseudonyms."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from synth.masks import masked
from synth.pipeline.erase import PATIENCE
from synth.pipeline.masking import mask_again
from synth.pipeline.moderation import everything_shown
from synth.privacy import KnownNames
from synth.store import Store


def erase_names(
    store: Store,
    discussion_id: int,
    participant_ids: Sequence[int] | None = None,
    *,
    actor: str,
    patience: float = PATIENCE,
) -> tuple[int, bool]:
    """Take names and addresses of participants (all, or some) out of the file.

    Where texts, quotes, titles and summaries name them in full, their pseudonyms stand afterwards;
    the signatures of their messages, the lines above quotes that name them, what masks hide of
    them, and the raw forms of these messages go. Ids, pseudonyms and places on the map stay. A
    keyed hash of each author key stays, so that a later import knows them again; it brings their
    name back no more. Returns how many names went, and whether they have left the file already: not
    while somebody reads an earlier state for longer than ``patience`` seconds.
    """
    people = store.retention.named(discussion_id, participant_ids)
    if not people:
        return 0, True
    known = KnownNames({one.pseudonym: one.name for one in people if one.name})
    addresses = {one.author_key: one.pseudonym for one in people if "@" in one.author_key}

    def mask(text: str) -> str:
        found, _ = masked(text, known.in_text(text, ()))
        for address in addresses.keys() & set(_words(found)):
            found = found.replace(address, addresses[address])
        return found

    with everything_shown(store, discussion_id):
        ids = list(store.messages.fingerprints_by_id(discussion_id))
        if mask_again(store, ids, known.in_text):
            store.spaces.forget(discussion_id)
        store.masks.rewrite_ideas(discussion_id, mask)
        store.participants.make_key(discussion_id)
        kept_as = store.participants.kept_as(discussion_id)
        store.retention.forget(discussion_id, people, kept_as=kept_as, mask=mask)
        store.audit.add(
            actor, "erased names", discussion_id=discussion_id, facts={"n": len(people)}
        )
        store.events.add(discussion_id, actor=actor, verb="erased names", noun="participant")
    return len(people), store.vacuum(patience=patience)


def erase_due_names(store: Store, *, actor: str, at: datetime | None = None) -> dict[str, int]:
    """Erase the names whose time is over at a moment (now); address of a discussion → how many."""
    slugs = {found.id: found.slug for found in store.discussions.all()}
    erased: dict[str, int] = {}
    for discussion_id in store.retention.days_of_all():
        due = store.retention.due(discussion_id, at=at)
        if due:
            erased[slugs[discussion_id]], _ = erase_names(store, discussion_id, due, actor=actor)
    return erased


def _words(text: str) -> list[str]:
    return [word.strip("<>()[]{},;:\"'") for word in text.split()]
