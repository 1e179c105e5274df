"""Ways in: invitations, links that sign somebody in once, and sessions.

A token is shown to one person once; the file keeps its hash only.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from synth.errors import AccessRefused
from synth.permissions import Permission, Role, allows
from synth.store.members import Audit, Claims, Member, Members, Memberships
from synth.store.rows import Collection, Row, now, record, time_text

SESSION_LASTS = timedelta(days=30)
LINK_LASTS = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """An offer of a role; whoever holds its link can take it up."""

    id: int
    discussion_id: int | None
    """None: of an account that may open discussions of its own."""
    role: Role
    participant_id: int | None
    """Whose messages those who take it up claim as theirs."""
    pseudonym: str | None
    """Of that participant."""
    note: str
    """For whom it is, in the words of who made it."""
    made_by: str
    made_at: datetime
    expires_at: datetime
    max_uses: int
    n_uses: int
    revoked_at: datetime | None

    @property
    def is_open(self) -> bool:
        """Whether it can still be taken up."""
        return self.revoked_at is None and self.n_uses < self.max_uses and self.expires_at > now()


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What an invitation gives."""

    role: Role
    discussion_id: int | None
    participant_id: int | None = None
    note: str = ""
    lasts: timedelta = timedelta(days=14)
    max_uses: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One browser in which a member is signed in."""

    id: int
    member_id: int
    device: str
    """Browser and system, as far as it said."""
    begun_at: datetime
    seen_on: str
    """The last day it was used, ``2024-05-31``: more would have the file written at each page."""
    expires_at: datetime


class Invitations(Collection):
    def make(self, offer: Offer, *, actor: str) -> tuple[Invitation, str]:
        """A new invitation and its token, which is told this once."""
        token, at = _token(), now()
        values = {
            "token_hash": _hash(token),
            "discussion_id": offer.discussion_id,
            "role": offer.role,
            "participant_id": offer.participant_id,
            "note": offer.note,
            "made_by": actor,
            "made_at": time_text(at),
            "expires_at": time_text(at + offer.lasts),
            "max_uses": offer.max_uses,
        }
        with self._db.atomic():
            made = self._one("i.id = ?", self._insert("invitations", values))
            assert made is not None
            self._audit(made, actor, "invited")
        return made, token

    def find(self, token: str) -> Invitation | None:
        """The invitation with that token, open or not."""
        return self._one("i.token_hash = ?", _hash(token))

    def of(self, discussion_id: int | None) -> list[Invitation]:
        """The invitations to a discussion, the newest first; None: to open discussions."""
        return [
            record(Invitation, row)
            for row in self._rows(
                f"{_INVITATIONS} i.discussion_id IS ? ORDER BY i.id DESC", discussion_id
            )
        ]

    def revoke(self, invitation_id: int, discussion_id: int | None, *, actor: str) -> bool:
        """Let it be taken up no more; says whether it could be until now."""
        with self._db.atomic():
            found = self._one("i.id = ?", invitation_id)
            if found is None or found.discussion_id != discussion_id or not found.is_open:
                return False
            self._write(
                "UPDATE invitations SET revoked_at = ? WHERE id = ?",
                *(time_text(now()), invitation_id),
            )
            self._audit(found, actor, "revoked invitation")
        return True

    def forget(self, participant_id: int) -> None:
        """Close those that offer the messages of somebody who is erased; their notes go, which
        may tell who it was."""
        self._write(
            """UPDATE invitations SET note = '', revoked_at = coalesce(revoked_at, ?)
               WHERE participant_id = ?""",
            *(time_text(now()), participant_id),
        )

    def take_up(self, token: str, member: Member) -> Invitation:
        """Give a member what the invitation offers.

        A role that is worth more stays as it is. Who holds the role already, and gains nothing,
        uses nothing up. Raises AccessRefused where the invitation is not open any more, or its
        messages are claimed by somebody else.
        """
        with self._db.atomic():
            found = self.find(token)
            if found is None or not found.is_open or not self._may_invite(found):
                raise AccessRefused("invitation", "this invitation cannot be used any more")
            if self._give(found, member):
                self._write("UPDATE invitations SET n_uses = n_uses + 1 WHERE id = ?", found.id)
            if found.participant_id is not None:
                # Who stands behind a pseudonym is nobody's to read any longer.
                self._write("UPDATE invitations SET note = '' WHERE id = ?", found.id)
        return found

    def _may_invite(self, invitation: Invitation) -> bool:
        """Whether who made it may still do so: their invitations end with their role."""
        made_by = invitation.made_by.removeprefix("member:")
        if made_by == invitation.made_by:
            return True  # at the machine itself
        maker = Members(self._db).get(int(made_by))
        if maker.disabled_at is not None or invitation.discussion_id is None:
            return maker.disabled_at is None and maker.is_owner
        role = Memberships(self._db).role(maker.id, invitation.discussion_id)
        return maker.is_owner or allows(role, Permission.INVITE)

    def _give(self, invitation: Invitation, member: Member) -> bool:
        """Whether the member gained anything."""
        gained = False
        if invitation.discussion_id is None:
            if not member.may_start:
                Members(self._db).let_start(member.id, may_start=True, actor=invitation.made_by)
                gained = True
        else:
            memberships = Memberships(self._db)
            role = memberships.role(member.id, invitation.discussion_id)
            if role is None or role.rank < invitation.role.rank:
                memberships.set_role(
                    member.id, invitation.discussion_id, invitation.role, actor=invitation.made_by
                )
                gained = True
        if invitation.participant_id is not None:
            gained |= Claims(self._db).put(member.id, invitation.participant_id)
        return gained

    def _one(self, where: str, value: object) -> Invitation | None:
        row = self._row(f"{_INVITATIONS} {where}", value)
        return None if row is None else record(Invitation, row)

    def _audit(self, invitation: Invitation, actor: str, verb: str) -> None:
        Audit(self._db).add(
            actor,
            verb,
            discussion_id=invitation.discussion_id,
            facts={"invitation": invitation.id, "role": invitation.role},
        )


_INVITATIONS = """SELECT i.*, p.pseudonym FROM invitations i
    LEFT JOIN participants p ON p.id = i.participant_id WHERE"""


class SignInLinks(Collection):
    """Links that sign a member in once, or make the owner of a new installation."""

    def make(self, member_id: int | None, *, actor: str, lasts: timedelta = LINK_LASTS) -> str:
        """The token of a new link; earlier ones of the same maker for the same member are void.

        ``member_id`` None: for the one who becomes the owner.
        """
        token, at = _token(), now()
        with self._db.atomic():
            self._write(
                "DELETE FROM sign_in_links WHERE member_id IS ? AND made_by = ?", member_id, actor
            )
            values: Row = {"token_hash": _hash(token), "member_id": member_id, "made_by": actor}
            values |= {"made_at": time_text(at), "expires_at": time_text(at + lasts)}
            self._insert("sign_in_links", values)
            Audit(self._db).add(actor, "made sign-in link", member_id=member_id)
        return token

    def is_open(self, token: str) -> bool:
        return self._open(token) is not None

    def is_for_owner(self, token: str) -> bool:
        """Whether it is the link that makes the owner, and open."""
        found = self._open(token)
        return found is not None and found["member_id"] is None

    def member(self, token: str) -> Member | None:
        """Whom an open link signs in; None for the owner's first, and where it is not open."""
        found = self._open(token)
        is_for_one = found is not None and found["member_id"] is not None
        return Members(self._db).get(found["member_id"]) if found and is_for_one else None

    def use(self, token: str) -> Member | None:
        """Use the link up. The member that it signs in; None for the owner's first link.

        Raises AccessRefused where it was used, is too old, or its member's account is closed.
        """
        with self._db.atomic():
            found = self._open(token)
            if found is None:
                raise AccessRefused("link", "this link cannot be used any more")
            self._write(
                "UPDATE sign_in_links SET used_at = ? WHERE id = ?",
                *(time_text(now()), found["id"]),
            )
            if found["member_id"] is None:
                return None
            member = Members(self._db).get(found["member_id"])
            if member.disabled_at is not None:
                raise AccessRefused("link", "this account is closed")
            return member

    def _open(self, token: str) -> Row | None:
        return self._row(
            """SELECT * FROM sign_in_links
               WHERE token_hash = ? AND used_at IS NULL AND expires_at > ?""",
            *(_hash(token), time_text(now())),
        )


