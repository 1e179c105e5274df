"""Cap Collectif consultations: opinions with their arguments, as its API gives them (JSON).

A document holds one opinion (``{"opinion": {…}}``), or several (``{"opinions": [...]}`` or a
list). An opinion is a message whose arguments, and other versions of its text, answer it.
Opinions, versions and arguments are numbered apart, so each kind is a namespace.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from synth.importers import json_reader
from synth.importers.input_file import Fit, InputFile, ReadOptions
from synth.importers.times import edit_time
from synth.importers.values import JsonRecord, body_of, filled
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


def sniff(file: InputFile) -> Fit:
    opinions = _opinions(json_reader.peek(file))[:1]
    is_ours = any(len(_SIGNS & opinion.members.keys()) >= 2 for _, opinion in opinions)
    return Fit.MESSAGES if is_ours else Fit.NO


def read(file: InputFile, options: ReadOptions) -> Iterator[RawMessage | Problem]:
    value, cut = json_reader.load(file, options, envelopes=_ENVELOPES)
    for position, opinion in _opinions(value):
        yield from _opinion(opinion, file, position, namespace="opinion")
    if cut:
        yield cut


def _opinions(value: object) -> list[tuple[str, JsonRecord]]:
    """The opinions of a document, each with its place in it."""
    document = JsonRecord(value)
    if isinstance(value, list):
        listed = [(f"record {i}", item) for i, item in enumerate(value, start=1)]
    elif isinstance(document.get("opinions"), list):
        listed = [(f"opinions[{i}]", o) for i, o in enumerate(document.sequence("opinions"))]
    else:
        listed = [("opinion", value)]
    return [(position, _unwrapped(JsonRecord(item))) for position, item in listed]


def _unwrapped(record: JsonRecord) -> JsonRecord:
    inner = record.get("opinion")
    return JsonRecord(inner) if isinstance(inner, dict) else record


def _opinion(
    record: JsonRecord,
    file: InputFile,
    position: str,
    *,
    namespace: str,
    parent: RawMessage | None = None,
) -> Iterator[RawMessage | Problem]:
    """The opinion (or version) and what hangs under it."""
    message = _message(record, file, position, namespace=namespace, parent=parent)
    yield message
    above = message if isinstance(message, RawMessage) else None
    for i, argument in enumerate(record.records("arguments")):
        inside = f"{position}.arguments[{i}]"
        yield _message(argument, file, inside, namespace="argument", parent=above)
    for i, version in enumerate(record.records("versions")):
        inside = f"{position}.versions[{i}]"
        yield from _opinion(version, file, inside, namespace="version", parent=above)


def _message(
    record: JsonRecord, file: InputFile, position: str, *, namespace: str, parent: RawMessage | None
) -> RawMessage | Problem:
    key, title = record.id("id"), record.text("title")
    bodies = [record.text("body"), record.text("comment")]
    # The appendix is the author's reasoning ("explanation of the article"), asked for apart.
    bodies += [appendix.text("body") for appendix in record.records("appendices")]
    written = "\n".join(filter(None, bodies)) or title
    if key is None or written is None:
        what = "no text" if key else "no id"
        return file.problem(what, "the contribution was skipped", position)
    text, body_format = body_of(written)
    category = " – ".join(filter(None, (record.text("type.title"), record.text("type.subtitle"))))
    author_name = record.text("author.displayName", "author.username")
    posted_at = record.time("created_at")
    return RawMessage(
        source_id=key,
        text=text,
        position=position,
        namespace=namespace,
        body_format=body_format,
        parent_source_id=parent.source_id if parent else None,
        parent_namespace=parent.namespace if parent else None,
        author_key=record.id("author.uniqueId", "author.id") or author_name,
        author_name=author_name,
        posted_at=posted_at,
        edited_at=edit_time(record.time("updated_at"), posted_at),
        subject=title,
        # Some versions of the API write an address as an object.
        url=record.url("_links.show", "_links.show.href"),
        category=category or (parent.category if parent else None),
        stance=_STANCES.get((record.id("type") or "").lower()),
        n_likes=record.whole("votes_count") if namespace == "argument" else None,
        n_for=record.whole("votes_ok"),
        n_against=record.whole("votes_nok"),
        extra=_extra(record),
    )


def _extra(record: JsonRecord) -> Mapping[str, object]:
    sources = [
        filled({key: source.text(key) for key in ("title", "link", "category")})
        for source in record.records("sources")
    ]
    known = {
        "category_id": record.id("type.id"),
        "n_mixed": record.whole("votes_mitige"),
        "ranking": record.whole("ranking"),
        "sources": [source for source in sources if source],
        "is_trashed": record.is_true("is_trashed"),
    }
    return filled(known)
