"""Discord channels as DiscordChatExporter writes them."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from synth.importers import discord
from synth.importers.input_file import Fit
from synth.records import BodyFormat

Make = Callable[..., Any]
GUILD = {"id": "700000000000000001", "name": "Neighbours"}
CHANNEL = {"id": "700000000000000002", "type": "GuildTextChat", "name": "streets", "topic": None}
ID = "80000000000000000"


def line(number: int, content: str = "More trees on Main Street", **more: Any) -> dict[str, Any]:
    return {
        "id": f"{ID}{number}",
        "type": "Default",
        "timestamp": f"2023-06-0{number}T12:00:00.5+02:00",
        "timestampEdited": None,
        "isPinned": False,
        "content": content,
        "author": {"id": "900100000000000001", "name": "lee", "nickname": "Lee", "isBot": False},
        "attachments": [],
        "reactions": [],
        "mentions": [],
    } | more


def document(*lines: object, channel: dict[str, Any] | None = None) -> dict[str, Any]:
    return {
        "guild": GUILD,
        "channel": channel or CHANNEL,
        "dateRange": {"after": None, "before": None},
        "exportedAt": "2023-07-01T00:00:00+00:00",
        "messages": list(lines),
        "messageCount": len(lines),
    }


def test_a_channel_gives_its_messages(export: Make) -> None:
    said = line(
        1,
        "Ask <@!900100000000000002> about the <:tree:123456789> plan",
        timestampEdited="2023-06-01T11:00:00+00:00",
        isPinned=True,
        attachments=[{"id": "1", "fileName": "map.png"}],
        reactions=[{"emoji": {"name": "x"}, "count": 2}, {"emoji": {"name": "y"}, "count": 3}],
        mentions=[{"id": "900100000000000002", "name": "kim", "nickname": None}],
    )
    (one,), problems = export({"streets.json": document(said)}).read(discord)
    assert not problems
    assert one.text == "Ask @kim about the :tree: plan"
    assert one.body_format is BodyFormat.MARKDOWN
    assert one.source_id == f"{ID}1"
    assert (one.author_key, one.author_name) == ("900100000000000001", "Lee")
    assert one.posted_at == datetime(2023, 6, 1, 10, 0, 0, 500000, tzinfo=UTC)
    assert one.edited_at == datetime(2023, 6, 1, 11, tzinfo=UTC)
    assert (one.n_likes, one.n_attachments, one.category) == (5, 1, "streets")
    assert one.url == f"https://discord.com/channels/{GUILD['id']}/{CHANNEL['id']}/{ID}1"
    assert one.extra == {"is_pinned": True}
    assert one.thread_source_id is None


def test_replies_forwards_and_threads(export: Make) -> None:
    thread = {"id": f"{ID}1", "type": "GuildPublicThread", "name": "trees"}
    files = export(
        {
            "a.json": document(
                line(1),
                line(2, type="Reply", reference={"messageId": f"{ID}1"}),
                line(3, "", reference={"messageId": "1"}, forwardedMessage={"content": "Look!"}),
            ),
            "b.json": document(
                line(1), line(4), line(5, reference={"messageId": f"{ID}4"}), channel=thread
            ),
        }
    )
    messages, _ = files.read(discord)
    first, reply, forward, again, under, nested = messages
    assert (first.parent_source_id, reply.parent_source_id) == (None, first.source_id)
    assert (forward.text, forward.parent_source_id) == ("Look!", None)
    assert (again.source_id, again.parent_source_id) == (first.source_id, None)
    assert under.parent_source_id == first.source_id
    assert nested.parent_source_id == under.source_id
    assert {one.thread_source_id for one in (again, under, nested)} == {first.source_id}


def test_notices_are_nothing_and_programs_are_counted(export: Make) -> None:
    messages, (problem,) = export(
        {
            "a.json": document(
                line(1, type="GuildMemberJoin"),
                line(2, type="ChannelPinnedMessage"),
                line(3, author={"id": "5", "name": "bot", "isBot": True}),
                line(4),
            )
        }
    ).read(discord)
    assert [one.source_id for one in messages] == [f"{ID}4"]
    assert problem.what.startswith("1 post")


def test_pictures_without_words_and_bad_records(export: Make) -> None:
    messages, problems = export(
        {
            "a.json": document(
                line(1, "", attachments=[{"fileName": "oak.jpg"}], stickers=[{"name": "wave"}]),
                line(2, " "),
                line(3, id=None),
                "text",
            )
        }
    ).read(discord)
    assert [(one.text, one.extra) for one in messages] == [
        ("oak.jpg, wave", {"text_from": "file names"})
    ]
    assert [(one.position, one.what) for one in problems] == [
        ("messages[1]", "no text"),
        ("messages[2]", "no id"),
        ("messages[3]", "no id"),
    ]


def test_direct_messages_have_another_address(export: Make) -> None:
    direct = document(line(1)) | {"guild": {"id": "0", "name": "Direct Messages"}}
    (one,), _ = export({"a.json": direct}).read(discord)
    assert one.url is not None and "/channels/@me/" in one.url


def test_a_cut_channel_keeps_the_messages_before(export: Make) -> None:
    text = json.dumps(document(*(line(n) for n in range(1, 6))))
    messages, (problem,) = export({"a.json": text[: text.index(f"{ID}4")]}).read(discord)
    assert [one.source_id for one in messages] == [f"{ID}{n}" for n in (1, 2, 3)]
    assert problem.position == "after record 3"


@pytest.mark.parametrize(
    ("content", "fit"),
    [
        (document(), Fit.MESSAGES),
        ({"guild": GUILD, "channel": CHANNEL}, Fit.NO),
        ({"messages": [line(1)]}, Fit.NO),
        ([document()], Fit.NO),
    ],
)
def test_files_are_recognised(export: Make, content: object, fit: Fit) -> None:
    assert export({"a.json": content}).fits(discord) == {"a.json": fit}
