"""Every address × every role. An address that stands in no row of the table fails the test."""

from __future__ import annotations

from itertools import pairwise, product
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from synth.permissions import PERMISSIONS, Permission, Role, Visibility, allows, role_in
from synth.store import open_store
from tests.web.people import SLUG, People, people_of
from web import create_app
from web.serving.configuration import Metrics

ALL = "all"
"""The page is open to everybody, and decides by itself what it shows."""
LEAST: dict[str, Role | str] = {
    "account.address": ALL,
    "account.ask_again": Role.PARTICIPANT,
    "account.change": Role.PARTICIPANT,
    "account.change_password": Role.PARTICIPANT,
    "account.confirm_address": Role.PARTICIPANT,
    "account.end_other": Role.PARTICIPANT,
    "account.leave": Role.VISITOR,
    "account.leaving": Role.VISITOR,
    "account.page": ALL,
    "account.unlink": Role.PARTICIPANT,
    "accounts.accept": ALL,
    "accounts.enter": ALL,
    "accounts.forgotten": ALL,
    "accounts.invitation": ALL,
    "accounts.leave": ALL,
    "accounts.link": ALL,
    "accounts.send_link": ALL,
    "accounts.sign_in": ALL,
    "accounts.use_link": ALL,
    "api.discussion": Role.VISITOR,
    "api.discussions": ALL,
    "api.extracts": Role.VISITOR,
    "api.group": Role.VISITOR,
    "api.idea": Role.VISITOR,
    "api.ideas": Role.VISITOR,
    "api.job": ALL,
    "api.jobs": Role.FACILITATOR,
    "api.map_facts": Role.VISITOR,
    "api.message": Role.VISITOR,
    "api.messages": Role.VISITOR,
    "api.not_about": Role.VISITOR,
    "api.openapi": ALL,
    "api.overview": Role.VISITOR,
    "api.passage": Role.VISITOR,
    "api.point": Role.VISITOR,
    "api.points": Role.VISITOR,
    "api.repeated": Role.VISITOR,
    "api.search": Role.VISITOR,
    "api.since": Role.VISITOR,
    "api.sources": Role.VISITOR,
    "api.thread": Role.VISITOR,
    "api.threads": Role.VISITOR,
    "api.unplaced": Role.VISITOR,
    "archive.delete": Role.FACILITATOR,
    "archive.deletion": Role.FACILITATOR,
    "archive.keep": Role.FACILITATOR,
    "archive.put": Role.FACILITATOR,
    "consent.answer": Role.VISITOR,
    "consent.page": Role.VISITOR,
    "consent.record": Role.FACILITATOR,
    "consent.save": Role.FACILITATOR,
    "consent.settings": Role.FACILITATOR,
    "corrections.correct_idea": Role.PARTICIPANT,
    "corrections.correct_passage": Role.PARTICIPANT,
    "corrections.idea_form": Role.PARTICIPANT,
    "corrections.idea_menu": Role.PARTICIPANT,
    "corrections.passage_form": Role.PARTICIPANT,
    "corrections.passage_menu": Role.PARTICIPANT,
    "corrections.undo": Role.SYNTHESIZER,
    "discussions.about": Role.VISITOR,
    "discussions.discussion": Role.VISITOR,
    "discussions.front": ALL,
    "discussions.overview": Role.VISITOR,
    "discussions.since": Role.VISITOR,
    "group.report": Role.VISITOR,
    "group.voices_csv": Role.FACILITATOR,
    "harvest.choose": Role.HARVESTER,
    "harvest.decide": Role.HARVESTER,
    "harvest.key": Role.VISITOR,
    "harvest.take": Role.HARVESTER,
    "health.alive": ALL,
    "health.ready": ALL,
    "history.listing": Role.PARTICIPANT,
    "ideas.idea": Role.VISITOR,
    "ideas.not_about": Role.VISITOR,
    "ideas.unplaced": Role.VISITOR,
    "jobs.all_jobs": Role.FACILITATOR,
    "jobs.cancel": ALL,
    "jobs.job": ALL,
    "jobs.restart": ALL,
    "left_out.page": Role.VISITOR,
    "left_out.table": Role.VISITOR,
    "maps.embed": Role.VISITOR,
    "maps.full": Role.VISITOR,
    "maps.outline": Role.VISITOR,
    "maps.picture": Role.VISITOR,
    "members.ask_erasure": Role.VISITOR,
    "members.change_account": Role.OWNER,
    "members.change_role": Role.FACILITATOR,
    "members.decline_erasure": Role.FACILITATOR,
    "members.erase": Role.FACILITATOR,
    "members.erasure": Role.FACILITATOR,
    "members.hand_link": Role.FACILITATOR,
    "members.invite": Role.FACILITATOR,
    "members.invite_starter": Role.OWNER,
    "members.listing": Role.FACILITATOR,
    "members.mine": Role.VISITOR,
    "members.people": Role.OWNER,
    "members.revoke": Role.FACILITATOR,
    "members.revoke_starter": Role.OWNER,
    "metrics.tell": ALL,
    "moderation.hide": Role.FACILITATOR,
    "moderation.hide_form": Role.FACILITATOR,
    "moderation.listing": Role.FACILITATOR,
    "moderation.log": Role.FACILITATOR,
    "moderation.policy": Role.VISITOR,
    "moderation.show": Role.FACILITATOR,
    "moderation.write_policy": Role.FACILITATOR,
    "passages.passage": Role.VISITOR,
    "passages.repeated": Role.VISITOR,
    "privacy.erase": Role.FACILITATOR,
    "privacy.erase_form": Role.FACILITATOR,
    "privacy.form": Role.FACILITATOR,
    "privacy.original": Role.FACILITATOR,
    "privacy.original_form": Role.FACILITATOR,
    "privacy.save": Role.FACILITATOR,
    "proposals.answer": Role.SYNTHESIZER,
    "proposals.listing": Role.PARTICIPANT,
    "provider.back": ALL,
    "provider.begin": ALL,
    "provider.bind": Role.PARTICIPANT,
    "provider.identity": Role.PARTICIPANT,
    "provider.join": ALL,
    "provider.newcomer": ALL,
    "retention.erase_now": Role.FACILITATOR,
    "retention.page": Role.FACILITATOR,
    "retention.save": Role.FACILITATOR,
    "search.point": Role.VISITOR,
    "search.words": Role.VISITOR,
    "settings.change_visibility": Role.FACILITATOR,
    "settings.form": Role.FACILITATOR,
    "settings.rename": Role.FACILITATOR,
    "settings.save": Role.FACILITATOR,
    "sign_off.form": Role.FACILITATOR,
    "sign_off.save": Role.FACILITATOR,
    "threads.listing": Role.VISITOR,
    "threads.message": Role.VISITOR,
    "threads.thread": Role.VISITOR,
    "threads.words": Role.VISITOR,
    "uploads.form": Role.FACILITATOR,
    "uploads.rebuild": Role.FACILITATOR,
    "uploads.upload": Role.FACILITATOR,
}
"""Endpoint → the least role that may use it."""
NUMBERS = {
    "session_id": 9_999,
    "idea_id": 1,
    "message_id": 2,
    "thread_id": 1,
    "passage_id": 1,
    "extract_id": 1,
}
ROLES = tuple(Role)


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory, filled_db: Path) -> People:
    db = tmp_path_factory.mktemp("permissions") / "p.db"
    db.write_bytes(filled_db.read_bytes())
    found = people_of(db, METRICS=Metrics(serve="loopback"))
    found.app.extensions["jobs"].build = lambda *_args, **_more: 1
    return found


