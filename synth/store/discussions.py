"""Discussions: each a collection of messages with its map."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from synth.errors import StoreProblem
from synth.store.framing import Embed, Framing
from synth.store.runs import Events
from synth.store.values import now, read_time, time_text

if TYPE_CHECKING:
    from sqlite_utils import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Discussion:
    id: int
    slug: str
    title: str
    created_at: datetime
    n_messages: int
    n_authors: int
    n_threads: int
    n_ideas: int
    """Those that are not hidden."""
    first_at: datetime | None
    last_at: datetime | None
    languages: tuple[tuple[str, int], ...]
    """(language, number of messages), most frequent first."""
    framing: Framing

    @property
    def question(self) -> str:
        """What is asked of the participants; empty where nobody wrote it down."""
        return self.framing.question

    @property
    def embed(self) -> Embed:
        """Which other sites may show the map inside their pages."""
        return self.framing.embed

    @property
    def synthesis_at(self) -> datetime | None:
        """When the last synthesis was published."""
        return self.framing.synthesis_at


class Discussions:
    def __init__(self, db: Database) -> None:
        self._db = db

    def add(self, title: str) -> Discussion:
        """Open a new discussion; its slug is made from the title and is unique."""
        slug = wanted = slugify(title)
        n = 1
        while self._row("slug = ?", slug):
            n += 1
            slug = f"{wanted}-{n}"
        self._db.table("discussions").insert(
            {"slug": slug, "title": title, "created_at": time_text(now())}
        )
        return self.named(slug)

    def find(self, name: str) -> Discussion | None:
        """The discussion with this slug, else the oldest with this title, else the one whose slug
        would be made from it."""
        row = (
            self._row("slug = ?", name)
            or self._row("title = ? ORDER BY id", name)
            or self._row("slug = ?", slugify(name))
        )
        return None if row is None else self._filled(row)

    def named(self, name: str) -> Discussion:
        """As ``find``; raises StoreProblem naming the discussions there are."""
        found = self.find(name)
        if found is None:
            there = ", ".join(d.slug for d in self.all()) or "none"
            raise StoreProblem(f"no discussion {name!r} in this file; there are: {there}")
        return found

    def all(self) -> list[Discussion]:
        rows = self._db.query("SELECT * FROM discussions ORDER BY id")
        return [self._filled(row) for row in rows]

    def frame(self, discussion_id: int, framing: Framing, *, actor: str) -> bool:
        """Keep what facilitators say about a discussion; says whether anything changed."""
        with self._db.atomic():
            rows = self._db.query("SELECT * FROM discussions WHERE id = ?", [discussion_id])
            before, after = _framing_columns(_framing(next(iter(rows)))), _framing_columns(framing)
            changed = [name for name in after if after[name] != before[name]]
            if not changed:
                return False
            self._db.table("discussions").update(discussion_id, after)
            Events(self._db).add(
                discussion_id,
                actor=actor,
                verb="framed",
                noun="discussion",
                noun_id=discussion_id,
                before={name: before[name] for name in changed},
                after={name: after[name] for name in changed},
            )
        return True

    def discard_empty(self, discussion_id: int) -> bool:
        """Remove a discussion that holds no message, with its runs and sources; says if it did."""
        with self._db.atomic():
            removed = self._db.execute(
                """DELETE FROM discussions WHERE id = ?1
                   AND NOT EXISTS (SELECT 1 FROM messages WHERE discussion_id = ?1)""",
                [discussion_id],
            ).rowcount
        return bool(removed)

    def _row(self, where: str, value: str) -> dict[str, Any] | None:
        return next(self._db.query(f"SELECT * FROM discussions WHERE {where}", [value]), None)

    def _filled(self, row: dict[str, Any]) -> Discussion:
        counts = next(self._db.query(_COUNTS, [row["id"]]))
        (n_ideas,) = self._db.execute(
            """WITH RECURSIVE shown(id) AS (
                 SELECT id FROM ideas WHERE discussion_id = ? AND parent_id IS NULL
                   AND status <> 'hidden'
                 UNION ALL SELECT i.id FROM ideas i JOIN shown ON i.parent_id = shown.id
                   AND i.status <> 'hidden')
               SELECT count(*) FROM shown""",
            [row["id"]],
        ).fetchone()
        languages = self._db.execute(
            """SELECT language, count(*) AS n FROM messages
               WHERE discussion_id = ? AND language IS NOT NULL
               GROUP BY language ORDER BY n DESC, language""",
            [row["id"]],
        ).fetchall()
        return Discussion(
            id=row["id"],
            slug=row["slug"],
            title=row["title"],
            created_at=datetime.fromisoformat(row["created_at"]),
            n_messages=counts["n_messages"],
            n_authors=counts["n_authors"],
            n_threads=counts["n_threads"],
            n_ideas=n_ideas,
            first_at=read_time(counts["first_at"]),
            last_at=read_time(counts["last_at"]),
            languages=tuple((language, n) for language, n in languages),
            framing=_framing(row),
        )


# One subquery for each index: read together they would walk through every message.
_COUNTS = """SELECT
    (SELECT count(*) FROM messages WHERE discussion_id = ?1) AS n_messages,
    (SELECT count(DISTINCT participant_id) FROM messages WHERE discussion_id = ?1)
      + (SELECT count(*) FROM messages
         WHERE discussion_id = ?1 AND participant_id IS NULL AND text <> '') AS n_authors,
    (SELECT count(DISTINCT thread_id) FROM messages WHERE discussion_id = ?1) AS n_threads,
    (SELECT min(posted_at) FROM messages WHERE discussion_id = ?1) AS first_at,
    (SELECT max(posted_at) FROM messages WHERE discussion_id = ?1) AS last_at"""


def _framing(row: dict[str, Any]) -> Framing:
    return Framing(
        question=row["question"],
        introduction=row["introduction"],
        embed=Embed.read(row["embed"]),
        synthesis_at=read_time(row["synthesis_at"]),
    )


def _framing_columns(framing: Framing) -> dict[str, str | None]:
    return {
        "question": framing.question,
        "introduction": framing.introduction,
        "embed": framing.embed.written(),
        "synthesis_at": time_text(framing.synthesis_at),
    }


def slugify(title: str) -> str:
    """``Vélo & école`` → ``velo-ecole``; never empty."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:60].strip("-") or "discussion"
