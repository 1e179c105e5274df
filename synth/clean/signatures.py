"""What stands below the words: signatures, list footers, scrubbed attachments, notices."""

from __future__ import annotations

import re

from synth.clean.lines import Block, Line, after_blanks, mark, own_segments, trimmed
from synth.clean.phrases import one_of, phrases
from synth.records import QuoteKind

_LIST_FOOTER = re.compile(one_of("list_footers"), re.IGNORECASE)
_GROUP_FOOTER = re.compile(rf"\s*{one_of('group_footers')}", re.IGNORECASE)
_DEVICE = re.compile(rf"\s*{one_of('devices')}$", re.IGNORECASE)
_NOTICE = re.compile(
    rf".{{0,300}}\.\.\.\{{\{{dropped:\d+\}}\}}|\s*\W{{0,4}}{one_of('notices')}", re.IGNORECASE
)
_CLOSING = re.compile(
    rf"\s*{one_of('closings')}\s?[,.!;…-]{{0,3}}\s*(?:[:;]-?\)|👋|🙏)?\s*$", re.IGNORECASE
)
_CLOSING_WITH_NAME = re.compile(
    rf"\s*{one_of('closings_with_name')}\s?[,;.-]?\s+(?:/\s?)?(.{{2,40}})$", re.IGNORECASE
)
_POSITION = re.compile(
    rf"\b{one_of('positions')}\b|https?://|www\.|@\w|\[email\]|\+\d\d", re.IGNORECASE
)
_ONE_WORD_ANSWERS = frozenset(phrases("one_word_answers"))
_DELIMITER = re.compile(r"(?:--|—|–)[ \xa0]?$")
_MARKER = re.compile(
    r"\s*(?:\[\[.{0,80}(?:deleted|elided).{0,40}\]\]|\[(?:image|cid):[^\]]{0,120}\]"
    r"|-----(?:BEGIN PGP SIGNED MESSAGE)-----|Hash: SHA\d+)\s*$",
    re.IGNORECASE,
)
_PGP_BEGIN = re.compile(r"\s*-----BEGIN PGP (?:SIGNATURE|PUBLIC KEY BLOCK)-----")
_PGP_END = re.compile(r"\s*-----END PGP")
_NEXT_PART = re.compile(r"-{10,} next part -{10,}\s*$")
_SCRUBBED = re.compile(
    r"(?:An? .{0,40}(?:attachment|message|embedded).{0,40} was scrubbed"
    r"|Name|Type|Size|Desc|URL|From|Subject|Date)\b.{0,20}[:.]"
)
_RULE = re.compile(r"\s*(?:[_*=-]\s?){6,}$")
_NAME_WORD = r"[^\W\d_][\w.'’-]{0,25}"
_NAME = re.compile(
    rf"\s*[-–—~*]{{0,2}}\s?(?:(?:Dr|Prof|Mr|Ms|Mme|M|Herr|Frau)\.?\s)?{_NAME_WORD}"
    rf"(?:\s(?:(?:de|la|le|van|von|der|den|du|di|el|al)\s)?{_NAME_WORD}){{0,3}}[,.]?\s*$"
)
_INITIALS = re.compile(r"\s*[-–—~/]{1,2}[^\W\d_]{1,12}\.?\s*$")
_DEGREES = frozenset({"phd", "dr", "prof", "md", "msc", "ms", "ma", "ba", "jr"})
_MAX_SIGNATURE_LINES = 15
_FOOTER_INITIALS = "[-_*=HYVSThyvst"


def mark_footers(lines: list[Line]) -> None:
    """Mark list footers, PGP blocks, scrubbed attachments and archive markers."""
    end = 0
    for i, line in enumerate(lines):
        if i < end or line.is_blank or line.depth or line.kind is not None:
            continue
        if line.text.lstrip()[0] in _FOOTER_INITIALS:
            end = _footer_end(lines, i)
            mark(lines, Block(i, end), QuoteKind.SIGNATURE)


def mark_signatures(lines: list[Line], author_name: str | None) -> None:
    """Mark signatures at the ends of the author's own segments.

    ``author_name`` is the name the export shows; a last line that repeats part of it
    is a signature.
    """
    for segment in own_segments(lines):
        _mark_delimited(lines, segment)
    names = _words(author_name or "")
    for segment in own_segments(lines):
        _mark_tail(lines, segment, names)
    # Once quotes are out, what stood above them can be the end of the text.
    own: list[Line] = []
    for start, end in own_segments(lines):
        own.extend((*lines[start:end], Line("")))
    _mark_tail(own, _mark_delimited(own, trimmed(own, 0, len(own))), names)


def _footer_end(lines: list[Line], i: int) -> int:
    text = lines[i].text
    if _MARKER.match(text):
        return i + 1
    if _PGP_BEGIN.match(text):
        ends = (
            j + 1 for j in range(i + 1, min(len(lines), i + 400)) if _PGP_END.match(lines[j].text)
        )
        return next(ends, i + 1)
    if _NEXT_PART.match(text):
        end = i + 1
        while end < len(lines) and (lines[end].is_blank or _SCRUBBED.match(lines[end].text)):
            end += 1
        return end
    if _GROUP_FOOTER.match(text):
        return _same_depth_end(lines, i, limit=12)
    if _RULE.match(text):
        below = after_blanks(lines, i + 1)
        if below < len(lines) and _LIST_FOOTER.match(lines[below].text):
            return _same_depth_end(lines, i, limit=8)
    return i


