"""Quote marks at line starts (``>``, ``|``, ``Ann>``) read as depth, in one pass."""

from __future__ import annotations

import re
from collections.abc import Iterable

from synth.clean.lines import Block, Line, runs

# ``>=`` and ``>-`` at a line start are operators, not marks.
_MARK = re.compile(r"[ \t]{0,4}>(?![=-])(?:[ \t]?>(?![=-]))*[ \t]?")
_BAR = re.compile(r"[ \t]?\|(?:[ \t]?[|>])*(?:[ \t]|$)")
_NAMED = re.compile(r"[ \t]{0,4}([A-Z][A-Za-z]{0,11})> ?")
_MBOX_FROM = re.compile(r"(>+)From ")
_CODE = re.compile(
    r"\s*(?:[\w.:$@\[\]\"'-]+(?:\(|\s*(?:<-|<<-|\|>|%>%|:=|=)(?:\s|$))"  # call, assignment, pipe
    r"|[#})+]|\{|[\w.$]+$|\"|import\s|from\s+\w+\s+import|\?\w"
    r"|(?:git|R|Rscript|npm|npx|pip|cd|ls|sudo|make|docker|python3?|curl|cat|brew|apt(?:-get)?)\s)"
)
_OUTPUT = re.compile(
    r"\s*(?:\[\d+\]|\$\w|Error\b|Warning\b|Traceback|NULL$|[-+]?\d[\d.]*(?:\s|$)|<\w)"
    r"|\s{3,}\S"
)


def read_mail_lines(text: str) -> list[Line]:
    """Lines with their quote depth, the marks taken off. Console sessions stay own text."""
    raw_lines = text.split("\n")
    if "|" not in text and ">" not in text:
        return [Line(raw) for raw in raw_lines]
    lines = [_marked_line(raw) if ">" in raw[:6] else Line(raw) for raw in raw_lines]
    if "|" in text:
        _read_bars(lines)
    if ">" in text:
        _read_names(lines)
    _keep_consoles(lines, raw_lines)
    _join_overflow(lines)
    return lines


def read_comment_lines(text: str) -> list[Line]:
    """Lines of a comment that is no mail: ``>`` counts only where it plainly quotes.

    A block is a quote when its marked lines hold at least three words and begin with a
    letter or an opening quote mark, so ``> 50 % of people agree`` stays text; so do lines
    that each begin a sentence, for which ``>`` is a bullet.
    """
    raw_lines = text.split("\n")
    if ">" not in text:
        return [Line(raw) for raw in raw_lines]
    lines = [_marked_line(raw) if ">" in raw[:6] else Line(raw) for raw in raw_lines]
    for block in runs([line.depth > 0 for line in lines]):
        if not _is_plain_quote([line.text for line in lines[block.start : block.end]]):
            _restore(lines, raw_lines, block)
    return lines


def _is_plain_quote(texts: list[str]) -> bool:
    filled = [text.strip() for text in texts if text.strip()]
    words = " ".join(filled).split()
    if len(words) < 3 or not (words[0][0].isalpha() or words[0][0] in "\"'“«„‘[(¿¡*"):
        return False
    is_bulleted = len(filled) > 1 and all(text[0].isupper() for text in filled)
    return not is_bulleted and not _is_console(filled)


def _marked_line(raw: str) -> Line:
    if raw[:2] == "> " and raw[2:3] != ">":  # what nearly all are, without a pattern
        return Line(raw[2:], 1)
    # mbox files put one mark before a line's "From "
    if "From " in raw and (found := _MBOX_FROM.match(raw)):
        n_marks = len(found.group(1)) - 1
        return Line(raw[n_marks + 1 :], depth=n_marks)
    found = _MARK.match(raw)
    if found is None:
        return Line(raw)
    return Line(raw[found.end() :], depth=found.group().count(">"))


def _restore(lines: list[Line], raw_lines: list[str], block: Block) -> None:
    for i in range(block.start, block.end):
        lines[i] = Line(raw_lines[i], is_verbatim=True)


