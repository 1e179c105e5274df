"""Secrets in files that only their owner may read, made at the first time."""

from __future__ import annotations

import os
import secrets
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

from synth.errors import InputProblem

LEAST = 32
"""Letters of a secret."""


def kept_secret(path: Path, *, remedy: str) -> str:
    """The secret in the file, made where there is none: several processes know the same one.

    Raises InputProblem with ``remedy`` where it cannot be kept, or the file holds none.
    """
    try:
        if not path.exists():
            _make_secret(path)
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            path.chmod(0o600)
        secret = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise InputProblem(
            str(path), f"the secret cannot be kept ({error})", remedy=remedy
        ) from error
    if len(secret) < LEAST:
        raise InputProblem(str(path), "holds no secret", remedy="remove it; a new one is made")
    return secret


def _make_secret(path: Path) -> None:
    # Written first and named then: of two processes that begin together, one makes it, and
    # neither reads half of it.
    number, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    new = Path(name)
    try:
        with os.fdopen(number, "w", encoding="ascii") as file:
            file.write(f"{secrets.token_hex(32)}\n")
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(new, path)
    finally:
        new.unlink(missing_ok=True)
