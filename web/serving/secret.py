"""The secret that signs sessions, kept beside the discussion file."""

from __future__ import annotations

import os
import secrets
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

from synth.errors import InputProblem


def kept_secret(db: Path) -> str:
    """The secret beside the discussion file, made at the first time: sessions outlive a restart,
    and several processes know the same one. Only the owner of the file may read it."""
    path = db.with_name(f"{db.name}.secret")
    try:
        if not path.exists():
            _make_secret(path)
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            path.chmod(0o600)
        secret = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise InputProblem(
            str(path), f"the secret cannot be kept ({error})", remedy="set secret_key"
        ) from error
    if len(secret) < 32:
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
