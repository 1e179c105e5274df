"""The lines of a body, as the steps of cleaning pass them on; unwrapped and put together.

The readers turn a body into lines, the classifiers mark what is not the author's own, and
``assemble`` makes the clean text and its quotes of them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from synth.records import CleanText, Quote, QuoteKind

_LIST = re.compile(r"\s*(?:[-*+•·–—o]|\(?\d{1,3}[.)]|\(?[a-zA-Z][.)]|\[\d+\]:?)\s+\S")
_LAID_OUT = re.compile(
    r"\s{2,}\S|.*(?:\t|\S\s{3,}\S|<-|\|\s|[{};]\s*$|==|&&|\\\w+\{)"  # columns, code
    r"|\s*(?:[>#$%+*~]\s|#\w|\[\d+\]|[-=_*~]{3,}|```|https?://\S+$)"
)
_CALL = re.compile(r"\s*[\w.:$]+\(|.*(?:::|\(\))")
_LETTERS = re.compile(r"(?<!\S)[^\W\d_]+(?=[\s,.;:!?)]|$)")
_WORD = re.compile(r"\S+")
_MIN_WIDTH, _MAX_WIDTH = 50, 82
_RUN = re.compile(b"\x01+")
_BLANK_LINES = re.compile(r"\n{3,}")


@dataclass(slots=True)
class Line:
    """One line of a body. The classifiers set ``kind``; the text is never changed by them."""

    text: str
    depth: int = 0
    """How many quotes it stands in; 0 for the author's own line."""
    kind: QuoteKind | None = None
    """None for the author's own words."""
    author: str | None = None
    """Who a quoted line is by, where the markup says so."""
    is_verbatim: bool = False
    """Preformatted: never unwrapped, never taken for a signature."""
    is_blank: bool = field(init=False)

    def __post_init__(self) -> None:
        self.is_blank = not self.text or self.text.isspace()

    @property
    def is_own(self) -> bool:
        return self.depth == 0 and self.kind is None


class Block(NamedTuple):
    """Lines ``start:end``."""

    start: int
    end: int


def runs(belong: Sequence[bool]) -> list[Block]:
    """The maximal runs of neighbouring lines of which each belongs."""
    # A pattern over one byte a line is faster than a loop.
    return [Block(*found.span()) for found in _RUN.finditer(bytes(belong))]


def own_segments(lines: list[Line]) -> list[Block]:
    """The runs of the author's own lines between quotes, trimmed of blank lines."""
    own = runs([not line.depth and line.kind is None for line in lines])
    segments = [trimmed(lines, *run) for run in own]
    return [segment for segment in segments if segment.end > segment.start]


def trimmed(lines: list[Line], start: int, end: int) -> Block:
    """The block without its blank lines at either end."""
    while start < end and lines[start].is_blank:
        start += 1
    while end > start and lines[end - 1].is_blank:
        end -= 1
    return Block(start, end)


def after_blanks(lines: list[Line], i: int) -> int:
    """The line from ``i`` on that is not blank, past two blank ones at most."""
    limit = min(i + 2, len(lines))
    while i < limit and lines[i].is_blank:
        i += 1
    return i


def mark(lines: list[Line], block: Block, kind: QuoteKind) -> None:
    """Take the lines of a block out of the author's own words."""
    for line in lines[block.start : block.end]:
        line.kind = kind


def unwrap(lines: list[Line]) -> list[Line]:
    """Own lines joined where the mailer broke them; ``lines`` is left as it was.

    The wrap width is that of the longest prose line. A line joins the next one
    when the next begins in lower case, or when it breaks mid-sentence close to the
    width, or when the next word would not have fitted. Lists, code, tables and short
    lines (addresses, verse) keep their breaks. Text with prose lines longer than
    82 characters (addresses apart) was never hard-wrapped and stays as it is.
    """
    joined = _unwrapped_once(lines)
    while len(joined) < len(lines):
        lines, joined = joined, _unwrapped_once(joined)
    return joined


