"""Accounts: passwords, the owner's first link, and what is mailed to members.

Passwords are hashed by Argon2id with the parameters that OWASP's password storage cheat sheet
names first (19 MiB, two passes, one lane): a server of 1 GiB bears several sign-ins at once.
"""

from __future__ import annotations

import logging
import smtplib
import ssl
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from functools import cache
from typing import TYPE_CHECKING

from synth.errors import StoreProblem
from synth.permissions import Role
from synth.store import DatabaseError, Discussion, Member, Store, open_store
from synth.store.members import CONSOLE

if TYPE_CHECKING:
    from argon2 import PasswordHasher

MIN_PASSWORD = 10
"""Letters."""
MAX_PASSWORD = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """Where mails are sent through (SMTP)."""

    host: str
    port: int = 587
    user: str = ""
    password: str = ""
    sender: str = ""
    """Address in ``From:``."""
    is_encrypted: bool = True
    """Whether STARTTLS is asked for; a server that refuses it gets no mail."""

    def send(self, to: str, subject: str, text: str) -> None:
        """Hand a mail over. Raises OSError (smtplib's errors are) where that fails."""
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = self.sender, to, subject
        mail.set_content(text)
        with smtplib.SMTP(self.host, self.port, timeout=20) as server:
            if self.is_encrypted:
                server.starttls(context=ssl.create_default_context())
            if self.user:
                server.login(self.user, self.password)
            server.send_message(mail)

    def send_later(self, to: str, subject: str, text: str) -> None:
        """The same in the background: nobody waits, or learns from the time whether a mail went
        out. A failure is told in the log."""
        in_background(lambda: self.try_to_send(to, subject, text))

    def try_to_send(self, to: str, subject: str, text: str) -> None:
        """Hand a mail over; a failure is told in the log."""
        try:
            self.send(to, subject, text)
        except (OSError, ValueError) as error:
            # Not the error itself: it names whom the mail was for.
            told = (type(error).__name__, getattr(error, "smtp_code", ""))
            logging.getLogger(__name__).error("no mail could be sent: %s %s", *told)


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A mail with a link in it whose token is not made yet."""

    subject: str
    text: str
    """``LINK_GOES_HERE`` stands where it goes."""


LINK_GOES_HERE = "the-link-goes-here"


def mail_link_later(db: str, server: MailServer, written: str, letter: Letter) -> None:
    """Mail a link to whoever has this address, if anybody does, in the background.

    Looking for them and making the link are done there, too: who asks learns nothing from the
    time that the answer takes.
    """
    in_background(lambda: _mail_link(db, server, written, letter))


def _mail_link(db: str, server: MailServer, written: str, letter: Letter) -> None:
    try:
        with open_store(db) as store:
            member = store.members.find(written)
            if member is None or member.email_key is None or member.disabled_at is not None:
                return
            token = store.sign_in_links.make(member.id, actor=member.actor)
    except (StoreProblem, DatabaseError) as error:
        logging.getLogger(__name__).error("no link could be made: %s", type(error).__name__)
        return
    server.try_to_send(
        member.email or "", letter.subject, letter.text.replace(LINK_GOES_HERE, token)
    )


def in_background(work: Callable[[], None]) -> None:
    threading.Thread(target=work, daemon=True).start()


def hash_password(password: str) -> str:
    return _hasher().hash(password)


def is_password(member: Member | None, password: str) -> bool:
    """Whether the member has this password. It takes as long where there is no such member, or
    none with a password, so that nobody learns who has an account."""
    from argon2.exceptions import InvalidHashError, VerificationError

    known = member is not None and member.password_hash and member.disabled_at is None
    stored = member.password_hash if member is not None and known else _no_password()
    try:
        _hasher().verify(stored or "", password[: MAX_PASSWORD + 1])
    except (VerificationError, InvalidHashError):
        return False
    return bool(known)


def needs_rehash(member: Member) -> bool:
    """Whether the password was hashed with other parameters than today's."""
    return bool(member.password_hash) and _hasher().check_needs_rehash(member.password_hash or "")


def first_link(store: Store) -> str | None:
    """The token of a new link that makes the owner; None where there is one."""
    if store.members.owner() is not None:
        return None
    return store.sign_in_links.make(None, actor=CONSOLE)


def may_make_link(store: Store, facilitator: Member | None, member: Member) -> bool:
    """Whether somebody may make a link that signs ``member`` in.

    Such a link gives all that the member may do: a facilitator makes it only for members who may
    do nothing that the facilitator may not do as well. None stands for the owner.
    """
    if member.disabled_at is not None:
        return False
    if facilitator is None or facilitator.is_owner:
        return True
    if member.is_owner or (member.may_start and not facilitator.may_start):
        return False
    own = store.memberships.roles(facilitator.id)
    theirs = store.memberships.roles(member.id)
    return all(own.get(one) is Role.FACILITATOR for one in theirs)


def listed_roles(
    store: Store, member: Member, discussions: Mapping[int, Discussion]
) -> list[tuple[Discussion, Role]]:
    """The discussions that a member belongs to, with the role in each."""
    roles = store.memberships.roles(member.id)
    return [(discussions[one], role) for one, role in sorted(roles.items()) if one in discussions]


@cache
def _hasher() -> PasswordHasher:
    from argon2 import PasswordHasher

    return PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


@cache
def _no_password() -> str:
    return _hasher().hash("nobody has this password")
