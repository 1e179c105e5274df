"""Vectors of a discussion's passages: only what was never seen before is embedded."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from synth.passages import is_speech
from synth.records import Message, ParentEvidence, Passage
from synth.settings import Progress
from synth.store import Store
from synth.store.values import sha256_text
from synth.titles.wording import without_reply_marks

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from models import Embedder
    from synth.neighbours import Context

KEEP_EVERY = 2_000
"""Vectors are kept in portions, so that an interrupted build loses little."""
READ_AT_MOST = 16_000
"""Passages that an encoder reads in one discussion. A few minutes on two cores; what is beyond
it is judged by its words and by what the encoder said of passages with the same words."""
TOPICS_READ = 0.25
"""Share of them that may go to the topics of messages, where there are so many."""
TOPIC_WORDS = 20
"""A first line of more words is no heading."""
_ENDS_LIKE_SPEECH = (".", "!", ",", ";", ":", "…")
_SURE = frozenset({ParentEvidence.HEADER, ParentEvidence.REFERENCES, ParentEvidence.QUOTE})


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

    from synth.neighbours import Context

    number = {message.id: row for row, message in enumerate(messages)}
    parents = [
        number.get(m.parent_id, -1) if m.parent_id and m.parent_evidence in _SURE else -1
        for m in messages
    ]
    return Context(
        message=np.array([number[passage.message_id] for passage in passages], dtype=np.intp),
        parent=np.array(parents, dtype=np.intp),
        topic=np.array([topics.of_message.get(m.id, -1) for m in messages], dtype=np.intp),
        topics=vectors,
    )


def embed_passages(
    store: Store,
    embedder: Embedder,
    passages: Sequence[Passage],
    hashes: Sequence[str],
    *,
    topics: Sequence[str] = (),
    progress: Progress,
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Unit vectors of the passages, then of the ``topics``, and which rows the model has read.

    Returns float32 (n_passages + n_topics, dim) and bool (n_passages + n_topics,).
    ``hashes`` are content hashes of the passages' texts. Vectors are kept, and so always
    used, in half precision: a warm cache gives the same map as a cold one. Rows that
    were not read (beyond ``READ_AT_MOST``, topics included) are zero.
    """
    import numpy as np

    texts = [*(passage.text for passage in passages), *topics]
    everything = np.ones(len(texts), dtype=np.bool_)
    if embedder.is_fitted_per_discussion:
        with progress.stage("Embed", total=len(texts), unit="passages") as stage:
            return embedder.encode(texts, progress=stage.advance), everything
    if not texts:
        return np.zeros((0, embedder.card.dimensions or 1), dtype=np.float32), everything
    lines = [sha256_text(line) for line in topics]
    # Topics are short, and each stands for a whole message: they come first.
    first = frozenset(lines[: int(TOPICS_READ * READ_AT_MOST)])
    wanted = first | _to_read(passages, hashes, at_most=READ_AT_MOST - len(first))
    hashes = [*hashes, *lines]
    is_read = np.array([sha in wanted for sha in hashes], dtype=np.bool_)
    kept = _vectors(store, embedder, dict(zip(hashes, texts, strict=True)), wanted, progress)
    size = len(next(iter(kept.values()))) // 2
    blank = bytes(2 * size)
    rows = np.frombuffer(b"".join(kept.get(sha, blank) for sha in hashes), dtype=np.float16)
    vectors = rows.reshape(len(texts), size).astype(np.float32)
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.where(lengths > 0, lengths, 1), dtype=np.float32), is_read


def _vectors(
    store: Store,
    embedder: Embedder,
    text_of: Mapping[str, str],
    wanted: Collection[str],
    progress: Progress,
) -> dict[str, bytes]:
    """Half-precision vectors by content hash: the kept ones, and the missing ones made now."""
    import numpy as np

    key = embedder.fingerprint
    kept = store.vectors.get(list(wanted), model=key)
    missing = [sha for sha in text_of if sha in wanted and sha not in kept]
    with progress.stage("Embed", total=len(missing), unit="passages") as stage:
        for at in range(0, len(missing), KEEP_EVERY):
            portion = missing[at : at + KEEP_EVERY]
            found = embedder.encode([text_of[sha] for sha in portion], progress=stage.advance)
            half = found.astype(np.float16)
            store.vectors.put(portion, half, model=key)
            kept |= {sha: row.tobytes() for sha, row in zip(portion, half, strict=True)}
    return kept


def _to_read(passages: Sequence[Passage], hashes: Sequence[str], *, at_most: int) -> frozenset[str]:
    """Hashes of the passages that the model reads: the first of every message, then the second
    ones, and so on up to ``at_most``; among equals the content hash decides."""
    place: dict[str, int] = {}
    nth: Counter[int] = Counter()
    for passage, sha in zip(passages, hashes, strict=True):
        place[sha] = min(place.get(sha, nth[passage.message_id]), nth[passage.message_id])
        nth[passage.message_id] += 1
    if len(place) <= at_most:
        return frozenset(place)
    order = sorted(place, key=lambda sha: (place[sha], sha))
    return frozenset(order[:at_most])
