"""No importer of a known platform may crash on what a file holds."""

from __future__ import annotations

import json
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from synth.errors import InputProblem
from synth.importers import capcollectif, cif, decidim, discord, discourse, polis, slack
from synth.importers.input_file import Fit, ReadOptions
from synth.records import Problem, RawMessage

Make = Callable[..., Any]
JSON_FORMATS = (capcollectif, cif, discord, discourse, slack)
CSV_FORMATS = (decidim, polis)

# Names that the formats look for, so that arbitrary objects reach beyond the first check.
WORDS = """
@context @graph @id @type @value title description content created reply_of has_creator account_of
source_idea target_idea argument_arguing positive voter vote_subject_node lickert_value min max
lickert_in_range post_stream latest_posts posts id topic_id post_number cooked raw post_type tags
reply_to_post_number actions_summary username name ts guild channel messages type author reference
messageId attachments reactions mentions count isBot user text subtype thread_ts files profile
opinion opinions arguments versions body appendices sources votes_ok arguments_count _links
category_list categories avatar_template
"""
NAMES = st.sampled_from(WORDS.split())
TYPES = st.sampled_from(
    ["message", "Default", "SPost", "Issue", "Argument", "ArgumentSupportsIdea", "BinaryVote"]
)
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=12)
    | TYPES
    | st.sampled_from(["1714550400.000100", "12", "2024-01-01T00:00:00Z", "http://x/y", "<p>x</p>"])
)
JSON = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=8),
    max_leaves=25,
)
CELLS = st.sampled_from(
    ["", "1", "-1", "x", '"a;b"', "{}", '{"fr": "a"}', "http://[", "2024-01-01", "\x00", "é" * 3]
)
HEADERS = {
    decidim: "id;title/fr;body;description/fr;commentable_id;commentable_type;created_at;url;"
    "component/id;comments;root_commentable_url;alignment",
    polis: "comment-id;comment-body;author-id;agrees;disagrees;moderated;timestamp;datetime",
}
LIMITS = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])


def check(importer: ModuleType, files: Any, path: str = "a/b.json") -> None:
    """Sniffing answers; reading gives messages and problems, whatever the sniffing said."""
    assert isinstance(importer.sniff(files[path]), Fit)
    try:
        for one in importer.read(files[path], ReadOptions()):
            assert isinstance(one, RawMessage | Problem)
            if isinstance(one, RawMessage):
                assert one.source_id and one.text and one.position
                assert one.posted_at is None or one.posted_at.tzinfo is not None
                json.dumps(dict(one.extra))
                one.text.encode()
    except InputProblem as problem:
        assert problem.remedy


@LIMITS
@given(value=JSON)
def test_any_json_is_read_or_told(export: Make, value: object) -> None:
    files = export({"a/b.json": value, "users.json": value, "a/categories.json": value})
    for importer in JSON_FORMATS:
        check(importer, files)


@LIMITS
@given(value=JSON, wrap=st.sampled_from(range(6)), cut=st.integers(0, 400))
def test_any_records_in_the_right_place(export: Make, value: object, wrap: int, cut: int) -> None:
    shapes: tuple[tuple[ModuleType, Any], ...] = (
        (discourse, {"post_stream": {"posts": [value]}, "id": 1}),
        (slack, [{"type": "message", "ts": "1714550400.000100", "text": "x"}, value]),
        (discord, {"guild": {}, "channel": {}, "exportedAt": "x", "messages": [value]}),
        (
            capcollectif,
            {"opinion": {"id": 1, "title": "x", "arguments": [value], "versions": value}},
        ),
        (cif, {"@context": "catalyst", "@graph": [value, {"@graph": [value]}]}),
        (discourse, {"latest_posts": [value]}),
    )
    importer, shape = shapes[wrap]
    text = json.dumps(shape)
    check(importer, export({"a/b.json": text}))
    check(importer, export({"a/b.json": text[:cut]}))


@LIMITS
@given(rows=st.lists(st.lists(CELLS, max_size=14), max_size=6), junk=st.binary(max_size=30))
@pytest.mark.parametrize("importer", CSV_FORMATS, ids=lambda importer: str(importer.NAME))
def test_any_rows_are_read_or_told(
    export: Make, importer: ModuleType, rows: list[list[str]], junk: bytes
) -> None:
    lines = [HEADERS[importer], *(";".join(row) for row in rows)]
    content = "\n".join(lines).encode() + junk
    check(importer, export({"a.csv": content, "summary.csv": content}), "a.csv")


@pytest.mark.parametrize("importer", [*JSON_FORMATS, *CSV_FORMATS], ids=lambda one: str(one.NAME))
@pytest.mark.parametrize("content", [b"", b"\x00" * 10, b"\xff\xfe", b"{", b"[[[[", b"a;b\n"])
def test_what_is_no_export_is_not_recognised(
    export: Make, importer: ModuleType, content: bytes
) -> None:
    files = export({"a/b.json": content})
    assert importer.sniff(files["a/b.json"]) is Fit.NO
    check(importer, files)


@pytest.mark.parametrize("importer", [*JSON_FORMATS, *CSV_FORMATS], ids=lambda one: str(one.NAME))
def test_every_module_introduces_itself(importer: ModuleType) -> None:
    assert importer.NAME.isidentifier()
    assert importer.LABEL
