"""Cut and locate some messages of a discussion whose space was fitted before."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from synth.embedding.context import context_of, topics_of
from synth.embedding.space import Space
from synth.embedding.vectors import embed_later
from synth.pipeline.cutting import cut_messages
from synth.records import Message, Passage
from synth.settings import Progress
from synth.store import Store

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from models import Embedder


@dataclass(frozen=True, slots=True, kw_only=True)
class Located:
    """Passages and where they lie."""

    passages: Sequence[Passage]
    messages: Mapping[int, Message]
    """Those of the passages, by id."""
    vectors: NDArray[np.float32]
    """(n_passages, dim), unit rows of the model."""
    middle: NDArray[np.float32]
    """(n_passages, dim), unit rows in context and without what all share."""
    n_read: int
    """Passages of new messages that the model has read."""

    def of(self, passage_ids: Collection[int]) -> Located:
        """Some of the passages."""
        return self._rows([row for row, p in enumerate(self.passages) if p.id in passage_ids])

    def without(self, passage_ids: Collection[int]) -> Located:
        """All but some of the passages."""
        return self._rows([row for row, p in enumerate(self.passages) if p.id not in passage_ids])

    def _rows(self, rows: Sequence[int]) -> Located:
        return Located(
            passages=[self.passages[row] for row in rows],
            messages=self.messages,
            vectors=self.vectors[rows],
            middle=self.middle[rows],
            n_read=self.n_read,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrivals:
    """Finds messages their place in a space."""

    store: Store
    embedder: Embedder
    space: Space
    progress: Progress

    def cut(self, message_ids: Sequence[int], *, run_id: int) -> None:
        """Cut messages into passages and keep these."""
        messages = list(self.store.messages.many(message_ids).values())
        cuts = cut_messages(messages, progress=self.progress)
        texts = {message.id: message.text for message in messages}
        self.store.passages.replace_in(cuts.passages, texts=texts, run_id=run_id)

    def locate(self, message_ids: Collection[int], *, new: Collection[int] = ()) -> Located:
        """Every passage of these messages, in order of message and place.

        The model reads something of the messages ``new`` only; of others it counts what it
        has read before. Where it has read all of the discussion, it reads what is missing.
        """
        around = self._with_those_above(message_ids)
        messages = [around[i] for i in sorted(around)]
        ids = set(message_ids)
        above = {m.parent_id for m in messages if m.id in ids and m.parent_id is not None}
        passages = self.store.passages.of_messages(sorted(ids | above))
        topics = topics_of(messages)
        vectors, is_read = embed_later(
            self.store,
            self.embedder,
            passages,
            is_new=[passage.message_id in new for passage in passages],
            share_read=self.space.share_read if self.space.blend.estimates else None,
            topics=topics.lines,
            dim=self.space.blend.n_encoder,
            progress=self.progress,
        )
        texts = [*(passage.text for passage in passages), *topics.lines]
        vectors, blended = self.space.blend.transform(vectors, texts, is_known=is_read)
        n = len(passages)
        middle = self.space.locate(
            blended[:n],
            context_of(passages, messages, topics, blended[n:]),
            [around[passage.message_id].language for passage in passages],
        )
        kept = [row for row, passage in enumerate(passages) if passage.message_id in ids]
        fresh = [is_read[row] and passages[row].message_id in new for row in kept]
        return Located(
            passages=[passages[row] for row in kept],
            messages={i: around[i] for i in sorted(ids)},
            vectors=vectors[kept] if self.space.blend.n_encoder else blended[kept],
            middle=middle[kept],
            n_read=sum(fresh),
        )

    def _with_those_above(self, message_ids: Collection[int]) -> dict[int, Message]:
        """The messages, those they answer and those that these answer: a topic counts where it
        is not carried on."""
        found = self.store.messages.many(sorted(message_ids))
        for _ in range(2):
            above = {m.parent_id for m in found.values() if m.parent_id is not None}
            found |= self.store.messages.many(sorted(above - found.keys()))
        return found
