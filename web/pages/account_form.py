"""The form of an account: a name, an address and a password as a person wrote them."""

from __future__ import annotations

from dataclasses import dataclass

from flask import request
from flask_babel import gettext as _

from web.services.accounts import MAX_PASSWORD, MIN_PASSWORD, hash_password

MAX_ADDRESS = 254
"""Letters of an e-mail address; people sign in by one, too."""


class BadAccount(Exception):
    """What the form holds cannot be kept; said to the person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountForm:
    """Name, address and password as a person wrote them."""

    name: str = ""
    email: str = ""
    password: str = ""

    @classmethod
    def sent(cls) -> AccountForm:
        def text(name: str) -> str:
            return request.form.get(name, "").replace("\0", "")

        return cls(
            name=" ".join(text("name").split())[:MAX_ADDRESS],
            email=text("email").strip()[:MAX_ADDRESS],
            password=text("password"),
        )

    def password_hash(self) -> str | None:
        """None where no password was chosen. Raises BadAccount where it is too short."""
        if not self.password:
            return None
        if not MIN_PASSWORD <= len(self.password) <= MAX_PASSWORD:
            raise BadAccount(_wrong_length())
        if self.password.casefold() in {self.name.casefold(), self.email.casefold()}:
            raise BadAccount(_("The password is easy to guess; choose another."))
        return hash_password(self.password)


def needed(password_hash: str | None) -> str:
    """The same where a password has to be chosen. Raises BadAccount where none was."""
    if password_hash is None:
        raise BadAccount(_wrong_length())
    return password_hash


def _wrong_length() -> str:
    return _("A password has %(n)s to %(most)s characters.", n=MIN_PASSWORD, most=MAX_PASSWORD)
