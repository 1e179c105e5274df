"""Mailing list archives, as mail programs and list managers write them."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from synth.importers import mbox
from synth.importers.input_file import Fit, InputFile, ReadOptions
from synth.records import BodyFormat, Problem, RawMessage

STAMP = "From ann at example.org  Mon Jan  6 10:00:00 2020\n"
HEADERS = "From: ann at example.org (Ann)\nDate: Mon, 6 Jan 2020 11:00:00 +0100\n"


def _file(content: str | bytes) -> InputFile:
    data = content if isinstance(content, bytes) else content.encode()
    return InputFile(lambda: io.BytesIO(data), name="list.txt", path="list.txt")


def _read(content: str | bytes) -> list[RawMessage | Problem]:
    return list(mbox.read(_file(content), ReadOptions()))


def _messages(content: str | bytes) -> list[RawMessage]:
    found = _read(content)
    assert all(isinstance(each, RawMessage) for each in found), found
    return [each for each in found if isinstance(each, RawMessage)]


def _one(headers: str, body: str | bytes = "Hello.\n") -> RawMessage:
    data = body if isinstance(body, bytes) else body.encode()
    (message,) = _messages(STAMP.encode() + headers.encode() + b"\n" + data)
    return message


def test_a_pipermail_message() -> None:
    message = _one(
        HEADERS
        + "Subject: [bees] Hives on\n\troofs\n"
        + "In-Reply-To: <1 at example.org>\nReferences: <0@example.org>\n\t<1@example.org>\n"
        + "Message-ID: <2@example.org>\n",
        "Let us begin.\n>From here it is easy.\n",
    )
    assert message.source_id == "2@example.org"
    assert message.author_key == "ann@example.org"
    assert message.author_name == "Ann"
    assert message.subject == "[bees] Hives on roofs"
    assert message.posted_at == datetime(2020, 1, 6, 10, tzinfo=UTC)
    assert message.references == ("0@example.org", "1@example.org")
    assert message.text == "Let us begin.\nFrom here it is easy."
    assert message.position == "message 1"
    assert message.body_format is BodyFormat.PLAIN


def test_only_a_separator_after_an_empty_line_and_before_a_header_counts() -> None:
    found = _messages(
        STAMP + HEADERS + "Message-ID: <1@x>\n\nOne\n"
        "From ann  Mon Jan  6 10:00:00 2020\nSubject: not after an empty line\n\n"
        "From here on it is prose: Mon Jan 6 10:00\n\n"
        "From bob  Mon Jan  6 10:00:00 2020\nthe next line is no header\n\n"
        + STAMP
        + HEADERS
        + "Message-ID: <2@x>\n\nTwo\n"
    )
    assert [message.source_id for message in found] == ["1@x", "2@x"]
    assert "no header" in found[0].text


@pytest.mark.parametrize(
    "stamp",
    [
        "From - Mon Jan 06 10:00:00 2020\n",
        "From 123@xxx Mon Jan 06 10:00:00 +0000 2020\n",
        "From ann@example.org  Mon Jan  6 10:00 2020\n",
        "From ann@example.org Mon Jan  6 10:00:00 CET 2020 remote from host\n",
        "From ann@example.org Mon, 6 Jan 2020 10:00:00 +0000\n",
    ],
)
def test_separators_of_several_programs(stamp: str) -> None:
    content = (stamp + "Subject: a\n\nOne\n\n") * 2
    for text in (content, content.replace("\n", "\r\n")):
        assert mbox.sniff(_file(text)) is Fit.MESSAGES
        assert [message.text for message in _messages(text)] == ["One", "One"]


def test_other_texts_are_not_mbox() -> None:
    for text in ("From here on it rains.\n", "Subject: a\n\nb", "", "id,text\n1,b\n"):
        assert mbox.sniff(_file(text)) is Fit.NO


def test_messages_come_out_whole_wherever_the_chunks_end(monkeypatch: pytest.MonkeyPatch) -> None:
    content = "".join(
        f"{STAMP}{HEADERS}Message-ID: <{n}@x>\n\n{'word ' * (n % 37)}end {n}\n\n"
        for n in range(400)
    )
    whole = _messages(content)
    monkeypatch.setattr(mbox, "_CHUNK", 997)
    monkeypatch.setattr(mbox, "_OVERLAP", 300)
    assert _messages(content) == whole
    assert [message.source_id for message in whole] == [f"{n}@x" for n in range(400)]


def test_a_cut_archive_keeps_what_came_before() -> None:
    content = "".join(f"{STAMP}{HEADERS}Message-ID: <{n}@x>\n\nText {n}\n\n" for n in range(20))
    whole = _messages(content)
    for cut in range(10, len(content), 173):
        found = [each for each in _read(content[:cut]) if isinstance(each, RawMessage)]
        n_whole = max(len(found) - 1, 0)
        assert found[:n_whole] == whole[:n_whole]


def test_an_endless_message_is_left_out_without_filling_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(mbox, "_CHUNK", 4096)
    monkeypatch.setattr(mbox, "MAX_MESSAGE_BYTES", 50_000)
    good = STAMP + HEADERS + "Message-ID: <1@x>\n\nShort\n\n"
    found = _read(good + STAMP + HEADERS + "\n" + "long line\n" * 20_000 + "\n" + good)
    assert [type(each) for each in found] == [RawMessage, Problem, RawMessage]
    assert isinstance(found[1], Problem)
    assert found[1].position == "message 2"


def test_a_long_message_comes_through_whole() -> None:
    message = _one(HEADERS, "All work and no play.\n" * 500_000)
    assert len(message.text) > 10_000_000


def test_encoded_words_and_odd_headers() -> None:
    message = _one(
        "From: =?utf-8?q?Zo=C3=A9_M=C3=BCller?= <Zoe@Example.ORG>\n"
        "Subject: =?iso-8859-1?q?Caf=E9?= =?iso-8859-1?q?_cr=E8me?= now\n"
        "Message-ID:\n <long-id@example.org>\n"
    )
    assert message.author_name == "Zoé Müller"
    assert message.author_key == "zoe@example.org"
    assert message.subject == "Café crème now"
    assert message.source_id == "long-id@example.org"


@pytest.mark.parametrize(
    ("value", "key", "name"),
    [
        ("ann at example.org", "ann@example.org", None),
        ("ann (at) example.org (Ann B.)", "ann@example.org", "Ann B."),
        ("Ann [at] example", "ann@example", None),
        ('"B., Ann" <ann@example.org>', "ann@example.org", "B., Ann"),
        ("Ann B", "ann b", "Ann B"),
        ("Ann via bees <bees@lists.example.org>", "ann@example.org", "Ann"),
    ],
)
def test_senders(value: str, key: str, name: str | None) -> None:
    message = _one(f"From: {value}\nReply-To: ann@example.org\n")
    assert (message.author_key, message.author_name) == (key, name)


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        ("Mon, 6 Jan 2020 11:00:00 +0100 (CET)", datetime(2020, 1, 6, 10, tzinfo=UTC)),
        ("6 Jan 20 11:00:00 -0500", datetime(2020, 1, 6, 16, tzinfo=UTC)),
        ("Mon, 6 Jan 2020 23:59:60 +0000", datetime(2020, 1, 6, 23, 59, 59, tzinfo=UTC)),
        ("Mon, 6 Jan 2020 11:00:00 +9900", datetime(2020, 1, 6, 11, tzinfo=UTC)),
        ("Thu, 01 Jan 1970 00:00:00 +0000", datetime(2020, 1, 6, 10, tzinfo=UTC)),
        ("yesterday", datetime(2020, 1, 6, 10, tzinfo=UTC)),
        ("Mon, 42 Jan 2020 11:00:00 +0000", datetime(2020, 1, 6, 10, tzinfo=UTC)),
    ],
)
def test_dates_and_the_separators_where_they_are_broken(date: str, expected: datetime) -> None:
    assert _one(f"From: a@b.org\nDate: {date}\n").posted_at == expected


def test_a_message_without_id_gets_the_same_one_every_time() -> None:
    first, again, other = _one(HEADERS), _one(HEADERS), _one(HEADERS, "Other.\n")
    assert first.source_id == again.source_id
    assert first.source_id != other.source_id


def test_bodies_in_several_encodings() -> None:
    accents = "Été à Zürich"
    kind = "Content-Type: text/plain; charset={}\nContent-Transfer-Encoding: {}\n"
    cases = [
        (kind.format("utf-8", "8bit"), accents.encode()),
        (kind.format('"ISO-8859-1"', "8bit"), accents.encode("cp1252")),
        (kind.format("utf-8", "base64"), base64.b64encode(accents.encode())),
        (kind.format("utf-8", "quoted-printable"), b"=C3=89t=C3=A9 =C3=A0 Z=\n=C3=BCrich"),
        (kind.format("x-unknown", "8bit"), accents.encode()),
        (kind.format("utf-8", "8bit"), accents.encode("cp1252")),
        ("", accents.encode("cp1252")),
    ]
    for headers, body in cases:
        assert _one(HEADERS + headers, body).text == accents, headers


MULTIPART = """\
Content-Type: multipart/mixed; boundary="=o="

