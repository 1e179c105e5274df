"""How often what could be guessed is tried: by address, by account, and not by who is at home."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from synth.permissions import Role
from synth.store import Offer, Store
from tests.web.people import PASSWORD, SLUG, People, people_of
from web.http import rate_limits
from web.http.known_devices import COOKIE
from web.services import accounts
from web.services.accounts import MailServer

AT = f"/d/{SLUG}"


@pytest.fixture
def people(db: Path) -> People:
    return people_of(db, RATELIMIT_ENABLED=True)


def enter(
    client: FlaskClient, password: str, *, name: str = "harvester", n: int = 1
) -> TestResponse:
    """Try to sign in from the address with number ``n``."""
    form = {"name": name, "password": password}
    address = {"REMOTE_ADDR": f"198.51.100.{n}"}
    return client.post("/sign-in", data=form, environ_base=address)


def test_guesses_at_one_account_are_counted_from_wherever_they_come(people: People) -> None:
    at_home = people.app.test_client()
    assert enter(at_home, PASSWORD, n=1).status_code == 303
    at_home.post("/sign-out")
    codes = [enter(people.app.test_client(), "a guess", n=n).status_code for n in range(2, 14)]
    assert codes == [422] * 10 + [429] * 2
    stopped = enter(people.app.test_client(), "a guess", n=99)
    assert "in which you were signed in before" in stopped.text
    assert int(stopped.headers["Retry-After"]) <= 15 * 60
    # Neither the right password from a strange browser, ...
    assert enter(people.app.test_client(), PASSWORD, n=100).status_code == 429
    # ... nor others' guesses keep the member out of the browser they know.
    assert enter(at_home, PASSWORD, n=1).status_code == 303
    # Other accounts are as they were.
    assert enter(people.app.test_client(), PASSWORD, name="facilitator", n=101).status_code == 303


def test_a_name_that_nobody_has_is_counted_alike(people: People) -> None:
    codes = [
        enter(people.app.test_client(), "a guess", name="no such person", n=n).status_code
        for n in range(1, 12)
    ]
    assert codes == [422] * 10 + [429]


def test_a_known_browser_may_not_guess_without_end_either(people: People) -> None:
    client = people.sign_in("harvester")
    client.post("/sign-out")
    codes = [enter(client, "a guess", n=n).status_code for n in range(1, 12)]
    assert codes == [422] * 10 + [429]


def test_a_made_up_browser_is_not_known(people: People) -> None:
    for n in range(1, 11):
        enter(people.app.test_client(), "a guess", n=n)
    thief = people.app.test_client()
    thief.set_cookie(COOKIE, "eyIyIjoiYWJjIn0.forged")
    assert enter(thief, "a guess", n=50).status_code == 429
    # Known to another account, it is a stranger to this one.
    other = people.sign_in("facilitator")
    other.post("/sign-out")
    assert other.get_cookie(COOKIE) is not None
    assert enter(other, PASSWORD, n=51).status_code == 429


def test_a_room_full_of_people_signs_in_from_one_address(people: People) -> None:
    codes = {enter(people.app.test_client(), PASSWORD).status_code for _ in range(15)}
    assert codes == {303}


@pytest.fixture
def mailing(db: Path, monkeypatch: pytest.MonkeyPatch) -> People:
    """Where mail is sent, to nobody."""
    monkeypatch.setattr(accounts, "in_background", lambda work: None)
    return people_of(db, RATELIMIT_ENABLED=True, MAIL_SERVER=MailServer(host="mail.example"))


def test_a_room_full_of_people_asks_for_links_from_one_address(mailing: People) -> None:
    client = mailing.app.test_client()
    codes = [
        client.post("/forgotten", data={"email": f"p{n}@example.org"}).status_code
        for n in range(40)
    ]
    assert set(codes) == {200}
    codes = [
        client.post("/forgotten", data={"email": "p1@example.org"}).status_code for _ in range(3)
    ]
    assert codes == [200, 200, 429]


def test_a_room_full_of_people_mistypes_what_an_invitation_asks_for(
    mailing: People, store: Store
) -> None:
    _made, token = store.invitations.make(
        Offer(role=Role.PARTICIPANT, discussion_id=1), actor="console"
    )
    form = {"name": "Bea", "email": "bea@example.org", "password": "short"}
    client = mailing.app.test_client()
    codes = {client.post(f"/invitation/{token}", data=form).status_code for _ in range(25)}
    assert codes == {422}  # neither mails nor names were told of
    taken = form | {"name": "Harvester", "password": PASSWORD}
    told = [client.post(f"/invitation/{token}", data=taken).status_code for _ in range(21)]
    assert told == [422] * 20 + [429]
    other = {"REMOTE_ADDR": "198.51.100.7"}
    whole = form | {"password": PASSWORD}
    answer = client.post(f"/invitation/{token}", data=whole, environ_base=other)
    assert answer.status_code == 303


def test_who_holds_a_session_does_not_guess_the_password_behind_it(people: People) -> None:
    client = people.sign_in("harvester")
    form = {"old": "a guess", "password": "another long one"}
    codes = [
        client.post(
            "/account/password", data=form, environ_base={"REMOTE_ADDR": f"198.51.100.{n}"}
        ).status_code
        for n in range(1, 12)
    ]
    assert codes == [422] * 10 + [429]


@pytest.mark.parametrize(
    ("limit", "address", "form"),
    [
        ("SEARCHES", f"/api{AT}/search", None),
        ("UPLOADS", "/upload", {}),
        ("INVITATIONS", f"{AT}/invitations", {"role": "none"}),
    ],
)
def test_what_keeps_the_machine_busy_has_a_bound_for_each_member(
    limit: str, address: str, form: dict[str, str] | None, people: People
) -> None:
    n = int(getattr(rate_limits, limit).split()[0])
    first, second = people.client(Role.FACILITATOR), people.sign_in("facilitator")

    def ask(client: FlaskClient, *, n: int = 1) -> int:
        method = "GET" if form is None else "POST"
        base = {"REMOTE_ADDR": f"198.51.100.{n}"}
        return client.open(address, method=method, data=form, environ_base=base).status_code

    assert {ask(first) for _ in range(n)} <= {200, 400, 422}
    assert ask(first) == 429
    assert ask(second, n=2) == 429  # the same person elsewhere
    assert ask(people.client(Role.OWNER)) != 429  # another one behind the same address


def test_on_a_laptop_nothing_is_counted(db: Path) -> None:
    from web import create_app

    client = create_app({"DB": str(db), "WTF_CSRF_ENABLED": False}).test_client()
    n = int(rate_limits.UPLOADS.split()[0])
    assert {client.post("/upload").status_code for _ in range(n + 5)} == {422}
