"""Mailing list archives: mbox files, and the monthly text files of pipermail.

The file is cut at its ``From `` lines while it streams; headers and plain bodies are decoded
directly, and only messages in MIME parts go through the standard ``email`` parser, which
costs about twenty times as much.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from datetime import datetime
from typing import BinaryIO

from synth.importers.input_file import Fit, InputFile, ReadOptions
from synth.importers.mail import Mail, decode_words, parse_mail, sender_of
from synth.importers.times import parse_mail_date
from synth.importers.values import web_url
from synth.records import Problem, RawMessage

NAME = "mbox"
LABEL = "Mailing list archive (mbox, pipermail)"

MAX_MESSAGE_BYTES = 64 * 2**20

_CHUNK = 2**20
_OVERLAP = 4096
# A separator stands at the start or after an empty line, ends in a date as ctime writes it
# (a zone may come before or after the year), and a header follows. All else is body text.
_SEPARATOR = re.compile(
    rb"From [^\n]{0,400}?"
    rb"(?P<date>(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? +"
    rb"(?:[A-Z][a-z]{2} +\d{1,2}|\d{1,2} +[A-Z][a-z]{2})"
    rb" [^\n]{0,30}?\d{1,2}:\d\d[^\n]{0,100})\n"
    rb"(?=>?[!-9;-~]{1,80}[ \t]*:|>From )"
)
_ESCAPED_FROM = re.compile(r"^>(>*From )", re.MULTILINE)
_ANGLED = re.compile(r"<([^<>\s]+(?:\s[^<>\s]+)*)>")
_DIGEST_SUBJECT = re.compile(r"\bdigest,? +vol", re.IGNORECASE)
# RFC 1153: thirty hyphens between empty lines part the messages of a plain digest.
_DIGEST_RULE = re.compile(r"^-{30}\n\n", re.MULTILINE)
_DIGEST_PREFACE = re.compile(r"^-{70}\n\n", re.MULTILINE)


def sniff(file: InputFile) -> Fit:
    return Fit.MESSAGES if _SEPARATOR.match(file.head.lstrip()) else Fit.NO


def read(file: InputFile, options: ReadOptions) -> Iterator[RawMessage | Problem]:
    del options  # a message declares its own encoding
    with file.open() as stream:
        for number, (stamp, data) in enumerate(_cut(stream), start=1):
            position = f"message {number}"
            if data is None:
                what = f"is longer than {MAX_MESSAGE_BYTES // 2**20} MB"
                remedy = "left out; cut it out of the file or shorten it"
                yield file.problem(what, remedy, position)
            else:
                yield from _read_message(data, stamp, file=file, position=position)


def _cut(stream: BinaryIO) -> Iterator[tuple[bytes, bytes | None]]:
    """The date of each separator, and the message after it; None for an endless one."""
    buffer = bytearray()
    stamp: bytes | None = None
    searched = 0
    while True:
        chunk = stream.read(_CHUNK)
        buffer += chunk
        begin = 0
        for match in _separators(buffer, searched, is_start=stamp is None):
            if stamp is not None:
                yield stamp, bytes(buffer[begin : match.start()])
            stamp, begin = bytes(match["date"]), match.end()
        del buffer[:begin]
        if not chunk:
            break
        if len(buffer) > MAX_MESSAGE_BYTES:
            if stamp is not None:
                yield stamp, None
            stamp = None
            del buffer[:-_OVERLAP]
        searched = max(0, len(buffer) - _OVERLAP)
    if stamp is not None:
        yield stamp, bytes(buffer)


def _separators(buffer: bytearray, start: int, *, is_start: bool) -> list[re.Match[bytes]]:
    """The separators in a buffer from ``start`` on. ``find`` is far quicker than a pattern."""
    found = []
    if is_start and start == 0 and (match := _SEPARATOR.match(buffer)):
        found.append(match)
    at = buffer.find(b"\nFrom ", start)
    while at != -1:
        is_after_blank = at == 0 or buffer[at - 1] == 10 or buffer[at - 2 : at] == b"\n\r"
        if is_after_blank and (match := _SEPARATOR.match(buffer, at + 1)):
            found.append(match)
        at = buffer.find(b"\nFrom ", at + 1)
    return found


def _read_message(
    data: bytes, stamp: bytes, *, file: InputFile, position: str
) -> Iterator[RawMessage | Problem]:
    mail = parse_mail(data)
    parts = mail.inner or _plain_digest(mail)
    if parts:
        for number, part in enumerate(parts, start=1):
            inner = parse_mail(part)
            yield _message(inner, stamp, position=f"{position}, part {number}")
    elif mail.headers:
        yield _message(mail, stamp, position=position)
    else:
        remedy = "left out; check the archive around this place"
        yield file.problem("has no headers", remedy, position)


def _message(mail: Mail, stamp: bytes, *, position: str) -> RawMessage:
    headers = mail.headers
    author_key, author_name = sender_of(headers)
    references = tuple(_ids(headers.get("references", "")))
    reply_to = _ids(headers.get("in-reply-to", ""))
    subject = decode_words(headers.get("subject", ""))
    written = headers.get("date", "")
    posted_at = parse_mail_date(written) or parse_mail_date(stamp.decode("ascii", "replace"))
    text = mail.text.strip("\n")
    if ">From " in text:
        text = _ESCAPED_FROM.sub(r"\1", text)
    source_id = next(iter(_ids(headers.get("message-id", ""))), None)
    return RawMessage(
        source_id=source_id or _stable_id(author_key, posted_at, subject, text),
        text=text,
        position=position,
        body_format=mail.body_format,
        parent_source_id=reply_to[0] if reply_to else None,
        references=references,
        thread_source_id=headers.get("x-gm-thrid"),
        author_key=author_key,
        author_name=author_name,
        posted_at=posted_at,
        subject=subject or None,
        url=web_url(headers.get("archived-at", "").strip("<> ")),
        n_attachments=mail.n_attachments,
    )


def _ids(value: str) -> list[str]:
    """Message ids without their angle brackets, which are not part of them (RFC 5322, 3.6.4)."""
    if not value:
        return []
    found = ["".join(match.split()) for match in _ANGLED.findall(value)]
    if not found:
        found = [word for word in value.split()[:1] if "@" in word]
    return found


def _stable_id(author: str | None, posted_at: datetime | None, subject: str, text: str) -> str:
    """The same message without an id gets the same one whenever it is read."""
    parts = (author or "", posted_at.isoformat() if posted_at else "", subject, text)
    digest = hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
    return f"no-id-{digest[:24]}"


def _plain_digest(mail: Mail) -> list[bytes]:
    """The messages of a digest in one plain text (RFC 1153); empty if it is none."""
    if not _DIGEST_SUBJECT.search(mail.headers.get("subject", "")):
        return []
    below = _DIGEST_PREFACE.split(mail.text.replace("\r\n", "\n"), maxsplit=1)[1:]
    parts = _DIGEST_RULE.split(below[0]) if below else []
    return [part.encode() for part in map(str.lstrip, parts) if _has_headers(part)]


def _has_headers(part: str) -> bool:
    top = part.partition("\n\n")[0].lower()
    return "from:" in top and ("subject:" in top or "date:" in top)
