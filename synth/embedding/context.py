"""What stands around a passage: what its message is called and which message it answers."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.vectors import membership, unit_rows
from synth.passages import is_speech
from synth.records import Message, ParentEvidence, Passage
from synth.titles.wording import without_reply_marks

CONTEXT_SHARE = 1.0
"""What a message says as a whole, beside 1 for what a passage of it says alone."""
TOPIC_SHARE = 2.0
"""What its author called a message, beside 1 for the mean of its passages."""
PARENT_SHARE = 0.8
"""What the message says that is replied to, beside 1 for the reply's own words."""
TOPIC_WORDS = 20
"""A line of more words is a text, and no topic."""
_ENDS_LIKE_SPEECH = (".", "!", ",", ";", ":", "…")
SURE = frozenset({ParentEvidence.HEADER, ParentEvidence.REFERENCES, ParentEvidence.QUOTE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Topics:
    """The topics of messages: subjects that their authors chose, or headings."""

    lines: Sequence[str]
    """Distinct lines, in the order they were first met."""
    of_message: Mapping[int, int]
    """Message id → its line; messages without a topic are not there."""


def topics_of(messages: Sequence[Message]) -> Topics:
    """The topic of each message that has one: its own subject, or the heading it begins with.

    A subject that is only carried on from the message it answers is nobody's choice of words.
    """
    by_id = {message.id: message for message in messages}
    numbers: dict[str, int] = {}
    of_message = {}
    for message in messages:
        line = _subject(message)
        if len(line.split()) > TOPIC_WORDS:
            line = ""
        parent = None if message.parent_id is None else by_id.get(message.parent_id)
        if parent is not None and line.casefold() == _subject(parent).casefold():
            line = ""
        line = line or ("" if message.subject else heading(message.text))
        if re.search(r"[^\W\d_]{2}", line):
            of_message[message.id] = numbers.setdefault(line, len(numbers))
    return Topics(lines=list(numbers), of_message=of_message)


def _subject(message: Message) -> str:
    return without_reply_marks(message.subject or "")


def heading(text: str) -> str:
    """The first line of a text where it stands apart like a title, else nothing.

    A title has a blank line after it, does not end like a sentence, does more than greet,
    and is a small part of the text.
    """
    first, _, rest = text.strip().partition("\n")
    line = first.strip()
    is_apart = not rest.partition("\n")[0].strip()
    if not rest.strip() or not is_apart or line.endswith(_ENDS_LIKE_SPEECH):
        return ""
    fits = 2 <= len(line.split()) <= TOPIC_WORDS and 2 * len(line) < len(rest)
    return line if fits and is_speech(line) else ""


def context_of(
    passages: Sequence[Passage],
    messages: Sequence[Message],
    topics: Topics,
    vectors: NDArray[np.float32],
) -> Context:
    """What stands around each passage; ``vectors`` float32 (n_topics, dim) of the topics.

    Only reply links that the export or a quotation vouches for are followed.
    """
    number = {message.id: row for row, message in enumerate(messages)}
    parents = [
        number.get(m.parent_id, -1) if m.parent_id and m.parent_evidence in SURE else -1
        for m in messages
    ]
    return Context(
        message=np.array([number[passage.message_id] for passage in passages], dtype=np.intp),
        parent=np.array(parents, dtype=np.intp),
        topic=np.array([topics.of_message.get(m.id, -1) for m in messages], dtype=np.intp),
        topics=vectors.copy(),  # not all that they are a part of
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What stands around the passages of a discussion."""

    message: NDArray[np.intp]
    """(n_passages,) row of each passage's message in the arrays below; a message may have none."""
    parent: NDArray[np.intp]
    """(n_messages,) the message it answers, -1 where it answers none."""
    topic: NDArray[np.intp]
    """(n_messages,) row of the topic its author gave it, -1 where there is none."""
    topics: NDArray[np.float32]
    """(n_topics, dim) unit rows in the space of the passages."""
    topic_mean: NDArray[np.float32] | None = None
    """(dim,) what all topics of the discussion share, where these are only some of them."""


def mean_topic(context: Context) -> NDArray[np.float32]:
    """What the topics of a discussion's messages share, float32 (dim,); zero without any."""
    called = context.topics[context.topic[context.topic >= 0]]
    if not len(called):
        return np.zeros(context.topics.shape[1], dtype=np.float32)
    return np.asarray(called.mean(axis=0), dtype=np.float32)


def in_context(vectors: NDArray[np.float32], context: Context) -> NDArray[np.float32]:
    """Passages drawn towards the message they stand in: float32 (n_passages, dim), unit rows.

    A passage of a long message says little without the rest of it, and a short answer little
    without its question. ``vectors`` are unit rows, blended; :func:`centred` comes after. To
    each is added the unit vector of its surroundings: the mean of its message's passages
    and twice the message's topic, and four fifths as much of the same of the message it
    answers. A message of one passage that has no topic and answers nothing keeps its vector;
    what a message without passages is called counts for those that answer it. Headings are not
    worded like texts, so what all topics share is taken off first. Raises ValueError, which names
    the array, when the arrays do not belong together.
    """
    _check(context, *vectors.shape)
    n_messages = len(context.parent)
    if not len(vectors):
        return vectors
    said = unit_rows(membership(context.message, n_messages) @ vectors)
    has_topic = context.topic >= 0
    if has_topic.any():
        called = context.topics[context.topic[has_topic]]
        shared = mean_topic(context) if context.topic_mean is None else context.topic_mean
        said[has_topic] += TOPIC_SHARE * (called - shared)
        said = unit_rows(said)
    around = said.copy()
    is_reply = context.parent >= 0
    around[is_reply] += PARENT_SHARE * said[context.parent[is_reply]]
    return unit_rows(vectors + CONTEXT_SHARE * unit_rows(around)[context.message])


def _check(context: Context, n_passages: int, dim: int) -> None:
    """Raise ValueError where an array has another length than it should, or names no row."""
    n_messages = len(context.parent)
    for name, array, n, of in (
        ("message", context.message, n_passages, "passages"),
        ("topic", context.topic, n_messages, "messages"),
    ):
        if len(array) != n:
            raise ValueError(f"context.{name} has {len(array)} entries for {n} {of}")
    if len(context.topics) and context.topics.shape[1] != dim:
        raise ValueError(f"context.topics has {context.topics.shape[1]} columns, not {dim}")
    for name, array, least, n in (
        ("message", context.message, 0, n_messages),
        ("parent", context.parent, -1, n_messages),
        ("topic", context.topic, -1, len(context.topics)),
    ):
        if len(array) and not (least <= array.min() and array.max() < n):
            raise ValueError(f"context.{name} holds numbers outside {least}..{n - 1}")
