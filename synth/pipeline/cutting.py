"""Sentences and passages of every message."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from synth.parallel import in_order
from synth.passages import cut
from synth.records import Message, Span
from synth.settings import Progress

PORTION = 250
"""Messages handed to a process at a time."""
N_ALONE = 1_000
"""Messages before it is worth starting processes."""

Sentences = Sequence[tuple[int, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cuts:
    """Where the messages of a discussion are cut, by message id."""

    sentences: Mapping[int, Sentences]
    passages: Mapping[int, Sequence[Span]]


def cut_messages(messages: Sequence[Message], *, progress: Progress) -> Cuts:
    """Cut every message into sentences, and those into passages."""
    sentences: dict[int, Sentences] = {}
    passages: dict[int, Sequence[Span]] = {}
    portions = (messages[at : at + PORTION] for at in range(0, len(messages), PORTION))
    texts = ((portion, [(m.text, m.language) for m in portion]) for portion in portions)
    with progress.stage("Cut", total=len(messages), unit="messages") as stage:
        for portion, found in in_order(_cut, texts, n_alone=N_ALONE):
            for message, (in_sentences, in_passages) in zip(portion, found, strict=True):
                sentences[message.id] = in_sentences
                passages[message.id] = in_passages
            stage.advance(len(portion))
    return Cuts(sentences=sentences, passages=passages)


def _cut(texts: Sequence[tuple[str, str | None]]) -> list[tuple[Sentences, Sequence[Span]]]:
    from models.sentences import split

    in_sentences = [split(text, language) for text, language in texts]
    return [
        (sentences, cut(text, sentences))
        for (text, _), sentences in zip(texts, in_sentences, strict=True)
    ]
