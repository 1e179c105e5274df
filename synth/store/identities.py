"""Who members are at another service that signs them in (OpenID Connect).

A person is known by issuer and subject together, never by an e-mail address alone: the issuer
keeps the subject for one person for ever, an address may go on to somebody else.
"""

from __future__ import annotations

from dataclasses import dataclass

from synth.errors import AccessRefused
from synth.store.members import Audit, Member
from synth.store.rows import Collection, record


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """One person at one service."""

    issuer: str
    """The address of the service, as it names itself; it has no blank in it."""
    subject: str
    """Their number there."""

    @property
    def key(self) -> str:
        """As it stands in the file."""
        return f"{self.issuer} {self.subject}"


class Identities(Collection):
    def member(self, identity: Identity) -> Member | None:
        """Who that is here, also where the account is closed."""
        row = self._row("SELECT * FROM members WHERE oidc_subject = ?", identity.key)
        return None if row is None else record(Member, row)

    def of(self, member_id: int) -> Identity | None:
        """The identity that signs a member in."""
        found = self._text("SELECT oidc_subject FROM members WHERE id = ?", member_id)
        if found is None:
            return None
        issuer, _, subject = found.partition(" ")
        return Identity(issuer=issuer, subject=subject)

    def bind(self, member_id: int, identity: Identity, *, actor: str) -> None:
        """Let an identity sign a member in, who has none yet.

        Raises AccessRefused where it is another member's, or the member has another one.
        """
        with self._db.atomic():
            holder = self.member(identity)
            if holder is not None and holder.id == member_id:
                return
            if holder is not None or self.of(member_id) is not None:
                raise AccessRefused("identity", "one identity signs one member in")
            self._set(member_id, identity.key)
            facts = {"issuer": identity.issuer}
            Audit(self._db).add(actor, "linked identity", member_id=member_id, facts=facts)

    def unbind(self, member_id: int, *, actor: str) -> None:
        """Take a member's identity away.

        Raises AccessRefused where they have no password: they could not come in any more.
        """
        with self._db.atomic():
            if self.of(member_id) is None:
                return
            has_password = self._value(
                "SELECT password_hash IS NOT NULL FROM members WHERE id = ?", member_id
            )
            if not has_password:
                raise AccessRefused("no password", "without a password there is no other way in")
            self._set(member_id, None)
            Audit(self._db).add(actor, "unlinked identity", member_id=member_id)

    def _set(self, member_id: int, key: str | None) -> None:
        self._write("UPDATE members SET oidc_subject = ? WHERE id = ?", key, member_id)
