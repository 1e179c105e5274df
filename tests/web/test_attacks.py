"""What somebody may try by hand: another discussion's ids, fields that no form shows, tokens and
cookies that are not theirs, lines in headers, addresses that lead elsewhere."""

from __future__ import annotations

import hashlib
import io
import re
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import product
from pathlib import Path
from urllib.parse import quote, urljoin, urlsplit

import pytest
from flask import Flask, session
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from synth.corrections.wanted import Kind, WantedCorrection, carry_out
from synth.permissions import Role, Visibility
from synth.records import HiddenReason
from synth.store import Discussion, Offer, Store, open_store
from tests.web.conftest import fill
from tests.web.people import PASSWORD, SLUG, People, people_of
from web.pages import address_mail

AT = f"/d/{SLUG}"
Fields = dict[str, str]
State = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Things:
    """Ids of what a discussion holds."""

    slug: str
    idea: int
    idea_below: int
    message: int
    passage: int
    extract: int
    voice: int
    name: str
    member: int
    invitation: int
    proposal: int
    event: int

    def of(self, argument: str) -> object:
        """What may stand at a place of an address; a KeyError asks for a new kind of place."""
        return {
            "slug": self.slug,
            "idea_id": self.idea,
            "message_id": self.message,
            "thread_id": self.message,
            "passage_id": self.passage,
            "extract_id": self.extract,
            "participant_id": self.voice,
            "member_id": self.member,
            "invitation_id": self.invitation,
            "proposal_id": self.proposal,
            "event_id": self.event,
        }[argument]


def things_of(store: Store, found: Discussion, member_id: int) -> Things:
    """What is in a filled discussion, with one of each thing that people add."""
    from synth.pipeline.moderation import hide_messages, ruling_of

    messages = [one.id for one in store.messages.all(found.id)]
    ideas = store.ideas.outline(found.id)
    name = f"Voice of {found.slug}"
    voice = store.participants.add(found.id, author_key=name, name=name)
    store.claims.put(member_id, voice)
    store.claims.ask_erasure(voice, asked=True)
    offer = Offer(role=Role.HARVESTER, discussion_id=found.id)
    asked = {"verb": "rename", "idea_id": ideas[0].id, "title": "Other"}
    store.correction_proposals.add(found.id, actor=f"member:{member_id}", **asked)
    ruling = ruling_of(HiddenReason.ADVERTISING, note="", actor="test")
    hide_messages(store, found.id, [messages[-1]], ruling)
    renamed = WantedCorrection(kind=Kind.RENAME, target_id=ideas[0].id, text="Renamed")
    carry_out(store, found.id, renamed, actor="test")
    return Things(
        slug=found.slug,
        idea=ideas[0].id,
        idea_below=ideas[-1].id,
        message=messages[0],
        passage=store.passages.all(found.id)[0].id,
        extract=store.extracts.all(found.id)[0].id,
        voice=voice,
        name=name,
        member=member_id,
        invitation=store.invitations.make(offer, actor="console")[0].id,
        proposal=store.correction_proposals.all(found.id, state="open")[0].id,
        event=store.corrections.version(found.id),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Two:
    """Two discussions; the facilitator of ours knows nothing of the other."""

    people: People
    db: Path
    ours: Things
    theirs: Things


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory, filled_db: Path) -> Two:
    db = tmp_path_factory.mktemp("attacks") / "two.db"
    db.write_bytes(filled_db.read_bytes())
    people = people_of(db)
    people.app.extensions["jobs"].build = lambda *_args, **_more: 1
    with open_store(db) as store:
        fill(store)
        ours, theirs = store.discussions.all()
        stranger = store.members.add("Stranger")
        store.memberships.set_role(stranger.id, theirs.id, Role.FACILITATOR, actor="test")
        store.discussions.set_visibility(theirs.id, Visibility.PRIVATE, actor="test")
        harvester = people.members[Role.HARVESTER].id
        return Two(
            people=people,
            db=db,
            ours=things_of(store, ours, harvester),
            theirs=things_of(store, theirs, stranger.id),
        )


