"""JSON that is large, cut short, in another encoding, or not JSON at all."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synth.errors import InputProblem
from synth.importers import json_reader
from synth.importers.input_file import HEAD_BYTES, ReadOptions
from synth.records import Problem

Make = Callable[..., Any]
DOCUMENT = {"channel": {"id": "7"}, "messages": [{"id": n} for n in range(5)], "count": 5}


def members(file: Any, **options: Any) -> list[Any]:
    return list(json_reader.members(file, ReadOptions(**options), lists=("messages", "")))


def test_members_come_in_order_and_a_list_element_by_element(export: Make) -> None:
    file = export({"a.json": DOCUMENT})["a.json"]
    assert members(file) == [
        ("channel", {"id": "7"}),
        *(("messages", {"id": n}) for n in range(5)),
        ("count", 5),
    ]


def test_members_of_a_list_have_no_name(export: Make) -> None:
    assert members(export({"a.json": [1, [2], {"b": None}]})["a.json"]) == [
        ("", 1),
        ("", [2]),
        ("", {"b": None}),
    ]


def test_a_list_further_inside_is_streamed_as_well(export: Make) -> None:
    document = {"data": {"page": 1, "comments": [{"id": n} for n in range(5)]}, "n": 5}
    text = json.dumps(document)
    comments = [("data/comments", {"id": n}) for n in range(5)]
    for content, n_whole in ((text, 5), (text[: text.index('{"id": 3}') + 4], 3)):
        found = json_reader.members(
            export({"a.json": content})["a.json"], ReadOptions(), lists={"data/comments"}
        )
        first, *rest = found
        assert first == ("data/page", 1)
        assert rest[:n_whole] == comments[:n_whole]
        assert isinstance(rest[-1], Problem) == (n_whole == 3)


def test_a_line_break_inside_a_text_costs_nothing_before_a_cut(export: Make) -> None:
    content = '{"posts": [{"id": 1, "raw": "two\nlines"}, {"id": 2}, {"id": 3, "ra'
    value, cut = json_reader.load(
        export({"a.json": content})["a.json"], ReadOptions(), envelopes=("posts",)
    )
    assert value == {"posts": [{"id": 1, "raw": "two\nlines"}, {"id": 2}]}
    assert cut is not None


def test_a_cut_keeps_what_came_before(export: Make) -> None:
    text = json.dumps(DOCUMENT)
    *read, last = members(export({"a.json": text[: text.index('{"id": 3}') + 4]})["a.json"])
    assert read[1:] == [("messages", {"id": n}) for n in range(3)]
    assert isinstance(last, Problem)
    assert (last.source, last.position) == ("export/a.json", "after record 3")


@pytest.mark.parametrize("content", [b"", b"  \n", b"plain words", b"\x00\x01", b'"text"', b"12"])
def test_no_json_is_a_problem(export: Make, content: bytes) -> None:
    file = export({"a.json": content})["a.json"]
    assert [type(one) for one in members(file)] == [Problem]
    assert json_reader.peek(file) is None


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-32"])
def test_other_encodings_are_read(export: Make, encoding: str) -> None:
    text = json.dumps({"messages": ["déjà vu – ça va"] * 3}, ensure_ascii=False)
    file = export({"a.json": text.encode(encoding)})["a.json"]
    expected = [("messages", "déjà vu – ça va")] * 3
    assert members(file) == expected
    assert json_reader.load(file, ReadOptions()) == (json.loads(text), None)
    assert json_reader.peek(file) == json.loads(text)


def test_an_encoding_can_be_named_and_must_exist(export: Make) -> None:
    file = export({"a.json": '["é"]'.encode("mac-roman")})["a.json"]
    assert members(file, encoding="mac-roman") == [("", "é")]
    with pytest.raises(InputProblem):
        members(file, encoding="no-such-thing")


def test_bad_bytes_and_nuls_do_not_stop_the_reading(export: Make) -> None:
    content = b'{"messages": ["caf\xc3\xa9", "a\xffb", "c\x00d", "\\ud800 lone"], "n": 1}'
    file = export({"a.json": content})["a.json"]
    read = members(file)
    assert not any(isinstance(one, Problem) for one in read)
    assert read[:3] == [("messages", "café"), ("messages", "aÿb"), ("messages", "cd")]
    assert len(read) == 5
    value, cut = json_reader.load(file, ReadOptions())
    assert cut is None and len(value["messages"]) == 4


def test_peek_shows_the_beginning_of_a_large_file(export: Make) -> None:
    file = export({"a.json": {"kind": "x", "messages": ["word " * 10] * 5000}})["a.json"]
    seen = json_reader.peek(file)
    assert seen["kind"] == "x"
    assert 100 < len(seen["messages"]) < HEAD_BYTES / 50


def test_load_drops_the_object_that_is_cut_but_not_what_holds_it(export: Make) -> None:
    text = json.dumps({"@graph": [{"@graph": [{"id": "a"}, {"id": "b", "t": {"v": ["x", "y"]}}]}]})
    file = export({"a.json": text[: text.index('"y"') + 1]})["a.json"]
    value, cut = json_reader.load(file, ReadOptions(), envelopes=("@graph",))
    assert value == {"@graph": [{"@graph": [{"id": "a"}]}]}
    assert cut is not None and "breaks off" in cut.what


def test_trailing_garbage_is_told(export: Make) -> None:
    value, cut = json_reader.load(export({"a.json": b'{"a": 1} x'})["a.json"], ReadOptions())
    assert value == {"a": 1}
    assert cut is not None


def test_load_refuses_what_is_no_json(export: Make) -> None:
    with pytest.raises(InputProblem, match=r"export/a\.json: not a JSON document"):
        json_reader.load(export({"a.json": b"hello"})["a.json"], ReadOptions())


def test_load_refuses_what_is_too_long(export: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_reader, "WHOLE_LIMIT", 10)
    with pytest.raises(InputProblem, match="limit"):
        json_reader.load(export({"a.json": DOCUMENT})["a.json"], ReadOptions())


@pytest.mark.parametrize("opening", [b"[", b'{"a":', b'[{"messages":'])
def test_endless_nesting_is_a_problem_and_no_crash(export: Make, opening: bytes) -> None:
    file = export({"a.json": opening * 50_000})["a.json"]
    assert isinstance(members(file)[-1], Problem)
    json_reader.peek(file)
    _, cut = json_reader.load(file, ReadOptions())
    assert cut is not None


def test_deep_but_complete_json_is_cut_at_the_limit(export: Make) -> None:
    deep = b"[" * 500 + b"]" * 500
    _, cut = json_reader.load(export({"a.json": deep})["a.json"], ReadOptions())
    assert cut is not None and "deep" in cut.what


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_told(export: Make, content: bytes) -> None:
    file = export({"a.json": b'{"messages": [' + content})["a.json"]
    members(file)
    json_reader.peek(file)
    with suppress(InputProblem):
        json_reader.load(file, ReadOptions())


@settings(deadline=None)
@given(
    value=st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    ),
    chunk=st.integers(1, 40),
    indent=st.sampled_from([None, 1]),
)
def test_streaming_gives_what_reading_whole_gives(
    export: Make, value: object, chunk: int, indent: int | None
) -> None:
    document = {"head": value, "messages": [value, value], "end": [value]}
    file = export({"a.json": json.dumps(document, indent=indent)})["a.json"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_reader, "CHUNK", chunk)
        assert members(file) == [
            ("head", value),
            ("messages", value),
            ("messages", value),
            ("end", [value]),
        ]


def test_a_value_that_never_ends_is_given_up(export: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_reader, "LONGEST_RECORD", 100_000)
    (last,) = members(export({"a.json": b'{"messages": ["' + b"x" * 10**6})["a.json"])
    assert isinstance(last, Problem)