def _runs_matching(lines: list[Line], pattern: re.Pattern[str], sign: str) -> list[Block]:
    """Runs of neighbouring own lines that all match; only those with ``sign`` can."""
    return runs(
        [not line.depth and sign in line.text and bool(pattern.match(line.text)) for line in lines]
    )


def _read_bars(lines: list[Line]) -> None:
    """``| text`` quotes in some readers; a table or ASCII art also has bars further on.

    In a message that quotes so once, single lines count too.
    """
    found = _runs_matching(lines, _BAR, "|")
    has_quotes = any(_is_barred_quote(lines, run, n_needed=2) for run in found)
    for run in found:
        if not _is_barred_quote(lines, run, n_needed=1 if has_quotes else 2):
            continue
        for i in range(*run):
            text = _without_bar(lines[i].text)
            marks = lines[i].text[: len(lines[i].text) - len(text)]
            lines[i] = Line(text, depth=marks.count("|") + marks.count(">"))


def _without_bar(text: str) -> str:
    found = _BAR.match(text)
    return text[found.end() :] if found else text


def _is_barred_quote(lines: list[Line], run: Block, *, n_needed: int) -> bool:
    above = lines[run.start - 1].text if run.start else ""
    if above.rstrip().endswith(("wrote:", "écrit :", "écrit:")):
        return True
    inner = [_without_bar(line.text) for line in lines[run.start : run.end]]
    n_prose = sum(1 for text in inner if "|" not in text and text[:1].isalpha())
    n_barred = sum(1 for text in inner if "|" in text)
    is_table = n_prose * 2 < len(inner) - n_barred or n_barred * 5 > len(inner)
    return not is_table and n_prose >= n_needed


def _read_names(lines: list[Line]) -> None:
    """``Ann> text`` (supercite): at least two lines with one name, and prose behind it."""
    for run in _runs_matching(lines, _NAMED, ">"):
        found = [m for line in lines[run.start : run.end] if (m := _NAMED.match(line.text))]
        names = {m.group(1) for m in found}
        inner = [m.string[m.end() :] for m in found]
        n_prose = sum(1 for text in inner if len(text.split()) >= 4 and not _CODE.match(text))
        if len(names) != 1 or len(inner) < 2 or n_prose * 2 < len(inner) or len(min(names)) < 2:
            continue
        for i, text in zip(range(*run), inner, strict=True):
            lines[i] = Line(text, depth=1, author=min(names))


def _is_console(texts: list[str]) -> bool:
    return bool(texts) and sum(1 for text in texts if _CODE.match(text)) * 5 >= len(texts) * 3


def _keep_consoles(lines: list[Line], raw_lines: list[str]) -> None:
    """A pasted console session has ``>`` prompts: code behind them, output between them.

    In a message that quotes prose, prompts count as quoted unless output follows them.
    """
    quoted = runs([line.depth > 0 for line in lines])
    consoles = [
        run
        for run in quoted
        if _is_console([line.text for line in lines[run.start : run.end] if not line.is_blank])
    ]
    if not consoles:
        return
    has_prose_quotes = len(consoles) < len(quoted)
    for run in consoles:
        above = _first_filled(reversed(lines[: run.start]))
        below = _first_filled(lines[run.end : run.end + 2])
        is_attributed = has_prose_quotes and above.rstrip().endswith(":")
        if not is_attributed and (not has_prose_quotes or _OUTPUT.match(below)):
            _restore(lines, raw_lines, run)


def _first_filled(lines: Iterable[Line]) -> str:
    return next((line.text for line in lines if not line.is_blank), "")


def _join_overflow(lines: list[Line]) -> None:
    """Words that a mailer wrapped out of a quoted line, or left unmarked, stay with the quote."""
    for i in range(1, len(lines) - 1):
        line, after = lines[i], lines[i + 1]
        if line.depth or not after.depth or line.is_blank or line.is_verbatim:
            continue
        before = lines[i - 1]
        is_rest = len(line.text) <= 30 and len(before.text) >= 60 and not line.text[0].isupper()
        is_sandwiched = before.depth == after.depth and is_rest
        runs_on = line.text.rstrip()[-1] not in ".:!?," and after.text[:1].islower()
        if is_sandwiched or (runs_on and (before.is_blank or before.depth > 0)):
            line.depth = after.depth