def state(db: Path) -> State:
    """All rows of the file, but for what reading and being signed in leaves."""
    with sqlite3.connect(db) as connection:
        tables = [
            name
            for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type='table'")
            if not re.match(r"messages_fts|sqlite_|sessions", name)
        ]
        return {name: connection.execute(f"SELECT * FROM {name}").fetchall() for name in tables}


# Another discussion's ids.


def _form_of(two: Two) -> Fields:
    """A field of every name that forms have, with ids of the other discussion."""
    other = two.theirs
    return {
        "action": "take", "role": "harvester", "other": str(other.idea), "text": "Seized",
        "answer": "accept", "reason": "advertising", "sure": "yes", "which": "all", "asked": "yes",
        "message": str(other.message), "participant": str(other.voice), "words": "stalls",
        "tags": "seized", "nature": "issue", "span": "0:10", "why": "because", "version": "0",
        "title-0": "One", "title-1": "Two", "in-0": str(other.passage), "in-1": "1",
    }  # fmt: skip


def _foreign_addresses(two: Two) -> Iterator[tuple[str, str]]:
    """(method, address): each address with an id, of which one belongs to the other discussion."""
    with two.people.app.test_request_context():
        for rule in two.people.app.url_map.iter_rules():
            ids = sorted(rule.arguments - {"slug", "kind", "filename", "token"})
            if "slug" not in rule.arguments or not ids:
                continue
            kinds = list(Kind) if "kind" in rule.arguments else [None]
            for foreign, kind in product(ids, kinds):
                values: dict[str, object] = {"slug": two.ours.slug, "kind": kind}
                for name in ids:
                    values[name] = (two.theirs if name == foreign else two.ours).of(name)
                built = rule.build({name: values[name] for name in rule.arguments})
                assert built is not None
                for method in sorted((rule.methods or set()) & {"GET", "POST"}):
                    yield method, built[1]


def test_ids_of_another_discussion_lead_nowhere(two: Two) -> None:
    before, n_tried = state(two.db), 0
    client = two.people.client(Role.FACILITATOR)
    for method, address in _foreign_addresses(two):
        answer = client.open(address, method=method, data=_form_of(two) if method == "POST" else {})
        is_old_form = "/undo" in address or "/proposals/" in address  # is told why, on the list
        assert answer.status_code in {404, 303 if is_old_form else 404}, f"{method} {address}"
        n_tried += 1
    assert n_tried > 40
    assert state(two.db) == before


def _foreign_forms(two: Two) -> Iterator[tuple[str, Fields]]:
    """(address in our discussion, form that names something of the other one)."""
    ours, other = two.ours, two.theirs
    idea, passage = f"ideas/{ours.idea}/correct", f"passages/{ours.passage}/correct"
    for kind in ("merge", "move", "link", "unlink"):
        yield f"{AT}/{idea}/{kind}", {"other": str(other.idea), "link": "supports"}
    yield f"{AT}/{idea}/merge", {"other": str(other.idea), "stays": "other"}
    yield f"{AT}/{passage}/place", {"other": str(other.idea)}
    for kind in ("together", "apart"):
        yield f"{AT}/{passage}/{kind}", {"other": str(other.passage)}
    ticked = {"title-0": "One", "in-0": str(other.passage), "title-1": "Two"}
    yield f"{AT}/{idea}/split", ticked | {"in-1": str(ours.passage)}
    yield f"{AT}/moderation/show", {"message": str(other.message)}
    yield f"{AT}/moderation/show", {"participant": str(other.voice)}
    yield f"{AT}/erase", {"who": other.name}
    voice = {"role": "participant", "days": "7", "uses": "1", "pseudonym": other.name}
    yield f"{AT}/invitations", voice


NO_IDS = {"version", "days", "uses", "page", "then", "number"}
"""Numbers in forms that are no ids, or only say where on the page to go on."""
IDS = {"other", "message", "participant"}
"""Those that are; each stands in ``_foreign_forms``."""