--=o=
Content-Type: multipart/alternative; boundary="=i="

--=i=
Content-Type: text/plain; charset=utf-8

{plain}
--=i=
Content-Type: text/html; charset=utf-8

<p>The <b>rich</b> words</p>
--=i=--

--=o=
Content-Type: application/pdf
Content-Disposition: attachment; filename="a.pdf"
Content-Transfer-Encoding: base64

AAAA
--=o=
Content-Type: text/plain; charset=utf-8; name=notes.txt
Content-Disposition: attachment; filename=notes.txt

not part of it
--=o=
Content-Type: application/pgp-signature

xyz
--=o=
Content-Type: text/plain

list footer
--=o=--
"""


def test_of_alternatives_the_plain_one_is_taken_and_attachments_are_counted() -> None:
    headers, _, body = MULTIPART.format(plain="The plain words").partition("\n\n")
    message = _one(HEADERS + headers + "\n", body)
    assert message.text == "The plain words\n\nlist footer"
    assert message.body_format is BodyFormat.PLAIN
    assert message.n_attachments == 2


def test_html_is_taken_where_the_plain_part_is_empty() -> None:
    headers, _, body = MULTIPART.format(plain=" ").partition("\n\n")
    message = _one(HEADERS + headers + "\n", body)
    assert message.body_format is BodyFormat.HTML
    assert "<b>rich</b>" in message.text
    assert "<pre>list footer</pre>" in message.text


def test_an_html_body() -> None:
    message = _one(HEADERS + "Content-Type: text/html\n", "<p>Hello</p>")
    assert message.body_format is BodyFormat.HTML


def test_a_missing_boundary_loses_nothing() -> None:
    message = _one(HEADERS + "Content-Type: multipart/mixed\n", "Words all the same.\n")
    assert "Words all the same." in message.text


def test_a_mime_digest_is_its_messages() -> None:
    body = "".join(
        f"--=d=\nContent-Type: message/rfc822\n\nFrom: p{n}@x.org\nMessage-ID: <{n}@x>\n"
        f"Subject: s{n}\n\nText {n}\n\n"
        for n in (1, 2)
    )
    headers = HEADERS + 'Content-Type: multipart/digest; boundary="=d="\n'
    found = _messages(STAMP + headers + "\n" + body + "--=d=--\n")
    assert [(each.source_id, each.text, each.position) for each in found] == [
        ("1@x", "Text 1", "message 1, part 1"),
        ("2@x", "Text 2", "message 1, part 2"),
    ]


def test_a_plain_digest_is_its_messages() -> None:
    rule = "-" * 70 + "\n\n"
    parts = [
        f"Message: {n}\nDate: Mon, 6 Jan 2020 1{n}:00:00 +0000\nFrom: p{n}@x.org\n"
        f"Subject: s{n}\nMessage-ID: <{n}@x>\n\nText {n}\n\n"
        for n in (1, 2)
    ]
    body = "Today's Topics:\n\n   1. s1\n\n\n" + rule + ("-" * 30 + "\n\n").join(parts)
    found = _messages(STAMP + HEADERS + "Subject: Bees Digest, Vol 3, Issue 4\n\n" + body)
    assert [(each.source_id, each.subject) for each in found] == [("1@x", "s1"), ("2@x", "s2")]


def test_scrubbed_attachments_are_counted_and_taken_out() -> None:
    notice = (
        "-------------- next part --------------\n"
        "A non-text attachment was scrubbed...\n"
        "Name: a.png\nType: image/png\nSize: 123 bytes\nDesc: not available\n"
        "URL: <https://example.org/a.png>\n"
    )
    message = _one(HEADERS, "Look:\n" + notice + "And back.\n")
    assert message.n_attachments == 1
    assert message.text == "Look:\nAnd back."


def test_flowed_text_is_joined() -> None:
    headers = HEADERS + "Content-Type: text/plain; charset=utf-8; format=flowed\n"
    message = _one(headers, "> quoted \n> more\nOne sentence that \ngoes on.\nNext.\n-- \nAnn\n")
    assert message.text == "> quoted \n> more\nOne sentence that goes on.\nNext.\n-- \nAnn"


def test_lines_of_other_systems_do_not_matter() -> None:
    content = STAMP + HEADERS + "Subject: a\n\nOne\nTwo\n"
    assert _messages(content.replace("\n", "\r\n")) == _messages(content)


def test_a_message_without_headers_is_a_problem(
    export: Callable[..., object],
) -> None:
    found = _read(STAMP + "X-Nothing: we read\n\nBody\n")
    assert len(found) == 1
    assert isinstance(found[0], Problem)
    assert "no headers" in found[0].what


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("<https://lists.example.org/hives/2.html>", "https://lists.example.org/hives/2.html"),
        ("http://lists.example.org/2", "http://lists.example.org/2"),
        ("<javascript:alert(document.cookie)>", None),
        ("data:text/html,<script>alert(1)</script>", None),
        ("<mailto:ann@example.org>", None),
        ("JaVaScRiPt://example.org/%0aalert(1)", None),
        ("<>", None),
    ],
)
def test_only_an_address_of_the_web_is_kept_as_the_place_in_the_archive(
    written: str, kept: str | None
) -> None:
    assert _one(f"{HEADERS}Message-ID: <2@example.org>\nArchived-At: {written}\n").url == kept
