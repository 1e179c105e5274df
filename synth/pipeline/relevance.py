"""Which passages are not about the question: asked once they are read, before ideas are found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from models.vectors import membership, unit_rows
from synth.embedding.vectors import kept_of_passages, read_examples
from synth.passages import is_courtesy, n_words
from synth.records import Message, Passage, Unplaced
from synth.relevance import (
    Examples,
    Turns,
    example_texts,
    find_no_answers,
    find_off_topic,
    reason_of,
    takes_up,
)
from synth.relevance.likeness import MOST_COMPARED
from synth.store import Store

if TYPE_CHECKING:
    from models import Embedder

Reasons = list[Unplaced | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadPassages:
    """Passages, and what the model says of them."""

    passages: Sequence[Passage]
    vectors: NDArray[np.float32]
    """(n_passages, dim) unit rows."""
    is_read: NDArray[np.bool_]
    """(n_passages,) whether the model has read it; an estimate tells too little."""


def reason_of_turn(text: str, language: str | None) -> Unplaced | None:
    """Why all that a message says is not about the question, as far as its words tell."""
    reason = reason_of(text, language, is_whole=True)
    if reason is None and is_courtesy(text.strip()):
        first = reason_of(text.split(maxsplit=1)[0], language, is_whole=False)
        return Unplaced.GREETING if first is Unplaced.GREETING else Unplaced.THANKS
    return reason


def examples_for(embedder: Embedder) -> Examples | None:
    """The examples as the model reads them; None where no encoder reads."""
    if embedder.is_fitted_per_discussion:
        return None
    return Examples.of(read_examples(embedder, example_texts()))


def not_about(
    read: ReadPassages,
    messages: Sequence[Message],
    *,
    group: NDArray[np.intp],
    examples: Examples | None,
) -> Reasons:
    """(n_passages,) why each passage is not about the question; None for those that are.

    ``messages``: those of the passages, and those they answer where they are at hand; ``group``
    (n_messages,): for each message the first that says the same. Without ``examples`` only
    words tell.
    """
    number = {message.id: row for row, message in enumerate(messages)}
    of = np.array([number[p.message_id] for p in read.passages], dtype=np.intp)
    whole = [reason_of_turn(m.text, m.language) for m in messages]
    reasons = [
        whole[row] or reason_of(passage.text, messages[row].language, is_whole=False)
        for row, passage in zip(of.tolist(), read.passages, strict=True)
    ]
    if examples is None or not len(of):
        return reasons
    counts = read.is_read & np.array([reason is None for reason in reasons])
    parents = np.array([number.get(m.parent_id or 0, -1) for m in messages], dtype=np.intp)
    turns = Turns(
        vectors=unit_rows(membership(np.where(counts, of, -1), len(messages)) @ read.vectors),
        n_words=np.array([n_words(message.text) for message in messages], dtype=np.intp),
        parents=parents,
        group=group,
        takes_up=takes_up([message.text for message in messages], parents),
    )
    found = _by_likeness(turns, examples)
    return [why or found.get(row) for row, why in zip(of.tolist(), reasons, strict=True)]


def _by_likeness(turns: Turns, examples: Examples) -> dict[int, Unplaced]:
    """Row of a turn → why it is not about the question, as far as its vector tells."""
    is_nothing = find_no_answers(turns, examples)
    vectors = turns.vectors.copy()
    vectors[is_nothing] = 0.0
    is_off = find_off_topic(replace(turns, vectors=vectors), examples)
    found = dict.fromkeys(np.flatnonzero(is_nothing).tolist(), Unplaced.NO_ANSWER)
    return found | dict.fromkeys(np.flatnonzero(is_off).tolist(), Unplaced.OFF_TOPIC)


def later_not_about(
    store: Store, embedder: Embedder, discussion_id: int, passages: Sequence[Passage]
) -> Reasons:
    """The same for passages that come to a map, compared with what stands on it.

    At most 2,000 of its messages, evenly drawn, are looked at beside those that are answered.
    """
    new = {passage.message_id for passage in passages}
    before = [p for p in store.ideas.placements(discussion_id) if p.message_id not in new]
    known = sorted({p.message_id for p in before if p.reason is None or p.reason.is_about})
    evenly = np.linspace(0, len(known) - 1, min(len(known), MOST_COMPARED)).round().astype(np.intp)
    around = store.messages.many(sorted(new))
    above = {m.parent_id for m in around.values() if m.parent_id is not None} - new
    some = {known[row] for row in evenly.tolist()} | above & set(known)
    around |= store.messages.many(sorted(some))
    messages = [around[i] for i in sorted(around)]
    others = [p for p in store.passages.of_messages(sorted(some)) if p.message_id not in new]
    vectors, is_read = kept_of_passages(store, embedder, [*passages, *others])
    reasons = not_about(
        ReadPassages(passages=[*passages, *others], vectors=vectors, is_read=is_read),
        messages,
        group=np.arange(len(messages)),
        examples=examples_for(embedder),
    )
    return reasons[: len(passages)]
