"""The corpus: the passages of a discussion as aligned columns, for the steps of a build."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self

from synth.records import Message, Passage

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Corpus:
    """Passages and what the steps need to know of them; entry ``i`` is passage ``i``.

    A corpus may be all passages of a discussion, or some of them (:meth:`take`).
    """

    passages: Sequence[Passage]
    message_ids: NDArray[np.intp]
    """(n,) the message that each passage is cut from."""
    threads: NDArray[np.intp]
    """(n,) the thread that this message stands in."""
    voices: NDArray[np.intp]
    """(n,) who says it: the participant; an anonymous message is a voice of its own, below zero."""
    authors: Sequence[str | None]
    """(n,) pseudonyms."""
    languages: Sequence[str | None]
    """(n,) ISO 639-1 codes."""
    subjects: Sequence[str | None]
    """(n,) what the messages are called."""
    vectors: NDArray[np.float32]
    """(n, dim) unit rows of the model."""
    centred: NDArray[np.float32]
    """(n, dim) unit rows in their context and without what all passages of the discussion share:
    where ideas are told apart. The model's own rows until they are set."""

    @classmethod
    def of(
        cls,
        passages: Sequence[Passage],
        messages: Mapping[int, Message],
        vectors: NDArray[np.float32],
    ) -> Self:
        """The columns of ``passages``; ``messages`` holds the message of each, by id."""
        import numpy as np

        around = [messages[passage.message_id] for passage in passages]
        return cls(
            passages=passages,
            message_ids=np.array([message.id for message in around], dtype=np.intp),
            threads=np.array([message.thread_id for message in around], dtype=np.intp),
            voices=np.array([message.voice for message in around], dtype=np.intp),
            authors=[message.author for message in around],
            languages=[message.language for message in around],
            subjects=[message.subject for message in around],
            vectors=vectors,
            centred=vectors,
        )

    @property
    def texts(self) -> list[str]:
        return [passage.text for passage in self.passages]

    def __len__(self) -> int:
        return len(self.passages)

    def take(self, rows: Sequence[int] | NDArray[np.intp]) -> Self:
        """The corpus of some rows, in the order given."""
        import numpy as np

        which = np.asarray(rows, dtype=np.intp)
        chosen: list[int] = which.tolist()
        vectors = self.vectors[which]
        return type(self)(
            passages=[self.passages[row] for row in chosen],
            message_ids=self.message_ids[which],
            threads=self.threads[which],
            voices=self.voices[which],
            authors=[self.authors[row] for row in chosen],
            languages=[self.languages[row] for row in chosen],
            subjects=[self.subjects[row] for row in chosen],
            vectors=vectors,
            centred=vectors if self.centred is self.vectors else self.centred[which],
        )

    def of_passages(self, passage_ids: Collection[int]) -> Self:
        """The corpus of the passages with these ids, in the order of this one."""
        return self.take([row for row, p in enumerate(self.passages) if p.id in passage_ids])

    def with_centred(self, centred: NDArray[np.float32]) -> Self:
        """The same with these rows, float32 (n, dim), as ``centred``."""
        return replace(self, centred=centred)