def _addresses(people: People) -> dict[tuple[str, str], str]:
    """(endpoint, method) → an address of it."""
    found: dict[tuple[str, str], str] = {}
    with people.app.test_request_context():
        for rule in people.app.url_map.iter_rules():
            places: dict[str, object] = {n: NUMBERS.get(n, 1) for n in rule.arguments}
            places |= {"token": "x", "slug": SLUG}
            places |= {"kind": "rename" if "idea_id" in rule.arguments else "place"}
            places["filename"] = "style.css"
            built = rule.build({name: places[name] for name in rule.arguments})
            assert built is not None
            for method in sorted((rule.methods or set()) & {"GET", "POST"}):
                found[rule.endpoint, method] = built[1]
    return found


def _is_refused(answer: TestResponse) -> bool:
    to_sign_in = answer.status_code == 302 and "/sign-in" in (answer.location or "")
    return answer.status_code in {401, 403} or to_sign_in


def test_every_address_stands_in_the_table(people: People) -> None:
    endpoints = {rule.endpoint for rule in people.app.url_map.iter_rules()} - {"static"}
    assert endpoints == set(LEAST)


@pytest.mark.parametrize("role", ROLES)
def test_who_may_use_which_address(role: Role, people: People) -> None:
    for (endpoint, method), address in _addresses(people).items():
        least = LEAST.get(endpoint, ALL)
        if least == ALL:
            continue
        answer = people.client(role).open(address, method=method)
        is_enough = role.rank >= Role(least).rank
        assert _is_refused(answer) is not is_enough, f"{role} {method} {address}: {answer.status}"
        assert answer.status_code < 500, address


@pytest.mark.parametrize("endpoint", sorted(e for e, least in LEAST.items() if least == ALL))
def test_pages_for_all_break_for_nobody(endpoint: str, people: People) -> None:
    for role, method in product(ROLES, ("GET", "POST")):
        address = _addresses(people).get((endpoint, method))
        if address is None or endpoint == "accounts.leave":
            continue
        assert people.client(role).open(address, method=method).status_code < 500, address


