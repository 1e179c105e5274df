"""JSON of no known platform, in the shapes that programs write."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from synth.errors import InputProblem
from synth.importers import any_json
from synth.importers.input_file import Fit, InputFile, ReadOptions
from synth.records import Problem, RawMessage

RECORDS = [
    {"id": "a", "text": "The bees are back", "user": {"id": 7, "name": "Ann"}, "date": 1578304800},
    {"id": "b", "text": "All of them?", "parent_id": "a", "user": {"id": 8, "name": "Bob"}},
]


def _file(content: object) -> InputFile:
    match content:
        case bytes():
            data = content
        case str():
            data = content.encode()
        case _:
            data = json.dumps(content).encode()
    return InputFile(lambda: io.BytesIO(data), name="data.json", path="data.json")


def _read(content: object, columns: Mapping[str, str] | None = None) -> list[RawMessage | Problem]:
    return list(any_json.read(_file(content), ReadOptions(columns=columns or {})))


def _lines(values: list[object]) -> str:
    return "".join(json.dumps(value) + "\n" for value in values)


@pytest.mark.parametrize(
    "content",
    [
        RECORDS,
        {"meta": {"n": 2, "tags": [{"label": "x"}]}, "comments": RECORDS},
        {"data": {"page": 1, "comments": RECORDS}},
        _lines([*RECORDS]),
        "\ufeff" + _lines([*RECORDS]),
        json.dumps(RECORDS).encode("utf-16"),
        [{"kind": "t1", "data": record} for record in RECORDS],
        _lines([{"_id": "x", "_source": record} for record in RECORDS]),
    ],
)
def test_the_same_messages_in_many_shapes(content: object) -> None:
    assert any_json.sniff(_file(content)) is Fit.MESSAGES
    found = _read(content)
    assert all(isinstance(each, RawMessage) for each in found), found
    first, second = (each for each in found if isinstance(each, RawMessage))
    assert (first.source_id, first.text) == ("a", "The bees are back")
    assert (first.author_key, first.author_name) == ("7", "Ann")
    assert first.posted_at == datetime(2020, 1, 6, 10, tzinfo=UTC)
    assert second.parent_source_id == "a"


def test_other_json_is_not_messages() -> None:
    for content in ({"name": "x", "version": 1}, [1, 2, 3], {"a": [{"b": 1}]}, "[", "", "{}", "[]"):
        assert any_json.sniff(_file(content)) is Fit.NO, content
        with pytest.raises(InputProblem, match="holds no list of objects"):
            _read(content)


def test_nested_replies_are_answers() -> None:
    found = _read(
        [
            {
                "id": 1,
                "body": "The bees are back",
                "replies": [
                    {"id": 2, "body": "All?", "replies": [{"id": 3, "body": "All of them"}]},
                    {"id": 4, "body": "How nice"},
                ],
            }
        ]
    )
    assert [(e.source_id, e.parent_source_id) for e in found if isinstance(e, RawMessage)] == [
        ("1", None),
        ("2", "1"),
        ("3", "2"),
        ("4", "1"),
    ]


def test_a_list_of_texts() -> None:
    found = _read(["The bees are back", "All of them"])
    assert [each.text for each in found if isinstance(each, RawMessage)] == [
        "The bees are back",
        "All of them",
    ]


def test_a_bad_line_costs_one_record() -> None:
    lines = _lines([*RECORDS]).splitlines()
    found = _read("\n".join([lines[0], '{"id": "x", "text": ', "", lines[1]]))
    assert [type(each) for each in found] == [RawMessage, Problem, RawMessage]
    assert isinstance(found[1], Problem)
    assert found[1].position == "line 2"


def test_records_without_text_are_summed_up() -> None:
    found = _read([*RECORDS, {"id": "c"}, {"id": "d", "text": "  "}])
    assert isinstance(found[-1], Problem)
    assert "2 without text" in found[-1].what
    assert found[-1].position == "first at record 3"


def test_a_member_may_be_mapped_by_hand() -> None:
    content = [{"key": "a", "q": {"words": "The bees are back"}}]
    (message,) = _read(content, {"text": "q/words"})
    assert isinstance(message, RawMessage)
    assert message.text == "The bees are back"


def test_a_cut_document_keeps_what_came_before() -> None:
    records = [{"id": f"a{n}", "text": f"This is text {n}"} for n in range(3000)]
    for content in (json.dumps(records), json.dumps({"comments": records}), _lines([*records])):
        found = _read(content[: len(content) * 2 // 3])
        messages = [each for each in found if isinstance(each, RawMessage)]
        assert len(messages) >= 1990
        assert messages[-1].text == f"This is text {len(messages) - 1}"
        assert isinstance(found[-1], Problem)


def test_nan_does_not_end_the_document() -> None:
    content = '[{"id": "a", "text": "One text", "score": NaN}, {"id": "b", "text": "Two texts"}]'
    found = _read(content)
    assert [each.source_id for each in found if isinstance(each, RawMessage)] == ["a", "b"]


def test_what_json_allows_and_a_database_does_not() -> None:
    (message,) = _read('[{"id": "a", "text": "half \\ud83d a \\u0000 pair", "n": 1e999}]')
    assert isinstance(message, RawMessage)
    message.text.encode()
    assert "\0" not in message.text
    json.dumps(dict(message.extra), allow_nan=False)


def test_deep_nesting_is_told_not_raised() -> None:
    for content in (
        "[" * 100_000,
        '[{"id": 1, "text": "a b c", "x": ' + "[" * 100_000,
        '{"text": "a b c", "x": ' + '{"a":' * 5000 + "1" + "}" * 5000 + "}\n{}\n",
    ):
        try:
            found = _read(content)
        except InputProblem:
            continue
        assert any(isinstance(each, Problem) for each in found)
