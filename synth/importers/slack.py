"""Slack workspace exports: ``users.json``, ``channels.json``, ``CHANNEL/2020-01-31.json``.

A message is known by its ``ts``, which is unique inside its channel: the channel is the
namespace. Replies name the ``ts`` of the message that opens their thread (``thread_ts``).
Joins, leaves and other notices are no messages; posts of programs are left out and counted.
"""

from __future__ import annotations

import html
import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from synth.importers import json_reader
from synth.importers.input_file import Fit, InputFile, ReadOptions
from synth.importers.times import parse_time
from synth.importers.values import JsonRecord, text_of
from synth.records import BodyFormat, Problem, RawMessage

NAME = "slack"
LABEL = "Slack workspace export"

_PEOPLE_WRITE = {None, "file_share", "file_comment", "me_message", "thread_broadcast"}
_PROGRAMS_WRITE = {"bot_message"}
_LISTINGS = {
    *("canvases.json", "channels.json", "dms.json", "groups.json", "integration_logs.json"),
    *("lists.json", "mpims.json", "org_users.json", "users.json"),
}
_LISTED = (
    {"id", "profile", "team_id"},  # users
    {"id", "members", "created"},  # channels, private groups, conversations
    {"service_type", "change_type"},  # integration_logs
)
_TS = re.compile(r"[0-9]{9,11}\.[0-9]{1,6}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\.json")
_LINK = re.compile(r"<([^<>\n]+)>")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Workspace:
    """What ``users.json`` and ``channels.json`` say, by id, and the channel of a file."""

    channel: str
    people: Mapping[str, str]
    programs: frozenset[str]
    channels: Mapping[str, str]


def sniff(file: InputFile) -> Fit:
    value = json_reader.peek(file)
    if not isinstance(value, list):
        return Fit.NO
    name = posixpath.basename(file.path)
    if not value:  # an empty list: only its place in the export says what it would hold
        is_aux = name in _LISTINGS or _DAY.fullmatch(name)
        return Fit.AUXILIARY if is_aux else Fit.NO
    record = JsonRecord(value[0])
    if record.get("type") == "message" and _TS.fullmatch(record.id("ts") or ""):
        return Fit.MESSAGES
    is_listing = any(names <= record.members.keys() for names in _LISTED)
    return Fit.AUXILIARY if is_listing else Fit.NO


def read(file: InputFile, options: ReadOptions) -> Iterator[RawMessage | Problem]:
    workspace = _workspace(file)
    n_programs = n_read = 0
    for member in json_reader.members(file, options, lists=("",)):
        if isinstance(member, Problem):
            yield member
            continue
        n_read += 1
        record = JsonRecord(member[1])
        if _is_program(record, workspace):
            n_programs += 1
        elif record.text("subtype") in _PEOPLE_WRITE:
            yield _message(record, workspace, file=file, position=f"record {n_read}")
    if n_programs:
        what = f"{n_programs} posts of programs (bots) were left out"
        yield file.problem(what, "nothing to do", n_left_out=n_programs)


def _is_program(record: JsonRecord, workspace: _Workspace) -> bool:
    subtype, user = record.text("subtype"), record.text("user")
    if subtype in _PROGRAMS_WRITE:
        return True
    is_posted_by_app = "bot_id" in record.members and subtype is None
    return is_posted_by_app and (user is None or user in workspace.programs)


def _message(
    record: JsonRecord, workspace: _Workspace, *, file: InputFile, position: str
) -> RawMessage | Problem:
    ts = record.id("ts")
    files = record.records("files") or [JsonRecord(record.get("file"))]
    named = ", ".join(name for item in files if (name := item.text("title", "name")))
    # In old exports the comment on a file stands inside, wrapped by a notice in ``text``.
    written = record.text("comment.comment", "text") or ""
    text = text_of(decode_mrkdwn(written, workspace)) or named
    if ts is None or not text:
        return file.problem("no text" if ts else "no ts", "the message was skipped", position)
    thread = record.id("thread_ts")
    user = record.text("user", "comment.user")
    # Guests from other workspaces are not in ``users.json`` but named in the message.
    guest = _display_name(record, "user_profile.") or record.text("username")
    return RawMessage(
        source_id=ts,
        text=text,
        position=position,
        namespace=workspace.channel,
        body_format=BodyFormat.PLAIN,
        parent_source_id=thread if thread != ts else None,
        thread_source_id=thread,
        author_key=user,
        author_name=workspace.people.get(user or "") or guest or user,
        posted_at=parse_time(ts),
        edited_at=record.time("edited.ts"),
        category=workspace.channel or None,
        n_likes=record.total("reactions", "count"),
        n_attachments=sum(bool(item) for item in files),
        extra={"text_from": "file names"} if text == named else {},
    )


def _display_name(record: JsonRecord, within: str = "") -> str | None:
    return record.text(*(within + name for name in ("display_name", "real_name", "name")))


def _workspace(file: InputFile) -> _Workspace:
    people: dict[str, str] = {}
    programs: set[str] = set()
    for record in _listing(file, "users.json"):
        user = record.text("id")
        name = _display_name(record, "profile.") or _display_name(record)
        if user and name:
            people[user] = name
        if user and record.is_true("is_bot"):
            programs.add(user)
    folder = posixpath.dirname(file.path) or posixpath.dirname(file.name.replace("\\", "/"))
    return _Workspace(
        channel=posixpath.basename(folder),
        people=people,
        programs=frozenset(programs),
        channels={
            key: name
            for record in _listing(file, "channels.json")
            if (key := record.text("id")) and (name := record.text("name"))
        },
    )


def _listing(file: InputFile, name: str) -> tuple[JsonRecord, ...]:
    """The records of a file at the top of the export; empty when it is missing or damaged."""
    listing = file.sibling(f"../{name}") or file.sibling(name)
    if listing is None:
        return ()
    with listing.open() as stream:
        return _parse_listing(stream.read(json_reader.WHOLE_LIMIT))


@lru_cache(maxsize=4)
def _parse_listing(content: bytes) -> tuple[JsonRecord, ...]:
    """Cached by content: an export has a file per channel and day, and one list of people."""
    try:
        value = json_reader.parse(content)
    except (ValueError, RecursionError):
        return ()
    return tuple(JsonRecord(item) for item in value) if isinstance(value, list) else ()


def decode_mrkdwn(text: str, workspace: _Workspace) -> str:
    """Slack's markup for links and mentions -> plain text; ``&lt;`` and its like -> characters."""
    return html.unescape(_LINK.sub(lambda found: _link(found[1], workspace), text))


def _link(inside: str, workspace: _Workspace) -> str:
    target, _, label = inside.partition("|")
    match target[:1]:
        case "@":
            return "@" + (label or workspace.people.get(target[1:], target[1:])).lstrip("@")
        case "#":
            return "#" + (label or workspace.channels.get(target[1:], target[1:]))
        case "!":
            return label or "@" + target[1:].split("^")[0]
    scheme, _, address = target.partition(":")
    if scheme in ("tel", "mailto"):
        return label or address
    return target if label in target else f"{label} ({target})"
