"""Figures go into the docs between a pair of marks, ``<!-- NAME -->`` and ``<!-- /NAME -->``."""

from __future__ import annotations

from pathlib import Path

DOCS = Path(__file__).resolve().parent.parent / "docs"


def between_marks(page: Path, mark: str) -> str:
    """What stands between the marks. Raises SystemExit without them."""
    return _parts(page, mark)[1]


def write_between_marks(page: Path, mark: str, text: str) -> None:
    """Put ``text`` in place of what stands between the marks. Raises SystemExit without them."""
    before, _, after = _parts(page, mark)
    page.write_text(f"{before}{text}\n{after}", encoding="utf-8")


def _parts(page: Path, mark: str) -> tuple[str, str, str]:
    """The page up to the first mark, between the marks, and from the second one on."""
    old = page.read_text(encoding="utf-8")
    first, second = f"<!-- {mark} -->\n", f"<!-- /{mark} -->"
    before, begin, rest = old.partition(first)
    between, end, after = rest.partition(second)
    if not (begin and end):
        raise SystemExit(f"{page}: has no marks {mark!r} to write between")
    return before + first, between, second + after
