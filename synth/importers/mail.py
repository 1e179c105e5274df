"""One e-mail message, as bytes -> its headers, its words and the number of its attachments."""

from __future__ import annotations

import binascii
import quopri
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from email import message_from_bytes
from email.header import decode_header
from email.message import Message as EmailMessage
from email.utils import parseaddr
from html import escape

from synth.importers.encoding import decode_text
from synth.records import BodyFormat

_HEADER = re.compile(rb"^([!-9;-~]+)[ \t]*:((?:[^\n]*)(?:\n[ \t]+[^\n]*)*)", re.MULTILINE)
_BLANK = re.compile(rb"\r?\n\r?\n")
_PARAMETER = re.compile(r";\s*([\w-]+)\*?\s*=\s*(\"[^\"]*\"|[^;\s]+)")
_AT = re.compile(r"^([^\s@<>()]+)\s*(?:\s+at\s+|[\[(]\s*at\s*[\])])\s*([^\s@<>()]+)(?=\s|$)", re.I)
_BY_LIST = re.compile(r"\s+via\s+\S.*$", re.IGNORECASE)
# What pipermail leaves in place of an attachment it took out.
_SCRUBBED = re.compile(
    r"^-+ next part -+\n"
    r"(?:An? (?:embedded|non-text|HTML)[^\n]*was scrubbed[^\n]*\n)"
    r"(?:(?:From|Subject|Date|Name|Type|Size|Desc|Url|To|Cc)[ \t]*:[^\n]*\n?|[ \t][^\n]*\n?)*",
    re.MULTILINE | re.IGNORECASE,
)
_WANTED = frozenset(
    b"from date subject message-id in-reply-to references content-type content-disposition "
    b"content-transfer-encoding reply-to x-original-from x-gm-thrid archived-at".split()
)
_SIGNATURES = ("application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A parsed message. ``inner`` are the messages of a digest, each as bytes."""

    headers: Mapping[str, str]
    """First value per lower-case name of ``_WANTED``, unfolded, encoded words still encoded."""
    text: str
    body_format: BodyFormat
    n_attachments: int
    inner: tuple[bytes, ...] = ()


def parse_mail(data: bytes) -> Mail:
    """Read one message. Never raises on bad bytes; damaged parts come out as they are."""
    data = data.replace(b"\r\n", b"\n")
    blank = _BLANK.search(data)
    if data.startswith(b"\n"):
        block, body = b"", data[1:]
    elif blank is None:
        block, body = data, b""
    else:
        block, body = data[: blank.start() + 1], data[blank.end() :]
    headers = _headers(block)
    declared = headers.get("content-type", "text/plain")
    kind = declared.partition(";")[0].strip().lower()
    is_attached = headers.get("content-disposition", "").lower().startswith("attachment")
    parts = _Parts()
    if kind.startswith(("multipart/", "message/")):
        try:
            parts.add(message_from_bytes(data))
        except RecursionError:
            parts = _Parts(n_attachments=1)
    elif is_attached or (not kind.startswith("text/") and "/" in kind):
        parts.n_attachments = 1
    else:
        encoding = headers.get("content-transfer-encoding", "").strip().lower()
        parts.pieces.append((kind == "text/html", _decoded(_transferred(body, encoding), declared)))
    return parts.mail(headers)


def decode_words(value: str) -> str:
    """A header value with its RFC 2047 encoded words decoded, white space made single."""
    if "=?" in value:
        try:
            parts = decode_header(value)
        except (ValueError, binascii.Error):
            parts = [(value, None)]
        value = "".join(
            part if isinstance(part, str) else _decoded_word(part, charset)
            for part, charset in parts
        )
    return " ".join(value.replace("\0", "").split())


def sender_of(headers: Mapping[str, str]) -> tuple[str | None, str | None]:
    """The key and name of the author, through obfuscated addresses and lists that write for him.

    The key is the address in lower case, or else the name.
    """
    key, name = _address(headers.get("from", ""))
    if name and _BY_LIST.search(name):
        name = _BY_LIST.sub("", name)
        key, _ = _address(headers.get("x-original-from") or headers.get("reply-to", ""))
        key = key or name.lower()
    return key or name.lower() or None, name or None


def _address(value: str) -> tuple[str, str]:
    value = value.strip()
    hidden = _AT.match(value)
    if hidden:
        name = value[hidden.end() :].strip().removeprefix("(").removesuffix(")")
        return f"{hidden[1]}@{hidden[2]}".lower(), decode_words(name)
    name, address = parseaddr(value)
    if "@" not in address and _AT.match(address.strip()):
        return _address(address)[0], decode_words(name)
    if "@" not in address:
        return "", decode_words(value.strip("\"'<> "))
    return address.strip().lower(), decode_words(name).strip("\"'")


def _headers(block: bytes) -> dict[str, str]:
    headers: dict[str, str] = {}
    for match in _HEADER.finditer(block):
        name = match[1].lower()
        if name in _WANTED and (key := name.decode("ascii")) not in headers:
            value = match[2]
            text = value.decode("ascii") if value.isascii() else decode_text(value)
            headers[key] = " ".join(text.split())
    return headers


def _decoded_word(part: bytes, charset: str | None) -> str:
    if charset is None:
        # decode_header gives unencoded stretches back in this encoding.
        return part.decode("raw-unicode-escape", "replace")
    return decode_text(part, charset)


@dataclass(slots=True)
class _Parts:
    """What a walk through the MIME parts of a message comes across."""

    pieces: list[tuple[bool, str]] = field(default_factory=list)
    """Whether each is HTML, and its text."""
    inner: list[bytes] = field(default_factory=list)
    n_attachments: int = 0

    def mail(self, headers: Mapping[str, str]) -> Mail:
        """Put the pieces together in the format of the first."""
        pieces = [(is_html, text) for is_html, text in self.pieces if text.strip()]
        n_attachments = self.n_attachments
        is_html = bool(pieces) and pieces[0][0]
        if is_html:
            texts = (text if html else f"<pre>{escape(text)}</pre>" for html, text in pieces)
            text = "\n".join(texts)
        else:
            text = "\n\n".join(text.strip("\n") for html, text in pieces if not html)
            if " next part -" in text:
                text, n_scrubbed = _SCRUBBED.subn("", text)
                n_attachments += n_scrubbed
        return Mail(
            headers=headers,
            text=text.replace("\0", ""),
            body_format=BodyFormat.HTML if is_html else BodyFormat.PLAIN,
            n_attachments=n_attachments,
            inner=tuple(self.inner),
        )

    def add(self, part: EmailMessage) -> None:
        kind = part.get_content_type()
        if part.is_multipart() and kind == "multipart/alternative":
            self._add_best(part)
        elif part.is_multipart() and kind == "multipart/digest":
            self.inner.extend(_inside(child) for child in _children(part))
        elif part.is_multipart() and kind.startswith("multipart/"):
            for child in _children(part):
                self.add(child)
        elif kind in ("text/plain", "text/html") and not _is_attached(part):
            self.pieces.append((kind == "text/html", _part_text(part)))
        elif kind.startswith("multipart/"):
            # Declared in parts, but without any: the boundary is missing.
            self.pieces.append((False, _part_text(part)))
        elif not kind.startswith(_SIGNATURES):
            self.n_attachments += 1

    def _add_best(self, part: EmailMessage) -> None:
        """Of alternatives take the plain one, unless it is empty."""
        options = []
        for child in _children(part):
            option = _Parts()
            option.add(child)
            options.append(option)
            self.n_attachments += option.n_attachments
        filled = [option for option in options if any(text.strip() for _, text in option.pieces)]
        plain = [option for option in filled if not option.pieces[0][0]]
        for option in (plain or filled)[:1]:
            self.pieces.extend(option.pieces)


def _children(part: EmailMessage) -> list[EmailMessage]:
    payload = part.get_payload()
    children = payload if isinstance(payload, list) else []
    return [child for child in children if isinstance(child, EmailMessage)]


def _inside(part: EmailMessage) -> bytes:
    """The message that a part of a digest carries."""
    children = _children(part) if part.get_content_maintype() == "message" else []
    return (children[0] if children else part).as_bytes()


def _is_attached(part: EmailMessage) -> bool:
    disposition = str(part.get("Content-Disposition", "")).strip().lower()
    return disposition.startswith("attachment") or bool(part.get_filename())


def _part_text(part: EmailMessage) -> str:
    payload = part.get_payload(decode=True)
    data = payload if isinstance(payload, bytes) else b""
    return _decoded(data, str(part.get("Content-Type", "")))


def _decoded(data: bytes, content_type: str) -> str:
    found = _PARAMETER.findall(content_type)
    parameters = {name.lower(): value.strip('"') for name, value in found}
    return _unflowed(decode_text(data, parameters.get("charset")), parameters)


def _transferred(body: bytes, encoding: str) -> bytes:
    """Undo the Content-Transfer-Encoding; a body that lies about it stays as it is."""
    if encoding == "quoted-printable":
        return quopri.decodestring(body)
    if encoding == "base64":
        try:
            return binascii.a2b_base64(body)
        except binascii.Error:
            return body
    return body


def _unflowed(text: str, parameters: Mapping[str, str]) -> str:
    """Join the soft line breaks of format=flowed (RFC 3676) outside quotes and signatures."""
    if parameters.get("format", "").lower() != "flowed":
        return text
    joint = "" if parameters.get("delsp", "").lower() == "yes" else " "
    lines: list[str] = []
    is_open = False
    for raw in text.replace("\r\n", "\n").split("\n"):
        line = raw[1:] if raw.startswith(" ") else raw
        is_soft = line.endswith(" ") and line != "-- " and not line.startswith(">")
        if is_open and not line.startswith(">") and line != "-- ":
            lines[-1] = lines[-1].rstrip(" ") + joint + line
        else:
            lines.append(line)
        is_open = is_soft
    return "\n".join(lines)
