"""Bodies that are not HTML, read as lines: of mails, of comments, and of forums in Markdown.

Quote marks at line starts (``>``, ``|``, ``Ann>``) and ``[quote]`` tags become depth.
"""

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
_QUOTE_TAG = re.compile(r"\[quote(?:=\"?([^\]\n]{0,200}?)\"?)?\]|\[/quote\]", re.IGNORECASE)
_FENCE = re.compile(r"\s{0,3}(```+|~~~+)")
_MARKDOWN_MARK = re.compile(r"\s{0,3}>(?:[ \t]?>)*[ \t]?")
_BLOCK_START = re.compile(r"\s{0,3}(?:[-*+]\s|\d{1,3}[.)]\s|#|```|~~~|[-*_]{3,})")
_HEADING = re.compile(r"\s{0,3}#{1,6}\s+(.*?)\s*#*$")
_IMAGE = re.compile(r"!\[([^\[\]\n]{0,300})\]\([^()\s]{0,2000}(?:\s\"[^\"\n]{0,300}\")?\)")
_LINK = re.compile(r"\[([^\[\]\n]{1,300})\]\((https?://[^()\s]{0,2000})(?:\s\"[^\"\n]{0,300}\")?\)")
_STRONG = re.compile(r"(?<![\w*_\\])(\*\*|__)(?=\S)([^*_\n]{1,500}?)(?<=\S)\1(?![\w*_])")
_EMPHASIS = re.compile(r"(?<![\w*\\])\*(?=[^\s*])([^*\n]{1,500}?)(?<=[^\s*])\*(?![\w*])")
_BREAK = re.compile(r"<br\s{0,3}/?>", re.IGNORECASE)


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


def split_quote_tags(text: str) -> list[tuple[str, int, str | None]]:
    """Stretches of text with their ``[quote]`` depth and the author the tag names.

    A tag that is never closed, or closed without being opened, stays text.
    """
    tags = list(_QUOTE_TAG.finditer(text))
    if not tags:
        return [(text, 0, None)]
    matched = _matched_tags(tags)
    stretches: list[tuple[str, int, str | None]] = []
    authors: list[str | None] = []
    at = 0
    for i, tag in enumerate(tags):
        if i not in matched:
            continue
        stretches.append((text[at : tag.start()], len(authors), authors[-1] if authors else None))
        at = tag.end()
        if tag.group().startswith("[/"):
            authors.pop()
        else:
            authors.append((tag.group(1) or "").split(",")[0].strip(' "') or None)
    stretches.append((text[at:], 0, None))
    return [stretch for stretch in stretches if stretch[0].strip()]


def _matched_tags(tags: list[re.Match[str]]) -> set[int]:
    open_tags: list[int] = []
    matched: set[int] = set()
    for i, tag in enumerate(tags):
        if not tag.group().startswith("[/"):
            open_tags.append(i)
        elif open_tags:
            matched.update((open_tags.pop(), i))
    return matched


def read_markdown_lines(text: str) -> list[Line]:
    """Lines of a Markdown body: ``>`` is depth, links keep their words, fences stay verbatim."""
    lines: list[Line] = []
    fence = ""
    for raw in text.split("\n"):
        mark = None if fence else _MARKDOWN_MARK.match(raw)
        body = raw[mark.end() :] if mark else raw
        depth = mark.group().count(">") if mark else 0
        opened = _FENCE.match(body)
        if fence or opened:
            lines.append(Line(body, depth, is_verbatim=True))
            if opened and fence and opened.group(1).startswith(fence):
                fence = ""
            elif opened and not fence:
                fence = opened.group(1)
            continue
        if depth == 0 and _continues_quote(lines, body):
            depth = lines[-1].depth
        lines.append(Line(plain_markdown(body), depth))
    return lines


def _continues_quote(lines: list[Line], body: str) -> bool:
    """CommonMark's lazy continuation: a paragraph line right below a quoted paragraph line."""
    if not lines or lines[-1].depth == 0 or lines[-1].is_blank or lines[-1].is_verbatim:
        return False
    return bool(body.strip()) and not _BLOCK_START.match(body)


def plain_markdown(line: str) -> str:
    """One line without its inline Markdown; code spans and unknown marks stay."""
    if found := _HEADING.match(line):
        line = found.group(1)
    if "`" in line:
        return line
    if "](" in line:
        line = _LINK.sub(r"\1", _IMAGE.sub(r"\1", line))
    if "*" in line or "__" in line:
        line = _EMPHASIS.sub(r"\1", _STRONG.sub(r"\2", line))
    return _BREAK.sub(" ", line)
