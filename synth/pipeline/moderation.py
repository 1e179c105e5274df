"""Hide messages, or all of a participant, from everybody but moderators; and show them again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from synth.errors import StoreProblem
from synth.pipeline.masking import mask_messages
from synth.records import HiddenReason
from synth.store import Ruling, Store
from synth.store.hidden import ruling_now
from synth.store.messages import SubjectLine
from synth.threads.evidence import bare_subject, is_reply_subject, without_former

STALE = "words of its titles are hidden"
"""In place of the key of what a map was fitted with: the next build is a whole one."""


def hide_messages(
    store: Store, discussion_id: int, message_ids: Sequence[int], ruling: Ruling
) -> tuple[int, int]:
    """Hide some messages, in force at once: their words stand in nothing that others read.

    What other messages quote of them, the subject lines that they began, titles and summaries
    that repeat them and their history are covered. Returns how many were hidden, and how many
    ideas lost a title or summary: the next build names these again. Those hidden already stay as
    they are; those without words, as erased ones, are not hidden. Raises StoreProblem for messages
    of other discussions.
    """
    _require_here(store, discussion_id, message_ids)
    with store.atomic():
        before = store.hidden.rulings(discussion_id)
        store.covered.lift_from([i for i in message_ids if i not in before])
        n_hidden = store.hidden.put_aside(discussion_id, dict.fromkeys(message_ids, ruling))
        new = sorted(store.hidden.rulings(discussion_id).keys() - before.keys())
        n_ideas = _cover(store, discussion_id, new)
        there = store.messages.many(new)
        for message_id in new:
            store.hidden.note(
                discussion_id,
                "hid",
                message_id=message_id,
                participant=there[message_id].author,
                ruling=ruling,
            )
    return n_hidden, n_ideas


def show_messages(
    store: Store, discussion_id: int, message_ids: Sequence[int], *, actor: str
) -> int:
    """Show hidden messages again, with what stood on their words; returns how many there were.

    Those of a participant whose messages are all hidden stay so: ``show_participant`` shows them.
    """
    with store.atomic():
        rulings = store.hidden.rulings(discussion_id)
        standing = store.hidden.rulings_of_participants(discussion_id)
        hidden = sorted(set(message_ids) & rulings.keys() - standing.keys())
        store.covered.lift(discussion_id)
        _put_back(store, discussion_id, hidden)
        _cover(store, discussion_id)
        there = store.messages.many(hidden)
        for message_id in hidden:
            store.hidden.note(
                discussion_id,
                "showed",
                message_id=message_id,
                participant=there[message_id].author,
                ruling=ruling_now(rulings[message_id].reason, actor=actor),
            )
    return len(hidden)


def hide_participant(
    store: Store, discussion_id: int, participant_id: int, ruling: Ruling
) -> tuple[int, int]:
    """Hide all messages of a participant, and those that a later import brings; returns what
    ``hide_messages`` does. Messages hidden before keep their own reason."""
    with store.atomic():
        store.hidden.keep_out(discussion_id, participant_id, ruling)
        n_hidden, n_ideas = _hide_standing(store, discussion_id)
        _note_participant(store, discussion_id, participant_id, "hid", ruling)
    return n_hidden, n_ideas


def show_participant(store: Store, discussion_id: int, participant_id: int, *, actor: str) -> int:
    """Show the messages of a participant again, but for those that were hidden one by one."""
    with store.atomic():
        of_them = store.hidden.rulings_of_participants(discussion_id)
        standing = next(
            (
                one.ruling
                for one in store.hidden.participants(discussion_id)
                if one.participant_id == participant_id
            ),
            None,
        )
        if standing is None:
            return 0
        rulings = store.hidden.rulings(discussion_id)
        theirs = [i for i in of_them if rulings.get(i) == of_them[i] == standing]
        store.hidden.let_in(participant_id)
        store.covered.lift(discussion_id)
        _put_back(store, discussion_id, theirs)
        _cover(store, discussion_id)
        ruling = ruling_now(standing.reason, actor=actor)
        _note_participant(store, discussion_id, participant_id, "showed", ruling)
    return len(theirs)


@contextmanager
def everything_shown(store: Store, discussion_id: int) -> Iterator[None]:
    """Inside, nothing is hidden or covered; afterwards it is again, with what came meanwhile of
    participants whose messages are hidden. In one transaction, so that nobody reads it."""
    with store.atomic():
        rulings = store.hidden.rulings(discussion_id)
        if rulings:
            store.covered.lift(discussion_id)
            store.hidden.put_back(discussion_id, list(rulings))
        yield
        rulings |= {
            message_id: ruling
            for message_id, ruling in store.hidden.rulings_of_participants(discussion_id).items()
            if message_id not in rulings
        }
        if rulings:
            store.hidden.put_aside(discussion_id, rulings)
            _cover(store, discussion_id)


def _put_back(store: Store, discussion_id: int, message_ids: Sequence[int]) -> None:
    """Put messages back, masked as all others are now."""
    store.hidden.put_back(discussion_id, message_ids)
    masking = store.discussions.masking(discussion_id)
    if set(store.masks.pending(discussion_id, masking)) <= set(message_ids):
        mask_messages(store, discussion_id, masking)


def _hide_standing(store: Store, discussion_id: int) -> tuple[int, int]:
    standing = store.hidden.rulings_of_participants(discussion_id)
    store.covered.lift_from(list(standing))
    n_hidden = store.hidden.put_aside(discussion_id, standing)
    return n_hidden, _cover(store, discussion_id, list(standing))


def _cover(store: Store, discussion_id: int, message_ids: Sequence[int] | None = None) -> int:
    """Cover what repeats the words of hidden messages (all, or some); returns how many ideas lost a
    title or summary."""
    words = store.hidden.words(discussion_id, message_ids)
    if not words:
        return 0
    n_ideas = store.covered.cover(discussion_id, words, _carried_on(store, discussion_id))
    if n_ideas:
        store.spaces.outdate(discussion_id, STALE)
    return n_ideas


def _carried_on(store: Store, discussion_id: int) -> dict[int, str | None]:
    """Message → what is left of its subject line, where a hidden message began it.

    A subject belongs to who bore it first. Where somebody else wrote it over a message that
    answers nobody, it stays.
    """
    hidden = store.hidden.subjects(discussion_id)
    if not hidden:
        return {}
    lines = store.messages.subjects(discussion_id)
    first: dict[str, int] = {bare_subject(s): i for i, s in reversed(hidden.items())}
    own = {bare_subject(subject) for subject in hidden.values()} - {""}
    own -= {
        bare_subject(line.subject)
        for line in lines
        if not (line.is_reply or is_reply_subject(line.subject))
    }
    own = {
        subject
        for subject in own
        if not any(
            line.message_id < first[subject]
            for line in lines
            if bare_subject(line.subject) == subject
        )
    }
    return {line.message_id: left for line in lines if (left := _left(line, own)) != line.subject}


def _left(line: SubjectLine, own: set[str]) -> str | None:
    """A subject line without the subjects in ``own``."""
    if bare_subject(line.subject) in own:
        return None
    left = without_former(line.subject)
    former = " ".join(line.subject[len(left) :].casefold().split())
    return left if any(subject in former for subject in own) else line.subject


def _note_participant(
    store: Store, discussion_id: int, participant_id: int, verb: str, ruling: Ruling
) -> None:
    name = store.participants.pseudonyms([participant_id])[participant_id]
    store.hidden.note(discussion_id, verb, message_id=None, participant=name, ruling=ruling)


def _require_here(store: Store, discussion_id: int, message_ids: Sequence[int]) -> None:
    for message_id in message_ids:
        if store.messages.discussion_of(message_id) != discussion_id:
            raise StoreProblem(f"no message {message_id} in this discussion")


def ruling_of(reason: str, *, note: str = "", actor: str) -> Ruling:
    """A ruling made now. Raises ValueError for a reason that there is not."""
    return replace(ruling_now(HiddenReason(reason), actor=actor), note=" ".join(note.split()))