def test_every_id_in_a_form_is_known_here() -> None:
    pages = Path(__file__).resolve().parents[2] / "web" / "pages"
    read = r"form\.get\(\"(\w+)\"[^)]*type=int"
    found = {name for path in pages.glob("*.py") for name in re.findall(read, path.read_text())}
    assert found - NO_IDS == IDS


def test_forms_that_name_what_is_in_another_discussion_do_nothing(two: Two) -> None:
    client = two.people.client(Role.FACILITATOR)
    for address, form in _foreign_forms(two):
        before = state(two.db)
        answer = client.post(address, data=form)
        assert answer.status_code < 500, f"{address} {form}: {answer.status}"
        assert state(two.db) == before, f"{address} {form}"
        assert "Seized" not in answer.text
    ours = two.ours  # the same with what is ours does something
    link = {"other": str(ours.idea_below), "link": "supports"}
    assert client.post(f"{AT}/ideas/{ours.idea}/correct/link", data=link).status_code == 303
    assert state(two.db) != before


def test_nothing_is_uploaded_into_a_discussion_that_one_does_not_know(two: Two) -> None:
    sent = {"files": (io.BytesIO(b"id,text\n1,Hello\n"), "a.csv"), "into": two.theirs.slug}
    before = state(two.db)
    answer = two.people.client(Role.FACILITATOR).post("/upload", data=sent)
    assert answer.status_code == 404
    assert state(two.db) == before


# Fields that no form shows.

EXTRAS = {
    "role": "owner", "is_owner": "1", "may_start": "1", "owner": "1", "id": "1",
    "member_id": "1", "visibility": "public", "discussion_id": "2", "slug": "seized",
    "actor": "console", "made_by": "console", "email_key": "seized@example.org",
    "password_hash": "x", "oidc_subject": "x y", "disabled_at": "", "max_uses": "1000",
    "participant_id": "1", "is_local": "1", "permission": "administer", "version": "9999",
}  # fmt: skip


def _shown_forms(two: Two) -> Iterator[tuple[Role, str, Fields]]:
    """Forms as people fill them in."""
    ours = two.ours
    yield Role.PARTICIPANT, "/account", {"name": "Participant", "email": ""}
    yield (
        Role.PARTICIPANT,
        f"{AT}/ideas/{ours.idea}/correct/rename",
        {"text": "Asked for", "why": "better"},
    )
    yield Role.HARVESTER, f"{AT}/mine/{ours.voice}/erasure", {"asked": "yes"}
    yield Role.HARVESTER, f"{AT}/key/{ours.extract}", {"action": "take"}
    take = {"span": "0:10", "tags": "a", "nature": "issue"}
    yield Role.HARVESTER, f"{AT}/messages/{ours.message}/take", take
    for kind, form in (
        ("rename", {"text": "New"}),
        ("describe", {"text": "New"}),
        ("lock", {}),
        ("confirm", {}),
    ):
        seen = {"version": str(2**62)}  # of the last correction, whichever it is
        yield Role.SYNTHESIZER, f"{AT}/ideas/{ours.idea_below}/correct/{kind}", form | seen
    yield Role.FACILITATOR, f"{AT}/settings", {"question": "Where?", "embed": "nobody"}
    yield Role.FACILITATOR, f"{AT}/title", {"title": "The market square", "was": "x"}
    yield Role.FACILITATOR, f"{AT}/policy", {"policy": "Be kind."}
    yield (
        Role.FACILITATOR,
        f"{AT}/messages/{ours.message}/hide",
        {"reason": "advertising", "note": "x"},
    )
    invited = {"role": "participant", "days": "7", "uses": "1", "note": "x"}
    yield Role.FACILITATOR, f"{AT}/invitations", invited
    yield Role.FACILITATOR, f"{AT}/members/{ours.member}", {"role": "synthesizer"}


def powers(store: Store) -> State:
    """Who may do what, who is who, and who may read what."""
    return {
        "members": [
            (m.id, m.email_key, m.password_hash, m.is_owner, m.may_start, m.disabled_at)
            for m in store.members.all()
        ],
        "identities": [store.identities.of(m.id) for m in store.members.all()],
        "roles": {m.id: store.memberships.roles(m.id) for m in store.members.all()},
        "read": [(d.slug, d.visibility) for d in store.discussions.all()],
        "claims": [store.claims.of(d.id) for d in store.discussions.all()],
    }


