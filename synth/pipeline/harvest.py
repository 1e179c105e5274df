"""Key passages for harvesters: sentences with all that is known around them."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from synth.harvest import DecidedSpan, QuoteRow, SentenceRow, Suggestion, suggest
from synth.pipeline.corpus_reader import SentenceSpans, cut_messages
from synth.records import Extract, ExtractState, Message, Passage, QuoteKind
from synth.settings import QUIET
from synth.store import Store

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


NEAR = 400
"""Messages of a thread, the last ones, within which later ones are scored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPassageInputs:
    """All that key passages depend on, so that they can be looked for in another process."""

    messages: Sequence[Message]
    sentences: Mapping[int, SentenceSpans]
    """By message id."""
    passages: Sequence[Passage]
    leaf: NDArray[np.int32]
    """(n_passages,) the row of the leaf idea, or -1."""
    is_about: NDArray[np.bool_]
    """(n_passages,) whether it is about the question; nothing else is suggested."""
    vectors: NDArray[np.float32]
    """(n_passages, dim), unit rows."""
    quotes: Sequence[QuoteRow]
    decided: Sequence[DecidedSpan]
    limit: int | Literal["all"] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPassage:
    """A suggested sentence, and the passage that holds it."""

    suggestion: Suggestion
    passage_id: int | None


def key_passages(inputs: KeyPassageInputs) -> list[KeyPassage]:
    """Every sentence scored, a readable number of them chosen; see `synth.harvest.suggest`."""
    import numpy as np

    rows, passage_of = sentence_rows(inputs)
    held = np.array(passage_of, dtype=np.intp)
    around = np.zeros((len(rows), inputs.vectors.shape[1]), dtype=np.float32)
    around[held >= 0] = inputs.vectors[held[held >= 0]]
    found = suggest(
        rows, quotes=inputs.quotes, limit=inputs.limit, vectors=around, decided=inputs.decided
    )
    return [
        KeyPassage(
            suggestion=one,
            passage_id=inputs.passages[row].id if (row := passage_of[one.row]) >= 0 else None,
        )
        for one in found
    ]


def extracts_of(
    found: Sequence[KeyPassage],
    messages: Mapping[int, Message],
    idea_of: Mapping[int, int | None],
) -> list[Extract]:
    """The extracts to store, under the ideas of their passages.

    ``messages``: those of the suggestions, by id; ``idea_of``: passage id → leaf idea.
    """
    extracts: list[Extract] = []
    for key in found:
        one = key.suggestion
        idea = None if key.passage_id is None else idea_of.get(key.passage_id)
        extracts.append(
            Extract(
                id=0,
                message_id=one.message,
                start=one.start,
                end=one.end,
                quote=messages[one.message].text[one.start : one.end],
                nature=one.nature,
                score=one.score,
                state=ExtractState.SUGGESTED,
                idea_ids=() if idea is None else (idea,),
            )
        )
    return extracts


def sentence_rows(inputs: KeyPassageInputs) -> tuple[list[SentenceRow], list[int]]:
    """Every sentence, and for each the row of the passage that holds it, or -1."""
    n_below = replies_below(inputs.messages)
    leaf, is_about = inputs.leaf.tolist(), inputs.is_about.tolist()
    under: dict[int, list[tuple[int, Passage]]] = {}
    for at, passage in enumerate(inputs.passages):
        under.setdefault(passage.message_id, []).append((at, passage))
    rows: list[SentenceRow] = []
    passage_of: list[int] = []
    for message in inputs.messages:
        inside = under.get(message.id, [])
        ends = [passage.end for _, passage in inside]
        for start, end in inputs.sentences[message.id]:
            held = _holding(inside, bisect_right(ends, start), start, end)
            row = _row(message, start, end, n_replies=n_below[message.id])
            if held >= 0:
                row = replace(row, idea=leaf[held], is_about=is_about[held])
            passage_of.append(held)
            rows.append(row)
    return rows, passage_of


