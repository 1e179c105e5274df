"""spaCy without the frameworks that its backend would load along.

thinc imports torch and others where they are installed, seconds and hundreds of megabytes for
nothing: the pipelines used here run on numpy. Whoever needs torch can still import it later.
"""

from __future__ import annotations

import sys
from functools import cache

_UNUSED = ("torch", "tensorflow", "mxnet", "cupy")


@cache
def load() -> None:
    """Import ``spacy``; call this before importing anything of it."""
    hidden = [name for name in _UNUSED if name not in sys.modules]
    # None in sys.modules makes an import of the name fail, as if it were not installed.
    # typeshed has modules only here; Python documents None as well.
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]
    try:
        import spacy  # noqa: F401 - for its effect
    finally:
        for name in hidden:
            sys.modules.pop(name, None)
