"""The space in which ideas are told apart: fitted on a discussion, kept for its later messages.

Sentence vectors of one discussion share a large common part (what the discussion is about,
the language they are in, and the bias of the model), so cosines of raw vectors are all high
and say little. The space sets the words beside the model's vectors, draws passages towards
their context and takes out what all of them share.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import NDArray

from models.vectors import unit_rows
from synth.embedding.context import Context, in_context
from synth.embedding.vectors import ReadTexts

if TYPE_CHECKING:
    from models import Blend
    from models.lexical import Arrays
    from models.text_counts import CountedTexts

N_FITTED_OF_PART = 1_000
"""Texts of a part that its axes are fitted on, evenly spread; a space is fitted for every part."""
CENTRE_SHRINKAGE = 4.0
"""Passages' worth of doubt about the mean: two passages do not say what a discussion is about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Centre:
    """What all passages of a discussion share."""

    mean: NDArray[np.float32]
    """(dim,)"""
    of_language: Mapping[str, NDArray[np.float32]]
    """By language what its passages share beside that, (dim,)."""


def centre_of(
    vectors: NDArray[np.float32], languages: Sequence[str | None] | None = None
) -> Centre:
    """What the rows, and those of each language (one per row, None where unknown), share.

    Means of few rows are shrunk by ``n / (n + CENTRE_SHRINKAGE)``.
    """
    mean = _shrunk_mean(vectors)
    rows = vectors - mean
    of_language = {tag: _shrunk_mean(rows[own]) for tag, own in _rows_by_language(languages)}
    return Centre(mean=mean, of_language=of_language)


def centred(
    vectors: NDArray[np.float32],
    languages: Sequence[str | None] | None = None,
    *,
    centre: Centre | None = None,
) -> NDArray[np.float32]:
    """Unit rows without what all passages of a discussion share: float32 (n, dim).

    What everybody says tells nothing apart: the mean is taken off. With ``languages`` (one
    per row, None where unknown) so is what is left of the mean of each language, so that
    passages are near for what they say and not for the language they say it in. ``centre`` is
    that of the discussion where ``vectors`` are only some of it, such as later messages; by
    default it is theirs. After Mu & Viswanath 2018, "All-but-the-top", without removing
    principal components: that lost agreement with people.
    """
    if not len(vectors):
        return vectors
    found = centre_of(vectors, languages) if centre is None else centre
    rows = vectors - found.mean
    for tag, own in _rows_by_language(languages):
        if tag in found.of_language:
            rows[own] -= found.of_language[tag]
    return unit_rows(rows)


def _rows_by_language(
    languages: Sequence[str | None] | None,
) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    tags = np.array([language or "" for language in languages or ()])
    for tag in np.unique(tags[tags != ""]):
        yield str(tag), tags == tag


