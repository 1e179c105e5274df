"""Discussions: each a collection of messages with its map, and how facilitators introduce it."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from typing import Self
from urllib.parse import urlsplit

from synth.errors import EditConflict, StoreProblem
from synth.masks import Masking
from synth.permissions import Visibility
from synth.store.edits import Edits, Facts, version_of
from synth.store.members import Audit
from synth.store.rows import SHOWN_IDEAS, Collection, Row, now, record, time_text
from synth.store.runs import Events

_NOBODY, _ANYBODY = "nobody", "anybody"
_HOST = re.compile(r"(?=.{1,253}\Z)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Embed:
    """Which other sites may show a discussion inside their pages; none by default."""

    is_open: bool = False
    """Every site may."""
    sites: tuple[str, ...] = ()
    """Those that may, as ``https://example.org``; see ``site_of``."""

    @property
    def frame_ancestors(self) -> str:
        """The policy as the value of the CSP directive ``frame-ancestors``."""
        if self.is_open:
            return "*"
        return " ".join(("'self'", *self.sites)) if self.sites else "'none'"

    @classmethod
    def read(cls, text: str) -> Self:
        """As the file keeps it (``written``)."""
        if text == _ANYBODY:
            return cls(is_open=True)
        return cls(sites=() if text == _NOBODY else tuple(text.split()))

    def written(self) -> str:
        """``nobody``, ``anybody``, or the sites with spaces between."""
        if self.is_open:
            return _ANYBODY
        return " ".join(self.sites) or _NOBODY


@dataclass(frozen=True, slots=True, kw_only=True)
class Framing:
    """How facilitators introduce a discussion. Everything may be empty."""

    question: str = ""
    introduction: str = ""
    """Some paragraphs of plain text."""
    embed: Embed = Embed()
    synthesis_at: datetime | None = None
    """When the last synthesis was published."""


def site_of(address: str) -> str | None:
    """``https://Example.org/page`` → ``https://example.org``; None for what is no web address.

    Only letters, digits, dots and hyphens are left, so it can stand in a header as it is.
    """
    text = address.strip()
    if "//" not in text and "." not in text:
        return None  # a word, not an address
    try:
        parts = urlsplit(text if "//" in text else f"https://{text}")
        host = (parts.hostname or "").encode("idna").decode("ascii").lower()
        port = parts.port
    except (ValueError, UnicodeError):
        return None
    if parts.scheme not in {"http", "https"} or not _HOST.fullmatch(host):
        return None
    return f"{parts.scheme}://{host}" + (f":{port}" if port else "")


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
    visibility: Visibility
    masking: Masking
    """What is masked in its texts."""
    archived_at: datetime | None
    """Since when it is only read; None where people may work on it."""
    goes_at: datetime | None
    """When it will be deleted; None where it stays."""

    @property
    def is_read_only(self) -> bool:
        """Whether nobody adds to it or changes its map."""
        return self.archived_at is not None or self.goes_at is not None

    @property
    def question(self) -> str:
        """What is asked of the participants; empty where nobody wrote it down."""
        return self.framing.question

    @property
    def embed(self) -> Embed:
        """Which other sites may show the map inside their pages."""
        return self.framing.embed

    @property
    def shown_by(self) -> Embed:
        """Those of these sites that may show it as it is now: none while it is private."""
        is_closed = self.visibility is Visibility.PRIVATE or self.goes_at is not None
        return Embed() if is_closed else self.embed

    @property
    def synthesis_at(self) -> datetime | None:
        """When the last synthesis was published."""
        return self.framing.synthesis_at


