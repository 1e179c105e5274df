"""What the corrections share: opening one, and keeping passages where they are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from synth.corrections.stored_map import StoredMap, core_of, stored_map
from synth.duplicates.voices import count_voices
from synth.errors import CorrectionRefused
from synth.store import Change, Correction, Store

N_REPRESENTATIVES = 5


@contextmanager
def correcting(
    store: Store, discussion_id: int, actor: str, verb: str, idea_id: int | None
) -> Iterator[tuple[Change, StoredMap]]:
    """A correction about an idea, or about passages where ``idea_id`` is None: all or nothing."""
    noun = "passage" if idea_id is None or verb == "pinned" else "idea"
    making = store.corrections.change(
        discussion_id, actor=said(actor, "actor"), verb=verb, noun=noun, noun_id=idea_id
    )
    with store.atomic():
        with making as change:
            map_ = stored_map(store, discussion_id)
            if not map_.ideas:
                raise CorrectionRefused(
                    "there is no map yet to correct; make one with `synth build`"
                )
            if idea_id is not None:
                map_.idea(idea_id)
            yield change, map_
        if change.is_reshaped:
            count_voices(store, discussion_id)


def take_back(store: Store, discussion_id: int, event_id: int | None, *, actor: str) -> Correction:
    """Undo a correction, and count anew who carries each idea."""
    with store.atomic():
        correction = store.corrections.undo(discussion_id, event_id, actor=said(actor, "actor"))
        count_voices(store, discussion_id)
    return correction


def said(text: str, what: str) -> str:
    """One line of words. Raises CorrectionRefused where there are none."""
    words = " ".join(text.split())
    if not words:
        raise CorrectionRefused(f"the {what} is empty; say one")
    return words


def carry(store: Store, change: Change, map_: StoredMap, idea_id: int) -> None:
    """Note the passages that carry a leaf idea to the next map, unless there are some."""
    if map_.is_leaf(idea_id):
        passages = map_.under.get(idea_id, [])
        if not store.corrections.cores(map_.discussion_id).get(idea_id):
            change.core(idea_id, core_of(passages))


def vouch(change: Change, map_: StoredMap, passage_id: int, *, because: str) -> None:
    """Keep a passage where it is, unless a person did that already."""
    if not map_.is_persons(passage_id):
        placement = map_.placements[passage_id]
        change.place(passage_id, placement.idea_id, weight=placement.weight, because=because)


def gather(
    change: Change, map_: StoredMap, passage_ids: Sequence[int], idea_id: int, *, because: str
) -> None:
    for passage_id in passage_ids:
        weight = map_.placements[passage_id].weight
        change.place(passage_id, idea_id, weight=weight, because=because)


def best(map_: StoredMap, passage_ids: Sequence[int]) -> list[int]:
    order = sorted(passage_ids, key=lambda p: (-map_.placements[p].weight, p))
    return order[:N_REPRESENTATIVES]
