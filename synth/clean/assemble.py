"""Classified lines put together: the clean text, and the quotes with their places."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from synth.clean.lines import Block, Line, trimmed
from synth.records import CleanText, Quote, QuoteKind

_BLANK_LINES = re.compile(r"\n{3,}")


def assemble(lines: list[Line]) -> CleanText:
    """Own lines as text, one blank line at most between them; the rest as quotes."""
    assembly = _Assembly()
    i = 0
    while i < len(lines):
        end = _run_end(lines, i)
        block = trimmed(lines, i, end)
        if block.end > block.start:
            assembly.add(lines, block)
        i = end
    return assembly.finish()


def _run_end(lines: list[Line], i: int) -> int:
    """End of the lines that share kind and depth with line ``i``; blank lines join any run."""
    kind, depth, author = lines[i].kind, lines[i].depth, lines[i].author
    for end in range(i + 1, len(lines)):
        line = lines[end]
        if line.is_blank and line.kind is None and not line.depth:
            continue
        if line.kind is not kind or line.depth != depth or line.author not in (None, author):
            return end
    return len(lines)


def _text(lines: list[Line], block: Block) -> str:
    text = "\n".join([line.text.rstrip() for line in lines[block.start : block.end]])
    return _BLANK_LINES.sub("\n\n", text) if "\n\n\n" in text else text


@dataclass(slots=True)
class _Assembly:
    parts: list[str] = field(default_factory=list)
    length: int = 0
    quotes: list[Quote] = field(default_factory=list)
    waiting: list[tuple[QuoteKind, str, str | None]] = field(default_factory=list)
    """Quotes whose place is the beginning of the next own words."""

    def add(self, lines: list[Line], block: Block) -> None:
        text, first = _text(lines, block), lines[block.start]
        if first.is_own:
            start = self.length + 2 if self.parts else 0
            self.parts.append(text if self.parts else text.lstrip())
            self._place(start)
            self.length = start + len(self.parts[-1])
        else:
            kind = first.kind or QuoteKind.QUOTED
            self.waiting.append(
                (kind, text.strip(), first.author if kind is QuoteKind.QUOTED else None)
            )

    def finish(self) -> CleanText:
        self._place(self.length)
        return CleanText(text="\n\n".join(self.parts), quotes=tuple(self.quotes))

    def _place(self, at: int) -> None:
        for kind, text, author in self.waiting:
            self.quotes.append(Quote(kind=kind, text=text, at=at, author=author))
        self.waiting.clear()
