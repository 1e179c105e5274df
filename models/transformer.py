"""Any sentence-transformers model, by hub name or folder, for the ``transformers`` extra."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from functools import cached_property
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from models.embedders import ModelCard, ModelMissing, n_usable
from models.vectors import in_threads
from models.weights import sha256

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

HUB_PREFIX = "st:"
_AT_ONCE = 512
_BATCH = 32
_E5 = re.compile(r"(^|[-_/])e5-", re.IGNORECASE)
"""E5 models want ``query: `` before each text and do not say so in their settings."""


def is_name(name: str) -> bool:
    """Whether ``name`` is ``st:NAME`` or an existing folder."""
    return (name.startswith(HUB_PREFIX) and len(name) > len(HUB_PREFIX)) or Path(name).is_dir()


class TransformerEmbedder:
    """Embeds texts with a sentence-transformers model.

    Vectors of one call depend on each other in the last bits, through the padding of
    batches; texts are embedded in the same batches whenever the call is the same.
    """

    is_fitted_per_discussion = False

    def __init__(self, name: str) -> None:
        """``name``: ``st:NAME`` or a folder. Raises ModelMissing without the extra."""
        if find_spec("sentence_transformers") is None:
            raise ModelMissing(
                f"{name}: needs sentence-transformers; pip install 'discussion-synth[transformers]'"
            )
        self.name = name
        self._source = name.removeprefix(HUB_PREFIX)

    @cached_property
    def card(self) -> ModelCard:
        """Dimensions and length are those of the loaded model: the model is loaded."""
        return ModelCard(
            name=self.name,
            title=f"sentence-transformers model {Path(self._source).name}",
            kind="sentence-transformers",
            licence="unknown",
            languages=(),
            dimensions=self.encode(["dimensions"]).shape[1],
            max_tokens=self._model.max_seq_length,
            package="sentence-transformers",
            package_version=version("sentence-transformers"),
            sha256=self._checksum,
            notes="Chosen by name: its licence and languages stand in its own model card.",
        )

    @property
    def fingerprint(self) -> str:
        """The name with the checksum of the weights as loaded."""
        return f"{self.name}-{self._checksum[:16]}"

    def encode(
        self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None
    ) -> NDArray[np.float32]:
        """float32 (n, dim), unit rows; see ``models.embedders.Embedder.encode``."""
        if not texts:
            return np.zeros((0, self.card.dimensions or 0), np.float32)
        prompt = "query: " if _E5.search(self._source) else None
        model, parts = self._model, []
        for start in range(0, len(texts), _AT_ONCE):
            some = list(texts[start : start + _AT_ONCE])
            with in_threads(n_usable()):
                found = model.encode(
                    some,
                    prompt=prompt,
                    batch_size=_BATCH,
                    normalize_embeddings=True,
                    show_progress_bar=False,
                    convert_to_numpy=True,
                )
            parts.append(np.asarray(found, np.float32))
            if progress:
                progress(len(some))
        return np.concatenate(parts)

    @cached_property
    def _model(self) -> SentenceTransformer:
        from sentence_transformers import SentenceTransformer

        try:
            return SentenceTransformer(self._source, device="cpu")
        except (OSError, ValueError, RuntimeError, ImportError) as problem:
            reason = str(problem).strip().splitlines()[0] if str(problem).strip() else "no reason"
            raise ModelMissing(
                f"{self.name}: could not be loaded ({reason}); name a folder with a "
                "sentence-transformers model, or a model of the hub that can be reached"
            ) from problem

    @cached_property
    def _checksum(self) -> str:
        """SHA-256 over the weights as loaded, by name and value."""
        digest = hashlib.sha256()
        folder = Path(self._source)
        if folder.is_dir():
            for path in sorted(path for path in folder.rglob("*") if path.is_file()):
                digest.update(path.relative_to(folder).as_posix().encode())
                digest.update(sha256(path).encode())
            return digest.hexdigest()
        for key, value in sorted(self._model.state_dict().items()):
            digest.update(key.encode())
            digest.update(value.contiguous().cpu().float().numpy().tobytes())
        return digest.hexdigest()
