"""Members: people with an account, their roles in discussions, and the voices that are theirs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from models.text import fold
from synth.errors import AccessRefused, Refusal
from synth.permissions import Role
from synth.store.rows import Collection, Row, json_text, now, record, time_text

if TYPE_CHECKING:
    from sqlite_utils import Database

CONSOLE = "console"
"""Actor of who sits at the machine that serves the pages."""
PERSON = "person"
"""Actor of who works without an account, on the machine that holds the file."""
_ACTOR = "member:"
MAX_NAME = 80
"""Letters."""
_ADDRESS = re.compile(r"[^@<>,;\s]{1,64}@[^@<>,;\s]{1,189}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """Somebody with an account."""

    id: int
    name: str
    email: str | None
    """As they wrote it."""
    email_key: str | None
    """The same once they have shown that it is theirs; only then it counts for anything."""
    password_hash: str | None
    """None where they sign in by links or by another service only."""
    is_owner: bool
    may_start: bool
    """Whether they may open new discussions."""
    created_at: datetime
    disabled_at: datetime | None

    @property
    def actor(self) -> str:
        """As events name them."""
        return f"{_ACTOR}{self.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    member: Member
    role: Role
    joined_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """That a participant of a discussion is a member, and knows it."""

    participant_id: int
    pseudonym: str
    member_id: int
    claimed_at: datetime
    erasure_asked_at: datetime | None
    """When they asked that their words be erased; None where they did not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One change of an account, a role or a visibility."""

    at: datetime
    actor: str
    verb: str
    discussion: str | None
    """Its slug, also once it is gone."""
    member_id: int | None
    """Whom it is about; None where it is about nobody."""
    facts: Mapping[str, object]


class Members(Collection):
    """All accounts of the installation."""

    def add(
        self, name: str, *, email: str | None = None, password_hash: str | None = None
    ) -> Member:
        """Open an account. Raises AccessRefused where the name is taken or empty.

        Nothing tells whether somebody has the address: see ``confirm_address``.
        """
        with self._db.atomic():
            values = self._identity(None, name, email)
            values |= {"password_hash": password_hash, "created_at": time_text(now())}
            return self.get(self._insert("members", values))

    def get(self, member_id: int) -> Member:
        row = self._row("SELECT * FROM members WHERE id = ?", member_id)
        assert row is not None
        return record(Member, row)

    def find(self, name: str) -> Member | None:
        """The member with this name or confirmed e-mail address, large and small letters alike."""
        row = self._row("SELECT * FROM members WHERE ?1 IN (name_key, email_key)", name_key(name))
        return None if row is None else record(Member, row)

    def all(self) -> list[Member]:
        return [
            record(Member, row) for row in self._rows("SELECT * FROM members ORDER BY name_key")
        ]

    def are_there(self) -> bool:
        """Whether anybody has an account; from then on nobody works without one."""
        return bool(self._value("SELECT 1 FROM members"))

    def owner(self) -> Member | None:
        row = self._row("SELECT * FROM members WHERE is_owner = 1")
        return None if row is None else record(Member, row)

    def names(self) -> dict[str, str]:
        """Actor → name, for histories."""
        return self._mapping("SELECT ? || id, name FROM members", _ACTOR)

    def make_owner(self, member_id: int, *, actor: str) -> None:
        """Give the installation its owner. Raises AccessRefused where it has one."""
        with self._db.atomic():
            if self.owner() is not None:
                raise AccessRefused("owner", "there is an owner already")
            self._write("UPDATE members SET is_owner = 1 WHERE id = ?", member_id)
            Audit(self._db).add(actor, "made owner", member_id=member_id)

    def rename(self, member_id: int, name: str, *, email: str | None, actor: str) -> None:
        """Change name and e-mail address. Raises AccessRefused as ``add``."""
        with self._db.atomic():
            before, values = self.get(member_id), self._identity(member_id, name, email)
            is_same = values["email"] is not None and name_key(values["email"]) == before.email_key
            self._set(member_id, values | {"email_key": before.email_key if is_same else None})
            if before.email != values["email"]:
                _end_links(self._db, member_id)
                Audit(self._db).add(actor, "changed address", member_id=member_id)

    def confirm_address(self, member_id: int, email: str, *, actor: str) -> None:
        """Let a member's address count: they have shown that what is sent there reaches them.

        Raises AccessRefused where it is theirs no more, or is somebody else's already; who learns
        of that has the address.
        """
        with self._db.atomic():
            member, key = self.get(member_id), name_key(email)
            if member.email is None or name_key(member.email) != key:
                raise AccessRefused("link", "the address was changed meanwhile")
            if member.email_key == key:
                return
            if self.find(email) is not None:
                raise AccessRefused("address taken", "somebody has this address already")
            self._set(member_id, {"email_key": key})
            Audit(self._db).add(actor, "confirmed address", member_id=member_id)

    def set_password(self, member_id: int, password_hash: str | None, *, actor: str) -> None:
        with self._db.atomic():
            self._set(member_id, {"password_hash": password_hash})
            _end_links(self._db, member_id)
            Audit(self._db).add(actor, "changed password", member_id=member_id)

    def let_start(self, member_id: int, *, may_start: bool, actor: str) -> None:
        """Say whether a member may open new discussions."""
        with self._db.atomic():
            self._set(member_id, {"may_start": may_start})
            _end_links(self._db, member_id)
            Audit(self._db).add(
                actor, "may start" if may_start else "may not start", member_id=member_id
            )

    def disable(self, member_id: int, *, actor: str) -> None:
        """Close an account: its sessions and links end; what it did stays in the histories.

        Raises AccessRefused for the owner's, and for the last facilitator's of a discussion.
        """
        with self._db.atomic():
            if self.get(member_id).is_owner:
                raise AccessRefused("owner", "the owner's account cannot be closed")
            _require_others(self._db, member_id)
            self._set(member_id, {"disabled_at": time_text(now())})
            for table in ("sessions", "sign_in_links"):
                self._write(f"DELETE FROM {table} WHERE member_id = ?", member_id)
            Audit(self._db).add(actor, "disabled", member_id=member_id)

    def enable(self, member_id: int, *, actor: str) -> None:
        with self._db.atomic():
            self._set(member_id, {"disabled_at": None})
            Audit(self._db).add(actor, "enabled", member_id=member_id)

    def _set(self, member_id: int, values: Mapping[str, object]) -> None:
        sets = ", ".join(f"{name} = ?" for name in values)
        self._write(f"UPDATE members SET {sets} WHERE id = ?", *values.values(), member_id)

    def _identity(self, member_id: int | None, name: str, email: str | None) -> Row:
        """The columns of a name and of an address as it is written; raises AccessRefused."""
        name, email = " ".join(name.split())[:MAX_NAME], "".join((email or "").split()) or None
        if not name:
            raise AccessRefused("no name", "a name is needed")
        if "@" in name or (email is not None and not _ADDRESS.fullmatch(email)):
            kind: Refusal = "name" if "@" in name else "address"
            raise AccessRefused(kind, "an address has an @, a name has none")
        found = self.find(name)
        if found is not None and found.id != member_id:
            raise AccessRefused("name taken", f"somebody has {name} already")
        return {"name": name, "email": email, "name_key": name_key(name)}


class Memberships(Collection):
    """Who has which role in which discussion."""

    def role(self, member_id: int, discussion_id: int) -> Role | None:
        found = self._text(
            "SELECT role FROM memberships WHERE member_id = ? AND discussion_id = ?",
            *(member_id, discussion_id),
        )
        return None if found is None else Role(found)

    def roles(self, member_id: int) -> dict[int, Role]:
        """Discussion → the member's role in it."""
        found = self._tuples(
            "SELECT discussion_id, role FROM memberships WHERE member_id = ?", member_id
        )
        return {discussion_id: Role(role) for discussion_id, role in found}

    def of(self, discussion_id: int) -> list[Membership]:
        """Who belongs to a discussion, by role and name."""
        rows = self._rows(
            """SELECT m.*, s.role, s.joined_at FROM memberships s
               JOIN members m ON m.id = s.member_id WHERE s.discussion_id = ?
               ORDER BY m.name_key""",
            discussion_id,
        )
        found = [record(Membership, row, member=record(Member, row)) for row in rows]
        return sorted(found, key=lambda one: -one.role.rank)

    def set_role(
        self, member_id: int, discussion_id: int, role: Role | None, *, actor: str
    ) -> None:
        """Give a role in a discussion, in place of the one before; None: they leave it.

        Raises AccessRefused where it would be left without a facilitator.
        """
        with self._db.atomic():
            before = self.role(member_id, discussion_id)
            if before is role:
                return
            if before is Role.FACILITATOR:
                _require_others(self._db, member_id, discussion_id)
            _end_links(self._db, member_id)
            self._write(
                "DELETE FROM memberships WHERE member_id = ? AND discussion_id = ?",
                *(member_id, discussion_id),
            )
            if role is not None:
                self._write(
                    "INSERT INTO memberships VALUES (?, ?, ?, ?)",
                    *(member_id, discussion_id, role, time_text(now())),
                )
            Audit(self._db).add(
                actor,
                "gave role" if role is not None else "removed",
                member_id=member_id,
                discussion_id=discussion_id,
                facts={"before": before, "after": role},
            )


