"""Lines that say whose words follow: ``On … Ann wrote:``, Outlook headers, forward rules."""

from __future__ import annotations

import re

from synth.clean.lines import Block, Line, after_blanks, mark
from synth.clean.phrases import one_of
from synth.records import QuoteKind

_VERB = re.compile(rf"\b{one_of('verbs_of_saying')}\b", re.IGNORECASE)
_BEGINS = re.compile(
    rf"\W{{0,3}}(?:{one_of('date_openers')}|{one_of('quote_openers')})\s"
    rf"|\W?{one_of('weekdays')}[a-zéäö]{{0,7}}[.,]{{0,2}}\s+\d"
    r"|\d{4}-\d\d?-\d\d?|\d\d?[./]\d\d?[./]\d{2,4}"
    r"|[\"'“]?\w[^<>:]{0,60}[<\[(][^<>\s]{0,80}[>\])]"
)
_OPENS_DATED = re.compile(rf"\W{{0,3}}{one_of('date_openers')}\s.{{0,80}}\d")
_FROM = re.compile(rf"\s{{0,4}}\*?{one_of('header_from')}\s?:\*?\s*\S")
_FIELD = re.compile(rf"\s{{0,4}}\*?{one_of('header_fields')}\s?:", re.IGNORECASE)
_RULE = re.compile(
    rf"\s*[-_=*]{{2,}}\s*{one_of('original_message')}\s*[-_=*]*\s*$|\s*{one_of('forward_openers')}\s?:\s*$",
    re.IGNORECASE,
)
_DATED = re.compile(
    r"\d{1,2}[:h]\d{2}|\d{4}|\d\d?[./-]\d\d?[./-]\d\d|<[^<>\s]*@?[^<>\s]*>|\[email\]|\S@\S"
)
_CLOCK = re.compile(
    r"\d{1,2}[:h.]\d{2}(?::\d{2})?(?:[\s?\u202f\xa0]*[apAP]\.?[mM]\b\.?)?"
    r"(?:\s*(?:[+-]\d{4}|\(?(?:[A-Z]{3,4}|UTC[+-]?\d*|GMT[+-]?\d*)\)?))*|\b(?:19|20)\d{2}\b|\d\d?[./-]\d\d?[./-]\d{2,4}"
)
_ADDRESS = re.compile(r"[<\[(][^<>\[\]()]{0,120}[>\])]|<[^<>]{0,60}$")
_DATE_LINE = re.compile(r"(?:[^\s\d]{1,12}\s){0,2}.{0,30}\d{1,2}:\d\d(?::\d\d)?.{0,16}$")
_FOREIGN = re.compile(r"<[^<>\s]{2,80}>[^<>]{0,20}[:：]$")
_ENDINGS = (":", "：", ">", "wrote")
_MAX_CHARS = 400
_LONG_RULE = re.compile(r"\s*_{10,}\s*$|\s*-{10,}\s*$")


def mark_attributions(lines: list[Line]) -> None:
    """Mark the attribution lines, and what an unmarked full quote below them covers."""
    last: int | None = None
    for i, line in enumerate(lines):
        if line.is_blank and not line.depth:
            continue
        if line.depth and last is not None and line.depth > lines[last].depth and i - last <= 3:
            _mark_before_quote(lines, last, i)
        last = i
    for i, line in enumerate(lines):
        if line.depth or line.is_blank or line.is_verbatim or line.kind is not None:
            continue
        if _mark_unmarked_quote(lines, i):
            break


def written_by(attribution: str) -> str | None:
    """The person an attribution line names; None where it names nobody.

    >>> written_by("On 3 May 2021 at 10:02, Ann Lee <ann@example.org> wrote:")
    'Ann Lee'
    """
    if header := re.search(r"(?:From|De|Von|Da|Van|Från|Fra)\s?:\*?\s*([^\n]{1,120})", attribution):
        return _name(header.group(1))
    verb = _VERB.search(attribution)
    if verb is None:
        return None
    after = _name(_after_clock(attribution[verb.end() :]))
    before = attribution[: verb.start()]
    return after or _name(re.sub(r"\s(?:a|hat|ha)\s*$", "", _after_clock(before)))


def _after_clock(text: str) -> str:
    end = 0
    for found in _CLOCK.finditer(text):
        end = found.end()
    return text[end:]


def _name(text: str) -> str | None:
    bare = _ADDRESS.sub(" ", text)
    bare = re.sub(
        r"^\W*(?:On|Le|Am|El|Il|Op|Den|Em|um|at|à|Uhr|via|Quoting)\b|\bvia\s.*$", " ", bare
    )
    name = " ".join(bare.split()).strip(" ,;:.\"'“”*<>-–\u200b")
    if not name:
        address = re.search(r"[\w.+-]{1,64}@[\w.-]{1,200}", text)
        name = address.group() if address else ""
    return name if 0 < len(name) <= 80 else None


