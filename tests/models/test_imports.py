"""Libraries are imported without what is never used of them."""

from __future__ import annotations

import subprocess
import sys

import pytest

from models.imports import without


def test_modules_are_hidden_only_inside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("colorsys", "this"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    with without(missing=("colorsys",), empty=("this",)):
        with pytest.raises(ImportError):
            import colorsys
        from this import zen

        assert zen is None
    assert {"colorsys", "this"}.isdisjoint(sys.modules)
    import colorsys

    assert colorsys.rgb_to_hls


def test_a_module_that_is_loaded_stays() -> None:
    with without(missing=("subprocess",), empty=("sys",)):
        import subprocess as inside

        assert inside is subprocess


LOADED = """
import sys
from models.languages import identify_one
from models.sentences import split
from synth.cli import main
assert identify_one("Où est la bibliothèque municipale ?") == "fr"
assert len(split("It rains. It pours.", "en")) == 2
print(*sorted({"torch", "weasel", "requests", "typer", "sklearn"} & sys.modules.keys()))
"""


def test_sentences_and_languages_load_no_frameworks_and_no_web_clients() -> None:
    command = [sys.executable, "-c", LOADED]
    assert subprocess.run(command, check=True, capture_output=True, text=True).stdout == "\n"