def test_fields_that_no_form_shows_change_nothing(two: Two) -> None:
    """Mass assignment: the same form twice gives the same powers, with and without them."""
    for role, address, form in _shown_forms(two):
        client = two.people.client(role)
        assert client.post(address, data=form).status_code < 400, address
        with open_store(two.db) as store:
            without = powers(store)
            n_audited = len(store.audit.last())
        answer = client.post(address, data=EXTRAS | form)
        assert answer.status_code < 500, address
        with open_store(two.db) as store:
            assert powers(store) == without, address
            added = store.audit.last()[: len(store.audit.last()) - n_audited]
        assert {one.actor for one in added} <= {two.people.members[role].actor}, address


def test_who_accepts_an_invitation_gets_what_it_offers_and_no_more(two: Two) -> None:
    with open_store(two.db) as store:
        offer = Offer(role=Role.PARTICIPANT, discussion_id=store.discussions.named(SLUG).id)
        token = store.invitations.make(offer, actor="console")[1]
        before = powers(store)
    form = EXTRAS | {"name": "Eve", "password": PASSWORD}
    assert two.people.app.test_client().post(f"/invitation/{token}", data=form).status_code == 303
    with open_store(two.db) as store:
        eve = store.members.find("Eve")
        assert eve is not None
        assert (eve.is_owner, eve.may_start, eve.email_key) == (False, False, None)
        assert store.memberships.roles(eve.id) == {offer.discussion_id: Role.PARTICIPANT}
        store._db.execute("DELETE FROM members WHERE id = ?", [eve.id])
        assert powers(store) == before


# Tokens.

WAYS = ("invitation", "link", "account/address")


def tokens_of(two: Two) -> dict[str, str]:
    """A good token for each way in."""
    member = two.people.members[Role.HARVESTER]
    with open_store(two.db) as store:
        store.members.rename(member.id, member.name, email="h@example.org", actor="test")
        offer = Offer(role=Role.FACILITATOR, discussion_id=1)
        found = {
            "invitation": store.invitations.make(offer, actor="console")[1],
            "link": store.sign_in_links.make(member.id, actor="test"),
        }
    with two.people.app.app_context():
        found["account/address"] = str(address_mail._signer().dumps([member.id, "h@example.org"]))
    return found


def forged(way: str, tokens: Mapping[str, str]) -> Iterator[str]:
    """What is like a good token and is none."""
    good = tokens[way]
    yield from ("A" + good[1:] if good[0] != "A" else "B" + good[1:], good[:-2], good[1:])
    yield from (good + good, good + "A", good.swapcase(), good + "\0", "0", "1", "-1", "null", "%")
    yield from ("' OR 1=1 --", "../admin", "A" * 5_000, "é" * 40, " " + good, good + "\r\nX: 1")
    yield hashlib.sha256(good.encode()).hexdigest()  # as it stands in the file
    yield from (other for name, other in tokens.items() if name != way)


@pytest.mark.parametrize("way", WAYS)
def test_a_forged_token_opens_nothing(way: str, two: Two) -> None:
    tokens = tokens_of(two)
    clients = [two.people.app.test_client(), two.people.client(Role.HARVESTER)]
    before = state(two.db)
    for token, client in product(forged(way, tokens), clients):
        address = f"/{way}/{quote(token, safe='')}"
        for method in ("GET", "POST"):
            form = {"name": "Eve", "password": PASSWORD} if method == "POST" else {}
            answer = client.open(address, method=method, data=form)
            leads_to_sign_in = (answer.location or "").startswith("/sign-in?")
            is_refused = answer.status_code in {400, 401, 404} or leads_to_sign_in
            assert is_refused, f"{method} {address[:80]}: {answer.status}"
    assert state(two.db) == before
    assert clients[0].get("/account").status_code == 302


