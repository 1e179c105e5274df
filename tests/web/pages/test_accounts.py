"""The first owner, signing in and out, invitations, one's own account and messages."""

from __future__ import annotations

import io
import re
from dataclasses import fields
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from synth.permissions import Role, Visibility
from synth.store import Offer, Store, open_store
from tests.web.people import PASSWORD, SLUG, People, people_of
from web import create_app
from web.http.permission import own_address
from web.pages import address_mail
from web.pages.account import AccountContext, AddressContext, LeavingContext
from web.pages.accounts import (
    ForgottenContext,
    InvitationContext,
    LinkContext,
    SignInContext,
)
from web.pages.members import ErasureContext, MembersContext, MineContext, PeopleContext
from web.services.accounts import first_link, is_password
from web.ui.templates import Context

AT = f"/d/{SLUG}"
MEMBER_PAGES: dict[tuple[Role, str], type[Context]] = {
    (Role.VISITOR, "/sign-in"): SignInContext,
    (Role.VISITOR, "/forgotten"): ForgottenContext,
    (Role.VISITOR, "/link/{link}"): LinkContext,
    (Role.VISITOR, "/invitation/{invitation}"): InvitationContext,
    (Role.PARTICIPANT, "/account"): AccountContext,
    (Role.HARVESTER, "/account/address/{address}"): AddressContext,
    (Role.HARVESTER, f"{AT}/leave"): LeavingContext,
    (Role.PARTICIPANT, f"{AT}/mine"): MineContext,
    (Role.FACILITATOR, f"{AT}/members"): MembersContext,
    (Role.FACILITATOR, AT + "/erasures/{voice}"): ErasureContext,
    (Role.OWNER, "/people"): PeopleContext,
}


@pytest.fixture
def people(db: Path) -> People:
    return people_of(db)


@pytest.fixture
def facilitator(people: People) -> FlaskClient:
    return people.client(Role.FACILITATOR)


@pytest.fixture
def visitor(people: People) -> FlaskClient:
    return people.app.test_client()


def shown_address(page: str) -> str:
    """The path of the link that a page shows once."""
    found = re.search(r'id="made-address"[^>]* value="http://localhost([^"]+)"', page)
    assert found is not None, page
    return found[1]


def invitation_of(store: Store, **more: object) -> str:
    found = store.discussions.named(SLUG)
    offer = {"role": Role.HARVESTER, "discussion_id": found.id} | more
    return store.invitations.make(Offer(**offer), actor="member:4")[1]  # type: ignore[arg-type]


def address_token(people: People, store: Store) -> str:
    member = people.members[Role.HARVESTER]
    store.members.rename(member.id, member.name, email="h@example.org", actor="test")
    with people.app.app_context():
        return str(address_mail._signer().dumps([member.id, "h@example.org"]))


@pytest.mark.parametrize(("role", "address"), MEMBER_PAGES)
def test_a_page_of_people_renders_its_context_and_is_safe(
    role: Role, address: str, people: People, store: Store
) -> None:
    from tests.web.pages.test_pages import FROM_FLASK, rendered

    found = store.discussions.named(SLUG)
    voice = store.participants.find(found.id, "Participant 558")
    assert voice is not None
    store.claims.put(people.members[Role.HARVESTER].id, voice)
    store.claims.ask_erasure(voice, asked=True)
    tokens = {
        "voice": voice,
        "invitation": invitation_of(store, note="<script>"),
        "address": address_token(people, store),
        "link": store.sign_in_links.make(people.members[Role.HARVESTER].id, actor="test"),
    }
    with rendered(people.app) as seen:
        answer = people.client(role).get(address.format(**tokens))
    assert answer.status_code == 200
    ((template, context),) = seen
    expected = MEMBER_PAGES[role, address]
    assert template == expected.template
    assert set(context) - FROM_FLASK == {field.name for field in fields(expected)}
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert not re.search(r"<[^>]+\s(style|on\w+)=", answer.text)
    assert "<script>" not in answer.text