def test_a_private_discussion_is_known_to_its_members_only(filled_db: Path, tmp_path: Path) -> None:
    db = tmp_path / "private.db"
    db.write_bytes(filled_db.read_bytes())
    people = people_of(db)
    with open_store(db) as store:
        found = store.discussions.named(SLUG)
        store.discussions.set_visibility(found.id, Visibility.PRIVATE, actor="test")
        stranger = store.members.add(
            "Stranger", password_hash=people.members[Role.OWNER].password_hash
        )
    assert stranger.id
    for client in (people.client(Role.VISITOR), people.sign_in("stranger")):
        for (_endpoint, method), address in _addresses(people).items():
            if SLUG in address:
                answer = client.open(address, method=method)
                assert answer.status_code == 404, f"{method} {address}: {answer.status}"
        assert SLUG not in client.get("/").text
        assert SLUG not in client.get("/api/discussions").text
    for role in (Role.PARTICIPANT, Role.OWNER):
        assert SLUG in people.client(role).get("/").text
        answer = people.client(role).get(f"/d/{SLUG}/")
        assert answer.status_code == 200
        assert "private" in answer.headers["Cache-Control"]


def test_an_unlisted_discussion_is_open_but_not_listed(filled_db: Path, tmp_path: Path) -> None:
    db = tmp_path / "unlisted.db"
    db.write_bytes(filled_db.read_bytes())
    people = people_of(db)
    with open_store(db) as store:
        found = store.discussions.named(SLUG)
        store.discussions.set_visibility(found.id, Visibility.UNLISTED, actor="test")
    visitor = people.client(Role.VISITOR)
    assert visitor.get(f"/d/{SLUG}/").status_code == 200
    assert SLUG not in visitor.get("/").text
    assert SLUG in people.client(Role.HARVESTER).get("/").text


def test_what_one_reader_sees_is_never_given_to_another(people: People) -> None:
    """Answers are cached for everybody: a facilitator's page must not be among them."""
    address = f"/d/{SLUG}/"
    for _again in range(2):
        assert "/members" in people.client(Role.FACILITATOR).get(address).text
        assert "/members" not in people.client(Role.VISITOR).get(address).text
        assert "/members" not in people.client(Role.HARVESTER).get(address).text


def test_on_a_laptop_the_one_person_there_is_the_owner(filled_db: Path, tmp_path: Path) -> None:
    db = tmp_path / "laptop.db"
    db.write_bytes(filled_db.read_bytes())
    here = create_app({"DB": str(db), "WTF_CSRF_ENABLED": False}).test_client()
    assert here.get("/people").status_code == 200
    assert "You alone reach these pages" in here.get("/").text
    assert here.get("/upload", headers={"Host": "evil.example:80"}).status_code == 400
    assert here.get("/sign-in").location == "/"


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-IP", "Via"])
def test_who_comes_through_a_proxy_is_not_on_this_machine(
    header: str, filled_db: Path, tmp_path: Path
) -> None:
    """A proxy on the same machine, set up without the names of its visitors."""
    db = tmp_path / "proxied.db"
    db.write_bytes(filled_db.read_bytes())
    here = create_app({"DB": str(db), "WTF_CSRF_ENABLED": False}).test_client()
    assert here.get("/upload", headers={header: "192.0.2.1"}).status_code == 403
    assert "/upload" not in here.get("/", headers={header: "192.0.2.1"}).text
    assert "/upload" in here.get("/").text


@pytest.mark.parametrize(
    "config",
    [{"HOST": "0.0.0.0", "HOSTS": ("ideas.example",)}, {"PUBLIC_URL": "https://ideas.example"}],
)
def test_where_others_can_reach_it_everybody_signs_in(
    config: dict[str, object], filled_db: Path, tmp_path: Path
) -> None:
    db = tmp_path / "reached.db"
    db.write_bytes(filled_db.read_bytes())
    app = create_app({"DB": str(db), "WTF_CSRF_ENABLED": False} | config)
    client = app.test_client()
    at = "http://ideas.example"
    assert client.get("/upload", base_url=at).location == "/sign-in?next=/upload"
    assert client.post(f"/d/{SLUG}/build", base_url=at).status_code == 401


def test_an_address_that_says_nothing_stops_the_viewer(filled_db: Path) -> None:
    from web.http.permission import check_addresses

    app = create_app({"DB": str(filled_db)})
    app.add_url_rule("/new", "new", lambda: "")
    with pytest.raises(RuntimeError, match="/new"):
        check_addresses(app)


def test_each_role_may_do_what_those_before_it_may() -> None:
    sets = [PERMISSIONS[role] for role in Role]
    assert all(less < more for less, more in pairwise(sets))
    assert PERMISSIONS[Role.OWNER] == frozenset(Permission)


@pytest.mark.parametrize("visibility", list(Visibility))
def test_who_is_what(visibility: Visibility) -> None:
    assert role_in(visibility, is_owner=True, membership=None) is Role.OWNER
    assert role_in(visibility, is_owner=False, membership=Role.HARVESTER) is Role.HARVESTER
    stranger = role_in(visibility, is_owner=False, membership=None)
    assert allows(stranger, Permission.READ) is (visibility is not Visibility.PRIVATE)
