"""Which side a text takes of what it answers, from the words alone.

A cross-encoder: both texts stand in one sequence, which multilingual-e5-small reads with an
adapter that was trained here (``models.training.sides``); the mean states of either text go
through a small head (the forms are compared by Humeau et al. 2020, arXiv:1905.01969).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.adapter import Adapter
from models.e5 import CARD, REINSTALL_OWN, E5Embedder, Window
from models.embedders import ModelCard
from models.weights import checked

TARGET_TOKENS, TEXT_TOKENS = 36, 48
"""What is read of what is answered, and of the answer: its beginning."""
CLASSIFIER = Path(__file__).resolve().parent / "adapters" / "e5-sides.safetensors"
"""What ``models.training.sides`` learned."""

SIDES_CARD = replace(
    CARD,
    name="e5-sides",
    title="multilingual-e5-small taught which side a text takes of what it answers",
    kind="classifier",
    licence="MIT AND CC-BY-SA-4.0 AND CDLA-Sharing-1.0",
    languages=("en", "fr", "de", "es", "ca"),
    dimensions=3,
    max_tokens=TARGET_TOKENS + TEXT_TOKENS,
    adapter_sha256="d29225ba77b29749005bd9bb5dd30e5c3f042dd8b74bf972cab07d51dc38e8c1",
    notes=(
        "No embedder: it reads two texts at once and tells whether the second is for or against "
        "the first, or neither. Learned from ArgKP-2021 (CDLA-Sharing-1.0), Perspectrum (CC BY-SA "
        "4.0), République numérique, and claims, points and openers of replies of our own in "
        "English, French, German, Spanish and Catalan."
    ),
)
"""It is loaded by ``SideClassifier``, not by ``models.load``."""


class Side(StrEnum):
    """Which side a text takes of what it answers."""

    FOR = "for"
    AGAINST = "against"
    NEITHER = "neither"


SIDES = tuple(Side)
CERTAIN = {Side.FOR: 0.9, Side.AGAINST: 0.9}
"""The least share at which a side is told; chosen on topics of the training sets that were left
out of training (``docs/quality.md``)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """From the mean states of both texts to three scores."""

    hidden_w: NDArray[np.float32]
    """(2 dim, n_hidden)."""
    hidden_b: NDArray[np.float32]
    out_w: NDArray[np.float32]
    """(n_hidden, 3)."""
    out_b: NDArray[np.float32]

    def shares(self, target: NDArray[np.float32], text: NDArray[np.float32]) -> NDArray[np.float64]:
        """(3,) in the order of ``SIDES``, adding up to 1; both (dim,), mean states."""
        hidden = np.tanh(np.concatenate([target, text]) @ self.hidden_w + self.hidden_b)
        scores = (hidden @ self.out_w + self.out_b).astype(np.float64)
        scores = np.exp(scores - scores.max())
        found: NDArray[np.float64] = np.round(scores / scores.sum(), 4)
        return found


class SideClassifier:
    """Tells which side texts take; nothing is loaded before the first call.

    What it finds for a pair depends on that pair only, as vectors do (``E5Embedder``).
    """

    def __init__(
        self,
        weights: Path | None = None,
        *,
        card: ModelCard = SIDES_CARD,
        classifier: Path | None = None,
    ) -> None:
        """``weights``: the packed encoder; ``classifier``: what was learned, of the checksum that
        the card names; by default the files in the installed packages."""
        self.card = card
        self._file = classifier or CLASSIFIER
        self._embedder = E5Embedder(weights, card=card, adapter=self._file)

    @property
    def fingerprint(self) -> str:
        """Changes whenever the same pair would get other shares."""
        return f"{self._embedder.fingerprint}-{TARGET_TOKENS}-{TEXT_TOKENS}"

    def shares(
        self,
        pairs: Sequence[tuple[str, str]],
        *,
        progress: Callable[[int], None] | None = None,
    ) -> NDArray[np.float64]:
        """(n, 3) for pairs of what is answered and the answer, in the order of ``SIDES``.

        Raises ModelMissing if the weights are not there or damaged.
        """
        found = np.zeros((len(pairs), len(SIDES)))
        if not pairs:
            return found
        head, windows = self._head, joined(self._embedder, pairs)

        def read(hidden: NDArray[np.float32], batch: Sequence[Window]) -> list[NDArray[np.float64]]:
            return [
                head.shares(
                    states[window.weights > 0].mean(axis=0),
                    states[window.weights == 0].mean(axis=0),
                )
                for states, window in zip(hidden, batch, strict=True)
            ]

        for batch, shares in self._embedder.run(windows, read):
            for window, own in zip(batch, shares, strict=True):
                found[window.row] = own
            if progress:
                progress(len(batch))
        return found

    @cached_property
    def _head(self) -> Head:
        return read_head(
            checked(
                self._file,
                self.card.adapter_sha256 or "",
                model=self.card.name,
                reinstall=REINSTALL_OWN,
            )
        )


def told(shares: NDArray[np.float64]) -> tuple[Side | None, float]:
    """The side and its share; no side where it cannot be told or none is taken. ``shares`` (3,)."""
    side = Side.FOR if shares[0] >= shares[1] else Side.AGAINST
    share = float(shares[SIDES.index(side)])
    return (side if share >= CERTAIN[side] else None), share


def joined(embedder: E5Embedder, pairs: Sequence[tuple[str, str]]) -> list[Window]:
    """Both texts of each pair in one sequence, what is answered first with weight 1.

    Each is cut after its first tokens. Texts that stand in several pairs are read once.
    """
    texts = list(dict.fromkeys(text for pair in pairs for text in pair))
    first: dict[str, Window] = {}
    for window in embedder.windows(texts):
        first.setdefault(texts[window.row], window)
    return [join(row, first[target], first[text]) for row, (target, text) in enumerate(pairs)]


def join(row: int, target: Window, text: Window) -> Window:
    """One sequence of two texts."""
    ids, said = _cut(target.ids, TARGET_TOKENS), _cut(text.ids, TEXT_TOKENS)[1:]
    weights = np.append(np.ones(len(ids), np.float32), np.zeros(len(said), np.float32))
    return Window(row=row, ids=np.concatenate([ids, said]), weights=weights)


def _cut(ids: NDArray[np.int64], longest: int) -> NDArray[np.int64]:
    return ids if len(ids) <= longest else np.append(ids[: longest - 1], ids[-1])


def write_classifier(path: Path, adapter: Adapter, head: Head) -> None:
    """Write what was learned, in half precision."""
    from safetensors.numpy import save_file

    tensors = {f"{name}.up": value for name, value in adapter.up.items()}
    tensors |= {f"{name}.down": value for name, value in adapter.down.items()}
    tensors |= {f"head.{one.name}": getattr(head, one.name) for one in fields(head)}
    save_file({name: value.astype(np.float16) for name, value in sorted(tensors.items())}, path)


def read_head(path: Path) -> Head:
    """The head of a classifier's file. Raises OSError or safetensors' error if it is not whole."""
    from safetensors.numpy import load_file

    tensors = load_file(path)
    return Head(**{f.name: tensors[f"head.{f.name}"].astype(np.float32) for f in fields(Head)})
