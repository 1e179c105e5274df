"""One's own account: addresses that count once confirmed, leaving, whom a link signs in."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from synth.errors import AccessRefused
from synth.permissions import Role, Visibility
from synth.store import Offer, Store, open_store
from tests.web.people import PASSWORD, SLUG, People, people_of
from web.services import accounts
from web.services.accounts import MailServer

AT = f"/d/{SLUG}"
ADDRESS = "Bea@Example.org"


@pytest.fixture
def people(db: Path) -> People:
    return people_of(db)


class Post:
    """Mails that were sent, and work that waits in the background until ``work`` is called."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.queued: list[Callable[[], None]] = []
        self.sent: list[tuple[str, str]] = []
        post = self

        def send(self: MailServer, to: str, subject: str, text: str) -> None:
            post.sent.append((to, text))

        monkeypatch.setattr(MailServer, "send", send)
        monkeypatch.setattr(accounts, "in_background", self.queued.append)

    def work(self) -> None:
        for one in self.queued:
            one()
        self.queued.clear()

    def link(self) -> str:
        """The path of the link in the last mail."""
        self.work()
        found = re.search(r"http://localhost(/\S+)", self.sent[-1][1])
        assert found is not None, self.sent
        return found[1]


@pytest.fixture
def post(monkeypatch: pytest.MonkeyPatch) -> Post:
    return Post(monkeypatch)


@pytest.fixture
def mailing(db: Path, post: Post) -> People:
    """The same where mail is sent."""
    return people_of(db, MAIL_SERVER=MailServer(host="mail.example", sender="x@mail.example"))


def write_address(client: FlaskClient, email: str, name: str = "Harvester") -> str:
    """Ask for that address; what the page says."""
    form = {"name": name, "email": email, "old": PASSWORD}
    answer = client.post("/account", data=form, follow_redirects=True)
    assert answer.status_code == 200
    return answer.text


def test_an_address_is_changed_with_the_password_and_counts_once_it_is_confirmed(
    mailing: People, post: Post, store: Store
) -> None:
    client, sent = mailing.client(Role.HARVESTER), {"name": "Harvester", "email": ADDRESS}
    assert client.post("/account", data=sent).status_code == 422
    assert "on its way" in write_address(client, ADDRESS)
    assert store.members.find(ADDRESS) is None
    link = post.link()
    assert post.sent[-1][0] == ADDRESS
    assert ADDRESS in client.get(link).text
    assert store.members.find(ADDRESS) is None  # opening it does not confirm it
    assert "The address is confirmed" in client.post(link, follow_redirects=True).text
    found = store.members.find("bea@example.org")
    assert found == store.members.get(mailing.members[Role.HARVESTER].id)
    again = mailing.app.test_client()
    entered = again.post("/sign-in", data={"name": ADDRESS, "password": PASSWORD})
    assert entered.status_code == 303
    assert "e-mail address confirmed" in client.get("/account").text
    write_address(client, "other@example.org")
    assert store.members.find(ADDRESS) is None


@pytest.mark.parametrize("by", ["another member", "an older address", "a forger", "nobody"])
def test_only_the_member_confirms_their_address(
    by: str, mailing: People, post: Post, store: Store
) -> None:
    client = mailing.client(Role.HARVESTER)
    write_address(client, ADDRESS)
    link = post.link()
    if by == "another member":
        client = mailing.client(Role.FACILITATOR)
        write_address(client, ADDRESS, "Facilitator")
    elif by == "an older address":
        write_address(client, "other@example.org")
    elif by == "a forger":
        link = link[:-4] + "AAAA"
    else:
        client = mailing.app.test_client()
    answer = client.post(link)
    assert answer.status_code == (401 if by == "nobody" else 404)
    assert store.members.find(ADDRESS) is None


