"""Signing in by another service, against a real provider: the whole way, and each lie of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest
from flask.testing import FlaskClient
from joserfc.jwk import OctKey, RSAKey
from werkzeug.test import TestResponse

from synth.permissions import Role
from synth.store import Offer, Store
from tests.web.oidc_provider import CLIENT, SECRET, LocalProvider, running
from tests.web.people import SLUG, People, people_of
from web.pages.provider import IdentityContext, NewcomerContext
from web.services.provider import Provider

AT = f"/d/{SLUG}"
BEGIN, BACK, NEW = "/sign-in/with", "/sign-in/with/back", "/sign-in/with/new"
ANA = {"name": "Ana Lind", "email": "ana@town.example", "email_verified": True}


@pytest.fixture(autouse=True)
def _no_tls_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")


@pytest.fixture(scope="module")
def _served() -> Iterator[LocalProvider]:
    with running(LocalProvider()) as provider:
        yield provider


@pytest.fixture
def provider(_served: LocalProvider) -> LocalProvider:
    """The provider, honest again, with one person."""
    fresh = LocalProvider(
        issuer=_served.issuer, key=_served.key, kid=_served.kid, people={"ana": dict(ANA)}
    )
    for one in fields(LocalProvider):
        setattr(_served, one.name, getattr(fresh, one.name))
    return _served


Opens = Callable[..., People]


@pytest.fixture
def opens(db: Path, provider: LocalProvider) -> Opens:
    """Opens the viewer with that provider; ``more`` is of its configuration."""

    def open_(**more: Any) -> People:
        told = {"issuer": provider.issuer, "client_id": CLIENT, "client_secret": SECRET}
        return people_of(db, PROVIDER=Provider(**told | {"label": "Town login"} | more))

    return open_


@pytest.fixture
def people(opens: Opens) -> People:
    return opens()


def agree(location: str | None, sub: str = "ana") -> str:
    """Say who one is at the provider; the path and query of the way back."""
    assert location is not None
    answer = httpx.post(location, data={"sub": sub})
    assert answer.status_code == 302, answer.text
    parts = urlsplit(answer.headers["Location"])
    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == f"http://localhost{BACK}"
    return f"{parts.path}?{parts.query}"


def come(client: FlaskClient, *, begin: str = BEGIN, sub: str = "ana") -> TestResponse:
    """There and back again."""
    return client.get(agree(client.get(begin).location, sub))


def bound(people: People, store: Store, provider: LocalProvider, role: Role) -> None:
    """Let Ana sign the member of that role in."""
    from synth.store import Identity

    identity = Identity(issuer=provider.issuer, subject="ana")
    store.identities.bind(people.members[role].id, identity, actor="test")


def invitation(store: Store) -> str:
    offer = Offer(role=Role.HARVESTER, discussion_id=store.discussions.named(SLUG).id)
    return store.invitations.make(offer, actor="console")[1]


def is_signed_in(client: FlaskClient) -> bool:
    return client.get("/account").status_code == 200


def test_what_is_asked_of_the_provider_has_state_nonce_and_pkce(people: People) -> None:
    asked = parse_qs(urlsplit(people.app.test_client().get(BEGIN).location or "").query)
    assert asked["response_type"] == ["code"]
    assert asked["redirect_uri"] == [f"http://localhost{BACK}"]
    assert asked["scope"] == ["openid email profile"]
    assert asked["code_challenge_method"] == ["S256"]
    assert all(len(asked[name][0]) >= 20 for name in ("state", "nonce", "code_challenge"))


def test_the_way_back_is_the_public_address(opens: Opens, db: Path) -> None:
    people = opens()
    people.app.config |= {"PUBLIC_URL": "https://ideas.example/g"}
    told = people.app.test_client().get(
        BEGIN, base_url="https://ideas.example/", environ_overrides={"SCRIPT_NAME": "/g"}
    )
    asked = parse_qs(urlsplit(told.location or "").query)
    assert asked["redirect_uri"] == [f"https://ideas.example/g{BACK}"]
    long = people.app.test_client()
    long.get(f"{BEGIN}?next=/{'x' * 3_000}", base_url="https://ideas.example/")
    cookie = long.get_cookie("session", domain="ideas.example")
    assert cookie is not None
    assert len(cookie.value) < 2_000


def test_a_member_binds_their_account_signs_in_by_it_and_takes_it_away(
    people: People, store: Store, provider: LocalProvider
) -> None:
    member, mine = people.members[Role.HARVESTER], people.client(Role.HARVESTER)
    assert "Add my account of Town login" in mine.get("/account").text
    answer = come(mine, begin=f"{BEGIN}?bind=yes")
    assert answer.location == "/account/identity"
    page = mine.get("/account/identity").text
    assert "ana@town.example" in page
    assert "Here you are signed in as Harvester" in page
    assert store.identities.of(member.id) is None  # nothing before it is said
    assert mine.post("/account/identity").location == "/account"
    assert "signs you in here" in mine.get("/account").text

    browser = people.app.test_client()
    assert "Sign in with Town login" in browser.get(f"/sign-in?next={AT}/key").text
    assert come(browser, begin=f"{BEGIN}?next={AT}/key").location == f"{AT}/key"
    assert 'value="Harvester"' in browser.get("/account").text

    assert mine.post("/account/identity/end").location == "/account"
    assert store.identities.of(member.id) is None
    assert come(people.app.test_client()).status_code == 403
    verbs = [one.verb for one in store.audit.last(limit=2, member_id=member.id)]
    assert verbs == ["unlinked identity", "linked identity"]


def test_who_is_invited_comes_with_an_account_of_the_provider(people: People, store: Store) -> None:
    token, browser = invitation(store), people.app.test_client()
    assert "Come with my account of Town login" in browser.get(f"/invitation/{token}").text
    assert come(browser, begin=f"{BEGIN}?invitation={token}").location == NEW
    page = browser.get(NEW).text
    assert 'value="Ana Lind"' in page
    assert "ana@town.example" in page
    assert browser.post(NEW, data={"name": "Harvester"}).status_code == 422  # taken
    assert browser.post(NEW, data={"name": "Ana"}).location == f"{AT}/"
    ana = store.members.find("ana@town.example")  # the provider confirmed it
    assert ana is not None
    assert (ana.name, ana.password_hash, ana.is_owner, ana.may_start) == ("Ana", None, False, False)
    found = store.discussions.named(SLUG)
    assert store.memberships.role(ana.id, found.id) is Role.HARVESTER
    used = store.invitations.find(token)
    assert used is not None
    assert used.n_uses == 1
    # Without a password there is no way in but this one: it stays.
    browser.post("/account/identity/end")
    assert store.identities.of(ana.id) is not None
    assert come(people.app.test_client()).location == "/"


def test_who_has_an_account_there_opens_the_invitation_with_it(
    people: People, store: Store, provider: LocalProvider
) -> None:
    bound(people, store, provider, Role.PARTICIPANT)
    token, browser = invitation(store), people.app.test_client()
    answer = come(browser, begin=f"{BEGIN}?invitation={token}")
    assert answer.location == f"/invitation/{token}"
    assert browser.post(f"/invitation/{token}").location == f"{AT}/"


def test_strangers_are_let_in_only_where_that_is_set(opens: Opens, store: Store) -> None:
    browser = opens().app.test_client()
    answer = come(browser)
    assert answer.status_code == 403
    assert "Nobody here is bound to this account of Town login" in answer.text
    assert browser.post(NEW, data={"name": "Ana"}).status_code == 400
    assert come(browser, begin=f"{BEGIN}?invitation=made-up").status_code == 403
    assert store.members.find("Ana") is None


def test_anybody_opens_an_account_where_that_is_set(opens: Opens, store: Store) -> None:
    browser = opens(newcomers="anybody").app.test_client()
    assert come(browser, begin=f"{BEGIN}?next={AT}/key").location == NEW
    form = {"name": "Ana", "is_owner": "1", "email": "owner@town.example", "invitation": "x"}
    assert browser.post(NEW, data=form).location == f"{AT}/key"
    ana = store.members.find("Ana")
    assert ana is not None
    assert (ana.email, ana.is_owner) == ("ana@town.example", False)
    assert store.memberships.roles(ana.id) == {}


DOMAINS: tuple[tuple[dict[str, Any], bool], ...] = (
    ({}, True),
    ({"email": "ana@TOWN.example"}, True),
    ({"email": "ana@town.example.evil.example"}, False),
    ({"email": "ana@evil.example"}, False),
    ({"email_verified": False}, False),
    ({"email_verified": "false"}, False),
    ({"email_verified": None}, False),
    ({"email": None}, False),
)


def test_only_confirmed_addresses_of_the_domains_come_in(
    opens: Opens, provider: LocalProvider
) -> None:
    people = opens(newcomers="anybody", domains=("town.example",))
    for claims, is_let_in in DOMAINS:
        provider.people["ana"] = ANA | claims
        answer = come(people.app.test_client())
        assert answer.status_code == (302 if is_let_in else 403), claims


def test_what_people_choose_themselves_is_no_confirmed_address(
    opens: Opens, provider: LocalProvider
) -> None:
    people = opens(
        newcomers="anybody", domains=("town.example",), address_claim="preferred_username"
    )
    provider.people["ana"] = ANA | {
        "preferred_username": "bo@town.example", "email": "ana@evil.example"
    }  # fmt: skip
    assert come(people.app.test_client()).status_code == 403
    provider.people["ana"]["email"] = "bo@town.example"
    assert come(people.app.test_client()).status_code == 302


@pytest.mark.parametrize(
    "case",
    ["off", "not confirmed there", "not confirmed here", "the owner", "another bound", "all"],
)
def test_an_address_opens_an_account_only_where_all_is_confirmed(
    case: str, opens: Opens, store: Store, provider: LocalProvider
) -> None:
    people = opens(match_addresses=case != "off")
    member = people.members[Role.OWNER if case == "the owner" else Role.SYNTHESIZER]
    store.members.rename(member.id, member.name, email="ana@town.example", actor="test")
    if case != "not confirmed here":
        store.members.confirm_address(member.id, "ana@town.example", actor="test")
    if case == "not confirmed there":
        provider.people["ana"]["email_verified"] = False
    if case == "another bound":
        provider.people["bo"] = {}
        bound(people, store, provider, Role.SYNTHESIZER)
        provider.people["cy"] = dict(ANA)
    browser = people.app.test_client()
    answer = come(browser, sub="cy" if case == "another bound" else "ana")
    assert is_signed_in(browser) is (case == "all"), answer.text


def test_an_address_that_the_token_leaves_out_is_asked_for(
    opens: Opens, store: Store, provider: LocalProvider
) -> None:
    provider.is_quiet = True
    browser = opens(newcomers="anybody").app.test_client()
    come(browser)
    assert "ana@town.example" in browser.get(NEW).text


# What a thief, a forger or a lying provider might try.


def test_an_answer_counts_in_the_browser_that_asked_and_once(
    people: People, store: Store, provider: LocalProvider
) -> None:
    bound(people, store, provider, Role.HARVESTER)
    asks, thief = people.app.test_client(), people.app.test_client()
    back = agree(asks.get(BEGIN).location)
    stolen = thief.get(back)  # a login CSRF, too: the victim's browser has not asked
    assert stolen.status_code == 400
    assert "begun in another browser" in stolen.text
    thief.get(BEGIN)
    assert thief.get(back).status_code == 400  # the state of another attempt
    assert not is_signed_in(thief)
    assert asks.get(back).location == "/"
    asks.post("/sign-out")
    assert asks.get(back).status_code == 400  # replayed in the same browser
    assert not is_signed_in(asks)


def test_a_code_is_exchanged_once_even_with_a_kept_cookie(
    people: People, store: Store, provider: LocalProvider
) -> None:
    bound(people, store, provider, Role.HARVESTER)
    first, again = people.app.test_client(), people.app.test_client()
    back = agree(first.get(BEGIN).location)
    cookie = first.get_cookie("session")
    assert cookie is not None
    again.set_cookie("session", cookie.value)
    assert first.get(back).status_code == 303
    answer = again.get(back)
    assert answer.status_code == 400
    assert not is_signed_in(again)


@pytest.mark.parametrize(
    "change", ["state", "code", "both gone", "access_denied", "server_error", "x", "begun again"]
)
def test_a_changed_answer_signs_nobody_in(
    change: str, people: People, store: Store, provider: LocalProvider
) -> None:
    bound(people, store, provider, Role.HARVESTER)
    client = people.app.test_client()
    back = agree(client.get(BEGIN).location)
    query = {name: values[0] for name, values in parse_qs(urlsplit(back).query).items()}
    if change == "both gone":
        query = {}
    elif change in {"access_denied", "server_error", "x"}:
        query = {"error": change, "error_description": "<b>no"}
    elif change == "begun again":
        client.get(BEGIN)
    else:
        query[change] = "forged"
    answer = client.get(f"{BACK}?{urlencode(query)}")
    assert answer.status_code == {"access_denied": 403, "server_error": 502}.get(change, 400)
    assert "<b>no" not in answer.text
    assert not is_signed_in(client)


LIES: dict[str, Callable[[dict[str, Any]], object]] = {
    "another nonce": lambda c: c.update(nonce="another"),
    "no nonce": lambda c: c.pop("nonce"),
    "another audience": lambda c: c.update(aud="another-client"),
    "more audiences, for another": lambda c: c.update(aud=[CLIENT, "x"], azp="x"),
    "another audience, in our name": lambda c: c.update(aud="another-client", azp=CLIENT),
    "no audience": lambda c: c.pop("aud"),
    "another issuer": lambda c: c.update(iss="https://evil.example"),
    "no issuer": lambda c: c.pop("iss"),
    "expired": lambda c: c.update(exp=int(time.time()) - 300),
    "no end": lambda c: c.pop("exp"),
    "not yet": lambda c: c.update(nbf=int(time.time()) + 300),
    "from tomorrow": lambda c: c.update(iat=int(time.time()) + 86_400),
    "no subject": lambda c: c.pop("sub"),
    "an empty subject": lambda c: c.update(sub=""),
}


def test_a_token_with_a_wrong_claim_signs_nobody_in(
    opens: Opens, store: Store, provider: LocalProvider
) -> None:
    people = opens(newcomers="anybody")
    bound(people, store, provider, Role.HARVESTER)
    assert is_signed_in_by(people)
    for lie, spoil in LIES.items():
        provider.spoils = lambda claims, spoil=spoil: (spoil(claims), None)[1]
        client = people.app.test_client()
        answer = come(client)
        assert answer.status_code == 400, lie
        assert "could not be verified" in answer.text
        assert not is_signed_in(client), lie
        assert client.get(NEW).status_code == 400, lie


def is_signed_in_by(people: People) -> bool:
    """Whether an honest answer signs Ana in."""
    client = people.app.test_client()
    come(client)
    return is_signed_in(client)


def test_a_token_that_is_not_signed_by_the_provider_signs_nobody_in(
    people: People, store: Store, provider: LocalProvider
) -> None:
    bound(people, store, provider, Role.HARVESTER)
    public = str(provider.key.as_dict(private=False)["n"])
    signed: tuple[tuple[str, RSAKey | OctKey | None], ...] = (
        ("none", None),
        ("RS256", RSAKey.generate_key(2048, {"kid": provider.kid})),
        ("HS256", OctKey.import_key((SECRET * 2).encode())),
        ("HS256", OctKey.import_key(public.encode())),
    )
    for provider.algorithm, provider.signing_key in signed:
        client = people.app.test_client()
        assert come(client).status_code == 400
        assert not is_signed_in(client), provider.algorithm
    provider.algorithm, provider.signing_key = "RS256", None
    assert is_signed_in_by(people)


def test_the_provider_changes_its_key(
    people: People, store: Store, provider: LocalProvider
) -> None:
    bound(people, store, provider, Role.HARVESTER)
    assert come(people.app.test_client()).status_code == 303
    provider.key, provider.kid = RSAKey.generate_key(2048, {"kid": "two"}), "two"
    assert come(people.app.test_client()).status_code == 303
    provider.key = RSAKey.generate_key(2048, {"kid": "two"})  # another one of the same name
    assert come(people.app.test_client()).status_code == 400
    assert come(people.app.test_client()).status_code == 303


@pytest.mark.parametrize("said", ["https://evil.example", None])
def test_an_answer_of_another_provider_is_refused(
    said: str | None, people: People, store: Store, provider: LocalProvider
) -> None:
    """A mix-up (RFC 9207)."""
    bound(people, store, provider, Role.HARVESTER)
    provider.metadata = {"authorization_response_iss_parameter_supported": said is None}
    client = people.app.test_client()
    back = agree(client.get(BEGIN).location)
    answer = client.get(back if said is None else f"{back}&{urlencode({'iss': said})}")
    assert answer.status_code == 400
    assert not is_signed_in(client)


@pytest.mark.parametrize(
    "metadata",
    [
        {"issuer": "https://evil.example"},
        {"id_token_signing_alg_values_supported": ["none", "HS256"]},
        {"authorization_endpoint": None},
        {"jwks_uri": None},
    ],
)
def test_a_provider_that_is_not_what_it_should_be_is_not_used(
    metadata: dict[str, Any], people: People, store: Store, provider: LocalProvider
) -> None:
    bound(people, store, provider, Role.HARVESTER)
    provider.metadata = metadata
    client = people.app.test_client()
    answer = client.get(BEGIN)
    if answer.status_code == 302:
        answer = client.get(agree(answer.location))
    assert answer.status_code == 400
    assert "could not be verified" in answer.text


def test_a_provider_that_does_not_answer_is_told_in_one_line(
    db: Path, provider: LocalProvider, store: Store
) -> None:
    gone = Provider(issuer="http://127.0.0.1:9", client_id=CLIENT, label="Town login")
    client = people_of(db, PROVIDER=gone).app.test_client()
    answer = client.get(BEGIN)
    assert answer.status_code == 502
    assert "Town login does not answer just now" in answer.text
    assert client.get("/sign-in").status_code == 200


def test_a_provider_that_goes_away_meanwhile_or_breaks(
    people: People, store: Store, provider: LocalProvider
) -> None:
    bound(people, store, provider, Role.HARVESTER)
    client = people.app.test_client()
    back = agree(client.get(BEGIN).location)
    people.app.extensions["oidc"].server_metadata["token_endpoint"] = "http://127.0.0.1:9/token"
    assert client.get(back).status_code == 502
    provider.metadata = {"token_endpoint": f"{provider.issuer}/authorize"}  # which is a page
    back = agree(client.get(BEGIN).location)
    assert client.get(back).status_code == 502
    assert not is_signed_in(client)


def test_a_closed_account_stays_closed(
    people: People, store: Store, provider: LocalProvider
) -> None:
    bound(people, store, provider, Role.HARVESTER)
    store.members.disable(people.members[Role.HARVESTER].id, actor="test")
    client = people.app.test_client()
    answer = come(client)
    assert answer.status_code == 403
    assert "This account is closed" in answer.text
    assert not is_signed_in(client)


def test_nobody_binds_what_is_somebody_elses_or_for_somebody_else(
    people: People, store: Store, provider: LocalProvider
) -> None:
    bound(people, store, provider, Role.HARVESTER)
    facilitator = people.client(Role.FACILITATOR)
    come(facilitator, begin=f"{BEGIN}?bind=yes")
    page = facilitator.post("/account/identity", follow_redirects=True).text
    assert "This person has another account here" in page
    assert store.identities.of(people.members[Role.FACILITATOR].id) is None
    # Begun by one member, ended by another in the same browser.
    provider.people["bo"] = {"name": "Bo"}
    client = people.sign_in("participant")
    back = agree(client.get(f"{BEGIN}?bind=yes").location, "bo")
    client.post("/sign-out")
    client.post("/sign-in", data={"name": "synthesizer", "password": "correct horse battery"})
    assert client.get(back).status_code == 400
    assert client.post("/account/identity").status_code == 400
    assert store.identities.of(people.members[Role.SYNTHESIZER].id) is None


def test_the_session_is_another_one_and_the_former_ends(
    people: People, store: Store, provider: LocalProvider
) -> None:
    bound(people, store, provider, Role.HARVESTER)
    client = people.sign_in("facilitator")
    with client.session_transaction() as planted:
        planted["note"] = "planted"
    kept = client.get_cookie("session")
    assert kept is not None
    come(client)
    assert 'value="Harvester"' in client.get("/account").text
    with client.session_transaction() as fresh:
        assert not {"note", "provider_attempt", "provider_arrival"} & set(fresh)
        assert not [name for name in fresh if name.startswith("_state")]
    thief = people.app.test_client()
    thief.set_cookie("session", kept.value)
    assert not is_signed_in(thief)


@pytest.mark.parametrize("next_", ["https://evil.example/", "//evil.example", "/\\evil.example"])
def test_nobody_is_led_elsewhere(
    next_: str, people: People, store: Store, provider: LocalProvider
) -> None:
    bound(people, store, provider, Role.HARVESTER)
    begin = f"{BEGIN}?{urlencode({'next': next_})}"
    assert come(people.app.test_client(), begin=begin).location == "/"


def test_without_a_provider_there_is_nothing(db: Path) -> None:
    client = people_of(db).app.test_client()
    for address in (BEGIN, BACK, NEW):
        assert client.get(address).status_code == 404
    assert "sign-in/with" not in client.get("/sign-in").text


def test_the_pages_render_their_contexts(people: People, store: Store) -> None:
    from tests.web.pages.test_pages import FROM_FLASK, rendered

    browser, mine = people.app.test_client(), people.client(Role.HARVESTER)
    come(browser, begin=f"{BEGIN}?invitation={invitation(store)}")
    come(mine, begin=f"{BEGIN}?bind=yes")
    for client, address, expected in (
        (browser, NEW, NewcomerContext),
        (mine, "/account/identity", IdentityContext),
    ):
        with rendered(people.app) as seen:
            assert client.get(address).status_code == 200
        ((template, context),) = seen
        assert template == expected.template
        assert set(context) - FROM_FLASK == {one.name for one in fields(expected)}
