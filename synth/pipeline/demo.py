"""The sample threads that come with the package."""

from __future__ import annotations

import os
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

from synth.errors import InputProblem
from synth.pipeline.build import build
from synth.pipeline.importing import import_files
from synth.settings import QUIET, Progress, Settings
from synth.store import Discussion, Store

SAMPLES = {
    "riverside_market.mbox": "Riverside market",
    "velo_ecole.csv": "À l’école sans voiture",
    "energy_coop": "Energy in our co-operative",
    "library_team.slack.zip": "La bibliothèque / The library",
    "fete_du_lac.chat.txt": "La fête du lac",
}
"""File in ``sample_threads`` → title of its discussion."""


def demo_db() -> Path:
    """Where the demo keeps its discussions: the user's cache folder."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    folder = Path(base) / "discussion-synth"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / "demo.db"


def sample_path(name: str) -> Path:
    """A sample on disk. Raises InputProblem where the samples were not installed."""
    path = Path(str(files("sample_threads"))) / name
    if not path.exists():
        raise InputProblem(str(path), "is missing", remedy="reinstall discussion-synth")
    return path


def run_demo(
    store: Store, settings: Settings, *, progress: Progress = QUIET
) -> Iterator[Discussion]:
    """Import and build each sample discussion; yields it when its map is there."""
    for name, title in SAMPLES.items():
        found = store.discussions.find(title) or store.discussions.add(title)
        import_files(store, found.id, [sample_path(name)], progress=progress)
        build(store, found.id, settings, progress=progress)
        yield store.discussions.named(found.slug)