class Claims(Collection):
    """Which participants of discussions are members, and what they ask for."""

    def put(self, member_id: int, participant_id: int) -> bool:
        """Note that a participant is this member; says whether that is new.

        Raises AccessRefused where it is somebody else already.
        """
        with self._db.atomic():
            holder = self._id(
                "SELECT member_id FROM claims WHERE participant_id = ?", participant_id
            )
            if holder not in (None, member_id):
                raise AccessRefused("claimed", "somebody else has claimed these messages")
            n_new = self._write(
                """INSERT OR IGNORE INTO claims (participant_id, member_id, claimed_at)
                   VALUES (?, ?, ?)""",
                *(participant_id, member_id, time_text(now())),
            )
        return bool(n_new)

    def of(self, discussion_id: int, *, member_id: int | None = None) -> list[Claim]:
        """The claims in a discussion, of one member where one is named."""
        rows = self._rows(
            """SELECT c.*, p.pseudonym FROM claims c JOIN participants p ON p.id = c.participant_id
               WHERE p.discussion_id = ?1 AND (?2 IS NULL OR c.member_id = ?2) ORDER BY p.id""",
            *(discussion_id, member_id),
        )
        return [record(Claim, row) for row in rows]

    def holder(self, participant_id: int) -> int | None:
        """The member who has shown that they are this participant."""
        return self._id("SELECT member_id FROM claims WHERE participant_id = ?", participant_id)

    def ask_erasure(self, participant_id: int, *, asked: bool) -> None:
        """Note that a participant wants their words erased, or no longer wants it."""
        self._write(
            "UPDATE claims SET erasure_asked_at = ? WHERE participant_id = ?",
            *(time_text(now()) if asked else None, participant_id),
        )

    def drop(self, participant_id: int) -> None:
        """The participant's words are gone; nothing is left to claim."""
        self._write("DELETE FROM claims WHERE participant_id = ?", participant_id)


