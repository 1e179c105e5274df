"""Key passages for harvesters: sentences with all that is known around them."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from synth.harvest import (
    DecidedSpan,
    QuoteRow,
    SentenceRow,
    count_quotes,
    suggest,
)
from synth.records import Extract, ExtractState, Message, Origin, Placement, QuoteKind
from synth.settings import Settings
from synth.store import Store

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def suggest_extracts(
    store: Store,
    discussion_id: int,
    messages: Sequence[Message],
    settings: Settings,
    *,
    sentences: Mapping[int, Sequence[tuple[int, int]]],
    vectors: NDArray[np.float32],
) -> list[Extract]:
    """Suggested extracts of a discussion whose passages are placed.

    ``sentences``: the ``(start, end)`` of the sentences of each message, by its id.
    ``vectors``: float32 (n_passages, dim) in the order of ``store.passages.all``. Spans that a
    person has decided on are not suggested again.
    """
    import numpy as np

    placements = store.ideas.placements(discussion_id)
    rows, passage_of = sentence_rows(store, messages, placements, sentences=sentences)
    if not rows:
        return []
    decided = [
        DecidedSpan(message=e.message_id, start=e.start, end=e.end)
        for e in store.extracts.all(discussion_id)
        if e.origin is Origin.PERSON
    ]
    around = np.zeros((len(rows), vectors.shape[1]), dtype=np.float32)
    inside = [(i, p) for i, p in enumerate(passage_of) if p >= 0]
    if inside:
        at, passages = zip(*inside, strict=True)
        around[list(at)] = vectors[list(passages)]
    found_all = suggest(rows, limit=settings.suggest, vectors=around, decided=decided)
    text_of = {message.id: message.text for message in messages}
    return [
        Extract(
            id=0,
            message_id=found.message,
            start=found.start,
            end=found.end,
            quote=text_of[found.message][found.start : found.end],
            nature=found.nature,
            score=found.score,
            state=ExtractState.SUGGESTED,
            idea_ids=() if found.idea < 0 else (found.idea,),
        )
        for found in found_all
    ]


def sentence_rows(
    store: Store,
    messages: Sequence[Message],
    placements: Sequence[Placement],
    *,
    sentences: Mapping[int, Sequence[tuple[int, int]]],
) -> tuple[list[SentenceRow], list[int]]:
    """Every sentence, and for each the row of the passage that holds it, or -1."""
    n_below = replies_below(messages)
    rows: list[SentenceRow] = []
    passage_of: list[int] = []
    under: dict[int, list[tuple[int, Placement]]] = {}
    for row, placement in enumerate(placements):
        under.setdefault(placement.message_id, []).append((row, placement))
    for message in messages:
        placed = sorted(under.get(message.id, ()), key=lambda held: held[1].start)
        ends = [placement.end for _, placement in placed]
        for start, end in sentences[message.id]:
            passage, idea = _holding(placed[bisect_right(ends, start) :], start, end)
            passage_of.append(passage)
            rows.append(_row(message, start, end, idea=idea, n_replies=n_below[message.id]))
    quoted = count_quotes(rows, _quote_rows(store, messages))
    return [_with_quotes(row, n) for row, n in zip(rows, quoted, strict=True)], passage_of


def replies_below(messages: Sequence[Message]) -> Mapping[int, int]:
    """Message id → number of messages anywhere below it in the reply tree."""
    below: Counter[int] = Counter()
    for message in sorted(messages, key=lambda m: -m.depth):
        if message.parent_id is not None:
            below[message.parent_id] += below[message.id] + 1
    return below


def _row(message: Message, start: int, end: int, *, idea: int, n_replies: int) -> SentenceRow:
    return SentenceRow(
        message=message.id,
        start=start,
        end=end,
        text=message.text[start:end],
        thread=message.thread_id,
        language=message.language,
        subject=message.subject,
        author=-1 if message.participant_id is None else message.participant_id,
        idea=idea,
        message_rank=message.rank,
        depth=message.depth,
        n_replies=n_replies,
        n_likes=message.n_likes or 0,
        n_for=message.n_for or 0,
        n_against=message.n_against or 0,
        is_accepted=message.is_accepted,
    )


def _with_quotes(row: SentenceRow, n_quoted: float) -> SentenceRow:
    return replace(row, n_quoted=n_quoted) if n_quoted else row


def _holding(placed: Sequence[tuple[int, Placement]], start: int, end: int) -> tuple[int, int]:
    """Row of the passage that holds most of the sentence, and its idea; -1 for none.

    ``placed`` in the order of the text, none that ends before the sentence.
    """
    most, passage, idea = 0, -1, -1
    for row, placement in placed:
        if placement.start >= end:
            break
        shared = min(end, placement.end) - max(start, placement.start)
        if shared > most:
            most, passage = shared, row
            idea = -1 if placement.idea_id is None else placement.idea_id
    return passage, idea


def _quote_rows(store: Store, messages: Sequence[Message]) -> list[QuoteRow]:
    by_id = {message.id: message for message in messages}
    quotes = store.evidence.quotes(list(by_id))

    def rows() -> Iterator[QuoteRow]:
        for message_id, found in quotes.items():
            message = by_id[message_id]
            for quote in found:
                if quote.kind is QuoteKind.QUOTED:
                    yield QuoteRow(
                        message=message_id,
                        thread=message.thread_id,
                        message_rank=message.rank,
                        text=quote.text,
                    )

    return list(rows())
