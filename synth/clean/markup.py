"""HTML read as lines: blocks break lines, quotes get depth, what is not words goes."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from models.wordlists import read_toml, words
from synth.clean.characters import emoji_for
from synth.clean.lines import Line
from synth.records import QuoteKind

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

_WORDS = read_toml(__package__, "markup.toml")
_ELEMENTS = {kind: words(names) for kind, names in _WORDS["elements"].items()}
_CLASSES = {kind: words(names) for kind, names in _WORDS["classes"].items()}
_UNTELLING = words(" ".join(_WORDS["untelling_links"].values()))
_PARAGRAPHS = _ELEMENTS["paragraphs"]
_BREAKS = _PARAGRAPHS | _ELEMENTS["breaks"]
_FLAT, _BLOCKS, _INLINE = (_ELEMENTS[kind] for kind in ("flat", "blocks", "inline"))

_SPACES = re.compile(r"[ \t\n\r\f]+")
_LOOKS_LIKE_HTML = re.compile(
    r"\s*<(p|div|ul|ol|blockquote|h[1-6]|table|html|body|br|span|strong|em|b|i|a)\b[^<>]{0,300}>",
    re.IGNORECASE,
)
_TAG = re.compile(r"<(/?)([a-zA-Z][^\s/<>]*)[^<>]*>|<!--(?!-?>)|--!?>")
_MAX_DEPTH = 50
_DEEPEST = 500


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
            children = list(node.iter(include_text=True))
            stack.extend((child, False) for child in reversed(children))


def _enter(node: LexborNode, writer: _Writer) -> bool:
    """Open an element; False where its content is not to be read."""
    tag = node.tag or ""
    if tag in _ELEMENTS["skipped"] or tag.startswith(("-", "!")):
        return False
    attributes = node.attributes
    classes = _classes(node)
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
        start = attributes.get("start") or ""
        is_number = start.isascii() and start.isdigit() and len(start) < 10
        first = int(start) if is_number else 1
        writer.lists.append(None if tag == "ul" else first - 1)
    elif tag == "li":
        indent = "  " * (len(writer.lists) - 1)
        if writer.lists and (number := writer.lists[-1]) is not None:
            writer.lists[-1] = number + 1
            writer.prefix = f"{indent}{number + 1}. "
        else:
            writer.prefix = f"{indent}- "
    elif tag in ("td", "th") and writer.has_words:
        writer.inline.append(" | ")


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
    if role := _quote_role(node, _classes(node)):
        writer.break_line()
        (writer.authors if role is QuoteKind.QUOTED else writer.kinds).pop()
    if tag in _PARAGRAPHS:
        writer.break_paragraph()


def _quote_role(node: LexborNode, classes: frozenset[str]) -> QuoteKind | None:
    tag = node.tag or ""
    if (
        tag == "blockquote"
        or classes & _CLASSES["quotes"]
        or (tag == "aside" and "onebox" in classes)
    ):
        return QuoteKind.QUOTED
    if classes & _CLASSES["signatures"]:
        return QuoteKind.SIGNATURE
    if classes & _CLASSES["attributions"]:
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


def _classes(node: LexborNode) -> frozenset[str]:
    return frozenset((node.attributes.get("class") or "").casefold().split())


def _is_hidden(attributes: dict[str, str | None], classes: frozenset[str]) -> bool:
    style = (attributes.get("style") or "").replace(" ", "").casefold()
    return "hidden" in attributes or "display:none" in style or bool(classes & _CLASSES["hidden"])


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


def without_depths(markup: str) -> str:
    """The markup without the tags of elements nested deeper than 500; their words stay.

    A parser's time grows with the square of the depth; a browser stops at 512 as well.

    Blocks, formatting and other inline elements are counted apart, so that five hundred
    forgotten ``</b>`` do not cost a quotation further down. Words that only look like tags,
    such as ``List<String>`` in HTML that was not escaped, nest as well and are never closed:
    the first 500 are kept.
    """
    if markup.count("<") <= _DEEPEST:
        return markup
    nesting = _Nesting()
    return _TAG.sub(lambda tag: tag.group() if nesting.keeps(tag) else " ", markup)


class _Nesting:
    """Which elements a parser has open at a place in the markup."""

    def __init__(self) -> None:
        self._open: list[str] = []
        """At most 500 blocks and 500 inline elements, outermost first, without formatting."""
        self._n_open = {True: 0, False: 0}
        """By whether they are blocks."""
        self._n_named: Counter[str] = Counter()
        self._beyond: Counter[str] = Counter()
        """Elements left out that are still open, all of them inside the innermost kept one."""
        self._n_formatting: Counter[str] = Counter()
        self._n_unknown = 0
        self._is_comment = False
        self._part_at: int | None = None
        """How many elements were open where the paragraph or the like began that is open."""

    def keeps(self, tag: re.Match[str]) -> bool:
        """Whether the next tag of the markup may stay."""
        if tag.group(2) is None:
            self._is_comment = tag.group().startswith("<")
            return True
        name, is_end = tag.group(2).lower(), bool(tag.group(1))
        if name in _FLAT:
            self._pass(name, is_end=is_end)
            return True
        if self._is_comment:
            return False
        if name in _ELEMENTS["formatting"]:
            return self._formats(name, is_end=is_end)
        if name not in _BLOCKS and name not in _INLINE:
            self._n_unknown += not is_end
            return is_end or self._n_unknown <= _DEEPEST
        return self._ends(name) if is_end else self._begins(name)

    def _pass(self, name: str, *, is_end: bool) -> None:
        if name in _ELEMENTS["parts"]:
            self._part_at = None if is_end else len(self._open)
        elif is_end and name in _ELEMENTS["unparsed"]:
            self._is_comment = False

    def _formats(self, name: str, *, is_end: bool) -> bool:
        if is_end:
            self._n_formatting[name] -= self._n_formatting[name] > 0
            return True
        if self._n_formatting.total() >= _DEEPEST:
            return False
        self._n_formatting[name] += 1
        return True

    def _begins(self, name: str) -> bool:
        is_block = name in _BLOCKS
        if self._n_open[is_block] == _DEEPEST:
            self._beyond[name] += 1
            return False
        if is_block:
            self._part_at = None
        self._open.append(name)
        self._n_open[is_block] += 1
        self._n_named[name] += 1
        return True

    def _ends(self, name: str) -> bool:
        if self._beyond[name]:
            self._beyond[name] -= 1
            return False
        if not self._n_named[name]:
            return True
        outermost = (self._part_at or 0) if name in _INLINE else 0
        for at in range(len(self._open) - 1, outermost - 1, -1):
            other = self._open[at]
            if other == name:
                self._close(at)
                break
            if other in _ELEMENTS["enclosures"] or (other in _BLOCKS and name in _INLINE):
                break
        return True

    def _close(self, at: int) -> None:
        """An element ends, and with it all that was left open in it."""
        for name in self._open[at:]:
            self._n_open[name in _BLOCKS] -= 1
            self._n_named[name] -= 1
        del self._open[at:]
        if self._part_at is not None and self._part_at > at:
            self._part_at = None
        self._beyond.clear()
