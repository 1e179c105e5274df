"""Discord channels as DiscordChatExporter writes them (JSON).

Ids are unique in all of Discord. A thread that grew from a message has that message's id as
its own channel id, so its messages answer it unless they reply to another one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from synth.importers import json_reader
from synth.importers.input_file import Fit, InputFile, ReadOptions
from synth.importers.times import parse_time
from synth.importers.values import at, first_text, id_of, is_true, mapping, mappings, text_of, total
from synth.records import BodyFormat, Problem, RawMessage

NAME = "discord"
LABEL = "Discord channel (DiscordChatExporter JSON)"

_PEOPLE_WRITE = {"Default", "Reply", "0", "19"}
_MENTION = re.compile(r"<@!?([0-9]{5,20})>")
_EMOJI = re.compile(r"<a?(:\w+:)[0-9]{5,20}>")
_DIRECT = "0"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Channel:
    """Where the messages of a file were written."""

    guild_id: str | None
    id: str | None
    name: str | None
    is_thread: bool

    @classmethod
    def of(cls, members: Mapping[str, object]) -> _Channel:
        channel = mapping(members.get("channel"))
        return cls(
            guild_id=id_of(at(members, "guild", "id")),
            id=id_of(channel.get("id")),
            name=text_of(channel.get("name")),
            is_thread="Thread" in (text_of(channel.get("type")) or ""),
        )


def sniff(file: InputFile) -> Fit:
    record = mapping(json_reader.peek(file))
    has_frame = isinstance(record.get("guild"), dict) and isinstance(record.get("channel"), dict)
    is_export = {"messages", "exportedAt", "dateRange"} & record.keys()
    return Fit.MESSAGES if has_frame and is_export else Fit.NO


def read(file: InputFile, options: ReadOptions) -> Iterator[RawMessage | Problem]:
    """The exporter writes guild and channel before the messages, so one pass is enough.

    Joins, pins and other notices are no messages; posts of programs are left out and counted.
    """
    head: dict[str, object] = {}
    channel = _Channel.of(head)
    n_programs = n_read = 0
    for member in json_reader.members(file, options, lists=("messages",)):
        if isinstance(member, Problem):
            yield member
            continue
        name, value = member
        if name != "messages":
            head[name] = value
            channel = _Channel.of(head)
            continue
        n_read += 1
        record = mapping(value)
        if is_true(at(record, "author", "isBot")):
            n_programs += 1
        elif (id_of(record.get("type")) or "Default") in _PEOPLE_WRITE:
            yield _message(record, channel, file=file, position=f"messages[{n_read - 1}]")
    if n_programs:
        yield file.problem(f"{n_programs} posts of programs (bots) were left out", "nothing to do")


def _message(
    record: Mapping[str, object], channel: _Channel, *, file: InputFile, position: str
) -> RawMessage | Problem:
    key = id_of(record.get("id"))
    attached = mappings(record.get("attachments"))
    names = [text_of(item.get("fileName")) for item in attached]
    names += [text_of(item.get("name")) for item in mappings(record.get("stickers"))]
    named = ", ".join(name for name in names if name)
    text = _text(record) or named
    if key is None or not text:
        return file.problem("no text" if key else "no id", "the message was skipped", position)
    author = mapping(record.get("author"))
    author_name = first_text(author, "nickname", "name")
    extra: dict[str, object] = {"is_pinned": True} if is_true(record.get("isPinned")) else {}
    if text == named:
        extra["text_from"] = "file names"
    return RawMessage(
        source_id=key,
        text=text,
        position=position,
        body_format=BodyFormat.MARKDOWN,
        parent_source_id=_parent(record, channel, key),
        thread_source_id=channel.id if channel.is_thread else None,
        author_key=id_of(author.get("id")) or author_name,
        author_name=author_name,
        posted_at=parse_time(record.get("timestamp")),
        edited_at=parse_time(record.get("timestampEdited")),
        url=_url(channel, key),
        category=channel.name,
        n_likes=total(record.get("reactions"), "count"),
        n_attachments=len(attached),
        extra=extra,
    )


def _text(record: Mapping[str, object]) -> str | None:
    """The content; a forwarded message has none of its own."""
    content = text_of(record.get("content")) or text_of(at(record, "forwardedMessage", "content"))
    if content is None:
        return None
    names = {
        id_of(mention.get("id")): first_text(mention, "nickname", "name")
        for mention in mappings(record.get("mentions"))
    }
    content = _MENTION.sub(lambda found: "@" + (names.get(found[1]) or found[1]), content)
    return _EMOJI.sub(r"\1", content)


def _parent(record: Mapping[str, object], channel: _Channel, key: str) -> str | None:
    is_forward = isinstance(record.get("forwardedMessage"), dict)
    answered = None if is_forward else id_of(at(record, "reference", "messageId"))
    if answered is None and channel.is_thread:
        answered = channel.id
    return answered if answered != key else None


def _url(channel: _Channel, key: str) -> str | None:
    if not (channel.id and channel.guild_id and key.isdecimal() and channel.id.isdecimal()):
        return None
    place = "@me" if channel.guild_id == _DIRECT else channel.guild_id
    return f"https://discord.com/channels/{place}/{channel.id}/{key}"
