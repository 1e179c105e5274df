"""The libraries we ship are those we made: their checksums are written down beside them."""

from __future__ import annotations

import hashlib
from pathlib import Path

import web

VENDOR = Path(web.__file__).parent / "static" / "vendor"


def test_vendored_files_are_as_their_checksums_say() -> None:
    lines = (VENDOR / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    told = {name: sha for sha, name in (line.split() for line in lines)}
    assert set(told) == {"d3-zoom-kdbush.js", "LICENSES.txt"}
    for name, sha in told.items():
        assert hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() == sha, name


def test_each_vendored_library_has_its_licence() -> None:
    licences = (VENDOR / "LICENSES.txt").read_text(encoding="utf-8")
    recipe = (VENDOR / "package.json").read_text(encoding="utf-8")
    for name in ("d3-zoom", "d3-selection", "d3-transition", "d3-ease", "kdbush"):
        assert f'"{name}": "' in recipe
        assert f"{name} " in licences
