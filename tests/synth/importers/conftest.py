"""Exports in memory, so that a test shows the whole input it is about."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pytest

from synth.importers import Importer
from synth.importers.input_file import Fit, InputFile, ReadOptions
from synth.records import Problem, RawMessage


@dataclass(frozen=True, slots=True)
class Export:
    """A folder in memory: path -> content."""

    files: Mapping[str, bytes]

    def find(self, path: str) -> InputFile | None:
        if path not in self.files:
            return None
        return InputFile(
            lambda: io.BytesIO(self.files[path]), name=f"export/{path}", path=path, container=self
        )

    def __getitem__(self, path: str) -> InputFile:
        found = self.find(path)
        assert found is not None, path
        return found

    def fits(self, importer: Importer) -> dict[str, Fit]:
        return {path: importer.sniff(self[path]) for path in self.files}

    def read(
        self, importer: Importer, options: ReadOptions | None = None
    ) -> tuple[list[RawMessage], list[Problem]]:
        """What the importer makes of the files that it says hold messages."""
        messages: list[RawMessage] = []
        problems: list[Problem] = []
        for path in sorted(self.files):
            if importer.sniff(self[path]) is Fit.MESSAGES:
                for one in importer.read(self[path], options or ReadOptions()):
                    (messages if isinstance(one, RawMessage) else problems).append(one)
        return messages, problems


@pytest.fixture(scope="session")
def export() -> Callable[[Mapping[str, object]], Export]:
    """Makes an export of path -> content: bytes, text, or a value to be written as JSON."""

    def make(files: Mapping[str, object]) -> Export:
        return Export({path: _as_bytes(content) for path, content in files.items()})

    return make


@pytest.fixture(scope="session")
def folder() -> Callable[[object], Export]:
    """An export from a folder on disk, all files in memory."""

    def make(root: object) -> Export:
        from pathlib import Path

        top = Path(str(root))
        return Export(
            {
                path.relative_to(top).as_posix(): path.read_bytes()
                for path in sorted(top.rglob("*"))
                if path.is_file()
            }
        )

    return make


def _as_bytes(content: object) -> bytes:
    if isinstance(content, bytes):
        return content
    return content.encode() if isinstance(content, str) else json.dumps(content).encode()
