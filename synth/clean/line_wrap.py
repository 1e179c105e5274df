"""Hard-wrapped paragraphs of mails made whole again, where that is safe."""

from __future__ import annotations

import re

from synth.clean.lines import Line

_LIST = re.compile(r"\s*(?:[-*+•·–—o]|\(?\d{1,3}[.)]|\(?[a-zA-Z][.)]|\[\d+\]:?)\s+\S")
_LAID_OUT = re.compile(
    r"\s{2,}\S|.*(?:\t|\S\s{3,}\S|<-|\|\s|[{};]\s*$|==|&&|\\\w+\{)"  # columns, code
    r"|\s*(?:[>#$%+*~]\s|#\w|\[\d+\]|[-=_*~]{3,}|```|https?://\S+$)"
)
_CALL = re.compile(r"\s*[\w.:$]+\(|.*(?:::|\(\))")
_LETTERS = re.compile(r"(?<!\S)[^\W\d_]+(?=[\s,.;:!?)]|$)")
_WORD = re.compile(r"\S+")
_MIN_WIDTH, _MAX_WIDTH = 50, 82


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
