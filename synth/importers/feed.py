"""RSS 2.0 and Atom feeds, among them the comment feeds of blogs and forums."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING
from xml.etree.ElementTree import ParseError

from synth.importers.input_file import Fit, InputFile, ReadOptions
from synth.importers.times import parse_time
from synth.importers.values import has_markup, text_of, web_url
from synth.records import BodyFormat, Problem, RawMessage

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

NAME = "feed"
LABEL = "Feed (RSS, Atom)"

_START = re.compile(
    rb"^(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]{0,200}\?>\s*)?(?:<\?[^>]{0,400}\?>\s*|<!--.{0,2000}?-->\s*"
    rb"|<!DOCTYPE[^>\[]{0,400}>\s*)*<(?:rss|feed|(?:\w+:)?RDF)[\s>]",
    re.DOTALL | re.IGNORECASE,
)
_ATOM = "{http://www.w3.org/2005/Atom}"
_CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
_CREATOR = "{http://purl.org/dc/elements/1.1/}creator"
_DC_DATE = "{http://purl.org/dc/elements/1.1/}date"
_REPLY = "{http://purl.org/syndication/thread/1.0}in-reply-to"
_RSS1 = "{http://purl.org/rss/1.0/}"
_ENTRIES = ("item", f"{_RSS1}item", f"{_ATOM}entry")
# A comment's link leads to a place on the page of what it comments on.
_COMMENT_PLACE = re.compile(r"#(?:comment|c|post|p|msg|div-comment)[-_]?\d+$", re.IGNORECASE)
_FORUM_POST = re.compile(r"(/t/[^/]+/\d+)/\d+$")


def sniff(file: InputFile) -> Fit:
    return Fit.MESSAGES if _START.match(file.head[:8192]) else Fit.NO


def read(file: InputFile, options: ReadOptions) -> Iterator[RawMessage | Problem]:
    """Entities are never expanded; a feed that defines some ends there with a Problem."""
    del options  # XML declares its own encoding
    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import iterparse

    number = 0
    with file.open() as stream:
        try:
            for _, element in iterparse(stream, events=("end",)):
                if element.tag in _ENTRIES:
                    number += 1
                    yield _entry(element, file, number)
                    element.clear()
        except (ParseError, ValueError, LookupError) as error:
            is_attack = isinstance(error, DefusedXmlException)
            yield file.problem(
                "defines XML entities: refused" if is_attack else f"is not XML here ({error})",
                "fetch the feed again; what came before is kept",
                f"after entry {number}" if number else "the beginning",
                n_left_out=0,
            )


def _entry(element: Element, file: InputFile, number: int) -> RawMessage | Problem:
    position = f"entry {number}"
    is_atom = element.tag.startswith(_ATOM)
    text, body_format = _atom_body(element) if is_atom else _rss_body(element)
    subject = _first(element, "title", f"{_ATOM}title", f"{_RSS1}title")
    if text is None:
        text, body_format, subject = subject, BodyFormat.PLAIN, None
    if text is None:
        remedy = "left out; export the full content if the site offers it"
        return file.problem("has neither content nor title", remedy, position)
    link = _link(element)
    reply = element.find(_REPLY)
    author = _author(element)
    return RawMessage(
        source_id=_first(element, "guid", f"{_ATOM}id") or link or f"entry {number}",
        text=text,
        position=position,
        body_format=body_format,
        parent_source_id=reply.get("ref") if reply is not None else None,
        thread_source_id=_thread_of(link),
        author_key=author,
        author_name=author,
        posted_at=_time(element, "pubDate", _DC_DATE, f"{_ATOM}published", f"{_ATOM}updated"),
        edited_at=_time(element, f"{_ATOM}updated"),
        subject=" ".join(subject.split()) if subject else None,
        url=web_url(link),
        category=_category(element),
    )


def _first(element: Element, *tags: str) -> str | None:
    for tag in tags:
        child = element.find(tag)
        if child is not None and (text := text_of("".join(child.itertext()))):
            return text.strip()
    return None


def _rss_body(element: Element) -> tuple[str | None, BodyFormat]:
    text = _first(element, _CONTENT, "description", f"{_RSS1}description")
    is_html = text is not None and (element.find(_CONTENT) is not None or has_markup(text))
    return text, BodyFormat.HTML if is_html else BodyFormat.PLAIN


def _atom_body(element: Element) -> tuple[str | None, BodyFormat]:
    for tag in ("content", "summary"):
        child = element.find(f"{_ATOM}{tag}")
        if child is None:
            continue
        kind = child.get("type", "text")
        if kind == "xhtml":
            return text_of(_markup(child)), BodyFormat.HTML
        text = text_of("".join(child.itertext()))
        if text is not None:
            is_html = kind in ("html", "text/html")
            return text.strip(), BodyFormat.HTML if is_html else BodyFormat.PLAIN
    return None, BodyFormat.PLAIN


def _markup(element: Element) -> str:
    """The XHTML inside an element, its namespace taken off."""
    from xml.etree.ElementTree import tostring

    inside = "".join(tostring(child, encoding="unicode") for child in element)
    return re.sub(r"(</?)\w+:|\sxmlns(?::\w+)?=\"[^\"]*\"", r"\1", inside)


def _link(element: Element) -> str | None:
    for child in element.findall(f"{_ATOM}link"):
        if child.get("rel", "alternate") == "alternate" and child.get("href"):
            return child.get("href")
    return _first(element, "link", f"{_RSS1}link")


def _thread_of(link: str | None) -> str | None:
    """The page that comments share; None for an entry that is its own page."""
    if link is None:
        return None
    post = _FORUM_POST.search(link)
    if post is not None:
        return link[: post.end(1)]
    page, n_replaced = _COMMENT_PLACE.subn("", link)
    return page if n_replaced else None


def _author(element: Element) -> str | None:
    author = element.find(f"{_ATOM}author")
    if author is not None:
        return _first(author, f"{_ATOM}name", f"{_ATOM}email", f"{_ATOM}uri")
    return _first(element, _CREATOR, "author")


def _category(element: Element) -> str | None:
    atom = element.find(f"{_ATOM}category")
    if atom is not None:
        return atom.get("label") or atom.get("term")
    return _first(element, "category")


def _time(element: Element, *tags: str) -> datetime | None:
    return parse_time(_first(element, *tags) or "")