def test_a_token_that_is_used_old_or_void_opens_nothing(two: Two) -> None:
    member = two.people.members[Role.SYNTHESIZER]
    ago = timedelta(seconds=-1)
    with open_store(two.db) as store:
        make, links = store.invitations.make, store.sign_in_links
        offer = {"role": Role.FACILITATOR, "discussion_id": 1}
        used, revoked = make(Offer(**offer), actor="console"), make(Offer(**offer), actor="console")  # type: ignore[arg-type]
        old = make(Offer(**offer, lasts=ago), actor="console")  # type: ignore[arg-type]
        other = store.members.add("Brief")
        store.invitations.take_up(used[1], other)
        store.invitations.revoke(revoked[0].id, 1, actor="console")
        used_link = links.make(member.id, actor="a")
        links.use(used_link)
        void = links.make(member.id, actor="b")
        links.make(member.id, actor="b")
        late = links.make(member.id, actor="c", lasts=ago)
        store.members.disable(other.id, actor="test")
        closed = links.make(other.id, actor="d")
    addresses = [f"/invitation/{one[1]}" for one in (used, revoked, old)]
    addresses += [f"/link/{one}" for one in (used_link, void, late)]
    client = two.people.app.test_client()
    before = state(two.db)
    for address in addresses:
        assert client.get(address).status_code == 404, address
        answer = client.post(address, data={"name": "Eve", "password": PASSWORD})
        assert answer.status_code == 404, address
    assert client.post(f"/link/{closed}").status_code == 404
    assert client.get("/account").status_code == 302
    after = state(two.db)
    assert {n for n in after if after[n] != before[n]} <= {"sign_in_links"}  # the closed one's


# Sessions.


def _enter(way: str, client: FlaskClient, two: Two) -> TestResponse:
    member = two.people.members[Role.SYNTHESIZER]
    with open_store(two.db) as store:
        if way == "password":
            sent = {"name": member.name, "password": PASSWORD}
            return client.post("/sign-in", data=sent)
        if way == "link":
            token = store.sign_in_links.make(member.id, actor="test")
            return client.post(f"/link/{token}")
        offer = Offer(role=Role.PARTICIPANT, discussion_id=1)
        token = store.invitations.make(offer, actor="console")[1]
        name = f"Fixed {token[:6]}"
        return client.post(f"/invitation/{token}", data={"name": name, "password": PASSWORD})


@pytest.mark.parametrize("way", ["password", "link", "invitation"])
def test_a_session_that_was_planted_is_not_the_one_that_begins(way: str, two: Two) -> None:
    victim, thief = two.people.app.test_client(), two.people.app.test_client()
    victim.get("/sign-in")
    with victim.session_transaction() as planted:
        planted["note"] = "planted"
    cookie = victim.get_cookie("session")
    assert cookie is not None
    thief.set_cookie("session", cookie.value)
    assert _enter(way, victim, two).status_code == 303
    begun = victim.get_cookie("session")
    assert begun is not None
    assert begun.value != cookie.value
    with victim.session_transaction() as fresh:
        assert "note" not in fresh
    assert victim.get("/account").status_code == 200
    assert thief.get("/account").status_code == 302


def test_cookies_that_this_viewer_did_not_give_are_nobodys(two: Two) -> None:
    good = two.people.sign_in("harvester").get_cookie("session")
    assert good is not None
    elsewhere = Flask("elsewhere")
    elsewhere.secret_key = "k" * 40
    with elsewhere.test_request_context():
        for name in ("_user_id", "user_id"):
            session[name] = "1"
        forged_cookie = elsewhere.session_interface.get_signing_serializer(elsewhere)
        assert forged_cookie is not None
        signed = str(forged_cookie.dumps(dict(session)))
    head, _, tail = good.value.partition(".")
    for value in (signed, f"{head}.", f"A{head}.{tail}", good.value[:-3], "", "{}", good.value * 2):
        client = two.people.app.test_client()
        client.set_cookie("session", value)
        assert client.get("/account").status_code == 302, value
    with two.people.app.test_request_context():  # the right key, and a session that never began
        serializer = two.people.app.session_interface.get_signing_serializer(two.people.app)
        assert serializer is not None
        unknown = str(serializer.dumps({"_user_id": "A" * 43, "_fresh": True}))
    client = two.people.app.test_client()
    client.set_cookie("session", unknown)
    assert client.get("/account").status_code == 302