def _unwrapped_once(lines: list[Line]) -> list[Line]:
    width = _width(lines)
    if not _MIN_WIDTH <= width <= _MAX_WIDTH:
        return lines
    paragraphs: list[list[Line]] = []
    last: Line | None = None
    for line in lines:
        opens_paragraph = last is None or last.is_blank or last.depth > 0 or last.kind is not None
        is_own = not line.depth and line.kind is None
        if is_own and last is not None and not line.is_blank and _continues(last, line, width):
            paragraphs[-1].append(line)
        else:
            paragraphs.append([line])
        # The first line of a paragraph may be indented.
        is_indented = line.text[:1].isspace()
        last = Line(line.text.lstrip()) if is_indented and is_own and opens_paragraph else line
    return [p[0] if len(p) == 1 else _joined(p) for p in paragraphs]


def _joined(paragraph: list[Line]) -> Line:
    first, *rest = paragraph
    return Line(" ".join((first.text.rstrip(), *(line.text.strip() for line in rest))))


def _width(lines: list[Line]) -> int:
    """Of the longest prose line, or of one that is too long for a wrapped text."""
    width = 0
    for line in lines:
        if line.depth or len(line.text) <= width or line.kind is not None or line.is_verbatim:
            continue
        text = line.text.strip()
        if len(text) > width and _is_prose(text):
            width = len(text)
            if width > _MAX_WIDTH:
                break
    return width


def _is_prose(text: str) -> bool:
    return text.count(" ") >= 3 and "://" not in text and not _is_laid_out(text)


def _is_laid_out(text: str) -> bool:
    """Code, a table row or a heading rule; prose may name a function on the way."""
    if _LAID_OUT.match(text):
        return True
    return len(_LETTERS.findall(text)) < 3 and _CALL.match(text) is not None


def _continues(line: Line, below: Line, width: int) -> bool:
    if not (line.is_own and below.is_own) or line.is_verbatim or below.is_verbatim:
        return False
    text = line.text.rstrip()
    is_item = _LIST.match(text) is not None
    following = _WORD.search(below.text)
    if not text or following is None or _LIST.match(below.text):
        return False
    if _is_laid_out(below.text.strip() if is_item else below.text):
        return False
    if not is_item and _is_laid_out(text):
        return False
    first = following.group()
    is_mid_sentence = text[-1] not in ".!?:" and len(text) >= 0.8 * width
    is_forced = len(text) + 1 + len(first) > width
    return is_forced or is_mid_sentence or (first[0].islower() and len(text) >= 0.6 * width)


def assemble(lines: list[Line]) -> CleanText:
    """Own lines as text, one blank line at most between them; the rest as quotes."""
    parts: list[str] = []
    starts: list[int] = []
    aside: list[tuple[QuoteKind, str, str | None, int]] = []  # with the own part that follows
    length = end = 0
    while end < len(lines):
        start, end = end, _same_end(lines, end)
        block = trimmed(lines, start, end)
        if block.end == block.start:
            continue
        text, first = _block_text(lines, block), lines[block.start]
        if first.is_own:
            starts.append(length + 2 if parts else 0)
            parts.append(text if parts else text.lstrip())
            length = starts[-1] + len(parts[-1])
        else:
            kind = first.kind or QuoteKind.QUOTED
            author = first.author if kind is QuoteKind.QUOTED else None
            aside.append((kind, text.strip(), author, len(parts)))
    starts.append(length)
    return CleanText(
        text="\n\n".join(parts),
        quotes=tuple(
            Quote(kind=kind, text=text, at=starts[part], author=author)
            for kind, text, author, part in aside
        ),
    )


def _same_end(lines: list[Line], i: int) -> int:
    """End of the lines that share kind and depth with line ``i``; blank lines join any run."""
    kind, depth, author = lines[i].kind, lines[i].depth, lines[i].author
    for end in range(i + 1, len(lines)):
        line = lines[end]
        if line.is_blank and line.kind is None and not line.depth:
            continue
        if line.kind is not kind or line.depth != depth or line.author not in (None, author):
            return end
    return len(lines)


def _block_text(lines: list[Line], block: Block) -> str:
    text = "\n".join([line.text.rstrip() for line in lines[block.start : block.end]])
    return _BLANK_LINES.sub("\n\n", text) if "\n\n\n" in text else text
