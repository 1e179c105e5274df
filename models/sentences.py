"""Where sentences begin and end.

A text is first cut where its layout cuts it: at empty lines, headings, list items, and line
breaks that are not there for want of room. Each such block is cut by spaCy's tokenizer and
sentencizer for its language. The tokenizer knows most abbreviations; the cuts that are
still wrong are taken back (``belong_together``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple

from models.spacy_pipelines import blank, import_spacy
from models.text import without_surrogates
from models.wordlists import SENTENCES

if TYPE_CHECKING:
    from spacy.tokenizer import Tokenizer

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
_NEXT = re.compile(r"(\s+)(\S+)")
_MAX_KEPT = 60
"""Characters of a stretch up to which its reading is kept for the next time."""
_ROOM = 0.8
"""Share of a paragraph's widest line up to which a line counts as left short on purpose."""

_LAST_WORD = re.compile(r"([^\s(\[«„“\"'’]+)\.\Z")
_MARKER = re.compile(r"\(?(?:\d{1,3}|[a-zA-Z])[.)]\Z")
_ORDINAL = re.compile(r"\d{1,2}\Z")
_OPEN_END = re.compile(r"(?:…|\.\.\.|[\"'”’»)\]])\Z")
_CLOSED_WORD = re.compile(r"(?:\s|\A)[^\W\d_]{3,}\.\Z")
_NEW_WORD = re.compile(r"[^\W\d_]{1,20}(?=[\s’',]|\Z)")
_FULL_WIDTH = "。！？｡"


def split(text: str, language: str | None = None) -> Spans:
    """Spans ``(start, end)`` of the sentences of ``text``, in order and disjoint.

    Spans carry no blanks at their ends, are never empty, and together hold everything of
    the text but blanks. ``language`` is an ISO 639-1 code; any other value, and None, is
    read with rules that fit most languages. A sentence never spans an empty line or two
    list items; a line break inside a wrapped paragraph does not end it.
    """
    text = without_surrogates(text)
    found: Spans = []
    for start, end in _blocks(text):
        spans: Spans = []
        for span in _cuts(text, start, end, language or _ANY_LANGUAGE):
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
    spans: list[tuple[int, int] | None] = []
    at = 0
    for line in text.splitlines(keepends=True):
        spans.append(_trimmed(text, at, at + len(line)))
        at += len(line)
    for _, lines in groupby(spans, lambda span: span is None):
        if filled := [span for span in lines if span]:
            yield filled


def _starts_anew(text: str, last: tuple[int, int], line: tuple[int, int], *, width: int) -> bool:
    """Whether ``line`` begins something new rather than going on where ``last`` stopped."""
    above, here = text[slice(*last)], text[slice(*line)]
    if _ITEM.match(here) or _HEADING.match(here) or _HEADING.match(above) or _ENDS.search(above):
        return True
    first_word = here.split(maxsplit=1)[0]
    would_fit = len(above) + 1 + len(first_word) <= _ROOM * width
    return would_fit and not here[0].islower()


def _cuts(text: str, start: int, end: int, language: str) -> Iterator[tuple[int, int]]:
    """The sentencizer's sentences of one block, trimmed."""
    if not _stops().inner.search(text, start, end):
        yield start, end  # nothing for the sentencizer to find
        return
    for piece_start, piece_end in _pieces(text, start, end):
        begin = piece_start
        for place in (*_ends(text[piece_start:piece_end], language), None):
            stop = piece_end if place is None else piece_start + place
            if stop < piece_end:
                stop = _before_opener(text, begin, stop)
            span = _trimmed(text, begin, stop)
            begin = stop
            if span:
                yield span


