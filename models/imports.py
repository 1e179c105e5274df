"""Import a library without what it imports and what is never used here.

Such parts (other frameworks, a downloader, a command line) take seconds and megabytes. While the
library is imported, each name is either missing, as if it were not installed, or an empty
stand-in. Whoever needs the real one can still import it later.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType


class _StandIn(ModuleType):
    """A module whose every attribute is None."""

    def __getattr__(self, name: str) -> None:
        if name.startswith("__"):
            raise AttributeError(name)


@contextmanager
def without(*, missing: tuple[str, ...] = (), empty: tuple[str, ...] = ()) -> Iterator[None]:
    """Inside, modules that are not loaded yet are ``missing`` or ``empty``."""
    hidden: dict[str, ModuleType | None] = {
        **dict.fromkeys(missing),
        **{name: _StandIn(name) for name in empty},
    }
    hidden = {name: module for name, module in hidden.items() if name not in sys.modules}
    # None in sys.modules makes an import of the name fail.
    # typeshed has modules only here; Python documents None as well.
    sys.modules.update(hidden)  # type: ignore[arg-type]
    try:
        yield
    finally:
        for name in hidden:
            sys.modules.pop(name, None)
