"""Words that would run, written into every field that a person can fill, and read on every page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page

from synth.permissions import Role
from synth.store import Store, open_store
from tests.browser.conftest import PATIENCE_MS
from tests.browser.serving import serving
from tests.web.payloads import PAYLOADS, all_in_one, fill_payloads
from tests.web.people import PASSWORD, SLUG, People, people_of
from web import create_app

pytestmark = pytest.mark.browser
AT = f"/d/{SLUG}"
NO_PAGES = ("api.", "static", "health.", "metrics.")
FILES = (".csv", ".png", ".json")
ALIVE = """() => {
  const found = [];
  if (window.hit !== undefined) found.push(`ran: ${window.hit}`);
  for (const node of document.querySelectorAll("*")) {
    for (const { name, value } of node.attributes) {
      if (name.startsWith("on") || name === "srcdoc") found.push(name);
      if (/^\\s*(javascript|data|vbscript):/i.test(value) && /href|src|action|data/.test(name))
        found.push(value);
    }
    if (node.localName === "script" && !node.src && node.type !== "application/json")
      found.push(node.outerHTML);
    if (["iframe", "object", "embed", "base", "style", "marquee", "math"].includes(node.localName))
      found.push(node.localName);
  }
  return found;
}"""
"""What runs, or would with another policy."""


def write_everywhere(people: People, store: Store) -> str:
    """Fill in every field with every payload, as each role does; an invitation that is open."""
    facilitator, synthesizer = people.client(Role.FACILITATOR), people.client(Role.SYNTHESIZER)
    ideas = [one.id for one in store.ideas.outline(store.discussions.named(SLUG).id)]
    seen = {"version": str(2**62)}
    for n, one in enumerate(PAYLOADS):
        _post(synthesizer, f"{AT}/ideas/{ideas[n]}/correct/rename", {"text": one, **seen})
        tags = one.replace(",", ";")
        _post(people.client(Role.HARVESTER), f"{AT}/key/{n + 1}", {"action": "take", "tags": tags})
        store.discussions.add(one)
    for idea, text in zip(ideas, all_in_one(2_000), strict=False):
        _post(synthesizer, f"{AT}/ideas/{idea}/correct/describe", {"text": text, **seen})
    for idea, text in zip(ideas, all_in_one(200), strict=False):
        asked = {"text": f"{text}!", "why": text}
        _post(people.client(Role.PARTICIPANT), f"{AT}/ideas/{idea}/correct/rename", asked)
    for note in all_in_one(120):
        invited = {"role": "harvester", "days": "7", "uses": "1", "note": note}
        _post(facilitator, f"{AT}/invitations", invited)
        _post(people.client(Role.OWNER), "/people/invitations", {"note": note})
    found = store.discussions.named(SLUG).id
    for one in store.correction_proposals.all(found, state="open")[::2]:
        declined = {"answer": "decline", "reason": PAYLOADS[one.id % len(PAYLOADS)]}
        _post(synthesizer, f"{AT}/proposals/{one.id}", declined)
    _write_about_the_discussion(facilitator)
    return _name_members(people, store)


def _write_about_the_discussion(facilitator: object) -> None:
    everything, question, title = (next(all_in_one(n)) for n in (5_000, 300, 120))
    framing = {"question": question, "introduction": everything, "embed": "anybody"}
    _post(facilitator, f"{AT}/settings", framing)
    _post(facilitator, f"{AT}/policy", {"policy": everything})
    _post(facilitator, f"{AT}/title", {"title": title})
    for n, note in enumerate(all_in_one(500)):
        hidden = {"reason": "advertising", "note": note}
        _post(facilitator, f"{AT}/messages/{n + 1}/hide", hidden)


def _name_members(people: People, store: Store) -> str:
    """A member of each name; the token of an invitation that stays open."""
    from synth.store import Offer

    found = store.discussions.named(SLUG).id
    offer = Offer(role=Role.HARVESTER, discussion_id=found, max_uses=100, note=PAYLOADS[0])
    token = store.invitations.make(offer, actor=people.members[Role.OWNER].actor)[1]
    for name in all_in_one(80):
        taken = {"name": name.replace("@", " ")}
        _post(people.app.test_client(), f"/invitation/{token}", taken)
    for role in (Role.OWNER, Role.FACILITATOR, Role.SYNTHESIZER):
        _post(people.client(role), "/account", {"name": f"{role} {PAYLOADS[4]}"})
    return token


def _post(client: object, address: str, form: dict[str, str]) -> None:
    answer = client.post(address, data=form)  # type: ignore[attr-defined]
    assert answer.status_code in {200, 303}, f"{address} {form}: {answer.status}"


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Flask, Path, str]]:
    """Where the viewer listens, itself, its file, and an open invitation."""
    db = tmp_path_factory.mktemp("payloads") / "payloads.db"
    with open_store(db) as store:
        fill_payloads(store)
    people = people_of(db)
    with open_store(db) as store:
        token = write_everywhere(people, store)
    app = create_app({"DB": str(db), "ACCOUNTS": "on", "RATELIMIT_ENABLED": False})
    with serving(app) as where:
        yield where, app, db, token


@pytest.fixture
def told(
    browser: Browser, written: tuple[str, Flask, Path, str]
) -> Iterator[tuple[Page, list[str]]]:
    """A page, and all that goes wrong in it."""
    troubles: list[str] = []
    context = browser.new_context(base_url=written[0], viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.on("console", lambda m: troubles.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("dialog", lambda dialog: (troubles.append(dialog.message), dialog.dismiss()))
    page.on("request", lambda r: None if r.url.startswith(written[0]) else troubles.append(r.url))
    yield page, troubles
    context.close()


def addresses(app: Flask, store: Store, token: str) -> Iterator[str]:
    """Every page that answers GET, with one of each thing."""
    found = store.discussions.named(SLUG).id
    idea = store.ideas.outline(found)[7].id
    shown = next(one.id for one in store.messages.all(found) if one.id > 20)
    places = {
        "slug": SLUG, "idea_id": idea, "message_id": shown, "thread_id": shown - (shown - 1) % 5,
        "passage_id": shown, "token": token, "participant_id": 1, "number": 1,
    }  # fmt: skip
    queries = {"q": PAYLOADS[0], "who": PAYLOADS[4], "text": PAYLOADS[24], "next": PAYLOADS[26]}
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            is_page = not rule.endpoint.startswith(NO_PAGES) and not rule.rule.endswith(FILES)
            if "GET" not in (rule.methods or ()) or not is_page:
                continue
            kinds = ("rename", "merge", "split") if "idea_id" in rule.arguments else ("place",)
            for kind in kinds if "kind" in rule.arguments else ("",):
                values = places | {"kind": kind}
                built = rule.build({name: values[name] for name in rule.arguments})
                assert built is not None
                yield built[1] + "?" + "&".join(f"{n}={quote(v)}" for n, v in queries.items())


def test_nothing_that_people_write_runs_on_any_page(
    told: tuple[Page, list[str]], written: tuple[str, Flask, Path, str]
) -> None:
    (page, troubles), (_where, app, db, token) = told, written
    page.goto("/sign-in")
    page.fill("#name", f"owner {PAYLOADS[4]}")
    page.fill("#password", PASSWORD)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    troubles.clear()
    n_pages, seen = 0, ""
    with open_store(db) as store:
        for address in list(addresses(app, store, token)):
            answer = page.goto(address)
            assert answer is not None
            n_pages += answer.status == 200
            # A page that is not there says so in the console, too.
            real = [one for one in troubles if "Failed to load resource" not in one]
            assert real == [], address
            troubles.clear()
            assert page.evaluate(ALIVE) == [], address
            seen += page.evaluate("() => document.body.innerText")
    assert n_pages > 40
    unseen = [one for one in PAYLOADS if " ".join(one.split()) not in " ".join(seen.split())]
    assert unseen == []


def test_the_payloads_run_where_nothing_holds_them(browser: Browser) -> None:
    page = browser.new_page()
    page.set_content("".join(f"<div>{one}</div>" for one in PAYLOADS[:20]))
    alive = page.evaluate(ALIVE)
    page.close()
    assert len(alive) >= 10
    assert [one for one in alive if one.startswith("ran: ")] != []
