"""All that was said in a discussion as columns, and whether it is still what is stored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from synth.records import Unplaced
from synth.store.rows import Collection

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


UNKNOWN_TIME = -(2**62)
"""Stands for the seconds since 1970 where nobody knows when a message was posted."""


REASONS = tuple(Unplaced)
"""Why passages stand under no idea, in the order that the column counts them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """Who said what when, under which idea: the messages and passages of a discussion as columns.

    Messages in order of id, passages in order of message and place.
    """

    messages: NDArray[np.int64]
    """(n_messages,) ids."""
    threads: NDArray[np.int64]
    """(n_messages,) id of the thread of each."""
    parents: NDArray[np.int64]
    """(n_messages,) row of the message it answers, -1 where it answers none."""
    voices: NDArray[np.int64]
    """(n_messages,) participant; an anonymous message is a voice of its own, numbered below 0."""
    posted: NDArray[np.int64]
    """(n_messages,) seconds since 1970; ``UNKNOWN_TIME`` where nobody knows."""
    sides: NDArray[np.int8]
    """(n_messages,) 1 for, -1 against what it answers, 0 where the platform does not say."""
    read_sides: NDArray[np.int8]
    """(n_messages,) the same as its words or a person tell, where the platform does not."""
    likes: NDArray[np.int64]
    """(n_messages,) -1 where nobody counted."""
    passages: NDArray[np.int64]
    """(n_passages,) ids."""
    of_message: NDArray[np.int64]
    """(n_passages,) row of the message each stands in."""
    leaves: NDArray[np.int64]
    """(n_passages,) id of the leaf idea, 0 where it stands under none."""
    weights: NDArray[np.float32]
    """(n_passages,) 0..1, how well it fits its idea."""
    reasons: NDArray[np.int8]
    """(n_passages,) why it stands under no idea: place in ``REASONS``, -1 for none known."""

    @property
    def is_about(self) -> NDArray[np.bool_]:
        """(n_passages,) whether it is about the question, be it under no idea."""
        import numpy as np

        beside = [place for place, reason in enumerate(REASONS) if not reason.is_about]
        return ~np.isin(self.reasons, beside)


class Activities(Collection):
    def version(self, discussion_id: int) -> tuple[object, ...]:
        """Another value after every import, build, correction and erasure.

        And while one of them goes on: the same value means the same messages, passages, ideas and
        titles, so that columns made at different times stand beside each other.
        """
        (row,) = self._tuples(_VERSION, discussion_id)
        return row

    def of(self, discussion_id: int) -> Activity:
        """Every message and passage of the discussion."""
        import numpy as np

        rows = self._tuples(_MESSAGES, discussion_id)
        ids, threads, parents, voices, posted, sides, read_sides, likes = _columns(rows, 8)
        passages = self._tuples(_PASSAGES, discussion_id)
        passage_ids, of, leaves = _columns([row[:3] for row in passages], 3)
        return Activity(
            messages=ids,
            threads=threads,
            parents=_rows_of(parents, ids),
            voices=voices,
            posted=posted,
            sides=sides.astype(np.int8),
            read_sides=read_sides.astype(np.int8),
            likes=likes,
            passages=passage_ids,
            of_message=np.searchsorted(ids, of).astype(np.int64),
            leaves=leaves,
            weights=np.array([row[3] for row in passages], dtype=np.float32),
            reasons=np.array([_PLACES[row[4]] for row in passages], dtype=np.int8),
        )

    def arrivals(self, discussion_id: int) -> NDArray[np.int64]:
        """When each message came into the file, in the order of ``of``: seconds since 1970."""
        import numpy as np

        times = self._column(
            """SELECT unixepoch(s.imported_at) FROM messages m
               JOIN sources s ON s.id = m.source_file
               WHERE m.discussion_id = ? ORDER BY m.id""",
            discussion_id,
        )
        return np.array(times, dtype=np.int64)


_PLACES: dict[str | None, int] = {None: -1} | {r.value: n for n, r in enumerate(REASONS)}


def _columns(rows: Sequence[tuple[Any, ...]], n: int) -> NDArray[np.int64]:
    """int64 (n, n_rows)."""
    import numpy as np

    table = np.array(rows, dtype=np.int64).reshape(len(rows), n)
    return np.ascontiguousarray(table.T)


def _rows_of(wanted: NDArray[np.int64], ids: NDArray[np.int64]) -> NDArray[np.int64]:
    """Where each wanted id stands among ``ids`` (ascending), -1 where it does not."""
    import numpy as np

    if not len(ids):
        return wanted
    places = np.minimum(np.searchsorted(ids, wanted), len(ids) - 1)
    return np.where(ids[places] == wanted, places, -1).astype(np.int64)


_VERSION = """SELECT
    (SELECT max(id) FROM events WHERE discussion_id = ?1 AND noun <> 'extract'),
    (SELECT max(id) FROM runs WHERE discussion_id = ?1),
    (SELECT state || coalesce(finished_at, '') FROM runs WHERE discussion_id = ?1
     ORDER BY id DESC LIMIT 1),
    (SELECT max(id) FROM sources WHERE discussion_id = ?1),
    (SELECT state || n_added || ' ' || n_updated FROM sources WHERE discussion_id = ?1
     ORDER BY id DESC LIMIT 1),
    (SELECT count(*) FROM erasures WHERE discussion_id = ?1),
    (SELECT count(*) FROM messages), (SELECT max(id) FROM messages),
    (SELECT count(*) FROM passages), (SELECT max(id) FROM passages),
    (SELECT group_concat(id || ' ' || title, char(10)) FROM ideas WHERE discussion_id = ?1)"""
_MESSAGES = f"""SELECT id, coalesce(thread_id, id), coalesce(parent_id, 0),
    coalesce(participant_id, -id), coalesce(unixepoch(posted_at), {UNKNOWN_TIME}),
    CASE stance WHEN 'for' THEN 1 WHEN 'against' THEN -1 ELSE 0 END,
    CASE WHEN stance IS NOT NULL THEN 0 WHEN side = 'for' THEN 1 WHEN side = 'against' THEN -1
      ELSE 0 END, coalesce(n_likes, -1)
    FROM messages LEFT JOIN sides ON message_id = id WHERE discussion_id = ? ORDER BY id"""
_PASSAGES = """SELECT p.id, p.message_id, coalesce(l.idea_id, 0), coalesce(l.weight, 0),
    l.reason
    FROM passages p LEFT JOIN placements l ON l.passage_id = p.id
    WHERE p.message_id IN (SELECT id FROM messages WHERE discussion_id = ?)
    ORDER BY p.message_id, p.start"""
