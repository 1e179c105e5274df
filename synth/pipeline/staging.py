"""Messages that were read and cleaned, kept aside until all of an import can be stored at once."""

from __future__ import annotations

import pickle
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import TracebackType

from synth.store import Imported

Key = tuple[str, str]
"""Namespace and source id of a message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StagedBatch:
    """Messages of one file; whose they are is found out when they are stored."""

    file: int
    """Which of the files of this import, from 0."""
    new: Sequence[Imported]
    edited: Sequence[Imported]


class Staging:
    """Batches in the order in which they were read, on disk.

    The file has no name: it goes with the process, however that ends.
    """

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by ``close``
        self._starts: list[int] = []
        self._batch_of: dict[Key, int] = {}
        self.n_messages = 0

    def add(self, batch: StagedBatch) -> None:
        items = [*batch.new, *batch.edited]
        self._batch_of.update(dict.fromkeys(map(_key, items), len(self._starts)))
        self.n_messages += len(items)
        self._starts.append(self._file.seek(0, 2))
        pickle.dump(batch, self._file, pickle.HIGHEST_PROTOCOL)

    def __iter__(self) -> Iterator[StagedBatch]:
        return map(self._load, range(len(self._starts)))

    def texts(self, keys: Sequence[Key]) -> dict[Key, str]:
        """Key → clean text, for those that are here."""
        wanted = {key: self._batch_of[key] for key in keys if key in self._batch_of}
        found: dict[Key, str] = {}
        for number in sorted(set(wanted.values())):
            batch = self._load(number)
            texts = {_key(item): item.clean.text for item in (*batch.new, *batch.edited)}
            found |= {key: texts[key] for key, n in wanted.items() if n == number}
        return found

    def _load(self, number: int) -> StagedBatch:
        self._file.seek(self._starts[number])
        batch: StagedBatch = pickle.load(self._file)  # noqa: S301 - written above, seen by nobody
        return batch

    def close(self) -> None:
        self._file.close()

    def __enter__(self) -> Staging:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _key(item: Imported) -> Key:
    return item.namespace, item.raw.source_id
