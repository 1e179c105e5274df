"""Forum bodies: Markdown quotes and links, and ``[quote]`` tags, read as lines."""

from __future__ import annotations

import re

from synth.clean.lines import Line

_TAG = re.compile(r"\[quote(?:=\"?([^\]\n]{0,200}?)\"?)?\]|\[/quote\]", re.IGNORECASE)
_FENCE = re.compile(r"\s{0,3}(```+|~~~+)")
_MARK = re.compile(r"\s{0,3}>(?:[ \t]?>)*[ \t]?")
_BLOCK_START = re.compile(r"\s{0,3}(?:[-*+]\s|\d{1,3}[.)]\s|#|```|~~~|[-*_]{3,})")
_HEADING = re.compile(r"\s{0,3}#{1,6}\s+(.*?)\s*#*$")
_IMAGE = re.compile(r"!\[([^\[\]\n]{0,300})\]\([^()\s]{0,2000}(?:\s\"[^\"\n]{0,300}\")?\)")
_LINK = re.compile(r"\[([^\[\]\n]{1,300})\]\((https?://[^()\s]{0,2000})(?:\s\"[^\"\n]{0,300}\")?\)")
_STRONG = re.compile(r"(?<![\w*_\\])(\*\*|__)(?=\S)([^*_\n]{1,500}?)(?<=\S)\1(?![\w*_])")
_EMPHASIS = re.compile(r"(?<![\w*\\])\*(?=[^\s*])([^*\n]{1,500}?)(?<=[^\s*])\*(?![\w*])")
_BREAK = re.compile(r"<br\s{0,3}/?>", re.IGNORECASE)


def split_quote_tags(text: str) -> list[tuple[str, int, str | None]]:
    """Stretches of text with their ``[quote]`` depth and the author the tag names.

    A tag that is never closed, or closed without being opened, stays text.
    """
    tags = list(_TAG.finditer(text))
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
        mark = None if fence else _MARK.match(raw)
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
