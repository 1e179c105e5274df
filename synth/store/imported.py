"""Messages on their way into the file: as an import brings them, masked as they are stored."""

from __future__ import annotations

from dataclasses import dataclass

from synth.masks import Findings, Masking, Offsets, masked
from synth.records import CleanText, RawMessage
from synth.store.masks import MessageMasks
from synth.store.rows import json_text, sha256_text, time_text

_NOTHING = Findings()


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """One message ready to be stored."""

    raw: RawMessage
    clean: CleanText
    language: str | None
    namespace: str
    participant_id: int | None
    is_chat: bool
    sha256: str | None = None
    """The ``fingerprint`` of ``raw``, where it is known already."""
    findings: Findings = _NOTHING
    """What is to be masked in the clean text and in the subject."""
    masking: Masking = Masking.NOTHING
    """What was looked for."""


def fingerprint(raw: RawMessage) -> str:
    """Hash of all that an import knows of a message; a change means an edit."""
    fields = [
        raw.text,
        raw.body_format,
        raw.reply_id,
        raw.parent_source_id,
        raw.parent_namespace,
        list(raw.references),
        raw.thread_source_id,
        raw.author_key,
        time_text(raw.posted_at),
        raw.subject,
        raw.url,
        raw.category,
        raw.stance,
        raw.n_likes,
        raw.n_for,
        raw.n_against,
        raw.is_accepted,
        dict(raw.extra),
    ]
    return sha256_text(json_text(fields))


_AS_THEY_ARE = (
    *("url", "category", "stance"),
    *("n_likes", "n_for", "n_against", "n_attachments"),
)
"""Columns that hold what the importer read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MaskedMessage:
    """A message as it is stored."""

    item: Imported
    text: str
    subject: str | None
    masks: MessageMasks

    @property
    def offsets(self) -> Offsets:
        return Offsets(self.masks.text)


def mask(item: Imported) -> MaskedMessage:
    """The message with masks in the place of what was found."""
    text, in_text = masked(item.clean.text, item.findings.text)
    subject, in_subject = masked(item.raw.subject or "", item.findings.subject)
    return MaskedMessage(
        item=item,
        text=text,
        subject=None if item.raw.subject is None else subject,
        masks=MessageMasks(text=in_text, subject=in_subject),
    )


def columns_of(one: MaskedMessage) -> dict[str, object]:
    """Column of ``messages`` → value, for all that an import brings."""
    item, raw = one.item, one.item.raw
    return {name: getattr(raw, name) for name in _AS_THEY_ARE} | {
        "participant_id": item.participant_id,
        "posted_at": time_text(raw.posted_at),
        "subject": one.subject,
        "language": item.language,
        "text": one.text,
        "is_accepted": int(raw.is_accepted),
        "extra": json_text(dict(raw.extra)),
        "content_sha256": item.sha256 or fingerprint(raw),
    }