def test_the_first_link_makes_the_owner_once(db: Path) -> None:
    app = create_app({"DB": str(db), "ACCOUNTS": "on", "WTF_CSRF_ENABLED": False})
    with open_store(db) as store:
        token = first_link(store)
    first = app.test_client()
    assert "Become the owner" in first.get(f"/link/{token}").text
    for bad in ({"name": "Ana"}, {"name": "Ana", "password": "short"}, {"password": PASSWORD}):
        assert first.post(f"/link/{token}", data=bad).status_code == 422
    answer = first.post(f"/link/{token}", data={"name": "Ana", "password": PASSWORD})
    assert answer.location == "/"
    assert first.get("/people").status_code == 200
    assert (
        app.test_client()
        .post(f"/link/{token}", data={"name": "Eve", "password": PASSWORD})
        .status_code
        == 404
    )
    with open_store(db) as store:
        owner = store.members.owner()
        assert owner is not None
        assert owner.name == "Ana"
        assert first_link(store) is None
        assert [member.name for member in store.members.all()] == ["Ana"]


def test_opening_a_link_does_not_use_it_up(
    people: People, store: Store, visitor: FlaskClient
) -> None:
    token = store.sign_in_links.make(people.members[Role.HARVESTER].id, actor="test")
    assert visitor.get(f"/link/{token}").status_code == 200
    assert visitor.get(f"/link/{token}").status_code == 200
    assert visitor.post(f"/link/{token}").status_code == 303
    assert "Harvester" in visitor.get("/account").text
    other = people.app.test_client()
    assert other.get(f"/link/{token}").status_code == 404
    assert other.post(f"/link/{token}").status_code == 404


def test_a_second_link_makes_the_first_void(
    people: People, store: Store, visitor: FlaskClient
) -> None:
    member = people.members[Role.HARVESTER]
    first = store.sign_in_links.make(member.id, actor="test")
    second = store.sign_in_links.make(member.id, actor="test")
    assert visitor.get(f"/link/{first}").status_code == 404
    assert visitor.get(f"/link/{second}").status_code == 200


def test_what_is_wrong_at_sign_in_is_not_told(people: People, visitor: FlaskClient) -> None:
    pages = set()
    for name in ("harvester", "nobody at all"):
        answer = visitor.post("/sign-in", data={"name": name, "password": "wrong password"})
        assert answer.status_code == 422
        pages.add(re.sub(r'value="[^"]*"', "", answer.text))
    assert len(pages) == 1