class Sessions(Collection):
    def begin(self, member_id: int, *, device: str, lasts: timedelta = SESSION_LASTS) -> str:
        """Sign a member in; the token that the browser keeps."""
        token, at = _token(), now()
        with self._db.atomic():
            self._write("DELETE FROM sessions WHERE expires_at <= ?", time_text(at))
            self._insert(
                "sessions",
                {
                    "token_hash": _hash(token),
                    "member_id": member_id,
                    "device": device,
                    "begun_at": time_text(at),
                    "seen_on": at.date().isoformat(),
                    "expires_at": time_text(at + lasts),
                },
            )
        return token

    def find(self, token: str) -> tuple[Session, Member] | None:
        """The session with that token, and whose it is; None once it has ended."""
        row = self._row(
            """SELECT s.* FROM sessions s JOIN members m ON m.id = s.member_id
               WHERE s.token_hash = ? AND s.expires_at > ? AND m.disabled_at IS NULL""",
            *(_hash(token), time_text(now())),
        )
        if row is None:
            return None
        return record(Session, row), Members(self._db).get(row["member_id"])

    def of(self, member_id: int) -> list[Session]:
        """Where a member is signed in, the newest first."""
        rows = self._rows(
            "SELECT * FROM sessions WHERE member_id = ? AND expires_at > ? ORDER BY id DESC",
            *(member_id, time_text(now())),
        )
        return [record(Session, row) for row in rows]

    def see(self, session_id: int, *, lasts: timedelta = SESSION_LASTS) -> None:
        """Note that it was used today; it then lasts its full time again."""
        at = now()
        self._write(
            "UPDATE sessions SET seen_on = ?, expires_at = ? WHERE id = ?",
            *(at.date().isoformat(), time_text(at + lasts), session_id),
        )

    def end(self, session_id: int, member_id: int) -> bool:
        """End one session of a member; says whether there was one."""
        return bool(
            self._write(
                "DELETE FROM sessions WHERE id = ? AND member_id = ?", session_id, member_id
            )
        )

    def end_others(self, member_id: int, *, but: int | None = None) -> int:
        """End all sessions of a member, but for one; returns how many."""
        return self._write(
            "DELETE FROM sessions WHERE member_id = ? AND id IS NOT ?", member_id, but
        )


def _token() -> str:
    return secrets.token_urlsafe(32)


def _hash(token: str) -> str:
    """Tokens have 256 random bits: a plain hash cannot be turned back, and is found by an index
    without telling by its time how much of it was right."""
    return hashlib.sha256(token.encode()).hexdigest()
