"""Cleaning: a raw message in, its own words and what was separated from them out."""

from __future__ import annotations

import re

from synth.clean.attributions import mark_attributions
from synth.clean.characters import normalise, show_emoji, unescape
from synth.clean.lines import Line, assemble, unwrap
from synth.clean.markup import looks_like_html, read_html_lines
from synth.clean.phrases import one_of
from synth.clean.plain_text import (
    read_comment_lines,
    read_mail_lines,
    read_markdown_lines,
    split_quote_tags,
)
from synth.clean.signatures import mark_footers, mark_signatures
from synth.records import BodyFormat, CleanText, RawMessage

__all__ = ["clean"]

_MESSAGE_ID = re.compile(r"<?[^\s<>@]{1,300}@[^\s<>@]{1,300}>?$")
_MAIL_EVIDENCE = re.compile(
    r"^-- $|^\[\[alternative HTML version|^_{20,}\n.{0,80}mailing list"
    rf"|^-{{2,}} ?{one_of('original_message')} ?-{{2,}}"
    r"|^(?:On|Le|Am)\b[^\n]{0,150}\d[^\n]{0,150}\n?[^\n]{0,80}"
    r"\b(?:wrote|écrit|schrieb)\b[^\n]{0,80}:\s*\n\n?>",
    re.MULTILINE,
)


def clean(raw: RawMessage) -> CleanText:
    """The message's own words, and its quotes, attributions and signatures apart.

    Nothing is lost: what is taken out is kept as quotes, with the offset in the clean
    text before which it stood. A message that is only a quote has an empty text. Mails
    (known by Message-IDs, or by what only mails contain) also lose their signatures and
    hard line wraps; in other messages a ``>`` counts only where it plainly quotes.
    Cleaning a clean text again changes nothing. One pass over the lines, linear time.
    """
    text = normalise(raw.text)
    body_format = raw.body_format
    if body_format is BodyFormat.PLAIN and "</" in text + "</" and looks_like_html(text):
        body_format = BodyFormat.HTML
    is_mail = is_from_mail(raw) or (
        body_format is BodyFormat.PLAIN and _MAIL_EVIDENCE.search(text) is not None
    )
    lines = _read(text, body_format, is_mail=is_mail)
    if is_mail:
        mark_footers(lines)
        mark_attributions(lines)
        mark_signatures(lines, raw.author_name)
        lines = unwrap(lines)
    return assemble(lines)


def is_from_mail(raw: RawMessage) -> bool:
    """Whether the ids of a message are Message-IDs."""
    ids = (raw.source_id, raw.parent_source_id or "", *raw.references[:1])
    return any(_MESSAGE_ID.match(found) for found in ids)


def _read(text: str, body_format: BodyFormat, *, is_mail: bool) -> list[Line]:
    if body_format is BodyFormat.HTML:
        return read_html_lines(text)
    if is_mail:
        return read_mail_lines(text)
    reader = read_markdown_lines if body_format is BodyFormat.MARKDOWN else read_comment_lines
    if body_format is BodyFormat.PLAIN and "&" in text and "<" not in text:
        text = normalise(unescape(text))
    lines: list[Line] = []
    for stretch, depth, author in split_quote_tags(show_emoji(text)):
        for line in reader(stretch):
            line.depth += depth
            line.author = author if depth else line.author
            lines.append(line)
    return lines