def test_nobody_learns_whether_an_address_is_somebodys(
    mailing: People, post: Post, store: Store
) -> None:
    """One answer, one mail: by the account form, and by an invitation."""
    holder = mailing.members[Role.SYNTHESIZER]
    store.members.rename(holder.id, holder.name, email=ADDRESS, actor="test")
    store.members.confirm_address(holder.id, ADDRESS, actor="test")
    pages, mails = set(), []
    for email in (ADDRESS, "free@example.org"):
        page = write_address(mailing.client(Role.HARVESTER), email)
        pages.add(re.sub(r"\d\d:\d\d|" + re.escape(email), "", page).split("<h2")[0])
        mails.append(len(post.queued))
        post.work()
        offer = Offer(role=Role.HARVESTER, discussion_id=1)
        token = store.invitations.make(offer, actor="console")[1]
        form = {"name": f"New {email[0]}", "email": email, "password": PASSWORD}
        visitor = mailing.app.test_client()
        assert visitor.post(f"/invitation/{token}", data=form).location == f"{AT}/"
        mails.append(len(post.queued))
        post.work()
    assert len(pages) == 1
    assert mails == [1, 1, 1, 1]
    found = store.members.find(ADDRESS)
    assert found is not None
    assert found.id == holder.id
    # Who reads the mail has the address, and may know.
    write_address(mailing.client(Role.HARVESTER), ADDRESS)
    page = mailing.client(Role.HARVESTER).post(post.link(), follow_redirects=True).text
    assert "Somebody here has this e-mail address already" in page


def test_a_mailed_link_signs_in_and_nobody_learns_who_has_an_account(
    mailing: People, post: Post, store: Store
) -> None:
    member = mailing.members[Role.HARVESTER]
    store.members.rename(member.id, "Harvester", email=ADDRESS, actor="test")
    client = mailing.app.test_client()
    pages = set()
    for to in ("bea@example.org", "no@x.example", "harvester"):
        pages.add(client.post("/forgotten", data={"email": to}).text)
        assert len(post.queued) == 1  # also where nobody has it: found out later
        post.work()
    assert len(pages) == 1
    assert post.sent == []  # not confirmed yet
    store.members.confirm_address(member.id, ADDRESS, actor="test")
    client.post("/forgotten", data={"email": "bea@example.org"})
    assert client.post(post.link()).status_code == 303
    assert [to for to, _ in post.sent] == [ADDRESS]
    assert "Harvester" in client.get("/account").text


