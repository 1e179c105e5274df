"""Where converted models are kept between runs, and how they get there whole."""

from __future__ import annotations

import atexit
import hashlib
import logging
import os
import shutil
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

_log = logging.getLogger(__name__)


def folder() -> Path:
    """The folder for converted models: ``SYNTH_CACHE``, or the user's cache folder.

    It is ``$XDG_CACHE_HOME/discussion-synth``, by default ``~/.cache/discussion-synth``.
    It may not exist yet.
    """
    own = os.environ.get("SYNTH_CACHE")
    if own:
        return Path(own)
    shared = os.environ.get("XDG_CACHE_HOME")
    return (Path(shared) if shared else Path.home() / ".cache") / "discussion-synth"


def sha256(path: Path) -> str:
    """The hexadecimal SHA-256 of a file. Raises OSError if it cannot be read."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def kept(name: str, *, make: Callable[[], bytes]) -> Path:
    """The file ``name`` of the cache folder, made first if it is not there whole.

    Its SHA-256 stands in ``name.sha256`` beside it and is checked each time; a file that
    does not match is made again. Where the cache folder cannot be written, the file goes
    to a temporary folder of this process, and a warning is logged.
    """
    path = folder() / name
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
    kept_folder = Path(tempfile.mkdtemp(prefix="discussion-synth-"))
    atexit.register(shutil.rmtree, kept_folder, ignore_errors=True)
    return kept_folder


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
