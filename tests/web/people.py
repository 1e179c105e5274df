"""People with accounts over a viewer: one of each role, signed in, in a browser of their own."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient

from synth.permissions import INVITED, Role
from synth.store import Member, open_store
from web import create_app
from web.services.accounts import hash_password

SLUG = "the-market-square"
PASSWORD = "correct horse battery"


@dataclass(slots=True)
class People:
    """Accounts in one viewer."""

    app: Flask
    members: dict[Role, Member] = field(default_factory=dict)
    _clients: dict[Role, FlaskClient] = field(default_factory=dict)

    def client(self, role: Role) -> FlaskClient:
        """The browser of who has this role; the visitor's is nobody's."""
        if role not in self._clients:
            visits = role is Role.VISITOR
            self._clients[role] = self.app.test_client() if visits else self.sign_in(role.value)
        return self._clients[role]

    def sign_in(self, name: str) -> FlaskClient:
        client = self.app.test_client()
        answer = client.post("/sign-in", data={"name": name, "password": PASSWORD})
        assert answer.status_code == 303, answer.text
        return client


@cache
def _hashed() -> str:
    return hash_password(PASSWORD)


def people_of(db: Path, **config: object) -> People:
    """Open an account for each role of the discussion, and sign everybody in."""
    settings = {"DB": str(db), "ACCOUNTS": "on", "WTF_CSRF_ENABLED": False, "TESTING": True}
    people = People(create_app(settings | {"RATELIMIT_ENABLED": False} | config))
    hashed = _hashed()
    with open_store(db) as store:
        found = store.discussions.named(SLUG)
        for role in (*INVITED, Role.OWNER):
            member = store.members.add(role.value.title(), password_hash=hashed)
            if role is Role.OWNER:
                store.members.make_owner(member.id, actor="test")
            else:
                store.memberships.set_role(member.id, found.id, role, actor="test")
            people.members[role] = store.members.get(member.id)
    return people