@pytest.mark.parametrize(
    "names", [("harvester", "nobody at all"), ("bea@x.example", "no@x.example")]
)
def test_the_same_work_is_done_for_who_has_an_account_and_who_has_none(
    names: tuple[str, str], mailing: People, post: Post, store: Store,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """Statements that the file is asked, hashes that are verified, work that is put off: counted,
    not clocked. ``benchmarks/web/existence.py`` clocks it."""
    member = mailing.members[Role.HARVESTER]
    store.members.rename(member.id, "Harvester", email="bea@x.example", actor="test")
    store.members.confirm_address(member.id, "bea@x.example", actor="test")
    verified: list[bool] = []
    hasher = accounts._hasher()

    class Counting:
        def verify(self, hashed: str, password: str) -> bool:
            verified.append(True)
            return hasher.verify(hashed, password)

    accounts._no_password()  # made once in a process
    monkeypatch.setattr(accounts, "_hasher", Counting)
    work: list[tuple[object, ...]] = []
    for name in names:
        for address, form in (
            ("/sign-in", {"name": name, "password": "wrong password"}),
            ("/forgotten", {"email": name}),
        ):
            statements = _statements(mailing, lambda a=address, f=form: (a, f))
            work.append((address, statements, len(verified), len(post.queued)))
            verified.clear()
            post.queued.clear()
    assert work[:2] == work[2:]
    assert [one[2:] for one in work[:2]] == [(1, 0), (0, 1)]


def _statements(people: People, asked: Callable[[], tuple[str, dict[str, str]]]) -> list[str]:
    """What the file is asked while a form is answered, without the values."""
    from web.http import store as request_store

    found: list[str] = []
    real = request_store.open_store

    def traced(*args: object, **more: object) -> Store:
        opened = real(*args, **more)  # type: ignore[arg-type]
        opened._db.conn.set_trace_callback(
            lambda sql: found.append(re.sub(r"'[^']*'|\d+", "?", sql))
        )
        return opened

    address, form = asked()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(request_store, "open_store", traced)
        people.app.test_client().post(address, data=form)
    return found


def test_a_link_asks_whom_to_continue_as_and_ends_the_other_session(
    people: People, store: Store
) -> None:
    facilitator, harvester = people.members[Role.FACILITATOR], people.members[Role.HARVESTER]
    client = people.sign_in("facilitator")
    kept = client.get_cookie("session")
    assert kept is not None
    token = store.sign_in_links.make(harvester.id, actor="test")
    page = client.get(f"/link/{token}").text
    assert "You are signed in here as Facilitator" in page
    assert "Continue as Harvester" in page
    assert "Stay Facilitator" in page
    before = len(store.sessions.of(facilitator.id))
    assert client.post(f"/link/{token}").status_code == 303
    assert 'value="Harvester"' in client.get("/account").text
    assert len(store.sessions.of(facilitator.id)) == before - 1
    thief = people.app.test_client()
    thief.set_cookie("session", kept.value)
    assert thief.get("/account").status_code == 302


def test_a_member_leaves_a_discussion(people: People, store: Store) -> None:
    found, client = store.discussions.named(SLUG), people.client(Role.HARVESTER)
    store.discussions.set_visibility(found.id, Visibility.PRIVATE, actor="test")
    assert f"{AT}/leave" in client.get("/account").text
    assert "you will not see it any more" in client.get(f"{AT}/leave").text
    assert "You are no longer harvester" in client.post(f"{AT}/leave", follow_redirects=True).text
    assert client.get(f"{AT}/").status_code == 404
    assert client.post(f"{AT}/leave").status_code == 404
    entry = store.audit.last(limit=1)[0]
    member = people.members[Role.HARVESTER]
    assert (entry.verb, entry.actor, entry.member_id) == ("removed", member.actor, member.id)


@pytest.mark.parametrize("way", ["leave", "remove", "lower", "close", "console"])
def test_the_last_facilitator_stays(way: str, people: People, store: Store) -> None:
    found, last = store.discussions.named(SLUG), people.members[Role.FACILITATOR]
    other = people.members[Role.SYNTHESIZER]

    def attempt() -> str:
        client, at = people.client(Role.FACILITATOR), f"{AT}/members/{last.id}"
        if way == "leave":
            return client.post(f"{AT}/leave", follow_redirects=True).text
        if way in {"remove", "lower"}:
            form = {"role": "none" if way == "remove" else "harvester"}
            return client.post(at, data=form, follow_redirects=True).text
        owner = people.client(Role.OWNER)
        if way == "close":
            close = {"action": "disable"}
            return owner.post(f"/people/{last.id}", data=close, follow_redirects=True).text
        with pytest.raises(AccessRefused, match="The market square"):
            store.memberships.set_role(last.id, found.id, None, actor="console")
        return "keeps at least one facilitator. The market square"

    said = attempt()
    assert "keeps at least one facilitator" in said
    assert "The market square" in said
    assert store.memberships.role(last.id, found.id) is Role.FACILITATOR
    assert store.members.get(last.id).disabled_at is None
    # A closed account is no other facilitator.
    store.memberships.set_role(other.id, found.id, Role.FACILITATOR, actor="test")
    store.members.disable(other.id, actor="test")
    assert "keeps at least one facilitator" in attempt()
    store.members.enable(other.id, actor="test")
    if way != "console":
        attempt()
        gone = store.memberships.role(last.id, found.id) is not Role.FACILITATOR
        assert gone or store.members.get(last.id).disabled_at is not None


def test_two_facilitators_who_leave_at_once_do_not_both(people: People, db: Path) -> None:
    with open_store(db) as store:
        found = store.discussions.named(SLUG)
        both = [people.members[Role.FACILITATOR].id, people.members[Role.SYNTHESIZER].id]
        store.memberships.set_role(both[1], found.id, Role.FACILITATOR, actor="test")
    refused: list[str] = []
    for _round in range(10):
        gate = threading.Barrier(2)

        def leave(member_id: int, gate: threading.Barrier = gate) -> None:
            with open_store(db) as own:
                gate.wait()
                try:
                    own.memberships.set_role(member_id, found.id, None, actor="test")
                except AccessRefused as error:
                    refused.append(error.kind)

        threads = [threading.Thread(target=leave, args=(one,)) for one in both]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        with open_store(db) as store:
            left = [one.role for one in store.memberships.of(found.id)]
            assert left.count(Role.FACILITATOR) == 1
            for one in both:
                store.memberships.set_role(one, found.id, Role.FACILITATOR, actor="test")
    assert refused == ["last facilitator"] * 10
