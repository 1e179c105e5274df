"""Slack exports: channels of day files, and the lists beside them."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from synth.importers import slack
from synth.importers.input_file import Fit
from synth.records import Problem, RawMessage

Make = Callable[..., Any]
USERS = [
    {
        "id": "U01",
        "team_id": "T1",
        "name": "maria",
        "real_name": "Maria Alves",
        "profile": {"display_name": "mari", "real_name": "Maria Alves"},
    },
    {"id": "U02", "team_id": "T1", "name": "jon", "profile": {"display_name": ""}},
    {"id": "U09", "team_id": "T1", "name": "helper", "is_bot": True, "profile": {}},
]
CHANNELS = [{"id": "C1", "name": "garden", "created": 1, "members": ["U01"]}]


def line(ts: str, text: str = "Shall we plant lilac?", **more: Any) -> dict[str, Any]:
    return {"type": "message", "user": "U01", "text": text, "ts": ts} | more


def read(export: Make, *lines: object, channel: str = "garden") -> tuple[list[Any], list[Any]]:
    files = {
        "users.json": USERS,
        "channels.json": CHANNELS,
        f"{channel}/2024-05-01.json": list(lines),
    }
    messages, problems = export(files).read(slack)
    return messages, problems


def test_a_message_is_known_by_channel_and_ts(export: Make) -> None:
    reactions = [{"name": "+1", "count": 2}, {"name": "leaf", "count": 1}]
    said = line(
        "1714550400.000200",
        reactions=reactions,
        edited={"user": "U01", "ts": "1714550460.000000"},
        files=[{"title": "Plan"}],
    )
    (one,), problems = read(export, said)
    assert not problems
    assert (one.namespace, one.source_id, one.category) == ("garden", "1714550400.000200", "garden")
    assert (one.author_key, one.author_name) == ("U01", "mari")
    assert one.posted_at == datetime(2024, 5, 1, 8, 0, 0, 200, tzinfo=UTC)
    assert one.edited_at == datetime(2024, 5, 1, 8, 1, tzinfo=UTC)
    assert (one.n_likes, one.n_attachments) == (3, 1)


def test_threads_hang_under_the_message_that_opens_them(export: Make) -> None:
    messages, _ = read(
        export,
        line("1714550400.000100", thread_ts="1714550400.000100"),
        line("1714550401.000100", thread_ts="1714550400.000100", user="U02"),
        line("1714550402.000100", subtype="thread_broadcast", thread_ts="1714550400.000100"),
        line("1714550403.000100"),
    )
    assert [one.parent_source_id for one in messages] == [
        None,
        "1714550400.000100",
        "1714550400.000100",
        None,
    ]
    assert {one.thread_source_id for one in messages[:3]} == {"1714550400.000100"}
    assert messages[3].thread_source_id is None
    assert messages[1].author_name == "jon"


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("<@U01>: yes", "@mari: yes"),
        ("<@U77|guest> hi <@U78>", "@guest hi @U78"),
        ("in <#C1> and <#C2|shed>", "in #garden and #shed"),
        ("<!here> <!subteam^S1|@gardeners> <!date^1^{date}|May 1>", "@here @gardeners May 1"),
        ("see <https://example.org/a?b=1&amp;c=2>", "see https://example.org/a?b=1&c=2"),
        ("see <https://example.org/a|the plan>", "see the plan (https://example.org/a)"),
        ("<http://example.org|example.org>", "http://example.org"),
        ("<mailto:a@example.org|a@example.org>, <tel:123|12 3>", "a@example.org, 12 3"),
        ("1 &lt; 2 &amp;&amp; 3 &gt; 2", "1 < 2 && 3 > 2"),
        ("&gt; quoted\nno", "> quoted\nno"),
        ("&lt;@U01&gt; stays", "<@U01> stays"),
    ],
)
def test_markup_is_decoded(export: Make, written: str, shown: str) -> None:
    (one,), _ = read(export, line("1714550400.000100", written))
    assert one.text == shown


def test_programs_are_counted_and_notices_are_nothing(export: Make) -> None:
    messages, (problem,) = read(
        export,
        line("1714550400.000100"),
        line("1714550401.000100", subtype="channel_join"),
        line("1714550402.000100", subtype="tombstone"),
        line("1714550403.000100", subtype="bot_message", user=None),
        line("1714550404.000100", bot_id="B1", user="U09"),
        line("1714550405.000100", bot_id="B1", user="U01"),
    )
    assert [one.source_id[:10] for one in messages] == ["1714550400", "1714550405"]
    assert problem.what == "2 posts of programs (bots) were left out"


def test_a_file_without_words_is_named_by_its_title(export: Make) -> None:
    (named, comment), _ = read(
        export,
        line("1714550400.000100", "", files=[{"title": "Plan A"}, {"name": "b.png"}]),
        line(
            "1714550401.000100",
            "<@U02> commented on a file",
            user=None,
            subtype="file_comment",
            comment={"user": "U02", "comment": "Looks right"},
        ),
    )
    assert (named.text, named.extra) == ("Plan A, b.png", {"text_from": "file names"})
    assert (comment.text, comment.author_key) == ("Looks right", "U02")


def test_guests_are_named_by_the_message(export: Make) -> None:
    guest = line("1714550400.000100", user="U55", user_profile={"real_name": "Guest One"})
    (one,), _ = read(export, guest)
    assert (one.author_key, one.author_name) == ("U55", "Guest One")


def test_bad_records_are_told(export: Make) -> None:
    messages, problems = read(
        export, line("1714550400.000100"), line("1714550401.000100", ""), 5, {"type": "message"}
    )
    assert len(messages) == 1
    assert [(p.position, p.what) for p in problems] == [
        ("record 2", "no text"),
        ("record 3", "no ts"),
        ("record 4", "no ts"),
    ]


def test_a_cut_day_keeps_the_lines_before(export: Make) -> None:
    text = json.dumps([line(f"171455040{n}.000100") for n in range(4)])
    files = export({"garden/2024-05-01.json": text[:-30]})
    messages, problems = files.read(slack)
    assert len(messages) == 3
    assert len(problems) == 1 and "breaks off" in problems[0].what
    assert messages[0].author_name == "U01"


@pytest.mark.parametrize(
    ("path", "content", "fit"),
    [
        ("users.json", USERS, Fit.AUXILIARY),
        ("anything.json", CHANNELS, Fit.AUXILIARY),
        ("dms.json", [{"id": "D1", "created": 3, "members": []}], Fit.AUXILIARY),
        ("integration_logs.json", [{"service_type": "x", "change_type": "added"}], Fit.AUXILIARY),
        ("groups.json", [], Fit.AUXILIARY),
        ("garden/2024-05-02.json", [], Fit.AUXILIARY),
        ("list.json", [], Fit.NO),
        ("day.json", [{"type": "message", "ts": "12"}], Fit.NO),
        ("day.json", [{"id": 1, "text": "hello"}], Fit.NO),
        ("day.json", [{"type": "message", "ts": "1714550400.000100"}], Fit.MESSAGES),
    ],
)
def test_files_are_recognised(export: Make, path: str, content: object, fit: Fit) -> None:
    assert export({path: content}).fits(slack) == {path: fit}


def test_the_real_archive(export: Make, shared_data: Path) -> None:
    with zipfile.ZipFile(shared_data / "slack-export" / "testarchive.zip") as archive:
        files = {name: archive.read(name) for name in archive.namelist() if not name.endswith("/")}
    made = export(files)
    assert Fit.NO not in made.fits(slack).values()
    messages, problems = made.read(slack)
    expected = {
        (Path(name).parent.name, record["ts"])
        for name, content in files.items()
        if "/" in name
        for record in json.load(io.BytesIO(content))
        if record.get("subtype") in (None, "file_share", "file_comment")
    }
    assert {(one.namespace, one.source_id) for one in messages} == expected
    assert len(messages) == 53
    assert all(isinstance(one, RawMessage) and one.author_name for one in messages)
    assert all(isinstance(one, Problem) and "programs" in one.what for one in problems)
    assert not any("<@" in one.text for one in messages)
