"""What the fixture ``written`` hands out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from synth.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A stored discussion and the folder with its files."""

    store: Store
    folder: Path
    names: Path
    """The same with real names."""