# Headers and addresses.

LINE = "x\r\nX-Injected: 1\r\nSet-Cookie: session=planted"


def _lines(two: Two) -> Iterator[TestResponse]:
    """Requests that try to write lines of their own into the head of the answer."""
    facilitator, visitor = two.people.client(Role.FACILITATOR), two.people.app.test_client()
    encoded = quote(LINE)
    for address in ("/sign-in?next=", f"{AT}/?lang=", f"{AT}/key?state=", f"{AT}/search?q="):
        yield facilitator.get(address + encoded)
        yield visitor.get(address + encoded)
    yield visitor.get(f"/d/{encoded}/")
    yield visitor.get(f"/invitation/{encoded}")
    wrong = {"name": LINE, "password": LINE}
    yield visitor.post("/sign-in", data=wrong | {"next": f"/{LINE}"})
    yield two.people.app.test_client().post(
        "/sign-in", data={"name": "participant", "password": PASSWORD, "next": f"/{LINE}"}
    )
    yield facilitator.post(f"{AT}/title", data={"title": LINE})
    yield facilitator.get(f"{AT}/moderation.csv")
    yield facilitator.get(f"{AT}/group.csv")
    yield facilitator.post(f"{AT}/title", data={"title": "The market square"})
    yield facilitator.post("/account", data={"name": LINE})
    yield facilitator.post("/account", data={"name": "Facilitator"})
    yield facilitator.post(f"{AT}/invitations", data={"role": LINE, "days": LINE, "note": LINE})
    body = (
        b'--b\r\nContent-Disposition: form-data; name="files"; filename="a\r\nX-Injected: 1.csv"'
        b"\r\n\r\nid,text\n1,Hello\n\r\n--b--\r\n"
    )
    kind = "multipart/form-data; boundary=b"
    yield facilitator.post(f"/upload?into={encoded}", data=body, content_type=kind)


def test_nothing_that_is_sent_becomes_a_header(two: Two) -> None:
    for answer in _lines(two):
        where = f"{answer.request.method} {answer.request.path}"
        assert answer.status_code < 500, where
        names = {name.lower() for name, _value in answer.headers}
        assert "x-injected" not in names, where
        assert not [v for _n, v in answer.headers if "\r" in v or "\n" in v], where
        assert not [v for v in answer.headers.getlist("Set-Cookie") if "planted" in v], where


ELSEWHERE = (
    "https://evil.example/", "http:evil.example", "//evil.example", "///evil.example",
    "////evil.example/%2f..", "/\\evil.example", "\\\\evil.example", "/\\/evil.example",
    "https:evil.example", "/\t/evil.example", "\t//evil.example", "/%09/evil.example\t",
    " //evil.example", "//evil.example@localhost/", "https://localhost@evil.example/",
    "javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "vbscript:x",
    "//[::1", "https://evil.example\\@localhost", "/\r\n//evil.example", "/.//evil.example\x00",
    "\u2028//evil.example", "//evil。example", "/\u202e//evil.example",
)  # fmt: skip


def lands(location: str) -> str:
    """The host that a browser goes to: it drops tabs and lines, and takes \\ for a slash."""
    seen = re.sub(r"[\t\r\n]", "", location).strip("\x00- ").replace("\\", "/")
    return urlsplit(urljoin("http://localhost/sign-in", seen)).netloc


def test_no_address_leads_elsewhere(two: Two) -> None:
    harvester = two.people.client(Role.HARVESTER)
    for wanted in ELSEWHERE:
        client = two.people.app.test_client()
        sent = {"name": "harvester", "password": PASSWORD, "next": wanted}
        for answer in (
            client.post("/sign-in", data=sent),
            harvester.get("/sign-in", query_string={"next": wanted}),
        ):
            assert answer.status_code in {302, 303}, wanted
            assert lands(answer.location or "") == "localhost", wanted
            assert "evil" not in (answer.location or ""), wanted