def _same_depth_end(lines: list[Line], i: int, *, limit: int) -> int:
    """End of a footer: its depth, at most ``limit`` filled lines, no long prose."""
    end, n_filled = i, 0
    while end < len(lines) and lines[end].depth == lines[i].depth and n_filled < limit:
        if end > i and lines[end].is_blank and n_filled > 2:
            break
        n_filled += not lines[end].is_blank
        end += 1
    return end


def _mark_delimited(lines: list[Line], segment: Block) -> Block:
    """Mark what stands below ``-- `` lines; without the space only a short block counts."""
    n_filled = 0
    for i in range(segment.end - 1, segment.start - 1, -1):
        line = lines[i]
        is_short = len(line.text) <= 3  # what the pattern matches at most
        if is_short and _DELIMITER.match(line.text) and not line.is_verbatim:
            if line.text == "-- " or n_filled <= _MAX_SIGNATURE_LINES:
                mark(lines, Block(i, segment.end), QuoteKind.SIGNATURE)
                segment, n_filled = trimmed(lines, segment.start, i), 0
        else:
            n_filled += not line.is_blank
    return segment


def _mark_tail(lines: list[Line], segment: Block, names: frozenset[str]) -> None:
    """Peel notices, device lines and closings off the end of one own segment."""
    while segment.end > segment.start:
        start = _tail_start(lines, segment, names)
        if start is None:
            return
        mark(lines, Block(start, segment.end), QuoteKind.SIGNATURE)
        segment = trimmed(lines, segment.start, start)


def _tail_start(lines: list[Line], segment: Block, names: frozenset[str]) -> int | None:
    last = segment.end - 1
    if lines[last].is_verbatim:
        return None
    if any(pattern.match(lines[last].text[:200]) for pattern in (_DEVICE, _MARKER, _RULE)):
        return last
    paragraph = last
    while paragraph > segment.start and not lines[paragraph - 1].is_blank:
        paragraph -= 1
    if _NOTICE.match(lines[paragraph].text) and paragraph > segment.start:
        return paragraph
    return _closing_start(lines, segment) or _name_start(lines, segment, paragraph, names)


def _closing_start(lines: list[Line], segment: Block) -> int | None:
    """A closing line with nothing but a short signature below it; or a name alone over
    lines of which one tells a position or an address.

    A closing on the very first line is the message ("Thanks!"), so it stays.
    """
    n_filled, has_position = 0, False
    for i in range(segment.end - 1, segment.start, -1):
        line = lines[i]
        if line.is_blank:
            continue
        if line.is_verbatim or n_filled > 9 or len(line.text) > 160:
            break
        closing = _CLOSING_WITH_NAME.match(line.text) if n_filled == 0 else None
        is_named = closing is not None and _is_name(closing.group(1))
        is_name = has_position and lines[i - 1].is_blank and _is_name(line.text)
        if is_named or is_name or _CLOSING.match(line.text):
            return i
        has_position = has_position or _POSITION.search(line.text) is not None
        n_filled += 1
        if not _is_signature_line(line.text, is_first_name=n_filled == 1):
            break
    return None


def _is_signature_line(text: str, *, is_first_name: bool) -> bool:
    """Short, and no sentence: names, titles, addresses, links, telephone numbers."""
    bare = text.strip()
    if len(bare) > 75 or bare.endswith(("?", ";", "{", "}")):
        return False
    if bare.endswith(".") and len(bare.split()) > 5 and not is_first_name:
        return False
    has_sign = any(sign in bare for sign in ("@", "[email]", "http", "|", ","))
    n_digits = sum(map(str.isdigit, bare))
    return len(bare.split()) <= 6 or has_sign or n_digits >= 5


def _name_start(
    lines: list[Line], segment: Block, paragraph: int, names: frozenset[str]
) -> int | None:
    """A name alone as the last paragraph, or the author's name over a few short lines."""
    last = segment.end - 1
    if last == segment.start:
        return None
    is_short = last - paragraph < 6 and all(len(line.text) <= 75 for line in lines[paragraph:last])
    if is_short and paragraph > segment.start and _names(lines[paragraph].text, names):
        return paragraph
    if _names(lines[last].text, names):
        return last
    is_name = _is_name(lines[last].text) or _INITIALS.match(lines[last].text) is not None
    return last if paragraph == last and is_name else None


def _names(text: str, names: frozenset[str]) -> bool:
    """Whether a line is nothing but the author's name or a part of it."""
    words = _words(text) - _DEGREES if len(text) <= 60 else frozenset()
    return bool(words) and words <= names


def _is_name(text: str) -> bool:
    bare = text.strip()
    words = bare.strip(",.-–—~* ").split()
    if not 1 <= len(words) <= 4 or not _NAME.match(bare) or len(bare) > 40:
        return False
    is_titled = all(word[0].isupper() or len(word) <= 3 for word in words) and words[0][0].isupper()
    is_answer = words[0].casefold().strip(".,!") in _ONE_WORD_ANSWERS
    return is_titled and not is_answer


def _words(text: str) -> frozenset[str]:
    return frozenset(word.casefold() for word in re.findall(r"\w{2,}", text))