def test_a_wrong_name_takes_as_long_as_a_wrong_password(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both ways verify one hash."""
    from web.services import accounts

    counted: list[str] = []
    hasher = accounts._hasher()

    class Counting:
        def verify(self, hashed: str, password: str) -> bool:
            counted.append(hashed.split("$")[3])  # the costs: memory, passes, lanes
            return hasher.verify(hashed, password)

    monkeypatch.setattr(accounts, "_hasher", Counting)
    monkeypatch.setattr(accounts, "_no_password", lambda: hasher.hash("nobody"))
    assert not is_password(None, PASSWORD)
    assert not is_password(people.members[Role.HARVESTER], "wrong password")
    assert len(counted) == 2
    assert len(set(counted)) == 1


def test_nobody_is_signed_in_by_a_session_that_was_planted(
    people: People, visitor: FlaskClient
) -> None:
    with visitor.session_transaction() as planted:
        planted["note"] = "planted"
    before = visitor.get_cookie("session")
    visitor.post("/sign-in", data={"name": "harvester", "password": PASSWORD})
    after = visitor.get_cookie("session")
    assert before is not None
    assert after is not None
    assert before.value != after.value
    with visitor.session_transaction() as fresh:
        assert "note" not in fresh
    assert after.http_only
    assert after.same_site == "Lax"


def test_no_answer_brings_back_an_older_cookie(people: People, visitor: FlaskClient) -> None:
    """Answers may overtake each other: only what changes the session sends it."""
    visitor.post("/sign-in", data={"name": "harvester", "password": PASSWORD})
    with visitor.session_transaction() as begun:
        token = begun["csrf_token"]
    for address in (f"{AT}/", f"{AT}/key", "/account", f"/api/d/{SLUG}"):
        cookies = visitor.get(address).headers.getlist("Set-Cookie")
        assert [one for one in cookies if one.startswith("session=")] == []
    with visitor.session_transaction() as later:
        assert later["csrf_token"] == token


def test_signing_out_ends_the_session_for_good(people: People, visitor: FlaskClient) -> None:
    visitor.post("/sign-in", data={"name": "harvester", "password": PASSWORD})
    kept = visitor.get_cookie("session")
    assert kept is not None
    assert visitor.post("/sign-out").status_code == 303
    thief = people.app.test_client()
    thief.set_cookie("session", kept.value)
    assert "/sign-in" in (thief.get("/account").location or "")


def test_a_session_can_be_ended_from_another(people: People, store: Store) -> None:
    first, second = people.sign_in("harvester"), people.sign_in("harvester")
    sessions = store.sessions.of(people.members[Role.HARVESTER].id)
    assert len(sessions) == 2
    assert second.post(f"/account/sessions/{sessions[1].id}/end").status_code == 303
    assert first.get("/account").status_code == 302
    assert second.get("/account").status_code == 200
    stranger = people.client(Role.FACILITATOR)
    assert stranger.post(f"/account/sessions/{sessions[0].id}/end").status_code == 404
    assert second.get("/account").status_code == 200


def test_a_new_password_ends_all_other_sessions(people: People) -> None:
    first, second = people.sign_in("harvester"), people.sign_in("harvester")
    wrong = second.post("/account/password", data={"old": "no", "password": "another long one"})
    assert wrong.status_code == 422
    done = second.post("/account/password", data={"old": PASSWORD, "password": "another long one"})
    assert done.status_code == 303
    assert first.get("/account").status_code == 302
    assert second.get("/account").status_code == 200
    again = people.app.test_client()
    sent = {"name": "harvester", "password": "another long one"}
    assert again.post("/sign-in", data=sent).status_code == 303


def test_a_facilitator_invites_and_a_harvester_comes(
    people: People, facilitator: FlaskClient, visitor: FlaskClient, store: Store
) -> None:
    form = {"role": "harvester", "days": "7", "uses": "1", "note": "For Bea"}
    page = facilitator.post(f"{AT}/invitations", data=form).text
    address = shown_address(page)
    assert '<path d="M' in page
    assert "The market square" in visitor.get(address).text
    assert address.rpartition("/")[2] not in facilitator.get(f"{AT}/members").text
    answer = visitor.post(address, data={"name": "Bea", "password": PASSWORD})
    assert answer.location == f"{AT}/"
    assert visitor.post(f"{AT}/key/1", data={"action": "take"}).status_code == 303
    taken = store.extracts.get(1)
    assert taken is not None
    bea = store.members.find("bea")
    assert bea is not None
    assert store.events.last(store.discussions.named(SLUG).id)[0]["actor"] == bea.actor
    late = people.app.test_client()
    assert late.get(address).status_code == 404
    assert late.post(address, data={"name": "Eve", "password": PASSWORD}).status_code == 404
    assert store.members.find("Eve") is None


def test_an_invitation_gives_what_is_more_and_never_less(people: People, store: Store) -> None:
    facilitator, participant = people.client(Role.FACILITATOR), people.client(Role.PARTICIPANT)
    token = invitation_of(store, max_uses=5)
    assert facilitator.post(f"/invitation/{token}").status_code == 303
    assert participant.post(f"/invitation/{token}").status_code == 303
    found = store.discussions.named(SLUG)
    roles = {one.member.name: one.role for one in store.memberships.of(found.id)}
    assert roles["Facilitator"] is Role.FACILITATOR
    assert roles["Participant"] is Role.HARVESTER
    invitation = store.invitations.find(token)
    assert invitation is not None
    assert invitation.n_uses == 1


def test_a_revoked_or_expired_invitation_is_not_found(
    facilitator: FlaskClient, visitor: FlaskClient, store: Store
) -> None:
    old = invitation_of(store, lasts=timedelta(seconds=-1))
    revoked = invitation_of(store)
    found = store.invitations.find(revoked)
    assert found is not None
    assert facilitator.post(f"{AT}/invitations/{found.id}/revoke").status_code == 303
    for token in (old, revoked, "made-up"):
        assert visitor.get(f"/invitation/{token}").status_code == 404
        sent = {"name": "Eve", "password": PASSWORD}
        assert visitor.post(f"/invitation/{token}", data=sent).status_code == 404
    assert store.members.find("Eve") is None


def test_an_invitation_of_another_discussion_is_not_revoked_here(
    facilitator: FlaskClient, store: Store
) -> None:
    other = store.discussions.add("Another")
    made, token = store.invitations.make(
        Offer(role=Role.HARVESTER, discussion_id=other.id), actor="test"
    )
    assert facilitator.post(f"{AT}/invitations/{made.id}/revoke").status_code == 404
    kept = store.invitations.find(token)
    assert kept is not None
    assert kept.is_open


def test_who_is_invited_as_a_voice_sees_their_messages_and_can_ask_for_erasure(
    people: People, facilitator: FlaskClient, visitor: FlaskClient, store: Store
) -> None:
    form = {"role": "participant", "days": "7", "uses": "20", "pseudonym": "Participant 558"}
    address = shown_address(facilitator.post(f"{AT}/invitations", data=form).text)
    visitor.post(address, data={"name": "Bo", "password": PASSWORD})
    page = visitor.get(f"{AT}/mine").text
    assert "I agree about the stalls." in page
    assert "They bring people to the water." not in page
    assert "yours" in visitor.get(f"{AT}/ideas/1").text
    assert "yours" not in facilitator.get(f"{AT}/ideas/1").text
    claim = store.claims.of(store.discussions.named(SLUG).id)[0]
    mine = f"{AT}/mine/{claim.participant_id}/erasure"
    assert people.client(Role.HARVESTER).post(mine, data={"asked": "yes"}).status_code == 404
    assert visitor.post(mine, data={"asked": "yes"}).status_code == 303
    assert "Participant 558" in facilitator.get(f"{AT}/members").text
    decline = f"{AT}/erasures/{claim.participant_id}/decline"
    assert facilitator.post(decline).status_code == 303
    assert "Ask that my words be erased" in visitor.get(f"{AT}/mine").text


def test_what_a_participant_asks_is_carried_out(
    people: People, facilitator: FlaskClient, visitor: FlaskClient, store: Store, db: Path
) -> None:
    found = store.discussions.named(SLUG)
    voice = store.participants.find(found.id, "Participant 558")
    token = invitation_of(store, role=Role.PARTICIPANT, participant_id=voice)
    assert people.client(Role.PARTICIPANT).post(f"/invitation/{token}").status_code == 303
    people.client(Role.PARTICIPANT).post(f"{AT}/mine/{voice}/erasure", data={"asked": "yes"})
    at = f"{AT}/erasures/{voice}"
    assert "2 messages will be emptied" in facilitator.get(at).text
    assert b"Rents are far too high" in db.read_bytes() + _beside(db)
    answer = facilitator.post(at)
    assert re.fullmatch(r"/jobs/\d+", answer.location or "")
    assert b"Rents are far too high" not in db.read_bytes() + _beside(db)
    assert facilitator.get(at).status_code == 404
    assert store.claims.of(found.id) == []
    assert store.events.last(found.id)[0]["verb"] == "erased"


def test_what_an_erased_participant_proposed_goes_too(
    people: People, facilitator: FlaskClient, store: Store
) -> None:
    found, member = store.discussions.named(SLUG), people.members[Role.PARTICIPANT]
    voice = store.participants.find(found.id, "Participant 558")
    assert voice is not None
    store.claims.put(member.id, voice)
    store.claims.ask_erasure(voice, asked=True)
    form = {"text": "Market", "why": "I live there."}
    for role in (Role.PARTICIPANT, Role.HARVESTER):
        sent = people.client(role).post(f"{AT}/ideas/1/correct/rename", data=form)
        assert sent.status_code == 303
    assert facilitator.post(f"{AT}/erasures/{voice}").status_code == 303
    left = store.correction_proposals.all(found.id, state="open")
    assert [one.actor for one in left] == [people.members[Role.HARVESTER].actor]


def _beside(db: Path) -> bytes:
    wal = Path(f"{db}-wal")
    return wal.read_bytes() if wal.exists() else b""


def test_a_voice_belongs_to_one_member(people: People, store: Store) -> None:
    found = store.discussions.named(SLUG)
    voice = store.participants.find(found.id, "Participant 943")
    first = invitation_of(store, participant_id=voice)
    second = invitation_of(store, participant_id=voice)
    assert people.client(Role.HARVESTER).post(f"/invitation/{first}").status_code == 303
    refused = people.client(Role.PARTICIPANT).post(f"/invitation/{second}")
    assert refused.status_code == 422
    assert "Somebody else has shown" in refused.text
    kept = store.invitations.find(second)
    assert kept is not None
    assert kept.n_uses == 0


def test_a_link_is_never_worth_more_than_who_makes_it(
    people: People, facilitator: FlaskClient, store: Store
) -> None:
    harvester = people.members[Role.HARVESTER]
    address = shown_address(facilitator.post(f"{AT}/members/{harvester.id}/link").text)
    assert address.startswith("/link/")
    found, other = store.discussions.named(SLUG), store.discussions.add("Another")
    store.memberships.set_role(harvester.id, other.id, Role.HARVESTER, actor="test")
    assert facilitator.post(f"{AT}/members/{harvester.id}/link").status_code == 403
    owner = people.members[Role.OWNER]
    assert facilitator.post(f"{AT}/members/{owner.id}/link").status_code == 404
    store.memberships.set_role(owner.id, found.id, Role.PARTICIPANT, actor="test")
    assert facilitator.post(f"{AT}/members/{owner.id}/link").status_code == 403


def test_a_role_can_be_changed_and_taken(
    people: People, facilitator: FlaskClient, store: Store
) -> None:
    member, found = people.members[Role.HARVESTER], store.discussions.named(SLUG)
    at = f"{AT}/members/{member.id}"
    assert facilitator.post(at, data={"role": "owner"}).status_code == 400
    assert facilitator.post(at, data={"role": "synthesizer"}).status_code == 303
    assert store.memberships.role(member.id, found.id) is Role.SYNTHESIZER
    assert facilitator.post(at, data={"role": "none"}).status_code == 303
    assert store.memberships.role(member.id, found.id) is None
    assert people.client(Role.HARVESTER).post(f"{AT}/key/1").status_code == 403
    verbs = [one.verb for one in store.audit.last(limit=2)]
    assert verbs == ["removed", "gave role"]


def test_the_owner_closes_an_account(people: People, store: Store) -> None:
    owner, harvester = people.client(Role.OWNER), people.members[Role.HARVESTER]
    assert people.client(Role.HARVESTER).get("/account").status_code == 200
    link = store.sign_in_links.make(harvester.id, actor="test")
    assert owner.post(f"/people/{harvester.id}", data={"action": "disable"}).status_code == 303
    assert people.client(Role.HARVESTER).get("/account").status_code == 302
    again = people.app.test_client()
    sent = {"name": "harvester", "password": PASSWORD}
    assert again.post("/sign-in", data=sent).status_code == 422
    assert again.get(f"/link/{link}").status_code == 404
    assert owner.post(f"/people/{harvester.id}", data={"action": "enable"}).status_code == 303
    assert people.sign_in("harvester").get("/account").status_code == 200
    own = people.members[Role.OWNER]
    owner.post(f"/people/{own.id}", data={"action": "disable"})
    assert owner.get("/people").status_code == 200


def test_who_may_open_discussions_is_their_facilitator(people: People, store: Store) -> None:
    owner, harvester = people.client(Role.OWNER), people.client(Role.HARVESTER)
    assert harvester.get("/upload").status_code == 403
    address = shown_address(owner.post("/people/invitations", data={"note": "Hal"}).text)
    assert harvester.post(address).status_code == 303
    assert "Title of a new discussion" in harvester.get("/upload").text


def test_visibility_is_changed_in_the_settings_and_noted(
    facilitator: FlaskClient, visitor: FlaskClient, store: Store
) -> None:
    change = {"was": "public", "visibility": "private"}
    assert facilitator.post(f"{AT}/visibility", data=change).status_code == 303
    assert visitor.get(f"{AT}/").status_code == 404
    assert store.audit.last(limit=1)[0].verb == "changed visibility"
    secret = {"was": "private", "visibility": "secret"}
    assert facilitator.post(f"{AT}/visibility", data=secret).status_code == 400
    assert store.discussions.named(SLUG).visibility == "private"


def test_an_old_form_opens_nothing_that_was_closed_meanwhile(
    facilitator: FlaskClient, visitor: FlaskClient, store: Store
) -> None:
    found = store.discussions.named(SLUG)
    store.discussions.set_visibility(found.id, Visibility.PRIVATE, actor="test")
    late = {"was": "public", "visibility": "unlisted"}
    answer = facilitator.post(f"{AT}/visibility", data=late)
    assert "Somebody changed it meanwhile" in facilitator.get(answer.location).text
    facilitator.post(f"{AT}/settings", data={"question": "Where?", "visibility": "public"})
    assert visitor.get(f"{AT}/").status_code == 404


def test_a_new_discussion_is_private_where_people_sign_in(people: People, store: Store) -> None:
    owner, visitor = people.client(Role.OWNER), people.client(Role.VISITOR)
    sent = {"files": (io.BytesIO(b"id,text\n1,Hello there all of you\n"), "council.csv")}
    assert owner.post("/upload", data=sent | {"title": "Council"}).status_code == 303
    assert "Council" in owner.get("/").text
    assert "Council" not in visitor.get("/").text
    assert visitor.get("/d/council/").status_code == 404
    sent = {"files": (io.BytesIO(b"id,text\n1,Hello there all of you\n"), "open.csv")}
    owner.post("/upload", data=sent | {"title": "Open", "visibility": "public"})
    assert visitor.get("/d/open/").status_code == 200


def test_invitations_end_with_the_role_of_who_made_them(people: People, store: Store) -> None:
    found, maker = store.discussions.named(SLUG), people.members[Role.FACILITATOR]
    token = invitation_of(store, role=Role.FACILITATOR, max_uses=9)
    second = people.members[Role.SYNTHESIZER]
    store.memberships.set_role(second.id, found.id, Role.FACILITATOR, actor="test")
    store.memberships.set_role(maker.id, found.id, None, actor="test")
    assert people.client(Role.FACILITATOR).post(f"/invitation/{token}").status_code == 422
    assert store.memberships.role(maker.id, found.id) is None
    store.memberships.set_role(maker.id, found.id, Role.FACILITATOR, actor="test")
    store.members.disable(maker.id, actor="test")
    sent = {"name": "Eve", "password": PASSWORD}
    late = people.app.test_client().post(f"/invitation/{token}", data=sent)
    assert late.status_code == 422
    assert store.members.find("Eve") is None


@pytest.mark.parametrize("change", ["role", "start", "password", "address"])
def test_links_end_with_a_change_of_what_they_open(
    change: str, people: People, store: Store
) -> None:
    member, found = people.members[Role.HARVESTER], store.discussions.named(SLUG)
    token = store.sign_in_links.make(member.id, actor="test")
    if change == "role":
        store.memberships.set_role(member.id, found.id, Role.FACILITATOR, actor="test")
    elif change == "start":
        store.members.let_start(member.id, may_start=True, actor="test")
    elif change == "password":
        store.members.set_password(member.id, None, actor="test")
    else:
        store.members.rename(member.id, "Harvester", email="h@example.org", actor="test")
    assert not store.sign_in_links.is_open(token)


@pytest.mark.parametrize("email", ["a@b\r\nBcc: c@d", "a@b@c", "two words@x y", "none"])
def test_what_is_no_address_is_not_kept(email: str, people: People, store: Store) -> None:
    client = people.client(Role.HARVESTER)
    sent = {"name": "Harvester", "email": email, "old": PASSWORD}
    client.post("/account", data=sent)
    kept = store.members.get(people.members[Role.HARVESTER].id).email
    assert kept is None or re.fullmatch(r"[^@\s]+@[^@\s]+", kept)


def test_a_long_address_signs_in(people: People, store: Store, visitor: FlaskClient) -> None:
    member, email = people.members[Role.HARVESTER], f"{'x' * 60}@{'y' * 100}.example"
    store.members.rename(member.id, "Harvester", email=email, actor="test")
    store.members.confirm_address(member.id, email, actor="test")
    sent = {"name": email, "password": PASSWORD}
    assert visitor.post("/sign-in", data=sent).status_code == 303


def test_nothing_is_erased_that_nobody_asks_to_be(
    people: People, facilitator: FlaskClient, store: Store
) -> None:
    voice = store.participants.find(store.discussions.named(SLUG).id, "Participant 558")
    assert voice is not None
    store.claims.put(people.members[Role.HARVESTER].id, voice)
    at = f"{AT}/erasures/{voice}"
    assert (facilitator.get(at).status_code, facilitator.post(at).status_code) == (409, 409)
    assert store.messages.written_by([voice]) != []


def test_a_link_of_a_closed_account_is_not_found(
    people: People, store: Store, visitor: FlaskClient
) -> None:
    member = people.members[Role.HARVESTER]
    store.members.disable(member.id, actor="test")
    token = store.sign_in_links.make(member.id, actor="test")
    assert visitor.post(f"/link/{token}").status_code == 404


def test_the_page_with_a_new_link_is_kept_nowhere(facilitator: FlaskClient) -> None:
    form = {"role": "harvester", "days": "7", "uses": "1"}
    made = facilitator.post(f"{AT}/invitations", data=form)
    assert made.headers["Cache-Control"] == "no-store"
    assert facilitator.get(f"{AT}/members").headers["Cache-Control"] == "private, no-cache"


def test_links_name_the_viewer_and_not_what_a_request_says(db: Path) -> None:
    people = people_of(db, PUBLIC_URL="https://ideas.example/g")
    client, at = people.app.test_client(), "http://ideas.example:4444"
    sent = {"name": "facilitator", "password": PASSWORD}
    assert client.post("/sign-in", data=sent, base_url=at).status_code == 303
    form = {"role": "harvester", "days": "7", "uses": "1"}
    page = client.post(f"{AT}/invitations", data=form, base_url=at).text
    assert 'value="https://ideas.example/' in page
    assert "4444" not in page


def test_a_form_cannot_give_more_than_it_shows(facilitator: FlaskClient, store: Store) -> None:
    facilitator.post("/account", data={"name": "Fay", "is_owner": "1", "may_start": "1"})
    fay = store.members.find("Fay")
    assert fay is not None
    assert (fay.is_owner, fay.may_start) == (False, False)


def test_sign_in_is_not_tried_without_end(db: Path) -> None:
    people = people_of(db, RATELIMIT_ENABLED=True)
    client = people.app.test_client()
    sent = {"name": "harvester", "password": "wrong password"}
    codes = [client.post("/sign-in", data=sent).status_code for _ in range(11)]
    assert 429 in codes
    assert "Retry-After" in client.post("/sign-in", data=sent).headers


@pytest.mark.parametrize(
    ("address", "is_own"),
    [
        ("/d/x/?a=b", True),
        ("https://evil.example/", False),
        ("//evil.example/", False),
        ("/\\evil.example/", False),
        ("/x\\..\\y", False),
        ("/\tevil", False),
        ("/%0d%0aSet-Cookie:x", True),
        ("/x\r\nSet-Cookie: a=b", False),
        ("javascript:alert(1)", False),
        ("", False),
    ],
)
def test_only_own_addresses_are_gone_on_to(address: str, is_own: bool) -> None:
    assert own_address(address) == (address if is_own else None)


def test_the_app_fixture_has_no_accounts(app: Flask) -> None:
    answer = app.test_client().get("/invitation/x")
    assert answer.status_code == 404


def test_where_nobody_signs_in_the_account_leads_to_the_front_page(db: Path) -> None:
    client = create_app({"DB": str(db), "ACCOUNTS": "off"}).test_client()
    answer = client.get("/account", follow_redirects=True)
    assert answer.request.path == "/"
