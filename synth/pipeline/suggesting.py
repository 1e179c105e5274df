"""Key passages for harvesters: sentences with all that is known around them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from synth.harvest import DecidedSpan, QuoteRow, SentenceRow, count_quotes, suggest
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
    vectors: NDArray[np.float32],
) -> list[Extract]:
    """Suggested extracts of a discussion whose passages are placed.

    ``vectors``: float32 (n_passages, dim) in the order of ``store.passages.all``. Spans that a
    person has decided on are not suggested again.
    """
    import numpy as np

    placements = store.ideas.placements(discussion_id)
    rows, passage_of = sentence_rows(store, messages, placements)
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
        sentences, passages = zip(*inside, strict=True)
        around[list(sentences)] = vectors[list(passages)]
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
        for found in suggest(rows, limit=settings.suggest, vectors=around, decided=decided)
    ]


def sentence_rows(
    store: Store, messages: Sequence[Message], placements: Sequence[Placement]
) -> tuple[list[SentenceRow], list[int]]:
    """Every sentence, and for each the row of the passage that holds it, or -1."""
    from models.sentences import split

    n_below = replies_below(messages)
    rows: list[SentenceRow] = []
    passage_of: list[int] = []
    under: dict[int, list[tuple[int, Placement]]] = {}
    for row, placement in enumerate(placements):
        under.setdefault(placement.message_id, []).append((row, placement))
    for message in messages:
        for start, end in split(message.text, message.language):
            passage, idea = _holding(under.get(message.id, ()), start, end)
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
    from dataclasses import replace

    return replace(row, n_quoted=n_quoted) if n_quoted else row


def _holding(placed: Sequence[tuple[int, Placement]], start: int, end: int) -> tuple[int, int]:
    """Row of the passage that holds most of the sentence, and its idea; -1 for none."""

    def shared(held: tuple[int, Placement]) -> int:
        return min(end, held[1].end) - max(start, held[1].start)

    best = max(placed, key=shared, default=None)
    if best is None or shared(best) <= 0:
        return -1, -1
    row, placement = best
    return row, -1 if placement.idea_id is None else placement.idea_id


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
