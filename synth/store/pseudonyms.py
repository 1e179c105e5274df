"""Pseudonyms: readable, stable, and not to be worked out from a name without a secret key.

The key of an installation is kept outside of discussion files, so that two files made of the same
input on one machine call people the same. The key of a discussion is made of it and of the
discussion's address, and kept in the file: a copy on another machine goes on with it.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import os
import secrets
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from synth.errors import InputProblem
from synth.secret_file import kept_secret

_log = logging.getLogger(__name__)

WORD = "Participant"
FEWEST_DIGITS = 3
N_TRIES = 4
"""Numbers of one length that are tried before longer ones."""
_REMEDY = "let SYNTH_KEY_FILE name a file that can be written"


def key_file() -> Path:
    """Where the key of the installation is: ``SYNTH_KEY_FILE``, or
    ``$XDG_DATA_HOME/discussion-synth/pseudonyms.key``, by default in ``~/.local/share``."""
    named = os.environ.get("SYNTH_KEY_FILE")
    if named:
        return Path(named)
    base = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(base) / "discussion-synth" / "pseudonyms.key"


def discussion_key(slug: str) -> str:
    """The key of a new discussion with that address.

    Where there is no home to keep the key of the installation in, it is drawn, and a second run
    calls people otherwise. Raises InputProblem where the file that ``SYNTH_KEY_FILE`` names cannot
    be used.
    """
    try:
        installation = _installation_key(key_file())
    except InputProblem as problem:
        if os.environ.get("SYNTH_KEY_FILE"):
            raise
        _log.warning("%s. Another run will call people otherwise.", problem)
        return secrets.token_hex(32)
    return _mac(installation, f"discussion {slug}").hexdigest()


@cache
def _installation_key(path: Path) -> str:
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise InputProblem(
            str(path), f"the key of pseudonyms cannot be kept ({error})", remedy=_REMEDY
        ) from error
    return kept_secret(path, remedy=_REMEDY)


def pseudonyms_for(key: str, author_key: str) -> Iterator[str]:
    """What an author may be called, the best first: ``Participant 417``, without an end.

    The numbers follow from the discussion's key and the author, by HMAC-SHA256; they say nothing
    of names or of who came first.
    """
    n_digits, n = FEWEST_DIGITS, 0
    while True:
        for _ in range(N_TRIES):
            drawn = int.from_bytes(_mac(key, f"author {n} {author_key}").digest()[:8])
            yield f"{WORD} {10 ** (n_digits - 1) + drawn % (9 * 10 ** (n_digits - 1))}"
            n += 1
        n_digits += 1


def kept_author_key(key: str, author_key: str) -> str:
    """What stays of an author key when names are erased: an import knows the author by it."""
    return f"kept:{_mac(key, f'kept {author_key}').hexdigest()}"


def _mac(key: str, text: str) -> hmac.HMAC:
    return hmac.new(key.encode(), text.encode("utf-8", "surrogatepass"), hashlib.sha256)
