"""Figures go into the docs between a pair of marks, ``<!-- NAME -->`` and ``<!-- /NAME -->``."""

from __future__ import annotations

from pathlib import Path

DOCS = Path(__file__).resolve().parent.parent / "docs"


def write_between_marks(page: Path, mark: str, text: str) -> None:
    """Put ``text`` in place of what stands between the marks. Raises SystemExit without them."""
    old = page.read_text(encoding="utf-8")
    before, begin, rest = old.partition(f"<!-- {mark} -->\n")
    _, end, after = rest.partition(f"<!-- /{mark} -->")
    if not (begin and end):
        raise SystemExit(f"{page}: has no marks {mark!r} to write between")
    page.write_text(f"{before}{begin}{text}\n{end}{after}", encoding="utf-8")
