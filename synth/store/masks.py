"""Masked texts: how they are stored and rewritten, and what stood there before."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from synth.masks import (
    Findings,
    Mask,
    Masking,
    MaskKind,
    Offsets,
    masked,
    masked_for,
    restored,
    with_pairs,
)
from synth.store.rows import IN, Collection, json_text, sha256_text


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageMasks:
    """The masks of one message, in order of place."""

    text: tuple[Mask, ...] = ()
    subject: tuple[Mask, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Original:
    """A message as its author wrote it."""

    message_id: int
    language: str | None
    text: str
    subject: str | None


_NONE = MessageMasks()


class Masks(Collection):
    """What was masked in messages, and what stood there."""

    def of(self, message_ids: Sequence[int]) -> dict[int, MessageMasks]:
        """Those messages among these that have masks."""
        return self._found(f"WHERE message_id {IN}", message_ids)

    def of_discussion(self, discussion_id: int) -> dict[int, MessageMasks]:
        """All messages of the discussion that have masks."""
        return self._found(
            "WHERE message_id IN (SELECT id FROM messages WHERE discussion_id = ?)", discussion_id
        )

    def _found(self, where: str, value: object) -> dict[int, MessageMasks]:
        found: dict[int, dict[str, list[Mask]]] = {}
        for message_id, field, start, end, kind, original in self._tuples(
            f"""SELECT message_id, field, start, "end", kind, original FROM masks {where}
                ORDER BY message_id, field, start""",
            value,
        ):
            mask = Mask(start=start, end=end, kind=MaskKind(kind), original=original)
            found.setdefault(message_id, {}).setdefault(field, []).append(mask)
        return {
            message_id: MessageMasks(
                text=tuple(fields.get("text", ())), subject=tuple(fields.get("subject", ()))
            )
            for message_id, fields in found.items()
        }

    def counts(self, discussion_id: int) -> dict[MaskKind, int]:
        """How many masks of each kind the discussion's texts have."""
        found = self._mapping(
            """SELECT kind, count(*) FROM masks JOIN messages ON id = message_id
               WHERE discussion_id = ? GROUP BY kind ORDER BY kind""",
            discussion_id,
        )
        return {MaskKind(kind): n for kind, n in found.items()}

    def pending(self, discussion_id: int, masking: Masking) -> list[int]:
        """Messages whose texts were not masked so."""
        return self._column(
            """SELECT id FROM messages JOIN message_evidence ON message_id = id
               WHERE discussion_id = ? AND masked_for <> ?
                 AND content_sha256 NOT IN ('erased', 'hidden')
               ORDER BY id""",
            *(discussion_id, masked_for(masking)),
        )

    def with_kind(self, discussion_id: int, kind: MaskKind) -> list[int]:
        """Messages with a mask of that kind in their text."""
        return self._column(
            """SELECT DISTINCT id FROM masks JOIN messages ON id = message_id
               WHERE discussion_id = ? AND kind = ? AND field = 'text' ORDER BY id""",
            *(discussion_id, kind),
        )

    def originals(self, message_ids: Sequence[int]) -> list[Original]:
        """Messages as their authors wrote them, in order of id."""
        masks = self.of(message_ids)
        rows = self._tuples(
            f"SELECT id, language, text, subject FROM messages WHERE id {IN} ORDER BY id",
            message_ids,
        )
        return [
            Original(
                message_id=message_id,
                language=language,
                text=restored(text, masks.get(message_id, _NONE).text),
                subject=None
                if subject is None
                else restored(subject, masks.get(message_id, _NONE).subject),
            )
            for message_id, language, text, subject in rows
        ]

    def texts(self, message_ids: Sequence[int]) -> dict[int, tuple[str, str]]:
        """Message id → its masked text and subject."""
        rows = self._tuples(
            f"SELECT id, text, coalesce(subject, '') FROM messages WHERE id {IN}", message_ids
        )
        return {message_id: (text, subject) for message_id, text, subject in rows}

    # -- writing ---------------------------------------------------------------------------

    def put(self, masks: Mapping[int, MessageMasks]) -> None:
        """The masks of messages, in place of those they had."""
        self._write(f"DELETE FROM masks WHERE message_id {IN}", list(masks))
        self._write_many(
            "INSERT INTO masks VALUES (?, ?, ?, ?, ?, ?)",
            [
                (message_id, field, mask.start, mask.end, mask.kind, mask.original)
                for message_id, found in masks.items()
                for field, several in (("text", found.text), ("subject", found.subject))
                for mask in several
            ],
        )

    def rewrite(self, original: Original, findings: Findings, *, masking: Masking | None) -> bool:
        """Mask a stored message anew; whether its words are others now.

        Passages, key passages, quotes and repetitions stay on the words they stood on. ``masking``:
        what it is masked for now; None where that stays.
        """
        of = original.message_id
        before = self.of([of]).get(of, _NONE)
        stored_text, stored_subject = self.texts([of])[of]
        text, text_masks = masked(original.text, findings.text)
        subject, subject_masks = masked(original.subject or "", findings.subject)
        after = MessageMasks(text=text_masks, subject=subject_masks)
        with self._db.atomic():
            if masking is not None:
                self._write(
                    "UPDATE message_evidence SET masked_for = ? WHERE message_id = ?",
                    *(masked_for(masking), of),
                )
            if after == before and (text, subject) == (stored_text, stored_subject):
                return False
            self.put({of: after})
            if subject != stored_subject:
                self._write("UPDATE messages SET subject = ? WHERE id = ?", subject, of)
            if text != stored_text:
                self._write("UPDATE messages SET text = ? WHERE id = ?", text, of)
                self._move(of, text, Offsets(before.text), Offsets(after.text))
                self._rewrite_events(of, after.text, text)
        return True

    def _move(self, message_id: int, text: str, old: Offsets, new: Offsets) -> None:
        """Bring all that stands in the message to where its words stand now."""

        def place(at: int) -> int:
            return min(new.shown(old.original(at)), len(text))

        self._move_passages(message_id, text, place)
        for table in ("repetitions", "extracts"):
            rows = self._tuples(
                f'SELECT id, start, "end" FROM {table} WHERE message_id = ?', message_id
            )
            moved = [(row, place(start), place(end)) for row, start, end in rows]
            gone = [row for row, start, end in moved if start >= end]
            self._write(f"DELETE FROM {table} WHERE id {IN}", gone)
            kept = [one for one in moved if one[1] < one[2]]
            if table == "repetitions":
                sql = 'UPDATE repetitions SET start = ?2, "end" = ?3 WHERE id = ?1'
                self._write_many(sql, kept)
                continue
            # A quote that was lost in an edit stays so: it stands nowhere.
            sql = """UPDATE extracts SET start = ?2, "end" = ?3, quote = ?4
                WHERE id = ?1 AND is_stale = 0"""
            self._write_many(sql, [(row, at, to, text[at:to]) for row, at, to in kept])
        rows = self._tuples("SELECT id, at FROM quotes WHERE message_id = ?", message_id)
        self._write_many(
            "UPDATE quotes SET at = ?2 WHERE id = ?1", [(row, place(at)) for row, at in rows]
        )

    def _move_passages(self, message_id: int, text: str, place: Callable[[int], int]) -> None:
        rows = self._tuples(
            'SELECT id, start, "end" FROM passages WHERE message_id = ? ORDER BY start', message_id
        )
        moved = [(row, place(start), place(end)) for row, start, end in rows]
        gone = [row for row, start, end in moved if start >= end]
        self._write(f"DELETE FROM passages WHERE id {IN}", gone)
        # Far away first: on the way two of them must not stand at one place.
        far = len(text) + max((end for _, _, end in rows), default=0)
        self._write(
            'UPDATE passages SET start = start + ?2, "end" = "end" + ?2 WHERE message_id = ?1',
            *(message_id, far),
        )
        self._write_many(
            'UPDATE passages SET start = ?2, "end" = ?3, content_sha256 = ?4 WHERE id = ?1',
            [
                (row, start, end, sha256_text(text[start:end]))
                for row, start, end in moved
                if start < end
            ],
        )

    def _rewrite_events(self, message_id: int, masks: Iterable[Mask], text: str) -> None:
        """What the record of changes tells of the message and of what was taken from it."""
        pairs = {mask.original: text[mask.start : mask.end] for mask in masks if mask.original}
        rows = self._tuples(
            """SELECT id, before, after FROM events WHERE noun = 'message' AND noun_id = ?1
               OR noun = 'extract'
                  AND noun_id IN (SELECT id FROM extracts WHERE message_id = ?1)""",
            message_id,
        )
        self._write_many(
            "UPDATE events SET before = ?2, after = ?3 WHERE id = ?1",
            [(row, _without(before, pairs), _without(after, pairs)) for row, before, after in rows],
        )

    def rewrite_edits(self, discussion_id: int, mask: Callable[[str], str]) -> None:
        """Mask what messages said before they were edited, and afterwards."""
        rows = self._tuples(
            """SELECT id, before, after FROM events
               WHERE discussion_id = ? AND noun = 'message' AND verb = 'edited'""",
            discussion_id,
        )
        self._write_many(
            "UPDATE events SET before = ?2, after = ?3 WHERE id = ?1",
            [(row, *(_masked_edit(told, mask) for told in both)) for row, *both in rows],
        )

    def rewrite_ideas(self, discussion_id: int, mask: Callable[[str], str]) -> None:
        """Mask what the machine calls ideas and says of them; people's titles stay."""
        for column, condition in _OF_IDEAS:
            rows = self._tuples(
                f"""SELECT id, {column} FROM ideas
                    WHERE discussion_id = ? AND {column} IS NOT NULL AND {condition}""",
                discussion_id,
            )
            changed = [(row, after) for row, told in rows if (after := mask(told)) != told]
            self._write_many(f"UPDATE ideas SET {column} = ?2 WHERE id = ?1", changed)

    def forget_prompts(self, discussion_id: int, words: Iterable[str]) -> None:
        """Drop what a language model was asked that holds one of the words."""
        self._write_many(
            """DELETE FROM proposals WHERE discussion_id = ?1
               AND (instr(prompt, ?2) OR instr(coalesce(answer, ''), ?2))""",
            [(discussion_id, word) for word in words],
        )


def _without(told: str | None, pairs: Mapping[str, str]) -> str | None:
    if told is None:
        return None
    return json_text(_replaced(json.loads(told), pairs))


def _replaced(value: object, pairs: Mapping[str, str]) -> object:
    """The same with every text inside it replaced so; names of fields stay."""
    match value:
        case str():
            return with_pairs(value, pairs)
        case list():
            return [_replaced(one, pairs) for one in value]
        case dict():
            return {name: _replaced(one, pairs) for name, one in value.items()}
        case _:
            return value


def _masked_edit(told: str, mask: Callable[[str], str]) -> str:
    return json_text({"text": mask(json.loads(told)["text"])})


_OF_IDEAS = (
    ("title", "title_origin = 'machine'"),
    ("own_title", "1"),
    ("keyphrases", "1"),
    ("summary", "summary_origin = 'machine'"),
    ("own_summary", "1"),
)
"""Columns of ideas that hold words of the machine, and of which ideas they do."""
