"""Cap Collectif consultations: opinions with their arguments, as its API gives them (JSON).

A document holds one opinion (``{"opinion": {…}}``), or several (``{"opinions": [...]}`` or a
list). An opinion is a message whose arguments, and other versions of its text, answer it.
Opinions, versions and arguments are numbered apart, so each kind is a namespace.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from synth.importers import json_reader
from synth.importers.input_file import Fit, InputFile, ReadOptions
from synth.importers.times import parse_time
from synth.importers.values import (
    at,
    body_of,
    filled,
    first_text,
    id_of,
    is_true,
    mapping,
    mappings,
    sequence,
    text_of,
    web_url,
    whole,
)
from synth.records import Problem, RawMessage, Stance

NAME = "capcollectif"
LABEL = "Cap Collectif consultation (JSON)"

_SIGNS = {
    *("arguments_count", "arguments_yes_count", "arguments_no_count", "versions_count"),
    *("votes_ok", "votes_nok", "votes_mitige", "isContribuable"),
}
_ENVELOPES = ("opinion", "opinions", "arguments", "versions")
_STANCES = {
    **dict.fromkeys(("0", "no", "against"), Stance.AGAINST),
    **dict.fromkeys(("1", "yes", "for"), Stance.FOR),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Where a record stands, and what it answers."""

    file: InputFile
    position: str
    parent: RawMessage | None = None

    def inside(self, position: str, parent: RawMessage | None) -> _Place:
        return _Place(file=self.file, position=f"{self.position}.{position}", parent=parent)


def sniff(file: InputFile) -> Fit:
    opinions = _opinions(json_reader.peek(file))
    return Fit.MESSAGES if any(_is_opinion(opinion) for _, opinion in opinions[:1]) else Fit.NO


def read(file: InputFile, options: ReadOptions) -> Iterator[RawMessage | Problem]:
    value, cut = json_reader.load(file, options, envelopes=_ENVELOPES)
    for position, opinion in _opinions(value):
        yield from _opinion(opinion, _Place(file=file, position=position), namespace="opinion")
    if cut:
        yield cut


def _opinions(value: object) -> list[tuple[str, Mapping[str, object]]]:
    if isinstance(value, list):
        return [(f"record {i}", _unwrapped(item)) for i, item in enumerate(value, start=1)]
    record = mapping(value)
    if isinstance(record.get("opinions"), list):
        listed = sequence(record["opinions"])
        return [(f"opinions[{i}]", _unwrapped(item)) for i, item in enumerate(listed)]
    return [("opinion", _unwrapped(value))]


def _unwrapped(value: object) -> Mapping[str, object]:
    record = mapping(value)
    inner = record.get("opinion")
    return mapping(inner) if isinstance(inner, dict) else record


def _is_opinion(record: Mapping[str, object]) -> bool:
    return len(_SIGNS & record.keys()) >= 2


def _opinion(
    record: Mapping[str, object], place: _Place, *, namespace: str
) -> Iterator[RawMessage | Problem]:
    """The opinion (or version) and what hangs under it."""
    message = _message(record, place, namespace)
    yield message
    parent = message if isinstance(message, RawMessage) else None
    for i, argument in enumerate(mappings(record.get("arguments"))):
        yield _message(argument, place.inside(f"arguments[{i}]", parent), "argument")
    for i, version in enumerate(mappings(record.get("versions"))):
        inside = place.inside(f"versions[{i}]", parent)
        yield from _opinion(version, inside, namespace="version")


def _message(record: Mapping[str, object], place: _Place, namespace: str) -> RawMessage | Problem:
    key, title = id_of(record.get("id")), text_of(record.get("title"))
    bodies = [text_of(record.get("body")), text_of(record.get("comment"))]
    # The appendix is the author's reasoning ("explanation of the article"), asked for apart.
    bodies += [text_of(appendix.get("body")) for appendix in mappings(record.get("appendices"))]
    written = "\n".join(body for body in bodies if body) or title
    if key is None or written is None:
        what = "no text" if key else "no id"
        return place.file.problem(what, "the contribution was skipped", place.position)
    text, body_format = body_of(written)
    kind, parent = mapping(record.get("type")), place.parent
    names = [text_of(kind.get("title")), text_of(kind.get("subtitle"))]
    category = " – ".join(name for name in names if name)
    return RawMessage(
        source_id=key,
        text=text,
        position=place.position,
        namespace=namespace,
        body_format=body_format,
        parent_source_id=parent.source_id if parent else None,
        parent_namespace=parent.namespace if parent else None,
        author_key=_author_key(record),
        author_name=_author_name(record),
        posted_at=parse_time(record.get("created_at")),
        edited_at=_edited(record),
        subject=title,
        url=_url(record),
        category=category or (parent.category if parent else None),
        stance=_STANCES.get((id_of(record.get("type")) or "").lower()),
        n_likes=whole(record.get("votes_count")) if namespace == "argument" else None,
        n_for=whole(record.get("votes_ok")),
        n_against=whole(record.get("votes_nok")),
        extra=_extra(record, kind),
    )


def _author_key(record: Mapping[str, object]) -> str | None:
    author = mapping(record.get("author"))
    return id_of(author.get("uniqueId")) or id_of(author.get("id")) or _author_name(record)


def _author_name(record: Mapping[str, object]) -> str | None:
    return first_text(mapping(record.get("author")), "displayName", "username")


def _edited(record: Mapping[str, object]) -> datetime | None:
    created, updated = parse_time(record.get("created_at")), parse_time(record.get("updated_at"))
    return updated if updated and created and updated > created else None


def _url(record: Mapping[str, object]) -> str | None:
    """The API writes addresses as ``_links: {"show": …}``, some versions as ``{"href": …}``."""
    show = at(record, "_links", "show")
    return web_url(show) or web_url(at(mapping(show), "href"))


def _extra(record: Mapping[str, object], kind: Mapping[str, object]) -> Mapping[str, object]:
    sources = [
        {key: said for key in ("title", "link", "category") if (said := text_of(source.get(key)))}
        for source in mappings(record.get("sources"))
    ]
    known = {
        "category_id": id_of(kind.get("id")),
        "n_mixed": whole(record.get("votes_mitige")),
        "ranking": whole(record.get("ranking")),
        "sources": [source for source in sources if source],
        "is_trashed": is_true(record.get("is_trashed")),
    }
    return filled(known)
