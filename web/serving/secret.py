"""The secret that signs sessions, kept beside the discussion file."""

from __future__ import annotations

from pathlib import Path

from synth import secret_file


def kept_secret(db: Path) -> str:
    """The secret beside the discussion file, made at the first time: sessions outlive a restart,
    and several processes know the same one. Only the owner of the file may read it."""
    path = db.with_name(f"{db.name}.secret")
    return secret_file.kept_secret(path, remedy="set secret_key")
