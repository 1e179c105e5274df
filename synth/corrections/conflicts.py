"""Two people at once: what others changed since somebody looked at an idea or a passage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from synth.store import Correction, Store

Columns = frozenset[str]
TITLE: Columns = frozenset({"title"})
SUMMARY: Columns = frozenset({"summary"})
PLACE: Columns = frozenset({"parent_id"})
STANDING: Columns = frozenset({"status", "locked_by"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Concern:
    """What a correction is about, so that a change of it by others is noticed."""

    ideas: frozenset[int] = frozenset()
    columns: Columns = frozenset()
    """Of the ideas: what the correction changes. That an idea came or went always counts."""
    passages: frozenset[int] = frozenset()
    """Passages whose place it changes."""
    has_passages: bool = False
    """Whether it also rests on which passages stand under the ideas."""
    has_links: bool = False
    """Whether it rests on how the ideas are linked."""

    def is_touched_by(self, correction: Correction) -> bool:
        """Whether a later correction changed something that this one rests on."""
        return (
            self._is_idea_touched(correction)
            or self._is_passage_touched(correction)
            or (self.has_links and self._is_link_touched(correction))
        )

    def _is_idea_touched(self, correction: Correction) -> bool:
        for (idea_id,), before, after in correction.rows("ideas"):
            if idea_id in self.ideas and (
                before is None or after is None or self.columns & before.keys()
            ):
                return True
        return False

    def _is_passage_touched(self, correction: Correction) -> bool:
        for (passage_id,), before, after in correction.rows("placements"):
            if passage_id in self.passages and {"idea_id", "because", "reason"} & (
                (before or {}).keys() | (after or {}).keys()
            ):
                return True
            homes = {row["idea_id"] for row in (before, after) if row and "idea_id" in row}
            if self.has_passages and homes & self.ideas:
                return True
        return any(self.passages & set(key) for key, _, _ in correction.rows("passage_links"))

    def _is_link_touched(self, correction: Correction) -> bool:
        return any(set(key) <= self.ideas for key, _, _ in correction.rows("idea_links"))


def changed_since(
    store: Store, discussion_id: int, version: int, concern: Concern
) -> list[Correction]:
    """What was corrected since ``version`` that touches the concern, the oldest first.

    ``version`` is that of :meth:`synth.store.corrections.Corrections.version` when somebody looked.
    Ask inside the transaction that makes the correction.
    """
    later = in_force(store.corrections.since(discussion_id, version))
    return [one for one in later if concern.is_touched_by(one)]


def in_force(later: Sequence[Correction]) -> list[Correction]:
    """Without what was taken back again among them, and its taking back."""
    made = {one.id for one in later}
    undone = {one.noun_id for one in later if one.verb == "undid"}
    return [
        one
        for one in later
        if one.id not in undone and not (one.verb == "undid" and one.noun_id in made)
    ]