def _ends(text: str, language: str) -> list[int]:
    """Where the sentencizer ends the sentences of a text, but for the last.

    spaCy's tokenizer reads what stands between two blanks by itself, so only the stretches
    with a stop, and what may close the sentence behind them, are given to it.
    """
    ends: list[int] = []
    with_stop = _stops().stretch
    found = with_stop.search(text)
    while found:
        at, stretch, is_stopped = found.start(), found.group(), False
        while True:
            read = _tokenized if len(stretch) <= _MAX_KEPT else _tokenized.__wrapped__
            places, is_stopped = read(stretch, language, is_stopped)
            ends.extend([at + place for place in places])
            end = at + len(stretch)
            following = _NEXT.match(text, end) if is_stopped else None
            if following is None:
                break
            if following.group(1) != " " or following.group(2)[0].isalnum():
                ends.append(end)
                break
            at, stretch = following.start(2), following.group(2)
        found = with_stop.search(text, end)
    return ends


@lru_cache(maxsize=50_000)
def _tokenized(stretch: str, language: str, is_stopped: bool) -> tuple[tuple[int, ...], bool]:
    """Where sentences end within a stretch without blanks, and whether a stop is open behind
    it, as ``is_stopped`` says for what stands before it.

    The rule is that of spaCy's Sentencizer: the first token behind a stop that is neither a
    stop nor punctuation begins a sentence.
    """
    stops = _stops().tokens
    ends: list[int] = []
    for token in _tokenizer(language)(stretch):
        if token.text in stops:
            is_stopped = True
        elif is_stopped and not token.is_punct:
            ends.append(token.idx)
            is_stopped = False
    return tuple(ends), is_stopped


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


class _Stops(NamedTuple):
    """The tokens that end a sentence, and patterns made of those of one character."""

    tokens: frozenset[str]
    inner: re.Pattern[str]
    """A mark that may end a sentence, with something after it."""
    stretch: re.Pattern[str]
    """What stands between two blanks, with a mark that may end a sentence."""


@cache
def _stops() -> _Stops:
    import_spacy()
    from spacy.pipeline import Sentencizer

    tokens = frozenset((*Sentencizer.default_punct_chars, *_ELLIPSES))
    marks = re.escape("".join(sorted(mark for mark in tokens if len(mark) == 1)))
    inner = re.compile(rf"[{marks}](?=.*\S)", re.DOTALL)
    return _Stops(tokens, inner, re.compile(rf"(?<!\S)[^\s{marks}]*+[{marks}]\S*"))


@cache
def _tokenizer(language: str) -> Tokenizer:
    pipeline = blank(_ANY_LANGUAGE if language in _READ_WITHOUT_THEIR_OWN else language)
    from spacy.attrs import IS_PUNCT

    vocab: Any = pipeline.vocab  # its types lack this attribute
    # What else spaCy finds out about each new word takes longer than the tokenizing.
    vocab.lex_attr_getters = {IS_PUNCT: vocab.lex_attr_getters[IS_PUNCT]}
    tokenizer: Tokenizer = pipeline.tokenizer
    return tokenizer


def belong_together(
    text: str, left: tuple[int, int], right: tuple[int, int], *, language: str | None
) -> bool:
    """Whether two neighbouring spans of ``text`` are one sentence after all."""
    before, after = text[slice(*left)], text[slice(*right)]
    if not _has_words(before) or not _has_words(after) or _MARKER.match(before):
        return True
    if left[1] == right[0] and before[-1] not in _FULL_WIDTH:
        return not _is_missing_blank(before, after)
    if after[0].islower() and _OPEN_END.search(before):
        return True
    word = _LAST_WORD.search(before)
    return word is not None and _is_abbreviation(word.group(1), after, language)


def _has_words(stretch: str) -> bool:
    return any(character.isalnum() for character in stretch)


def _is_missing_blank(before: str, after: str) -> bool:
    """Whether somebody forgot the blank; otherwise it is a file name or the like."""
    return (
        after[0].isupper()
        and _CLOSED_WORD.search(before) is not None
        and _NEW_WORD.match(after) is not None
    )


def _is_abbreviation(word: str, after: str, language: str | None) -> bool:
    if len(word) == 1 and word.isupper():  # an initial
        return True
    if word.lower() in SENTENCES["abbreviations"]:
        return word.lower() not in SENTENCES["may_end"] or not after[0].isupper()
    return language in SENTENCES["ordinals_with_stop"] and _ORDINAL.match(word) is not None