def _shrunk_mean(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    if not len(rows):
        return np.zeros(rows.shape[1], dtype=np.float32)
    mean = rows.mean(axis=0, dtype=np.float64) * (len(rows) / (len(rows) + CENTRE_SHRINKAGE))
    return np.asarray(mean, dtype=np.float32)


def fit_blend(
    read: ReadTexts, group: NDArray[np.intp] | None
) -> tuple[Blend | None, NDArray[np.float32], NDArray[np.float32]]:
    """The blend of a discussion, and its texts: with what was not read estimated, and blended.

    ``read``: the passages, then whatever else stands in their space; ``group`` (n_passages,): for
    each passage the first that says the same. An encoder's blend is fitted on the passages
    alone, and once on those that are copies. Where no encoder reads (``group`` None, vectors of no
    dimension), it is fitted on all texts, and is all there is. Nothing is fitted where there is
    nothing.
    """
    from models import Blend

    is_fitted = np.ones(len(read.texts), dtype=np.bool_)
    if group is not None:
        is_fitted[:] = False
        is_fitted[: len(group)] = group == np.arange(len(group))
    if not is_fitted.any():
        return None, read.vectors, read.vectors
    own, others = np.flatnonzero(is_fitted), np.flatnonzero(~is_fitted)
    # What the passages cannot need, because all are read, their topics or copies may.
    blend = Blend(estimates=not read.is_read.all())
    first = read.take(own)
    completed, blended = blend.fit_transform(first.vectors, first.texts, is_known=first.is_read)
    if len(others):
        rest = read.take(others)
        further = blend.transform(rest.vectors, rest.texts, is_known=rest.is_read)
        back = np.argsort(np.concatenate([own, others]))
        completed = np.vstack([completed, further[0]])[back]
        blended = np.vstack([blended, further[1]])[back]
    return blend, completed if blend.n_encoder else blended, blended


@dataclass(frozen=True, slots=True, kw_only=True)
class Space:
    """From blended vectors to the space in which ideas are told apart, fitted by a whole build."""

    blend: Blend
    topic_mean: NDArray[np.float32]
    """(dim,) what all topics of the discussion share."""
    centre: Centre
    """What all its passages share."""
    share_read: float
    """0..1 of the passages that the model has read."""

    def transform(
        self,
        blended: NDArray[np.float32],
        context: Context,
        languages: Sequence[str | None],
    ) -> NDArray[np.float32]:
        """Blended rows in their context and without what all share: float32 (n, dim)."""
        around = in_context(blended, replace(context, topic_mean=self.topic_mean))
        return centred(around, languages, centre=self.centre)

    def arrays(self) -> Arrays:
        """The fitted state, to be kept."""
        kept: dict[str, NDArray[np.generic]] = {
            "topic_mean": self.topic_mean,
            "centre": self.centre.mean,
            "share_read": np.array(self.share_read),
        }
        kept |= {f"language.{tag}": mean for tag, mean in self.centre.of_language.items()}
        return kept | {f"blend.{name}": array for name, array in self.blend.arrays().items()}

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> Self:
        """A fitted space from what ``arrays`` gave."""
        from models import Blend
        from models.lexical import part_of

        languages = part_of(arrays, "language").items()
        of_language = {tag: mean.astype(np.float32) for tag, mean in languages}
        return cls(
            blend=Blend.from_arrays(part_of(arrays, "blend")),
            topic_mean=arrays["topic_mean"].astype(np.float32),
            centre=Centre(mean=arrays["centre"].astype(np.float32), of_language=of_language),
            share_read=float(arrays["share_read"]),
        )


def fit_centred(
    blended: NDArray[np.float32],
    context: Context,
    languages: Sequence[str | None],
    group: NDArray[np.intp],
) -> tuple[NDArray[np.float32], Centre]:
    """The passages of a whole discussion in their context and without what all share; and that.

    A text counts once, however often it is posted: a campaign must not bend the rest of the map.
    ``group`` as in :func:`fit_blend`.
    """
    once, which = np.unique(group, return_inverse=True)
    tags = [languages[row] for row in once.tolist()]
    around = in_context(blended, context)[once]
    centre = centre_of(around, tags)
    return centred(around, tags, centre=centre)[which], centre


@dataclass(frozen=True, slots=True, kw_only=True)
class PartSpaces:
    """Looks at some passages of a discussion by themselves: in a space fitted on them alone."""

    texts: CountedTexts
    """Of the n passages, then of the topics."""
    vectors: NDArray[np.float32]
    """(n + n_topics, dim) unit rows, estimated where the model has not read; dim 0 where no
    encoder reads."""
    context: Context
    """Of the whole discussion; the rows of its topics are not used."""
    languages: Sequence[str | None]
    """(n,)"""
    static_weight: float | None = None
    """How much static vectors count in the whole discussion; None where that is not known."""
    kept: NDArray[np.intp] | None = None
    """The passages that count, numbered from 0 in :meth:`fit`; None for all."""

    def fit(self, rows: NDArray[np.intp]) -> NDArray[np.float32]:
        """The passages ``rows`` in their context, without what they share: float32 (n_rows, dim).

        Messages that none of them stands in are no context here. Raises ModelMissing.
        """
        from models import Blend

        n, around = len(self.languages), self.context
        if self.kept is not None:
            rows = self.kept[rows]
        messages, message = np.unique(around.message[rows], return_inverse=True)
        number = np.full(len(around.parent) + 1, -1, dtype=np.intp)
        number[messages] = np.arange(len(messages))
        topic = around.topic[messages]
        called = np.unique(topic[topic >= 0])
        blend = Blend(static_weight=self.static_weight, n_fitted=N_FITTED_OF_PART)
        _, blended = blend.fit_transform(*self._texts(rows))
        topics = blended[:0]
        if len(called):
            _, topics = blend.transform(*self._texts(n + called))
        context = Context(
            message=message,
            parent=number[around.parent[messages]],
            topic=np.where(topic >= 0, np.searchsorted(called, topic), -1),
            topics=topics,
        )
        languages = [self.languages[row] for row in rows.tolist()]
        return centred(in_context(blended, context), languages)

    def take(self, rows: NDArray[np.intp]) -> Self:
        """The same over some of the passages, which are then numbered from 0; nothing is copied."""
        return replace(self, kept=rows if self.kept is None else self.kept[rows])

    def _texts(self, rows: NDArray[np.intp]) -> tuple[NDArray[np.float32], CountedTexts]:
        return self.vectors[rows], self.texts.take(rows)
