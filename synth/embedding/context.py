"""What stands around a passage: what its message is called and which message it answers."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from synth.embedding.knn_graph import Context
from synth.passages import is_speech
from synth.records import Message, ParentEvidence, Passage
from synth.titles.wording import without_reply_marks

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

TOPIC_WORDS = 20
"""A line of more words is a text, and no topic."""
_ENDS_LIKE_SPEECH = (".", "!", ",", ";", ":", "…")
SURE = frozenset({ParentEvidence.HEADER, ParentEvidence.REFERENCES, ParentEvidence.QUOTE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Topics:
    """What authors called their messages."""

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
    import numpy as np

    number = {message.id: row for row, message in enumerate(messages)}
    parents = [
        number.get(m.parent_id, -1) if m.parent_id and m.parent_evidence in SURE else -1
        for m in messages
    ]
    return Context(
        message=np.array([number[passage.message_id] for passage in passages], dtype=np.intp),
        parent=np.array(parents, dtype=np.intp),
        topic=np.array([topics.of_message.get(m.id, -1) for m in messages], dtype=np.intp),
        topics=vectors,
    )
