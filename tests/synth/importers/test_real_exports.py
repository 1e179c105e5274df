"""The formats here, read from real discussions where they are at hand."""

from __future__ import annotations

from pathlib import Path

from synth.importers import Reading, read
from synth.records import Problem, RawMessage, Stance


def _read(*inputs: Path) -> tuple[list[RawMessage], list[Problem], set[str]]:
    messages: list[RawMessage] = []
    problems: list[Problem] = []
    formats: set[str] = set()
    for found in read(inputs):
        if isinstance(found, Reading):
            formats.add(found.format)
            for record in found.records:
                (messages if isinstance(record, RawMessage) else problems).append(record)  # type: ignore[arg-type]
        else:
            problems.append(found)
    return messages, problems, formats


def test_a_complete_mailing_list(shared_data: Path) -> None:
    messages, problems, formats = _read(shared_data / "r-package-devel")
    assert formats == {"mbox"}
    assert len(messages) == 11_114
    assert [Path(problem.source).name for problem in problems] == ["NOTICE"]
    assert all(message.posted_at and message.author_key and message.text for message in messages)
    ids = {message.source_id for message in messages}
    parents = [message.parent_source_id for message in messages if message.parent_source_id]
    assert len(parents) == 8773
    assert sum(parent in ids for parent in parents) == 8409


def test_arguments_with_their_topic_and_stance(shared_data: Path) -> None:
    messages, problems, formats = _read(shared_data / "argkp" / "arguments_dev.csv")
    assert (len(messages), problems, formats) == (932, [], {"table"})
    assert all(message.source_id.startswith("arg_") for message in messages)
    assert len({message.category for message in messages}) == 4
    assert {message.stance for message in messages} == {Stance.FOR, Stance.AGAINST}


def test_a_table_without_texts_says_which_columns_it_has(shared_data: Path) -> None:
    messages, (problem,), _ = _read(shared_data / "argkp" / "labels_dev.csv")
    assert not messages
    assert "arg_id, key_point_id, label" in problem.what
    assert "--columns text=" in problem.remedy


def test_german_contributions(shared_data: Path) -> None:
    messages, _, formats = _read(shared_data / "cimt-de" / "cimt-thematic-categorization-dataset")
    assert formats == {"table"}
    assert len(messages) == 697
    assert all(message.subject for message in messages)


def test_chats_but_not_their_annotations(shared_data: Path) -> None:
    folder = shared_data / "irc-threads" / "dev"
    logs = sorted(folder.glob("*.ascii.txt"))
    messages, problems, formats = _read(*logs)
    assert formats == {"chatlog"}
    n_lines = sum(len(log.read_text(encoding="utf-8").splitlines()) for log in logs)
    n_system = sum(int(problem.what.split()[0]) for problem in problems)
    assert n_lines - 10 <= len(messages) + n_system <= n_lines
    assert all(message.posted_at for message in messages)
    notes, unknown, _ = _read(*sorted(folder.glob("*.annotation.txt")))
    assert not notes
    assert len(unknown) == 10


def test_forum_feeds(shared_data: Path) -> None:
    messages, problems, formats = _read(
        *sorted((shared_data / "discourse" / "api-examples").glob("*.rss"))
    )
    assert (len(messages), problems, formats) == (100, [], {"feed"})
    assert all(message.thread_source_id and message.posted_at for message in messages)
