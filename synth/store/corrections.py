"""People's corrections of the map: what they hold, and how they are kept and taken back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from synth.errors import N_, CorrectionRefused
from synth.records import IdeaLink, Origin
from synth.store.change_log import Change, Rows
from synth.store.rows import NO_WORDS, Collection, json_text, record
from synth.store.runs import Events
from synth.store.undo import Correction, restore

NOUNS = ("idea", "passage", "side", "map")
"""What a correction may be about."""
VERBS = frozenset(
    {
        *("renamed", "described", "merged", "split", "moved", "confirmed", "unconfirmed"),
        *("hidden", "shown", "locked", "unlocked", "related", "unrelated"),
        *("pinned", "unplaced", "set_aside", "released", "linked", "parted", "sided"),
        *("signed_off", "reopened"),
    }
)
"""Events of these verbs are corrections; ``undid`` takes one back."""


_WORDS: dict[str, str | None] = {
    "title": NO_WORDS,
    "summary": "",
    "keyphrases": "[]",
    "own_title": None,
    "own_summary": None,
}
"""Columns of an idea that hold words of the discussion, and what stays when they are forgotten."""


_UNNAMED = """UPDATE ideas SET
    title = CASE WHEN title_origin = 'person' THEN title ELSE :title END,
    summary = CASE WHEN summary_origin = 'person' THEN summary ELSE :summary END,
    keyphrases = :keyphrases, own_title = :own_title, own_summary = :own_summary, title_by = NULL
    WHERE discussion_id = :discussion_id"""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldIdea:
    """An idea that a person touched: it lives on in every rebuild."""

    id: int
    parent_id: int | None
    parent_origin: Origin
    """Person also where it is locked."""
    is_broad: bool
    """Whether other ideas stand under it."""
    is_locked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Two passages that stay together, or apart."""

    one_id: int
    other_id: int
    is_together: bool


