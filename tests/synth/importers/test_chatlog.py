"""Chat logs as clients and telephones write them."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import pytest

from synth.errors import InputProblem
from synth.importers import chatlog
from synth.importers.input_file import Fit, InputFile, ReadOptions
from synth.records import Problem, RawMessage


def _file(content: str, path: str = "room.txt") -> InputFile:
    return InputFile(lambda: io.BytesIO(content.encode()), name=path, path=path)


def _read(content: str, path: str = "room.txt") -> list[RawMessage | Problem]:
    assert chatlog.sniff(_file(content, path)) is Fit.MESSAGES
    return list(chatlog.read(_file(content, path), ReadOptions()))


def _messages(content: str, path: str = "room.txt") -> list[RawMessage]:
    return [each for each in _read(content, path) if isinstance(each, RawMessage)]


def _said(content: str, path: str = "room.txt") -> list[tuple[str, str | None, str]]:
    return [(each.source_id, each.author_key, each.text) for each in _messages(content, path)]


def test_irc_with_system_lines() -> None:
    found = _read(
        "[12:58] <ann> bob: the bees are back\n"
        "=== carol [~carol@example.org]  has joined #bees\n"
        "[12:59] <|bob|> all of them?\n"
        "[01:00]  * ann nods\n"
        "[01:00] * dave has quit (Ping timeout)\n"
        "[01:01] <ann> \n",
        "2020-01-06.bees.txt",
    )
    messages = [each for each in found if isinstance(each, RawMessage)]
    assert [(m.source_id, m.author_key, m.text) for m in messages] == [
        ("1", "ann", "bob: the bees are back"),
        ("3", "|bob|", "all of them?"),
        ("4", "ann", "ann nods"),
    ]
    assert messages[0].namespace == "2020-01-06.bees"
    assert messages[0].posted_at == datetime(2020, 1, 6, 12, 58, tzinfo=UTC)
    assert messages[2].posted_at == datetime(2020, 1, 6, 13, 0, tzinfo=UTC)
    assert isinstance(found[-1], Problem)
    assert found[-1].what.startswith("2 lines by the system")
    assert found[-1].position == "first at line 2"


@pytest.mark.parametrize(
    "content",
    [
        "12:58 <ann> the bees\n12:59 <@bob> are back\n",
        "12:58:01 < ann> the bees\n12:59:02 <+bob> are back\n",
        "[2020-01-06 12:58:01] <ann> the bees\n[2020-01-06 12:59:02] <bob> are back\n",
        "2020-01-06T12:58:01 <ann> the bees\n2020-01-06T12:59:02 <bob> are back\n",
        "2020-01-06 12:58:01\tann\tthe bees\n2020-01-06 12:59:01\t@bob\tare back\n",
        "2020-01-06 12:58 ann: the bees\n2020-01-06 12:59 bob: are back\n",
        "[12:58] ann: the bees\n[12:59] bob: are back\n",
        "1/6/20, 12:58 PM - ann: the bees\n1/6/20, 12:59 PM - bob: are back\n",
        "06/01/2020 à 12:58 - ann: the bees\n06/01/2020 à 12:59 - bob: are back\n",
        "[06/01/2020 à 12:58:01] ann: the bees\n[06/01/2020 à 12:59:00] bob: are back\n",
        "[06.01.20, 12:58:01] ann: the bees\n[06.01.20, 12:59:00] bob: are back\n",
        "12:58:01 From ann to Everyone: the bees\n12:59:01 From bob to Everyone: are back\n",
        "12:58:01\t From  ann : the bees\n12:59:01\t From  bob : are back\n",
    ],
)
def test_ways_of_writing(content: str) -> None:
    for text in (content, content.replace("\n", "\r\n")):
        assert _said(text) == [("1", "ann", "the bees"), ("2", "bob", "are back")]


def test_whatsapp_with_everything() -> None:
    content = (
        "06/01/2020 10:00 - Les messages sont chiffrés de bout en bout.\n"
        "13/01/2020 10:01 - Ann B: Première ligne\n"
        "\n"
        "et la suite : là\n"
        "13/01/2020 10:02 - +33 6 00 00 00 00: <Médias omis>\n"
        "13/01/2020 10:03 - Bob a quitté le groupe\n"
        "14/01/2020 10:04 - Bob: merci\n"
    )
    found = _messages(content)
    assert [(m.source_id, m.author_name, m.text) for m in found] == [
        ("2", "Ann B", "Première ligne\n\net la suite : là"),
        ("7", "Bob", "merci"),
    ]
    assert found[1].posted_at == datetime(2020, 1, 14, 10, 4, tzinfo=UTC)
    problem = _read(content)[-1]
    assert isinstance(problem, Problem)
    assert "2 lines by the system" in problem.what
    assert "1 messages without text" in problem.what


def test_whatsapp_on_an_iphone_marks_its_notices() -> None:
    content = (
        "[13/01/2020, 10:01:00] Bees: \u200eMessages are end-to-end encrypted.\n"
        "[13/01/2020, 10:01:02] Ann: hello\u202fthere\n"
        "\u200e[13/01/2020, 10:02:00] Bob: \u200eimage omitted\n"
        "[13/01/2020, 10:03:00] Bob: look\n\u200eimage omitted\n"
    )
    found = _messages(content)
    assert [(m.author_key, m.text, m.n_attachments) for m in found] == [
        ("Ann", "hello there", 0),
        ("Bob", "look", 1),
    ]


def test_american_dates_are_told_by_their_clock() -> None:
    content = "1/6/20, 9:15 PM - Ann: one\n1/7/20, 9:16 PM - Bob: two\n"
    assert _messages(content)[1].posted_at == datetime(2020, 1, 7, 21, 16, tzinfo=UTC)


def test_times_go_on_past_midnight() -> None:
    content = "[22:00] <ann> one\n[23:59] <bob> two\n[00:01] <ann> three\n[23:00] <ann> four\n"
    found = _messages(content, "log-20200106.txt")
    assert [message.posted_at for message in found] == [
        datetime(2020, 1, 6, 22, 0, tzinfo=UTC),
        datetime(2020, 1, 6, 23, 59, tzinfo=UTC),
        datetime(2020, 1, 7, 0, 1, tzinfo=UTC),
        datetime(2020, 1, 7, 23, 0, tzinfo=UTC),
    ]


def test_the_log_itself_may_say_the_day() -> None:
    content = (
        "--- Log opened Mon Jan 06 10:00:00 2020\n"
        "10:00 <ann> one\n10:01 <bob> two\n"
        "--- Day changed Tue Jan 07 2020\n"
        "10:02 <ann> three\n"
    )
    assert [message.posted_at for message in _messages(content)] == [
        datetime(2020, 1, 6, 10, 0, tzinfo=UTC),
        datetime(2020, 1, 6, 10, 1, tzinfo=UTC),
        datetime(2020, 1, 7, 10, 2, tzinfo=UTC),
    ]


def test_without_a_day_there_is_no_time() -> None:
    assert {message.posted_at for message in _messages("[10:00] <a> b\n[10:01] <c> d\n")} == {None}


@pytest.mark.parametrize(
    "content",
    [
        "1002 1003 -\n1010 1011 -\n1011 1013 -\n",
        "2020-01-06 10:00:00 INFO: started\n2020-01-06 10:00:01 ERROR: stopped\n",
        "Just a letter: with a colon.\nAnd 12:30 as a time.\n",
        "id,text\n1,12:30 ann: hello\n",
        "[12:30] <ann> a single line\n",
        "",
    ],
)
def test_other_texts_are_no_chat(content: str) -> None:
    assert chatlog.sniff(_file(content)) is Fit.NO
    with pytest.raises(InputProblem, match="is no chat log"):
        list(chatlog.read(_file(content), ReadOptions()))


def test_a_cut_log_keeps_what_came_before() -> None:
    content = "".join(f"[10:{n:02}] <ann> message number {n}\n" for n in range(60))
    whole = _said(content)
    for cut in range(100, len(content), 97):
        found = _said(content[:cut])
        assert found[: len(found) - 1] == whole[: len(found) - 1]