class Discussions(Collection):
    def add(self, title: str) -> Discussion:
        """Open a new discussion; its slug is made from the title and is unique."""
        slug = wanted = slugify(title)
        n = 1
        with self._db.atomic():
            while self._where("slug = ?", slug):
                n += 1
                slug = f"{wanted}-{n}"
            opened = {"slug": slug, "title": title, "created_at": time_text(now())}
            self._insert("discussions", {"id": self._free_id(), **opened})
        return self.named(slug)

    def _free_id(self) -> int:
        """A number that no discussion has, nor any that was deleted."""
        return self._count(
            """SELECT 1 + max(coalesce((SELECT max(id) FROM discussions), 0),
                 coalesce((SELECT max(id) FROM deleted_discussions), 0))"""
        )

    def find(self, name: str) -> Discussion | None:
        """The discussion with this slug, else the oldest with this title, else the one whose slug
        would be made from it."""
        row = (
            self._where("slug = ?", name)
            or self._where("title = ? ORDER BY id", name)
            or self._where("slug = ?", slugify(name))
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
        return [self._filled(row) for row in self._rows("SELECT * FROM discussions ORDER BY id")]

    def frame(
        self, discussion_id: int, framing: Framing, *, actor: str, version: str | None = None
    ) -> bool:
        """Keep what facilitators say about a discussion; says whether anything changed.

        ``version`` is that of the framing (``version_of_framing``) that the person saw: raises
        EditConflict where it has been changed since, unless it is already as asked.
        """
        with self._db.atomic():
            row = self._where("id = ?", discussion_id)
            assert row is not None
            there = _framing(row)
            before, after = _framing_columns(there), _framing_columns(framing)
            changed = [name for name in after if after[name] != before[name]]
            if not changed:
                return False
            if version not in (None, version_of_framing(there)):
                raise self._conflict(discussion_id, before, after, version)
            sets = ", ".join(f"{name} = ?" for name in changed)
            sql = f"UPDATE discussions SET {sets} WHERE id = ?"
            self._write(sql, *(after[name] for name in changed), discussion_id)
            Events(self._db).add(
                discussion_id,
                actor=actor,
                verb="framed",
                noun="discussion",
                noun_id=discussion_id,
                change=({n: before[n] for n in changed}, {n: after[n] for n in changed}),
            )
            if "embed" in changed:
                facts = {"after": after["embed"]}
                Audit(self._db).add(
                    actor, "changed embedding", discussion_id=discussion_id, facts=facts
                )
        return True

    def _conflict(self, discussion_id: int, there: Facts, asked: Facts, seen: str) -> EditConflict:
        """``seen``: the version that the person had before them."""
        changed, actor = Edits(self._db).since(
            "discussion", discussion_id, there, is_seen=lambda facts: version_of(facts) == seen
        )
        what = "what is said about the discussion"
        return EditConflict(what, changed=changed, stored=there, wanted=asked, actor=actor)

    def rename(self, discussion_id: int, title: str, *, was: str | None, actor: str) -> bool:
        """Give a discussion another title; its address stays. Says whether that is new.

        ``was``: the title that the person saw; raises EditConflict where it is another one now.
        """
        with self._db.atomic():
            there = self._text("SELECT title FROM discussions WHERE id = ?", discussion_id)
            if there == title:
                return False
            before, after = {"title": there}, {"title": title}
            if was not in (None, there):
                what = "the name of the discussion"
                raise EditConflict(what, changed=("title",), stored=before, wanted=after)
            self._write("UPDATE discussions SET title = ? WHERE id = ?", title, discussion_id)
            Events(self._db).add(
                discussion_id,
                actor=actor,
                verb="renamed",
                noun="discussion",
                noun_id=discussion_id,
                change=(before, after),
            )
            Audit(self._db).add(actor, "renamed", discussion_id=discussion_id)
        return True

    def archive(self, discussion_id: int, *, is_archived: bool, actor: str) -> bool:
        """Let a discussion only be read, or be worked on again; says whether that is new."""
        at = time_text(now()) if is_archived else None
        with self._db.atomic():
            n_changed = self._write(
                """UPDATE discussions SET archived_at = ?1
                   WHERE id = ?2 AND (archived_at IS NULL) <> (?1 IS NULL)""",
                *(at, discussion_id),
            )
            if n_changed:
                verb = "archived" if is_archived else "took out of the archive"
                Audit(self._db).add(actor, verb, discussion_id=discussion_id)
        return bool(n_changed)

    def set_visibility(self, discussion_id: int, visibility: Visibility, *, actor: str) -> bool:
        """Say who may read a discussion; says whether that is new."""
        with self._db.atomic():
            n_changed = self._write(
                "UPDATE discussions SET visibility = ?1 WHERE id = ?2 AND visibility <> ?1",
                *(visibility, discussion_id),
            )
            if n_changed:
                Audit(self._db).add(
                    actor,
                    "changed visibility",
                    discussion_id=discussion_id,
                    facts={"after": visibility},
                )
        return bool(n_changed)

    def masking(self, discussion_id: int) -> Masking:
        """What is to be masked in the texts of the discussion."""
        return Masking(self._value("SELECT masking FROM discussions WHERE id = ?", discussion_id))

    def set_masking(self, discussion_id: int, masking: Masking, *, actor: str) -> bool:
        """Say what is to be masked in the texts; says whether that is new. The next build does
        it."""
        with self._db.atomic():
            n_changed = self._write(
                "UPDATE discussions SET masking = ?1 WHERE id = ?2 AND masking <> ?1",
                *(masking, discussion_id),
            )
            if n_changed:
                Audit(self._db).add(
                    actor,
                    "changed masking",
                    discussion_id=discussion_id,
                    facts={"after": masking},
                )
        return bool(n_changed)

    def holds(self, discussion_id: int) -> bool:
        """Whether there is a discussion with that number."""
        return self._value("SELECT 1 FROM discussions WHERE id = ?", discussion_id) is not None

    def is_read_only(self, discussion_id: int) -> bool:
        """Whether a discussion is archived or going to be deleted."""
        sql = "SELECT 1 FROM discussions WHERE id = ? AND coalesce(archived_at, goes_at) NOT NULL"
        return self._value(sql, discussion_id) is not None

    def discard_empty(self, discussion_id: int) -> bool:
        """Remove a discussion that holds no message, with its runs and sources; says if it did."""
        with self._db.atomic():
            n_removed = self._write(
                """DELETE FROM discussions WHERE id = ?1
                   AND NOT EXISTS (SELECT 1 FROM messages WHERE discussion_id = ?1)""",
                discussion_id,
            )
        return bool(n_removed)

    def _where(self, where: str, value: object) -> Row | None:
        return self._row(f"SELECT * FROM discussions WHERE {where}", value)

    def _filled(self, row: Row) -> Discussion:
        counts = self._row(_COUNTS, row["id"])
        assert counts is not None
        languages = self._tuples(
            """SELECT language, count(*) AS n FROM messages
               WHERE discussion_id = ? AND language IS NOT NULL
               GROUP BY language ORDER BY n DESC, language""",
            row["id"],
        )
        more = {"languages": tuple(languages), "framing": _framing(row)}
        return record(Discussion, row | counts, **more)


# One subquery for each index: read together they would walk through every message.
_COUNTS = f"""WITH RECURSIVE {SHOWN_IDEAS} SELECT (SELECT count(*) FROM shown) AS n_ideas,
    (SELECT count(*) FROM messages WHERE discussion_id = ?1) AS n_messages,
    (SELECT count(DISTINCT participant_id) FROM messages WHERE discussion_id = ?1)
      + (SELECT count(*) FROM messages
         WHERE discussion_id = ?1 AND participant_id IS NULL AND text <> '') AS n_authors,
    (SELECT count(DISTINCT thread_id) FROM messages WHERE discussion_id = ?1) AS n_threads,
    (SELECT min(posted_at) FROM messages WHERE discussion_id = ?1) AS first_at,
    (SELECT max(posted_at) FROM messages WHERE discussion_id = ?1) AS last_at"""


def _framing(row: Row) -> Framing:
    return record(Framing, row, embed=Embed.read(row["embed"]))


def version_of_framing(framing: Framing) -> str:
    """Changes with everything that facilitators say about a discussion."""
    return version_of(_framing_columns(framing))


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
