"""From messages to the corpus: cut into passages, read by the model, put into the space.

A whole build fits the space on the discussion; later messages are transformed with it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from synth.corpus import Corpus
from synth.duplicates import Repetition, find_repetition
from synth.embedding.context import context_of, mean_topic, topics_of
from synth.embedding.space import PartSpaces, Space, fit_blend, fit_centred
from synth.embedding.vectors import Later, read_texts
from synth.errors import Overtaken
from synth.parallel import in_order, submit
from synth.passages import cut
from synth.pipeline.relevance import ReadPassages, examples_for, not_about, reason_of_turn
from synth.records import Message, Passage, Span, Unplaced
from synth.settings import Progress
from synth.store import Store

if TYPE_CHECKING:
    from models import Embedder

PORTION = 250
"""Messages handed to a process at a time."""
N_ALONE = 5_000
"""Messages before it is worth starting processes."""
LARGE = 10_000
"""Passages from which looking for copies, or for key passages, is worth a process of its own."""

SentenceSpans = Sequence[tuple[int, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cuts:
    """Where messages are cut, by message id."""

    sentences: Mapping[int, SentenceSpans]
    passages: Mapping[int, Sequence[Span]]


def cut_messages(messages: Sequence[Message], *, progress: Progress) -> Cuts:
    """Cut every message into sentences, and those into passages."""
    sentences: dict[int, SentenceSpans] = {}
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


def _cut(texts: Sequence[tuple[str, str | None]]) -> list[tuple[SentenceSpans, Sequence[Span]]]:
    from models.sentences import split

    in_sentences = [split(text, language) for text, language in texts]
    return [
        (sentences, cut(text, sentences) or _set_aside(text, language))
        for (text, language), sentences in zip(texts, in_sentences, strict=True)
    ]


def _set_aside(text: str, language: str | None) -> list[Span]:
    """All of a message that is no speech, where its words tell why: people can then find it."""
    if reason_of_turn(text, language) is None:
        return []
    start = len(text) - len(text.lstrip())
    return [Span(start=start, end=start + len(text.strip()))]


def _submit_repetition(
    passages: Sequence[Passage], messages: Sequence[Message]
) -> Callable[[], Repetition]:
    """Look for the repetition among passages, and among the messages they stand in.

    In a large discussion another process looks. Call what is returned for the result.
    """
    number = {message.id: row for row, message in enumerate(messages)}
    find = partial(
        find_repetition,
        messages=np.array([number[p.message_id] for p in passages], dtype=np.intp),
        voices=np.array([message.voice for message in messages], dtype=np.intp),
    )
    return submit(find, [p.text for p in passages], is_large=len(passages) >= LARGE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """The corpus of a whole discussion, and what was fitted on it."""

    corpus: Corpus
    repetition: Repetition
    space: Space | None
    """None where there is no passage."""
    parts: PartSpaces
    """How some of the passages look by themselves."""
    n_read: int
    """Passages that the model has read."""
    not_about: Sequence[Unplaced | None]
    """(n_passages,) why each is not about the question; None for those that are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CorpusReader:
    """Brings the messages of a discussion into its corpus, and keeps passages and vectors."""

    store: Store
    discussion_id: int
    embedder: Embedder
    progress: Progress

    def cut(self, messages: Sequence[Message], *, run_id: int, is_whole: bool) -> Cuts:
        """Cut messages and keep their passages, ``is_whole`` in place of all there were."""
        cuts = cut_messages(messages, progress=self.progress)
        texts = {message.id: message.text for message in messages}
        passages = self.store.passages
        if is_whole:
            passages.replace(self.discussion_id, cuts.passages, texts=texts, run_id=run_id)
        else:
            passages.replace_in(cuts.passages, texts=texts, run_id=run_id)
        return cuts

    def fit(self, messages: Sequence[Message], cuts: Cuts) -> Fitted:
        """All passages of the discussion. Raises Overtaken where messages came meanwhile."""
        passages = self.store.passages.all(self.discussion_id)
        if any(passage.message_id not in cuts.passages for passage in passages):
            raise Overtaken("messages came in while the map was being built; build it again")
        found_repetition = _submit_repetition(passages, messages)
        topics, n = topics_of(messages), len(passages)
        read = read_texts(
            self.store, self.embedder, passages, topics=topics.lines, progress=self.progress
        )
        # Without an encoder the blend needs no copies: they are looked for while it is fitted.
        repetition = None if self.embedder.is_fitted_per_discussion else found_repetition()
        copies = None if repetition is None else repetition.passages.group
        blend, vectors, blended = fit_blend(read, copies)
        repetition = repetition or found_repetition()
        group = repetition.passages.group
        context = context_of(passages, messages, topics, blended[n:])
        by_id = {message.id: message for message in messages}
        corpus = Corpus.of(passages, by_id, vectors[:n])
        centred, centre = fit_centred(blended[:n], context, corpus.languages, group)
        n_read = int(read.is_read[:n].sum())
        reasons = not_about(
            ReadPassages(passages=passages, vectors=vectors[:n], is_read=read.is_read[:n]),
            messages,
            group=repetition.messages.group,
            examples=examples_for(self.embedder),
        )
        space = None
        if blend is not None and n:
            space = Space(
                blend=blend,
                topic_mean=mean_topic(context),
                centre=centre,
                share_read=n_read / n,
            )
        parts = PartSpaces(
            texts=read.texts,
            vectors=read.vectors[:, :0] if self.embedder.is_fitted_per_discussion else vectors,
            context=context,
            languages=corpus.languages,
            static_weight=None if blend is None else blend.static_weight,
        )
        return Fitted(
            corpus=corpus.with_centred(centred),
            repetition=repetition,
            space=space,
            parts=parts,
            n_read=n_read,
            not_about=reasons,
        )

    def transform(
        self, message_ids: Collection[int], space: Space, *, new: Collection[int] = ()
    ) -> tuple[Corpus, int]:
        """Every passage of these messages, in order of message and place.

        The model reads passages of the messages ``new`` only; of others its earlier vectors
        count. Where it has read all of the discussion, it reads what is missing. The number is that
        of the passages of new messages that it has read.
        """
        around = self._with_those_above(message_ids)
        messages = [around[i] for i in sorted(around)]
        ids = set(message_ids)
        above = {m.parent_id for m in messages if m.id in ids and m.parent_id is not None}
        passages = self.store.passages.of_messages(sorted(ids | above))
        topics, n = topics_of(messages), len(passages)
        read = read_texts(
            self.store,
            self.embedder,
            passages,
            topics=topics.lines,
            later=Later(
                is_new=[passage.message_id in new for passage in passages],
                share_read=space.share_read if space.blend.estimates else None,
                dim=space.blend.n_encoder,
            ),
            progress=self.progress,
        )
        vectors, blended = space.blend.transform(read.vectors, read.texts, is_known=read.is_read)
        context = context_of(passages, messages, topics, blended[n:])
        corpus = Corpus.of(passages, around, (vectors if space.blend.n_encoder else blended)[:n])
        corpus = corpus.with_centred(space.transform(blended[:n], context, corpus.languages))
        kept = [row for row, passage in enumerate(passages) if passage.message_id in ids]
        n_read = sum(bool(read.is_read[row]) and passages[row].message_id in new for row in kept)
        return corpus.take(kept), n_read

    def _with_those_above(self, message_ids: Collection[int]) -> dict[int, Message]:
        """The messages, those they answer, and those that these answer in turn.

        Two steps are needed to see whether the topic of an answered message is its own.
        """
        found = self.store.messages.many(sorted(message_ids))
        for _ in range(2):
            above = {m.parent_id for m in found.values() if m.parent_id is not None}
            found |= self.store.messages.many(sorted(above - found.keys()))
        return found