class Corrections(Collection):
    # -- making ----------------------------------------------------------------------------

    @contextmanager
    def change(
        self, discussion_id: int, *, actor: str, verb: str, noun: str, noun_id: int | None = None
    ) -> Iterator[Change]:
        """Make one correction: all of it, with counts and an event, or nothing.

        Raises CorrectionRefused where it changes nothing, or where there is no map to change.
        """
        with self._db.atomic():
            self._write("PRAGMA defer_foreign_keys = ON")
            change = Change(self._db, discussion_id)
            change.verb, change.noun_id = verb, noun_id
            yield change
            change.recount()
            before, after = change.changes()
            if not before and not after:
                raise CorrectionRefused(N_("that is so already; nothing was changed"))
            Events(self._db).add(
                discussion_id,
                actor=actor,
                verb=change.verb,
                noun=noun,
                noun_id=change.noun_id,
                change=(before, after),
            )

    # -- taking back -----------------------------------------------------------------------

    def undo(self, discussion_id: int, event_id: int | None = None, *, actor: str) -> Correction:
        """Take back a correction, the last one unless ``event_id`` names another.

        What the machine made of it since, in rebuilds, is brought in line. Raises CorrectionRefused
        when there is nothing to take back, or when a later correction builds on it.
        """
        with self._db.atomic():
            change = Change(self._db, discussion_id)
            correction = restore(self._db, change, self.history(discussion_id), event_id)
            Events(self._db).add(
                discussion_id,
                actor=actor,
                verb="undid",
                noun="event",
                noun_id=correction.id,
                change=change.changes(),
            )
        return correction

    def history(self, discussion_id: int) -> list[Correction]:
        """Every correction, the newest first."""
        # Edits of messages hold their whole texts: they stay unread.
        rows = self._rows(
            """SELECT id, at, actor, verb, noun, noun_id, coalesce(before, '{}') AS before,
               coalesce(after, '{}') AS after FROM events WHERE discussion_id = ?
               AND noun IN ('idea', 'passage', 'side', 'map', 'event') ORDER BY id DESC""",
            discussion_id,
        )
        undone = {row["noun_id"] for row in rows if row["verb"] == "undid"}
        return [
            record(Correction, row, is_undone=row["id"] in undone)
            for row in rows
            if row["verb"] in VERBS and row["noun"] in NOUNS
        ]

    def since(self, discussion_id: int, event_id: int) -> list[Correction]:
        """What was corrected, or taken back, after an event, the oldest first."""
        rows = self._rows(
            """SELECT id, at, actor, verb, noun, noun_id, coalesce(before, '{}') AS before,
               coalesce(after, '{}') AS after FROM events WHERE discussion_id = ? AND id > ?
               AND noun IN ('idea', 'passage', 'side', 'map', 'event') ORDER BY id""",
            *(discussion_id, event_id),
        )
        return [
            record(Correction, row, is_undone=False)
            for row in rows
            if row["verb"] in VERBS | {"undid"}
        ]

    def version(self, discussion_id: int) -> int:
        """The id of the last correction or undoing; 0 where nobody corrected anything."""
        return self._count(
            """SELECT coalesce(max(id), 0) FROM events WHERE discussion_id = ?
               AND noun IN ('idea', 'passage', 'side', 'map', 'event')""",
            discussion_id,
        )

    def signed_off_at(self, discussion_id: int) -> datetime | None:
        """Since when all ideas are signed off; None where they are not."""
        at = self._text("SELECT at FROM sign_offs WHERE discussion_id = ?", discussion_id)
        return None if at is None else datetime.fromisoformat(at)

    def idea_links(self, discussion_id: int) -> list[IdeaLink]:
        """How people say that ideas stand to each other, in order of the ideas' ids."""
        rows = self._rows(
            """SELECT k.one_id, k.other_id, k.kind FROM idea_links k
               JOIN ideas i ON i.id = k.one_id WHERE i.discussion_id = ?
               ORDER BY k.one_id, k.other_id""",
            discussion_id,
        )
        return [record(IdeaLink, row) for row in rows]

    def forget_words(self, discussion_id: int) -> int:
        """Take the machine's titles and summaries, which are made of people's words, off the map
        and out of the history; returns how many ideas lost a title. A correction can still be
        undone; the next build names its ideas again."""
        with self._db.atomic():
            n_unnamed = self._count(
                """SELECT count(*) FROM ideas
                   WHERE discussion_id = ? AND title_origin <> 'person' AND title <> ?""",
                *(discussion_id, NO_WORDS),
            )
            self._db.execute(_UNNAMED, {**_WORDS, "discussion_id": discussion_id})
            for event_id, before, after in self._tuples(
                """SELECT id, before, after FROM events
                   WHERE discussion_id = ? AND noun IN ('idea', 'passage', 'event')""",
                discussion_id,
            ):
                self._write(
                    "UPDATE events SET before = ?, after = ? WHERE id = ?",
                    *(_without_words(before), _without_words(after), event_id),
                )
        return n_unnamed

    # -- reading ---------------------------------------------------------------------------

    def held(self, discussion_id: int) -> list[HeldIdea]:
        """Ideas that a person touched, and the parents that a person chose, oldest first."""
        rows = self._rows(
            """SELECT i.id, i.parent_id,
                 CASE WHEN i.locked_by IS NULL THEN i.parent_origin ELSE 'person' END
                   AS parent_origin, i.locked_by IS NOT NULL AS is_locked,
                 EXISTS (SELECT 1 FROM ideas c WHERE c.parent_id = i.id) AS is_broad
               FROM ideas i WHERE i.discussion_id = ? AND (
                 i.status <> 'machine' OR i.locked_by IS NOT NULL OR 'person' IN
                   (i.origin, i.title_origin, i.summary_origin, i.parent_origin)
                 OR i.id IN (SELECT idea_id FROM placements WHERE origin = 'person')
                 OR i.id IN (SELECT one_id FROM idea_links UNION SELECT other_id FROM idea_links)
                 OR i.id IN (SELECT parent_id FROM ideas
                   WHERE parent_origin = 'person' OR locked_by IS NOT NULL))
               ORDER BY i.id""",
            discussion_id,
        )
        return [record(HeldIdea, row) for row in rows]

    def cores(self, discussion_id: int) -> dict[int, set[int]]:
        """Idea id → the passages that carry it from map to map."""
        found = self._groups(
            """SELECT c.idea_id, c.passage_id FROM idea_cores c JOIN ideas i ON i.id = c.idea_id
               WHERE i.discussion_id = ?""",
            discussion_id,
        )
        return {idea_id: set(passage_ids) for idea_id, passage_ids in found.items()}

    def reasons(self, discussion_id: int) -> dict[int, str]:
        """Passage id → why a person's placement is a person's."""
        return self._mapping(
            """SELECT l.passage_id, l.because FROM placements l
               JOIN passages p ON p.id = l.passage_id JOIN messages m ON m.id = p.message_id
               WHERE m.discussion_id = ? AND l.because IS NOT NULL""",
            discussion_id,
        )

    def reason(self, passage_id: int) -> str | None:
        """Why a person's placement of this passage is a person's; None where it is not."""
        return self._text("SELECT because FROM placements WHERE passage_id = ?", passage_id)

    def links(self, discussion_id: int) -> list[Link]:
        """In order of the passages' ids."""
        rows = self._rows(
            """SELECT k.one_id, k.other_id, k.kind = 'together' AS is_together FROM passage_links k
               JOIN passages p ON p.id = k.one_id JOIN messages m ON m.id = p.message_id
               WHERE m.discussion_id = ? ORDER BY k.one_id, k.other_id""",
            discussion_id,
        )
        return [record(Link, row) for row in rows]

    def merged_into(self, idea_id: int) -> int | None:
        """The idea that a merged one lives on in; None where it was never merged."""
        at: int | None = idea_id
        while at is not None:
            retired = self._tuples("SELECT into_id FROM retired_ideas WHERE idea_id = ?", at)
            if not retired:
                return None if at == idea_id else at
            ((at,),) = retired
        return None


def _without_words(text: str | None) -> str | None:
    """Rows as JSON, without what the machine called the ideas in them."""
    if text is None:
        return None
    rows: Rows = json.loads(text)
    for idea in rows.get("ideas", ()):
        is_whole = "discussion_id" in idea
        for column in idea.keys() & _WORDS.keys():
            # A title that was changed and whose origin was not had been a person's before.
            origin = idea.get(f"{column}_origin", Origin.MACHINE if is_whole else Origin.PERSON)
            if origin == Origin.PERSON and column in ("title", "summary"):
                continue
            # A whole row needs every column to come back; of a changed one the rest is enough.
            if is_whole:
                idea[column] = _WORDS[column]
            else:
                del idea[column]
    return json_text(rows)
