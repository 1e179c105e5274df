"""Discord channels as DiscordChatExporter writes them (JSON).

Ids are unique in all of Discord. A thread that grew from a message has that message's id as
its own channel id, so its messages answer it unless they reply to another one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from synth.importers import json_reader
from synth.importers.input_file import Fit, InputFile, ReadOptions
from synth.importers.values import JsonRecord
from synth.records import BodyFormat, Problem, RawMessage

NAME = "discord"
LABEL = "Discord channel (DiscordChatExporter JSON)"

_PEOPLE_WRITE = {"Default", "Reply", "0", "19"}
_MENTION = re.compile(r"<@!?([0-9]{5,20})>")
_EMOJI = re.compile(r"<a?(:\w+:)[0-9]{5,20}>")
_DIRECT = "0"


def sniff(file: InputFile) -> Fit:
    record = JsonRecord(json_reader.peek(file))
    has_frame = all(isinstance(record.get(name), dict) for name in ("guild", "channel"))
    is_export = {"messages", "exportedAt", "dateRange"} & record.members.keys()
    return Fit.MESSAGES if has_frame and is_export else Fit.NO


def read(file: InputFile, options: ReadOptions) -> Iterator[RawMessage | Problem]:
    """The exporter writes guild and channel before the messages, so one pass is enough.

    Joins, pins and other notices are no messages; posts of programs are left out and counted.
    """
    frame: dict[str, object] = {}
    n_programs = n_read = 0
    for member in json_reader.members(file, options, lists=("messages",)):
        if isinstance(member, Problem):
            yield member
            continue
        name, value = member
        if name != "messages":
            frame[name] = value
            continue
        n_read += 1
        record = JsonRecord(value)
        if record.is_true("author.isBot"):
            n_programs += 1
        elif (record.id("type") or "Default") in _PEOPLE_WRITE:
            yield _message(record, JsonRecord(frame), file=file, position=f"messages[{n_read - 1}]")
    if n_programs:
        what = f"{n_programs} posts of programs (bots) were left out"
        yield file.problem(what, "nothing to do", n_left_out=n_programs)


def _message(
    record: JsonRecord, frame: JsonRecord, *, file: InputFile, position: str
) -> RawMessage | Problem:
    """``frame`` holds the guild and the channel in which the message was written."""
    key = record.id("id")
    names = [attached.text("fileName") for attached in record.records("attachments")]
    n_attachments = len(names)
    names += [sticker.text("name") for sticker in record.records("stickers")]
    named = ", ".join(filter(None, names))
    text = _text(record) or named
    if key is None or not text:
        return file.problem("no text" if key else "no id", "the message was skipped", position)
    author_name = record.text("author.nickname", "author.name")
    extra: dict[str, object] = {"is_pinned": True} if record.is_true("isPinned") else {}
    if text == named:
        extra["text_from"] = "file names"
    channel = frame.id("channel.id")
    thread = channel if "Thread" in (frame.text("channel.type") or "") else None
    return RawMessage(
        source_id=key,
        text=text,
        position=position,
        body_format=BodyFormat.MARKDOWN,
        parent_source_id=_parent(record, thread, key),
        thread_source_id=thread,
        author_key=record.id("author.id") or author_name,
        author_name=author_name,
        posted_at=record.time("timestamp"),
        edited_at=record.time("timestampEdited"),
        url=_url(frame.id("guild.id"), channel, key),
        category=frame.text("channel.name"),
        n_likes=record.total("reactions", "count"),
        n_attachments=n_attachments,
        extra=extra,
    )


def _text(record: JsonRecord) -> str | None:
    """The content; a forwarded message has none of its own."""
    content = record.text("content", "forwardedMessage.content")
    if content is None:
        return None
    names = {each.id("id"): each.text("nickname", "name") for each in record.records("mentions")}
    content = _MENTION.sub(lambda found: "@" + (names.get(found[1]) or found[1]), content)
    return _EMOJI.sub(r"\1", content)


def _parent(record: JsonRecord, thread: str | None, key: str) -> str | None:
    is_forward = isinstance(record.get("forwardedMessage"), dict)
    answered = None if is_forward else record.id("reference.messageId")
    answered = answered or thread
    return answered if answered != key else None


def _url(guild: str | None, channel: str | None, key: str) -> str | None:
    if not (guild and channel and channel.isdecimal() and key.isdecimal()):
        return None
    place = "@me" if guild == _DIRECT else guild
    return f"https://discord.com/channels/{place}/{channel}/{key}"