class Audit(Collection):
    """Every change of an account, a role or a visibility. It outlives what it is about."""

    def add(
        self,
        actor: str,
        verb: str,
        *,
        member_id: int | None = None,
        discussion_id: int | None = None,
        facts: Mapping[str, object] | None = None,
    ) -> None:
        """Note who changed what about whom; no secret and no word of a discussion goes in here."""
        slug = self._text("SELECT slug FROM discussions WHERE id = ?", discussion_id)
        what = {"actor": actor, "verb": verb, "discussion": slug, "member_id": member_id}
        self._insert("audit", what | {"at": time_text(now()), "facts": json_text(facts or {})})

    def last(self, *, limit: int = 200, member_id: int | None = None) -> list[AuditEntry]:
        """The newest first; about one member where one is named."""
        rows = self._rows(
            "SELECT * FROM audit WHERE ?1 IS NULL OR member_id = ?1 ORDER BY id DESC LIMIT ?2",
            *(member_id, limit),
        )
        return [record(AuditEntry, row) for row in rows]


def _require_others(db: Database, member_id: int, discussion_id: int | None = None) -> None:
    """Raise AccessRefused where a member is the last facilitator of this discussion, or of any.

    Closed accounts do not count. To be called inside the transaction that takes the role.
    """
    found = db.execute(
        """SELECT d.title FROM memberships s
           JOIN members m ON m.id = s.member_id AND m.disabled_at IS NULL
           JOIN discussions d ON d.id = s.discussion_id
           WHERE s.member_id = ?1 AND s.role = ?3 AND (?2 IS NULL OR s.discussion_id = ?2)
             AND NOT EXISTS (SELECT 1 FROM memberships o JOIN members p ON p.id = o.member_id
                             WHERE o.discussion_id = s.discussion_id AND o.role = ?3
                               AND o.member_id <> ?1 AND p.disabled_at IS NULL)
           ORDER BY d.id LIMIT 1""",
        [member_id, discussion_id, Role.FACILITATOR],
    ).fetchone()
    if found is not None:
        told = f"nobody else facilitates “{found[0]}”; make somebody else facilitator first"
        raise AccessRefused("last facilitator", told, about=found[0])


def _end_links(db: Database, member_id: int) -> None:
    """Void the links that sign a member in: they were made for what the member might do then."""
    db.execute("DELETE FROM sign_in_links WHERE member_id = ?", [member_id])


def name_key(text: str) -> str:
    """What the ways of writing one name have in common; an address keeps its accents, as another
    letter may be another person's address."""
    return text.strip().lower() if "@" in text else " ".join(fold(text).split())
