"""Markup without what is nested deeper than anything a person wrote.

An HTML parser's time grows with the square of the depth; a browser stops at 512 as well.
"""

from __future__ import annotations

import re
from collections import Counter

_DEEPEST = 500
_TAG = re.compile(r"<(/?)([a-zA-Z][^\s/<>]*)[^<>]*>|<!--(?!-?>)|--!?>")
_FLAT_WORDS = """
area base br col embed hr img input link meta source track wbr
p li dt dd tr td th thead tbody tfoot option colgroup caption
html head body frameset script style title textarea iframe xmp noembed noframes plaintext
"""
_FLAT = frozenset(_FLAT_WORDS.split())
"""Elements that hold no others, or that end where their next of kin begins."""
_BLOCKS_WORDS = """
blockquote div ul ol dl dir menu table pre listing section article aside nav main header footer
figure figcaption address center details summary fieldset form h1 h2 h3 h4 h5 h6 hgroup search
template noscript object svg math button select audio video canvas map
"""
_BLOCKS = frozenset(_BLOCKS_WORDS.split())
_INLINE_WORDS = """
abbr acronym bdi bdo cite data del dfn ins kbd label mark q samp span sub sup time var
"""
_INLINE = frozenset(_INLINE_WORDS.split())
_FORMATTING_WORDS = """
a b big code em font i nobr s small strike strong tt u
"""
_FORMATTING = frozenset(_FORMATTING_WORDS.split())
"""What a parser opens anew where something around it ended first."""
_UNPARSED = frozenset({"script", "style", "title", "textarea"})
_PARTS = frozenset({"p", "li", "dt", "dd", "tr", "td", "th", "caption"})
"""Flat elements out of which the end tag of an inline element does not reach either."""
_ENCLOSURES = frozenset({"table", "template", "object", "svg", "math"})
"""What an end tag inside does not reach out of."""


def without_depths(markup: str) -> str:
    """The markup without the tags of elements nested deeper than 500; their words stay.

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
        if name in _FORMATTING:
            return self._formats(name, is_end=is_end)
        if name not in _BLOCKS and name not in _INLINE:
            self._n_unknown += not is_end
            return is_end or self._n_unknown <= _DEEPEST
        return self._ends(name) if is_end else self._begins(name)

    def _pass(self, name: str, *, is_end: bool) -> None:
        if name in _PARTS:
            self._part_at = None if is_end else len(self._open)
        elif is_end and name in _UNPARSED:
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
            if other in _ENCLOSURES or (other in _BLOCKS and name in _INLINE):
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
