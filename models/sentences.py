"""Where sentences begin and end.

A text is first cut where its layout cuts it: at empty lines, headings, list items, and line
breaks that are not there for want of room. Each such block is cut by spaCy's tokenizer and
sentencizer for its language. The tokenizer knows most abbreviations; the cuts that are
still wrong are taken back (``models.stops``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

from models.stops import belong_together
from models.surrogates import replaced

if TYPE_CHECKING:
    from spacy.language import Language

Spans = list[tuple[int, int]]

_ANY_LANGUAGE = "xx"
_READ_WITHOUT_THEIR_OWN = frozenset({"fr", "ja", "ko", "th", "vi", "zh"})
"""Languages whose own spaCy tokenizer needs further packages or cuts up words; and French,
whose list of hyphenated words takes four seconds to load and changes no sentence."""

_ELLIPSES = ("…", "...", "....", ". . .")
_SURE_END = re.compile(
    r"[。！？｡]+[”’」』）)\]\"'»]*"  # full-width stops, which no blank follows
    r"|(?:\b(?:etc|usw|ecc)|\d{3})\.(?=\s+[^\W\d_a-zß-öø-ÿ])"  # then a capital letter
)
_OPENER = re.compile(r"(?<=\s)([«„‹(\[¿¡\"'“”»›‘]+\s*)\Z")
"""Opening marks, which the sentencizer leaves at the end of the sentence before."""
_ALWAYS_OPEN = "«„‹([¿¡"
"""The others open only what follows without a blank."""
_ITEM = re.compile(r"(?:[-*+•‣·–—◦▪●]|\(?\d{1,3}[.)]|\(?[a-zA-Z]\))\s+\S")
_HEADING = re.compile(r"#{1,6}\s|[=~_*-]{3,}\s*\Z")
_ENDS = re.compile(r"[.:!?…。！？][\"'”’»)\]]*\Z")
_ROOM = 0.8
"""Share of a paragraph's widest line up to which a line counts as left short on purpose."""


def split(text: str, language: str | None = None) -> Spans:
    """Spans ``(start, end)`` of the sentences of ``text``, in order and disjoint.

    Spans carry no blanks at their ends, are never empty, and together hold everything of
    the text but blanks. ``language`` is an ISO 639-1 code; any other value, and None, is
    read with rules that fit most languages. A sentence never spans an empty line or two
    list items; a line break inside a wrapped paragraph does not end it.
    """
    text = replaced(text)
    pipeline = _pipeline(language or _ANY_LANGUAGE)
    found: Spans = []
    for start, end in _blocks(text):
        spans: Spans = []
        for span in _cuts(text, start, end, pipeline):
            if spans and belong_together(text, spans[-1], span, language=language):
                spans[-1] = (spans[-1][0], span[1])
            else:
                spans.append(span)
        found.extend(spans)
    return found


def _blocks(text: str) -> Iterator[tuple[int, int]]:
    """Stretches that the layout keeps apart, trimmed, none empty."""
    for paragraph in _paragraphs(text):
        width = max(end - start for start, end in paragraph)
        first = last = paragraph[0]
        for line in paragraph[1:]:
            if _starts_anew(text, last, line, width=width):
                yield first[0], last[1]
                first = line
            last = line
        yield first[0], last[1]


def _paragraphs(text: str) -> Iterator[Spans]:
    """Groups of trimmed lines without an empty one between them."""
    lines: Spans = []
    at = 0
    for line in text.splitlines(keepends=True):
        span = _trimmed(text, at, at + len(line))
        at += len(line)
        if span:
            lines.append(span)
        elif lines:
            yield lines
            lines = []
    if lines:
        yield lines


def _starts_anew(text: str, last: tuple[int, int], line: tuple[int, int], *, width: int) -> bool:
    """Whether ``line`` begins something new rather than going on where ``last`` stopped."""
    above, here = text[slice(*last)], text[slice(*line)]
    if _ITEM.match(here) or _HEADING.match(here) or _HEADING.match(above) or _ENDS.search(above):
        return True
    first_word = here.split(maxsplit=1)[0]
    would_fit = len(above) + 1 + len(first_word) <= _ROOM * width
    return would_fit and not here[0].islower()


def _cuts(text: str, start: int, end: int, pipeline: Language) -> Iterator[tuple[int, int]]:
    """The sentencizer's sentences of one block, trimmed."""
    if not _inner_stop().search(text, start, end):
        yield start, end  # nothing for the sentencizer to find
        return
    for piece_start, piece_end in _pieces(text, start, end):
        begin = piece_start
        for sentence in pipeline(text[piece_start:piece_end]).sents:
            stop = piece_start + sentence.end_char
            if stop < piece_end:
                stop = _before_opener(text, begin, stop)
            span = _trimmed(text, begin, stop)
            begin = stop
            if span:
                yield span


def _before_opener(text: str, start: int, end: int) -> int:
    """Where the opening marks begin that the sentencizer left at ``end``, else ``end``."""
    found = _OPENER.search(text, start, end)
    if found is None or (found.group(1)[0] not in _ALWAYS_OPEN and text[end].isspace()):
        return end
    return found.start(1)


def _pieces(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """A block cut where spaCy's tokenizer would hide the full stop from the sentencizer."""
    for stop in _SURE_END.finditer(text, start, end):
        yield start, stop.end()
        start = stop.end()
    if start < end:
        yield start, end


def _trimmed(text: str, start: int, end: int) -> tuple[int, int] | None:
    """The stretch without blanks at its ends; None if nothing is left."""
    stretch = text[start:end]
    start += len(stretch) - len(stretch.lstrip())
    end = start + len(stretch.strip())
    return (start, end) if start < end else None


@cache
def _inner_stop() -> re.Pattern[str]:
    """A mark that may end a sentence, with something after it."""
    from spacy.pipeline import Sentencizer

    marks = "".join({*Sentencizer.default_punct_chars, *"…"})
    return re.compile(rf"[{re.escape(marks)}](?=.*\S)", re.DOTALL)


@cache
def _pipeline(language: str) -> Language:
    import spacy
    from spacy.pipeline import Sentencizer

    if language in _READ_WITHOUT_THEIR_OWN:
        language = _ANY_LANGUAGE
    try:
        pipeline = spacy.blank(language)
    except ImportError:  # spaCy does not know the language
        return _pipeline(_ANY_LANGUAGE)
    stops = [*Sentencizer.default_punct_chars, *_ELLIPSES]
    pipeline.add_pipe("sentencizer", config={"punct_chars": stops})
    pipeline.max_length = 2**62  # the limit guards parsers, which a blank pipeline has not
    return pipeline