def replies_below(messages: Sequence[Message]) -> Mapping[int, int]:
    """Message id → number of messages anywhere below it in the reply tree."""
    below: Counter[int] = Counter()
    for message in sorted(messages, key=lambda m: -m.depth):
        if message.parent_id is not None:
            below[message.parent_id] += below[message.id] + 1
    return below


def _row(message: Message, start: int, end: int, *, n_replies: int) -> SentenceRow:
    return SentenceRow(
        message=message.id,
        start=start,
        end=end,
        text=message.text[start:end],
        thread=message.thread_id,
        language=message.language,
        subject=message.subject,
        author=-1 if message.participant_id is None else message.participant_id,
        message_rank=message.rank,
        n_replies=n_replies,
        n_likes=message.n_likes or 0,
        n_for=message.n_for or 0,
        is_accepted=message.is_accepted,
    )


def _holding(passages: Sequence[tuple[int, Passage]], first: int, start: int, end: int) -> int:
    """Row of the passage that holds most of the sentence ``start:end``; -1 for none.

    ``passages`` in the order of the text; ``first`` is the first that does not end before it.
    """
    most, held = 0, -1
    for at in range(first, len(passages)):
        row, passage = passages[at]
        if passage.start >= end:
            break
        shared = min(end, passage.end) - max(start, passage.start)
        if shared > most:
            most, held = shared, row
    return held


def decided_spans(store: Store, discussion_id: int) -> list[DecidedSpan]:
    """What people decided on, which is not suggested again."""
    return [
        DecidedSpan(message=message_id, start=span.start, end=span.end)
        for message_id, span in store.extracts.decided_spans(discussion_id)
    ]


def quote_rows(store: Store, by_id: Mapping[int, Message]) -> list[QuoteRow]:
    """What the messages repeat of others."""
    return [
        QuoteRow(message=i, thread=by_id[i].thread_id, message_rank=by_id[i].rank, text=quote.text)
        for i, quotes in store.evidence.quotes(list(by_id)).items()
        for quote in quotes
        if quote.kind is QuoteKind.QUOTED
    ]


def later_key_passages(
    store: Store,
    discussion_id: int,
    message_ids: Collection[int],
    *,
    idea_of: Mapping[int, int | None],
    not_about: Collection[int],
    limit: int | Literal["all"] | None,
) -> list[KeyPassage]:
    """Key passages of later messages, in the proportion that the other messages have.

    Sentences are scored within their threads, of which the last `NEAR` messages count. Nothing is
    suggested in messages that an earlier build has dealt with. ``idea_of``: passage id → leaf
    idea. ``not_about``: ids of the passages that are not about the question. ``limit``: as in the
    settings; ``all`` gives every sentence.
    """
    import numpy as np

    new = store.messages.many(list(message_ids))
    threads = sorted({message.thread_id for message in new.values()})
    around = {m.id: m for t in threads for m in store.messages.last_of_thread(t, NEAR)} | new
    messages = [around[i] for i in sorted(around)]
    passages = store.passages.of_messages(sorted(around))
    ideas = sorted({i for i in idea_of.values() if i is not None})
    number: dict[int | None, int] = {idea: row for row, idea in enumerate(ideas)}
    leaf = [number.get(idea_of.get(passage.id), -1) for passage in passages]
    seen = [
        DecidedSpan(message=m.id, start=0, end=len(m.text)) for m in messages if m.id not in new
    ]
    n_suggested = store.extracts.count(discussion_id)
    n_others = max(1, store.messages.count(discussion_id) - len(new))
    return key_passages(
        KeyPassageInputs(
            messages=messages,
            sentences=cut_messages(messages, progress=QUIET).sentences,
            passages=passages,
            leaf=np.array(leaf, dtype=np.int32),
            is_about=np.array([p.id not in not_about for p in passages], dtype=np.bool_),
            vectors=np.zeros((len(passages), 1), dtype=np.float32),
            quotes=quote_rows(store, around),
            decided=[*seen, *decided_spans(store, discussion_id)],
            limit="all" if limit == "all" else math.ceil(n_suggested * len(new) / n_others),
        )
    )
