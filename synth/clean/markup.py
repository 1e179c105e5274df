"""HTML read as lines: blocks break lines, quotes get depth, what is not words goes."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from synth.clean.emoji import emoji_for
from synth.clean.lines import Line
from synth.clean.nesting import without_depths
from synth.records import QuoteKind

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

_SKIPPED_WORDS = """
script style head title noscript template iframe object embed svg button select audio video
canvas map area
"""
_SKIPPED = frozenset(_SKIPPED_WORDS.split())
_PARAGRAPHS_WORDS = """
p blockquote ul ol dl table pre h1 h2 h3 h4 h5 h6 hr figure aside details section article
"""
_PARAGRAPHS = frozenset(_PARAGRAPHS_WORDS.split())
_BREAKS_WORDS = """
div tr li dt dd header footer main nav address center figcaption summary caption thead tbody
tfoot form fieldset br
"""
_BREAKS = _PARAGRAPHS | frozenset(_BREAKS_WORDS.split())
_SPACES = re.compile(r"[ \t\n\r\f]+")
_UNTELLING_WORDS = """
here this link this_link click_here clicking_here read_more more source url website page
article video ici lien ce_lien cliquez_ici cliquer_ici en_savoir_plus lire_la_suite site
hier dieser_link mehr klicken_sie_hier aquí qui
"""
_UNTELLING = frozenset(_UNTELLING_WORDS.split())
_SIGNATURE_CLASSES = frozenset({"gmail_signature", "moz-signature", "gmail_signature_prefix"})
_ATTRIBUTION_CLASSES = frozenset({"gmail_attr", "moz-cite-prefix", "quote-header"})
_QUOTE_CLASSES = frozenset({"yahoo_quoted", "protonmail_quote", "bbcode_quote", "quotecontainer"})
_LOOKS_LIKE_HTML = re.compile(
    r"\s*<(p|div|ul|ol|blockquote|h[1-6]|table|html|body|br|span|strong|em|b|i|a)\b[^<>]{0,300}>",
    re.IGNORECASE,
)
_HIDDEN_CLASSES = frozenset({"meta", "quote-controls"})
_MAX_DEPTH = 50


def looks_like_html(text: str) -> bool:
    """Whether a body declared plain is HTML: it opens with an element that is closed later."""
    found = _LOOKS_LIKE_HTML.match(text)
    if found is None:
        return False
    return found.group(1).lower() == "br" or f"</{found.group(1).lower()}>" in text.lower()


def read_html_lines(markup: str) -> list[Line]:
    """Lines of an HTML body, with the depth of ``blockquote`` and ``aside`` quotes.

    Links keep their text, and their address where the text does not tell where they
    lead; list items begin with ``- ``; table cells are parted by `` | ``; images leave
    nothing but emoji. Scripts, styles and link previews are dropped.
    """
    from selectolax.lexbor import LexborHTMLParser

    root = LexborHTMLParser(without_depths(markup)).root
    writer = _Writer()
    if root is not None:
        _walk(root, writer)
    writer.break_line()
    return writer.lines


@dataclass(slots=True)
class _Writer:
    """Collects inline text into lines; knows where in the tree it stands."""

    lines: list[Line] = field(default_factory=list)
    inline: list[str] = field(default_factory=list)
    has_words: bool = False
    """Whether ``inline`` holds more than blanks."""
    n_pre: int = 0
    authors: list[str | None] = field(default_factory=list)
    """One per open quote: who it is attributed to."""
    kinds: list[QuoteKind] = field(default_factory=list)
    lists: list[int | None] = field(default_factory=list)
    """Open lists: None for bullets, else the number of the last item."""
    prefix: str = ""

    def text(self, text: str) -> None:
        if self.n_pre:
            first, *rest = text.split("\n")
            self._add(first)
            for part in rest:
                self.break_line(keeps_blank=True)
                self._add(part)
        else:
            self._add(_SPACES.sub(" ", text))

    def part_cells(self) -> None:
        """A table cell begins."""
        if self.has_words:
            self.inline.append(" | ")

    def break_line(self, *, keeps_blank: bool = False) -> None:
        text = "".join(self.inline)
        self.inline.clear()
        self.has_words = False
        text = text.rstrip() if self.n_pre else re.sub(r" {2,}", " ", text).strip()
        if text:
            self._append(self.prefix + text, is_verbatim=self.n_pre > 0)
            self.prefix = ""
        elif keeps_blank:
            self._append("", is_verbatim=self.n_pre > 0)

    def break_paragraph(self) -> None:
        self.break_line()
        if self.lines and self.lines[-1].text and not self.lists:
            self._append("", is_verbatim=False)

    def _add(self, text: str) -> None:
        self.inline.append(text)
        self.has_words = self.has_words or bool(text.strip())

    def _append(self, text: str, *, is_verbatim: bool) -> None:
        kind = self.kinds[-1] if self.kinds else None
        author = self.authors[-1] if self.authors else None
        depth = min(len(self.authors), _MAX_DEPTH)
        self.lines.append(Line(text, depth, kind, author, is_verbatim))


def _walk(root: LexborNode, writer: _Writer) -> None:
    """Visit the tree in document order with a stack of our own: depth is not bounded."""
    stack: list[tuple[LexborNode, bool]] = [(root, False)]
    while stack:
        node, is_leaving = stack.pop()
        if is_leaving:
            _leave(node, writer)
            continue
        if node.tag == "-text":
            writer.text(node.text_content or "")
        elif _enter(node, writer):
            stack.append((node, True))
            children = []
            child = node.child
            while child is not None:
                children.append(child)
                child = child.next
            stack.extend((child, False) for child in reversed(children))


def _enter(node: LexborNode, writer: _Writer) -> bool:
    """Open an element; False where its content is not to be read."""
    tag = node.tag or ""
    if tag in _SKIPPED or tag.startswith(("-", "!")):
        return False
    attributes = node.attributes
    classes = frozenset((attributes.get("class") or "").casefold().split())
    if tag in _PARAGRAPHS:
        writer.break_paragraph()
    elif tag in _BREAKS:
        writer.break_line(keeps_blank=tag == "br")
    if tag == "img":
        writer.text(_image_text(attributes))
        return False
    if _is_hidden(attributes, classes):
        return False
    if role := _quote_role(node, classes):
        _open_quote(node, role, writer)
    _open_block(tag, attributes, writer)
    return True


def _open_block(tag: str, attributes: dict[str, str | None], writer: _Writer) -> None:
    if tag == "pre":
        writer.n_pre += 1
    elif tag in ("ul", "ol"):
        start = attributes.get("start") or "1"
        writer.lists.append(None if tag == "ul" else _number(start) - 1)
    elif tag == "li":
        indent = "  " * (len(writer.lists) - 1)
        if writer.lists and (number := writer.lists[-1]) is not None:
            writer.lists[-1] = number + 1
            writer.prefix = f"{indent}{number + 1}. "
        else:
            writer.prefix = f"{indent}- "
    elif tag in ("td", "th"):
        writer.part_cells()


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 1


def _leave(node: LexborNode, writer: _Writer) -> None:
    tag = node.tag or ""
    if tag == "a":
        writer.text(_link_address(node))
    if tag == "p" and not writer.lists:
        writer.break_paragraph()
    elif tag in _BREAKS and tag != "br":
        writer.break_line()
    if tag == "li":
        writer.prefix = ""
    elif tag in ("ul", "ol") and writer.lists:
        writer.lists.pop()
    elif tag == "pre":
        writer.n_pre -= 1
    classes = frozenset((node.attributes.get("class") or "").casefold().split())
    if role := _quote_role(node, classes):
        _close_quote(role, writer)
    if tag in _PARAGRAPHS:
        writer.break_paragraph()


def _quote_role(node: LexborNode, classes: frozenset[str]) -> QuoteKind | None:
    tag = node.tag or ""
    if tag == "blockquote" or classes & _QUOTE_CLASSES or (tag == "aside" and "onebox" in classes):
        return QuoteKind.QUOTED
    if classes & _SIGNATURE_CLASSES:
        return QuoteKind.SIGNATURE
    if classes & _ATTRIBUTION_CLASSES:
        return QuoteKind.ATTRIBUTION
    if "title" in classes and node.parent is not None and node.parent.tag == "aside":
        return QuoteKind.ATTRIBUTION
    return None


def _open_quote(node: LexborNode, role: QuoteKind, writer: _Writer) -> None:
    writer.break_line()
    if role is QuoteKind.QUOTED:
        parent = node.parent
        named = parent.attributes.get("data-username") if parent is not None else None
        writer.authors.append(named or (writer.authors[-1] if writer.authors else None))
    else:
        writer.kinds.append(role)


def _close_quote(role: QuoteKind, writer: _Writer) -> None:
    writer.break_line()
    if role is QuoteKind.QUOTED:
        writer.authors.pop()
    else:
        writer.kinds.pop()


def _is_hidden(attributes: dict[str, str | None], classes: frozenset[str]) -> bool:
    style = (attributes.get("style") or "").replace(" ", "").casefold()
    return "hidden" in attributes or "display:none" in style or bool(classes & _HIDDEN_CLASSES)


def _image_text(attributes: dict[str, str | None]) -> str:
    """An emoji for an emoji image; other images are not words."""
    alt = attributes.get("alt") or ""
    if "emoji" not in (attributes.get("class") or "").casefold():
        return ""
    return emoji_for(alt) or alt


def _link_address(node: LexborNode) -> str:
    """`` (address)`` behind a link whose words do not tell where it leads."""
    address = (node.attributes.get("href") or "").strip()
    words = "_".join((node.text() or "").casefold().strip(" .:!→»>[]()").split())
    if not address.startswith(("http://", "https://")) or words not in _UNTELLING:
        return ""
    return f" ({address})"
