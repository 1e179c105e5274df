"""Mask the texts of a discussion as its facilitators say, and bring up to date what was masked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial

from synth.masks import Finding, Findings, Masking, MaskKind, findings_of, masked, with_pairs
from synth.parallel import in_order
from synth.privacy import KnownNames, find_all, find_contacts
from synth.settings import QUIET, Progress
from synth.store import MessageMasks, Original, Store

PORTION = 250
"""Messages handed to a process at a time."""
N_ALONE = 5_000
"""Messages before it is worth starting processes."""
MOST_LETTERS = 2
"""Names of so few letters are not looked for in titles."""


def mask_messages(
    store: Store, discussion_id: int, masking: Masking, *, progress: Progress = QUIET
) -> int:
    """Mask the messages that are not masked so yet; returns how many have other words now.

    What was fitted on their words is dropped, so that the next build is a whole one. Titles and
    summaries lose what is masked now. Raises ModelMissing where names are to be masked and
    cannot be read.
    """
    ids = store.masks.pending(discussion_id, masking)
    if not ids:
        return 0
    found: list[tuple[Original, Findings]] = []
    portions = (store.masks.originals(ids[at : at + PORTION]) for at in range(0, len(ids), PORTION))
    texts = ((several, [(o.text, o.subject, o.language) for o in several]) for several in portions)
    find = partial(find_all, masking=masking)
    with progress.stage("Mask", total=len(ids), unit="messages") as stage:
        for several, findings in in_order(find, texts, n_alone=N_ALONE):
            found += zip(several, findings, strict=True)
            stage.advance(len(several))
    with store.atomic():
        n_found, found = len(found), _unchanged(store, found)
        n_changed = sum(store.masks.rewrite(o, f, masking=masking) for o, f in found)
        n_changed += mask_known_names(store, discussion_id, masking)
        if masking is not Masking.NOTHING:
            mask = _mask_of(store, discussion_id, found, masking)
            store.masks.rewrite_edits(discussion_id, mask)
            store.covered.rewrite(discussion_id, mask)
            if n_changed:
                store.masks.rewrite_ideas(discussion_id, mask)
                _forget_prompts(store, discussion_id, found)
        if n_changed:
            store.spaces.forget(discussion_id)
    if len(found) < n_found:
        n_changed += mask_messages(store, discussion_id, masking, progress=progress)
    return n_changed


def _unchanged(
    store: Store, found: Sequence[tuple[Original, Findings]]
) -> list[tuple[Original, Findings]]:
    """Those that say what they said when they were read: others were hidden, erased or edited
    meanwhile, and their words must not come back."""
    kept: list[tuple[Original, Findings]] = []
    for at in range(0, len(found), PORTION):
        portion = found[at : at + PORTION]
        there = set(store.masks.originals([original.message_id for original, _ in portion]))
        kept += [one for one in portion if one[0] in there]
    return kept


def mask_known_names(store: Store, discussion_id: int, masking: Masking) -> int:
    """Show who is meant where the discussion knows it: by their handle, and where names are
    masked, by their name. Returns how many messages have other words now."""
    if masking is Masking.NOTHING:
        return 0
    names = KnownNames(store.participants.names(discussion_id))
    if masking is Masking.NAMES:
        ids = list(store.messages.fingerprints_by_id(discussion_id))
        return mask_again(store, ids, names.in_text)
    return mask_again(store, store.masks.with_kind(discussion_id, MaskKind.HANDLE), names.handles)


def mask_again(
    store: Store,
    message_ids: Sequence[int],
    look: Callable[[str, Sequence[Finding]], Iterable[Finding]],
) -> int:
    """Mask what ``look`` finds in an original text beside what was found before; returns how many
    messages have other words now."""
    n_changed = 0
    for at in range(0, len(message_ids), PORTION):
        portion = message_ids[at : at + PORTION]
        there, texts = store.masks.of(portion), store.masks.texts(portion)
        for original in store.masks.originals(portion):
            masks = there.get(original.message_id, MessageMasks())
            text, subject = texts[original.message_id]
            before = Findings(
                text=findings_of(text, masks.text), subject=findings_of(subject, masks.subject)
            )
            after = Findings(
                text=tuple(look(original.text, before.text)),
                subject=tuple(look(original.subject or "", before.subject)),
            )
            if after != before:
                n_changed += store.masks.rewrite(original, after, masking=None)
    return n_changed


def _mask_of(
    store: Store,
    discussion_id: int,
    found: Iterable[tuple[Original, Findings]],
    masking: Masking,
) -> Callable[[str], str]:
    """What takes out of titles, summaries and texts that were edited away what is masked now."""
    names = {
        name: one.shown
        for original, findings in found
        for one in findings.text
        if one.kind is MaskKind.NAME
        and len(name := original.text[one.start : one.end]) > MOST_LETTERS
    }
    known = KnownNames(store.participants.names(discussion_id))

    def mask(told: str) -> str:
        text, _ = masked(told, find_contacts(told, None))
        if masking is Masking.NAMES:
            text, _ = masked(text, known.in_text(text, ()))
        return with_pairs(text, names)

    return mask


def _forget_prompts(
    store: Store, discussion_id: int, found: Iterable[tuple[Original, Findings]]
) -> None:
    originals = (
        original.text[one.start : one.end] for original, findings in found for one in findings.text
    )
    store.masks.forget_prompts(discussion_id, set(originals))
