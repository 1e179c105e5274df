"""Polis conversations: the ``comments.csv`` of a data export, with its sibling files.

Every comment is a statement of its own: Polis has no replies. Ids count from 0 in each
conversation, so the conversation is the namespace; a folder that holds the same export twice
gives the same messages twice. ``agrees`` and ``disagrees`` become votes for and against.
Comments that moderators turned down (``moderated`` -1) are kept and marked.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from synth.importers import tables
from synth.importers.input_file import Fit, InputFile, ReadOptions
from synth.importers.tables import Dialect, TableRecord
from synth.importers.times import parse_time
from synth.importers.values import text_of, web_url, whole
from synth.records import Problem, RawMessage

NAME = "polis"
LABEL = "Polis conversation (comments.csv)"

# Our name -> the names in data exports, report exports and database dumps, as ``_canonical``.
_COLUMNS = {
    "id": ("comment-id", "tid", "statement-id"),
    "body": ("comment-body", "txt", "comment", "statement", "comment-text"),
    "author": ("author-id", "pid", "participant-id"),
    "agrees": ("agrees", "agree", "n-agree", "total-agrees", "num-agrees"),
    "disagrees": ("disagrees", "disagree", "n-disagree", "total-disagrees", "num-disagrees"),
    "passes": ("passes", "pass", "total-passes", "num-passes"),
    "moderated": ("moderated", "mod"),
    "time": ("timestamp", "created", "created-at"),
    "time_text": ("datetime",),
}
_OURS = {name: ours for ours, names in _COLUMNS.items() for name in names}
_AUXILIARY = (
    {"voter-id", "vote", "comment-id"},  # votes.csv
    {"pid", "tid", "vote"},  # votes, database dialect
    {"participant", "group-id", "n-votes"},  # participants-votes.csv
    {"n-votes", "n-voters", "n-visitors"},  # stats-history.csv
    {"comment-id", "total-votes", "group-a-votes"},  # comment-groups.csv
)
_STATES = {-1: "rejected", 0: "unmoderated", 1: "accepted"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Conversation:
    namespace: str
    topic: str | None
    url: str | None


def sniff(file: InputFile) -> Fit:
    columns = {_canonical(name) for name in tables.header(file)}
    if any(names <= columns for names in _AUXILIARY):
        return Fit.AUXILIARY
    ours = {_OURS[name] for name in columns if name in _OURS}
    is_export = {"comment-id", "comment-body"} <= columns or {"tid", "txt"} <= columns
    if is_export and ours & {"agrees", "disagrees", "moderated", "author", "time"}:
        return Fit.MESSAGES
    return Fit.AUXILIARY if _is_summary(file) else Fit.NO


def read(file: InputFile, options: ReadOptions) -> Iterator[RawMessage | Problem]:
    conversation = _conversation(file)
    for row in tables.records(file, options):
        yield row if isinstance(row, Problem) else _message(row, conversation, file)


def _canonical(name: str) -> str:
    return name.strip().lower().replace("_", "-").replace(" ", "-")


def _message(
    row: TableRecord, conversation: _Conversation, file: InputFile
) -> RawMessage | Problem:
    cells = {
        _OURS[name]: cell
        for column, cell in row.cells.items()
        if (name := _canonical(column)) in _OURS and cell.strip()
    }
    position = f"line {row.line}"
    key, text = cells.get("id", "").strip(), text_of(cells.get("body"))
    if not key or text is None:
        what = "no comment text" if key else "no comment id"
        return file.problem(what, "the comment was skipped", position)
    author = cells.get("author", "").strip()
    state = whole(cells.get("moderated"))
    passes = whole(cells.get("passes"))
    extra: dict[str, object] = {} if passes is None else {"n_passes": passes}
    if state is not None:
        extra["moderation"] = _STATES.get(state, str(state))
    return RawMessage(
        source_id=key,
        text=text,
        position=position,
        namespace=conversation.namespace,
        # The topic is their common subject, but none answers another.
        thread_source_id=key,
        # Participants, like comments, are numbered anew in each conversation.
        author_key=f"{conversation.namespace}/{author}" if author else None,
        posted_at=parse_time(cells.get("time")) or parse_time(cells.get("time_text")),
        subject=conversation.topic,
        url=conversation.url,
        category=conversation.topic,
        n_for=whole(cells.get("agrees")),
        n_against=whole(cells.get("disagrees")),
        extra=extra,
    )


def _conversation(file: InputFile) -> _Conversation:
    beside = file.sibling("summary.csv")
    said = _summary(beside) if beside is not None else {}
    url = web_url(said.get("url"))
    # pol.is/5sw7wa5dep: the last part names the conversation wherever its files lie.
    key = url.rstrip("/").rsplit("/", 1)[-1] if url else posixpath.dirname(file.path)
    return _Conversation(
        namespace=f"polis:{key}" if key else "polis", topic=text_of(said.get("topic")), url=url
    )


def _is_summary(file: InputFile) -> bool:
    said = _summary(file)
    return "topic" in said and len({"url", "views", "voters", "commenters"} & said.keys()) >= 2


def _summary(file: InputFile) -> Mapping[str, str]:
    """``summary.csv`` has no header: each row is a name and a value."""
    rows = tables.head_rows(file.head_text(), Dialect(delimiter=","))
    return {_canonical(str(cells[0])): str(cells[1]) for cells in rows if len(cells) == 2}