def _joined(lines: list[Line], start: int, end: int) -> str:
    return " ".join(line.text.strip() for line in lines[start:end])


def _mark_before_quote(lines: list[Line], last: int, below: int) -> None:
    """Line ``last`` stands above the deeper line ``below``: see whether it attributes it."""
    if lines[last].kind is not None or lines[below].kind is not None:
        return
    start = _attribution_start(lines, last, is_strict=False)
    if start is None:
        return
    author = written_by(_joined(lines, start, last + 1))
    depth = lines[start].depth
    if depth == 0:
        mark(lines, Block(start, last + 1), QuoteKind.ATTRIBUTION)
    for line in lines[below:]:
        if line.depth <= depth and not line.is_blank:
            break
        if line.depth == depth + 1 and line.author is None:
            line.author = author


def _attribution_start(lines: list[Line], last: int, *, is_strict: bool) -> int | None:
    """First line of the attribution that ends with line ``last``; it may be wrapped.

    Where a marked quote follows, a line that ends in a colon is enough when it names a
    verb of saying, or (in any language) an address and a date.
    """
    tail = lines[last].text.rstrip()
    if len(tail) > _MAX_CHARS or not tail.endswith(_ENDINGS):
        return None
    found: int | None = None
    for start in range(last, max(last - 4, -1), -1):
        line = lines[start]
        if line.is_blank or line.depth != lines[last].depth or line.kind is not None:
            break
        text = _joined(lines, start, last + 1)
        if len(text) > _MAX_CHARS:
            break
        if found is not None and not (_OPENS_DATED.match(line.text) or _DATE_LINE.match(line.text)):
            break
        is_attribution = _BEGINS.match(line.text.lstrip()) and _VERB.search(text)
        if is_attribution and (not is_strict or _DATED.search(text)):
            found = start
    return _foreign_start(lines, last) if found is None and not is_strict else found


def _foreign_start(lines: list[Line], last: int) -> int | None:
    """First line of an attribution in any language, above a marked quote."""
    tail = lines[last].text.rstrip()
    if not tail.endswith((":", "：")) or len(tail) > 160:
        return None
    start = last
    if len(tail) <= 20 and last and lines[last - 1].text.rstrip().endswith(">"):
        start = last - 1  # the verb alone was wrapped
    text = _joined(lines, start, last + 1)
    if not _VERB.search(tail[-40:]) and not _FOREIGN.search(text):
        return None
    above = lines[start - 1] if start else None
    is_dated = above is not None and above.is_own and _DATE_LINE.match(above.text) is not None
    return start - 1 if is_dated else start


def _mark_unmarked_quote(lines: list[Line], i: int) -> bool:
    """Where line ``i`` opens a quote without marks, mark it to the end of the message."""
    block = _header_block(lines, i) or _strict_attribution(lines, i)
    if block is None:
        return False
    mark(lines, block, QuoteKind.ATTRIBUTION)
    author = written_by("\n".join(line.text for line in lines[block.start : block.end]))
    first = next((line for line in lines[block.end :] if not line.is_blank), None)
    if first is None or first.depth > 0:
        return False
    for line in lines[block.end :]:
        if line.kind is not QuoteKind.SIGNATURE:
            line.author = author if line.depth == 0 else line.author
            line.depth += 1
    return True


def _header_block(lines: list[Line], i: int) -> Block | None:
    """``From: / Sent: / To:`` lines, with or without a rule above; or a rule alone."""
    text = lines[i].text
    start = i
    if text.lstrip()[:1] not in ("-", "_", "=", "*") and ":" not in text[:60]:
        return None
    is_rule = _RULE.match(text) is not None
    if is_rule or _LONG_RULE.match(text):
        i = after_blanks(lines, i + 1)
    if i < len(lines) and lines[i].depth == 0 and _FROM.match(lines[i].text):
        end, n_fields = _header_end(lines, i)
        if n_fields >= 2 or (is_rule and n_fields >= 1):
            return Block(start, end)
    return Block(start, start + 1) if is_rule else None


def _header_end(lines: list[Line], i: int) -> tuple[int, int]:
    """Where a header block ends, and how many fields follow its first line.

    Long address lists wrap, so up to three lines may stand between two fields.
    """
    end, n_fields = i + 1, 0
    for j in range(i + 1, len(lines)):
        if j - end > 3 or lines[j].depth or (lines[j].is_blank and n_fields):
            break
        if _FIELD.match(lines[j].text):
            n_fields += 1
            end = j + 1
    return end, n_fields


def _strict_attribution(lines: list[Line], i: int) -> Block | None:
    """A dated attribution with nothing marked below, under words of the author's own."""
    if not lines[i].text.rstrip().endswith((":", "：")):
        return None
    start = _attribution_start(lines, i, is_strict=True)
    if start is None:
        return None
    is_apart = start == 0 or lines[start - 1].is_blank
    has_own_words = any(line.is_own and not line.is_blank for line in lines[:start])
    return Block(start, i + 1) if is_apart and has_own_words else None
