"""What an embedder is, what its card says, and what is wrong when a model is missing."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Kind = Literal["encoder", "fitted", "classifier", "sentence-transformers"]


class ModelMissing(Exception):
    """A model is not there, is damaged (checksum), or needs an extra that is not installed.

    The message is one line that names the model and the remedy.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelCard:
    """What a reader of a run needs to know about the model behind its vectors."""

    name: str
    """What ``models.load`` takes."""
    title: str
    kind: Kind
    licence: str
    """SPDX id of the weights' licence; ``unknown`` for a model somebody names by hand."""
    languages: tuple[str, ...]
    """ISO 639-1 codes it was measured on here; ``("*",)`` if it takes any language."""
    dimensions: int | None
    """Length of a vector; None if only loading tells."""
    max_tokens: int | None
    """Longest text read at once, in tokens; None if there is no limit."""
    package: str | None
    """The package the weights come in; None where nothing is downloaded or installed."""
    package_version: str | None
    sha256: str | None
    """Of the weights file, checked before use; None where there are no weights."""
    notes: str
    adapter_sha256: str | None = None
    """Of the file with what was learned on top of the weights; None where nothing was."""


class Embedder(Protocol):
    """Turns texts into vectors."""

    @property
    def card(self) -> ModelCard: ...

    @property
    def is_fitted_per_discussion(self) -> bool:
        """Whether a text's vector depends on the other texts of the same call.

        If not, vectors may be cached by ``fingerprint`` and the content of the text.
        """

    @property
    def fingerprint(self) -> str:
        """Changes whenever the same text would get another vector."""

    def encode(
        self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None
    ) -> NDArray[np.float32]:
        """float32 (n, dim), unit rows in the order of ``texts``.

        ``progress`` is called from the calling thread with the number of texts that were
        finished since its last call. Raises ModelMissing if the weights are missing or
        damaged.
        """


def n_usable() -> int:
    """Cores that this process may use: its affinity and the quota of its container count.

    ``LOKY_MAX_CPU_COUNT`` and ``OMP_NUM_THREADS`` say fewer.
    """
    from loky import cpu_count

    wanted = os.environ.get("OMP_NUM_THREADS", "")
    n = int(cpu_count())
    return min(n, int(wanted)) if wanted.isdigit() and int(wanted) > 0 else n
