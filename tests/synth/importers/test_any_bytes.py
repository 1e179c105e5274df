"""No bytes make an importer crash: a message, a Problem or an InputProblem, nothing else."""

from __future__ import annotations

import gzip
import io
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synth.errors import InputProblem
from synth.importers import Importer, any_json, any_table, chatlog, feed, mbox, read
from synth.importers.input_file import Fit, InputFile, ReadOptions
from synth.records import Problem, RawMessage

IMPORTERS = [mbox, any_table, any_json, feed, chatlog]

_STAMP = b"From a at b.org  Mon Jan  6 10:00:00 2020\n"
_HEADER_NAMES = st.sampled_from(
    [b"From", b"Date", b"Subject", b"Message-ID", b"Content-Type", b"Content-Transfer-Encoding"]
)
_HEADER_VALUES = st.binary(max_size=30) | st.sampled_from(
    [
        b"multipart/mixed; boundary=x",
        b"text/plain; charset=utf-7",
        b"text/html; charset=unicode_escape",
        b"message/rfc822",
        b"multipart/digest; boundary=x",
        b"base64",
        b"quoted-printable",
        b"=?utf-8?b?/w==?= =?x?q?=ff?=",
        b"<a@b>\n <c",
        b"Mon, 99 Foo 2020 25:61:61 +9999",
    ]
)
_MAILS = st.builds(
    lambda headers, body: (
        _STAMP + b"".join(n + b": " + v + b"\n" for n, v in headers) + b"\n" + body
    ),
    st.lists(st.tuples(_HEADER_NAMES, _HEADER_VALUES), max_size=6),
    st.binary(max_size=200) | st.just(b"--x\n\n--x\nContent-Type: text/html\n\n<p>\xff\n--x--\n"),
)
_CELLS = st.text(max_size=12) | st.sampled_from(
    ["id", "text", "date", "parent_id", '"', '""', "\\", "03/04/2020", "1e999", "nan", "-1", "\0"]
)
_TABLES = st.builds(
    lambda rows, sep, end, code: end.join(sep.join(row) for row in rows).encode(code, "replace"),
    st.lists(st.lists(_CELLS, min_size=1, max_size=5), max_size=12),
    st.sampled_from([",", ";", "\t", "|"]),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.sampled_from(["utf-8", "utf-16", "cp1252", "utf-8-sig", "utf-32"]),
)
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["id", "text", "replies", "data", "user", "date", "parent_id", "score"]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=25,
)
_CUTS = st.integers(min_value=0, max_value=40)
_JSON = st.builds(
    lambda value, cut: json.dumps(value).encode()[: -cut or None], st.lists(_VALUES), _CUTS
) | st.builds(
    lambda values, cut: "\n".join(map(json.dumps, values)).encode()[: -cut or None],
    st.lists(_VALUES, max_size=5),
    _CUTS,
)
_XML = st.builds(
    lambda inside, cut: (b"<rss><channel>" + b"".join(inside) + b"</channel></rss>")[
        : -cut or None
    ],
    st.lists(
        st.sampled_from(
            [
                b"<item>",
                b"</item>",
                b"<title>a</title>",
                b"<description><![CDATA[<p>]]></description>",
                b"<link>x</link>",
                b"<pubDate>99</pubDate>",
                b"&nbsp;",
                b"&#0;",
                b"<x:y/>",
                b"\xff",
            ]
        ),
        max_size=12,
    ),
    _CUTS,
)
_LOGS = st.builds(
    lambda lines: "\n".join(lines).encode(),
    st.lists(
        st.sampled_from(
            [
                "[10:00] <ann> hello",
                "[99:99] <ann> hello",
                "[10:00] * ann waves",
                "=== x",
                "2020-13-45 10:00 - Ann: hello",
                "31/12/2020, 10:00 - Ann: <Media omitted>",
                "[12:00:00] From a to b: c",
                "--- Day changed Xyz 99 Foo",
                "",
                "\u200e[1/1/20, 1:00:00 PM] Ann: \u200eimage omitted",
            ]
        )
        | st.text(max_size=30),
        max_size=15,
    ),
)
_ANYTHING = st.binary(max_size=300) | _MAILS | _TABLES | _JSON | _XML | _LOGS


def _file(data: bytes) -> InputFile:
    return InputFile(lambda: io.BytesIO(data), name="any", path="any")


@pytest.mark.parametrize("importer", IMPORTERS, ids=lambda importer: importer.NAME)
@given(data=_ANYTHING)
@settings(max_examples=60, deadline=None)
def test_no_bytes_crash_an_importer(importer: Importer, data: bytes) -> None:
    file = _file(data)
    assert importer.sniff(file) in Fit
    try:
        for found in importer.read(file, ReadOptions()):
            assert isinstance(found, RawMessage | Problem)
            if isinstance(found, RawMessage):
                assert found.source_id
                assert found.position
                for text in (found.text, found.subject or "", found.author_name or ""):
                    assert "\0" not in text
                    text.encode()
                json.dumps(dict(found.extra), allow_nan=False)
    except InputProblem as problem:
        assert problem.remedy


@given(data=_ANYTHING, is_packed=st.booleans(), cut=_CUTS)
@settings(max_examples=25, deadline=None)
def test_no_file_crashes_the_reading(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, is_packed: bool, cut: int
) -> None:
    path = tmp_path_factory.mktemp("any") / "any"
    path.write_bytes(gzip.compress(data)[: -cut or None] if is_packed else data)
    first, second = ([_spelled(each) for each in read([Path(path)])] for _ in range(2))
    assert first == second
    assert first


def _spelled(found: object) -> list[object]:
    if isinstance(found, Problem):
        return [found]
    return [*getattr(found, "records"), getattr(found, "sha256")]  # noqa: B009
