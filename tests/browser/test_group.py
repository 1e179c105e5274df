"""The way of a group: the owner's first start, an upload, invitations, each role at its work."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from synth.permissions import Role
from synth.records import ExtractState
from synth.store import open_store
from tests.browser.accessibility import violations
from tests.browser.conftest import PATIENCE_MS
from tests.browser.serving import serving
from tests.web.working_here import carry_out
from web import create_app
from web.services.accounts import first_link

pytestmark = pytest.mark.browser
AT = "/d/town-talk"
PASSWORD = "a long enough phrase"
Opened = Callable[..., Page]


@pytest.fixture
def viewer(tmp_path: Path) -> Flask:
    """An empty installation where people sign in."""
    return create_app({"DB": str(tmp_path / "group.db"), "ACCOUNTS": "on"})


@pytest.fixture
def opened(browser: Browser, viewer: Flask) -> Iterator[Opened]:
    """Opens a browser of its own for each person; every one fails its test on an error."""
    told: list[str] = []
    with serving(viewer) as address:

        def open_browser(**how: object) -> Page:
            context = browser.new_context(base_url=address, **how)  # type: ignore[arg-type]
            context.set_default_timeout(PATIENCE_MS)
            page = context.new_page()
            page.on("pageerror", lambda error: told.append(str(error)))
            page.on(
                "request", lambda one: None if one.url.startswith(address) else told.append(one.url)
            )
            return page

        yield open_browser
    assert told == []


def become_owner(viewer: Flask, page: Page) -> None:
    with open_store(viewer.config["DB"]) as store:
        token = first_link(store)
    page.goto(f"/link/{token}")
    assert violations(page) == []
    page.get_by_label(re.compile("^Name")).fill("Ana")
    page.get_by_label(re.compile("^Password")).fill(PASSWORD)
    page.get_by_role("button", name="Begin").click()
    expect(page.get_by_role("link", name="Ana")).to_be_visible()


def upload(viewer: Flask, page: Page, export: Path) -> None:
    page.get_by_role("link", name="Upload an export").click()
    page.get_by_label(re.compile("^File")).set_input_files(export)
    page.get_by_label(re.compile("^Draft")).check()
    page.get_by_role("button", name="Upload and make the map").click()
    carry_out(viewer)
    expect(page.get_by_role("status")).to_have_text("Done.")
    page.get_by_role("link", name="Open “Town talk”").click()
    expect(page.get_by_role("heading", name="Town talk")).to_be_visible()


def invite(page: Page, role: str, *, pseudonym: str = "") -> str:
    """By keyboard alone; the address of the invitation."""
    page.goto(f"{AT}/members")
    page.get_by_label(re.compile(f"^{role}")).focus()
    page.keyboard.press("Space")
    page.get_by_label(re.compile("^Whose messages")).fill(pseudonym)
    page.keyboard.press("Enter")
    shown = page.get_by_label("Address", exact=True)
    expect(shown).to_be_visible()
    assert violations(page) == []
    return shown.input_value()


def accept(page: Page, address: str, name: str, *, labels: tuple[str, str, str]) -> None:
    page.goto(address)
    assert violations(page) == []
    name_label, password_label, button = labels
    page.get_by_label(re.compile(f"^{name_label}")).fill(name)
    page.get_by_label(re.compile(f"^{password_label}")).fill(PASSWORD)
    page.get_by_role("button", name=button).click()
    expect(page.get_by_role("link", name=name)).to_be_visible()


ENGLISH = ("Name", "Password", "Accept")
FRENCH = ("Nom", "Mot de passe", "Accepter")


def test_from_an_export_to_a_group_at_work(viewer: Flask, opened: Opened, export: Path) -> None:
    owner = opened(viewport={"width": 1280, "height": 900})
    become_owner(viewer, owner)
    upload(viewer, owner, export)

    harvester = opened(viewport={"width": 375, "height": 740}, locale="fr-FR")
    accept(harvester, invite(owner, "harvester"), "Béa", labels=FRENCH)
    harvester.goto(f"{AT}/key")
    harvester.get_by_role("button", name=re.compile("^Retenir")).first.click()
    expect(harvester.get_by_role("status").first).to_be_visible()
    harvester.goto(f"{AT}/members")
    expect(harvester.get_by_role("heading", name="Non autorisé")).to_be_visible()

    participant = opened(viewport={"width": 1280, "height": 900})
    with open_store(viewer.config["DB"]) as store:
        pseudonym = min(store.participants.names(store.discussions.named("town-talk").id))
    address = invite(owner, "participant", pseudonym=pseudonym)
    accept(participant, address, "Cid", labels=ENGLISH)
    participant.get_by_role("link", name="My messages").click()
    assert violations(participant) == []
    participant.get_by_role("button", name="Ask that my words be erased").click()
    expect(participant.get_by_role("button", name="Take that back")).to_be_visible()
    participant.goto(f"{AT}/ideas/1")
    participant.get_by_role("link", name=re.compile("^Propose a correction of idea 1")).click()
    participant.get_by_role("link", name="Rename").click()
    participant.get_by_label("Title").fill("A better name")
    participant.get_by_role("button", name="Propose it").click()
    expect(participant.get_by_role("status").first).to_be_visible()

    owner.goto(f"{AT}/members")
    expect(owner.get_by_text(pseudonym).first).to_be_visible()
    assert violations(owner) == []
    owner.goto(f"{AT}/proposals")
    expect(owner.get_by_text("Cid")).to_be_visible()
    owner.get_by_role("button", name=re.compile("^Accept")).click()
    owner.goto(f"{AT}/ideas/1")
    expect(owner.get_by_role("heading", name="A better name")).to_be_visible()
    owner.goto(f"{AT}/history")
    expect(owner.get_by_text(re.compile("proposed by Cid"))).to_be_visible()

    with open_store(viewer.config["DB"]) as store:
        found = store.discussions.named("town-talk")
        roles = {one.member.name: one.role for one in store.memberships.of(found.id)}
        counts = store.extracts.shown_counts(found.id)
        taken = sum(n for (state, _), n in counts.items() if state is ExtractState.TAKEN)
    assert roles == {"Ana": Role.FACILITATOR, "Béa": Role.HARVESTER, "Cid": Role.PARTICIPANT}
    assert taken == 1


def test_an_account_is_looked_after(viewer: Flask, opened: Opened) -> None:
    page = opened(viewport={"width": 375, "height": 740})
    become_owner(viewer, page)
    for address in ("/account", "/people"):
        page.goto(address)
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= 375
    page.goto("/account")
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("link", name="Sign in").click()
    assert violations(page) == []
    page.get_by_label(re.compile("^Name")).fill("ana")
    page.get_by_label("Password").fill("something else entirely")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_have_text("Name or password is wrong.")
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Ana")).to_be_visible()
