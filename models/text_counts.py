"""How often word pieces and character n-grams stand in texts: what the lexical views count."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from models.embedders import n_usable
from models.text import without_surrogates
from models.weights import checked, packaged_file

if TYPE_CHECKING:
    import tokenizers

WEIGHTS_SHA256 = "64b47a2dc493cb8e85944076601189739852d7b64e0e1eedcb1937a251cd9fd5"
_TOKENIZER_SHA256 = "93248f2a9ec36c7b35f700a033d5f36228aae48db61aee31007fa49062cdeb68"
_REINSTALL = "pip install --force-reinstall wordllama==0.4.0.post1"

_AT_ONCE = 4096
_READ = 4000
"""Characters of a text whose n-grams are counted; a passage is far shorter."""
N_BUCKETS = 1 << 20
_BUCKET_SHIFT = np.uint64(64 - 20)
_SIZES = (3, 4, 5)
_COUNTED_AT_ONCE = 2000
"""Texts whose n-grams are counted in one go; bounds the memory."""
_EDGE, _BLANK = "\n", " "
_STEP = np.uint64(1_000_003)
_GOLDEN = np.uint64(0x9E37_79B9_7F4A_7C15)
"""2^64 divided by the golden ratio: spreads hashes evenly (Knuth, TAOCP 6.4)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedTexts:
    """Texts, and how often word pieces and n-grams stand in them.

    Counted once, however many parts of a discussion the texts are looked at in.
    """

    texts: Sequence[str]
    pieces: sparse.csr_matrix
    """int32 (n, n_pieces) how often each word piece stands in each text."""
    ngrams: sparse.csr_matrix
    """float32 (n, 2^20) the same of the n-grams of its beginning."""

    def __len__(self) -> int:
        return len(self.texts)

    def take(self, rows: NDArray[np.intp] | slice) -> Self:
        """Some of the texts."""
        numbers = range(len(self))[rows] if isinstance(rows, slice) else rows.tolist()
        return replace(
            self,
            texts=[self.texts[row] for row in numbers],
            pieces=self.pieces[rows],
            ngrams=self.ngrams[rows],
        )


def counted(texts: Sequence[str] | CountedTexts) -> CountedTexts:
    """Texts with their counts. Raises ModelMissing."""
    if isinstance(texts, CountedTexts):
        return texts
    with ThreadPoolExecutor(1) as aside:
        pieces = aside.submit(_piece_counts, texts, n_pieces=len(static_table()))
        ngrams = ngram_counts([text[:_READ] for text in texts])
        return CountedTexts(texts=texts, pieces=pieces.result(), ngrams=ngrams)


Texts = Sequence[str] | CountedTexts


@cache
def static_table() -> NDArray[np.float32]:
    """float32 (n_pieces, 256), the static vector of each word piece."""
    from safetensors.numpy import load_file

    tensors = load_file(_verified("weights/l2_supercat_256.safetensors", WEIGHTS_SHA256))
    (table,) = tensors.values()
    return np.asarray(table, np.float32)


@cache
def _tokenizer() -> tokenizers.Tokenizer:
    from tokenizers import Tokenizer

    path = _verified("tokenizers/l2_supercat_tokenizer_config.json", _TOKENIZER_SHA256)
    tokenizer = Tokenizer.from_file(str(path))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


def _verified(name: str, expected: str) -> Path:
    path = packaged_file("wordllama", name, model="draft", reinstall=_REINSTALL)
    return checked(path, expected, model="draft", reinstall=_REINSTALL)


def _piece_counts(texts: Sequence[str], *, n_pieces: int) -> sparse.csr_matrix:
    """(n, n_pieces) how often each word piece stands in each text."""
    ends = np.zeros(len(texts) + 1, np.int64)
    pieces: list[NDArray[np.int32]] = []
    for row, ids in enumerate(_pieces(texts)):
        pieces.append(np.array(ids, np.int32))
        ends[row + 1] = ends[row] + len(ids)
    columns = np.concatenate(pieces) if pieces else np.zeros(0, np.int32)
    ones = np.ones(len(columns), np.int32)
    counts = sparse.csr_matrix((ones, columns, ends), shape=(len(texts), n_pieces))
    counts.sum_duplicates()
    return counts


def _pieces(texts: Sequence[str]) -> Iterator[list[int]]:
    tokenizer = _tokenizer()
    for start in range(0, len(texts), _AT_ONCE):
        some = [without_surrogates(text) for text in texts[start : start + _AT_ONCE]]
        for encoding in tokenizer.encode_batch_fast(some, add_special_tokens=False):
            yield encoding.ids


def ngram_counts(texts: Sequence[str]) -> sparse.csr_matrix:
    """float32 (n, 2^20): how often each n-gram of 3 to 5 characters stands in each text.

    For any script. N-grams lie inside words; a blank on either side counts as a character, so
    that beginnings and endings of words are told apart from their middles.
    """
    starts = range(0, len(texts), _COUNTED_AT_ONCE)
    # numpy lets go of the interpreter while it counts.
    with ThreadPoolExecutor(n_usable()) as pool:
        parts = pool.map(lambda start: _ngrams(texts[start : start + _COUNTED_AT_ONCE]), starts)
    return sparse.vstack([sparse.csr_matrix((0, N_BUCKETS), dtype=np.float32), *parts]).tocsr()


def _ngrams(texts: Sequence[str]) -> sparse.csr_matrix:
    padded = [f"{_EDGE}{_BLANK}{' '.join(text.lower().split())}{_BLANK}" for text in texts]
    characters = np.frombuffer("".join(padded).encode("utf-32-le", "replace"), np.uint32)
    rows = np.repeat(np.arange(len(texts)), [len(text) for text in padded])
    found_rows, found_columns = [], []
    hashes = np.zeros(len(characters), np.uint64)
    for size in range(1, max(_SIZES) + 1):
        n_places = max(len(characters) - size + 1, 0)
        hashes = hashes[:n_places] * _STEP + characters[size - 1 :]
        if size in _SIZES:
            places = _inside_words(characters, size)
            found_columns.append((hashes[places] + np.uint64(size)) * _GOLDEN >> _BUCKET_SHIFT)
            found_rows.append(rows[:n_places][places])
    columns = np.concatenate(found_columns).astype(np.int32)
    ones = np.ones(len(columns), np.float32)
    counts = sparse.csr_matrix(
        (ones, (np.concatenate(found_rows), columns)), shape=(len(texts), N_BUCKETS)
    )
    counts.sum_duplicates()
    return counts


def _inside_words(characters: NDArray[np.uint32], size: int) -> NDArray[np.bool_]:
    """Where an n-gram begins that lies in one text and has blanks at its ends at most."""
    n_places = max(len(characters) - size + 1, 0)
    is_edge, is_blank = characters == ord(_EDGE), characters == ord(_BLANK)
    inside = np.ones(n_places, np.bool_)
    for at in range(size):
        inside &= ~is_edge[at : at + n_places]
        if 0 < at < size - 1:
            inside &= ~is_blank[at : at + n_places]
    return inside
