"""Coming with an account of another site: the cookie, the policy and the way back hold in a
browser, to which the provider is a foreign site."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from synth.permissions import Role
from synth.store import Offer, open_store
from tests.browser.accessibility import violations
from tests.browser.conftest import PATIENCE_MS
from tests.browser.serving import serving
from tests.web.conftest import fill
from tests.web.oidc_provider import CLIENT, SECRET, LocalProvider, running
from web import create_app
from web.services.provider import Provider

pytestmark = pytest.mark.browser
ANA = {"name": "Ana Lind", "email": "ana@town.example", "email_verified": True}


def by_keyboard(page: Page) -> None:
    """Follow what has the focus."""
    with page.expect_navigation():
        page.keyboard.press("Enter")


def test_an_invited_person_comes_with_another_account_on_a_phone(
    browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")
    db, told = tmp_path / "provider.db", []
    with open_store(db) as store:
        fill(store)
        offer = Offer(role=Role.HARVESTER, discussion_id=1, max_uses=2)
        token = store.invitations.make(offer, actor="console")[1]
    with running(LocalProvider(people={"ana": ANA})) as provider:
        service = Provider(
            issuer=provider.issuer, client_id=CLIENT, client_secret=SECRET, label="Mairie"
        )
        app = create_app({"DB": str(db), "ACCOUNTS": "on", "PROVIDER": service})
        with serving(app) as address:
            here = address.replace("127.0.0.1", "localhost")  # another site than the provider's
            provider.redirect_uri = f"{here}/sign-in/with/back"
            context = browser.new_context(
                base_url=here, locale="fr-FR", viewport={"width": 375, "height": 740}
            )
            context.set_default_timeout(PATIENCE_MS)
            page = context.new_page()
            page.on("pageerror", lambda error: told.append(str(error)))
            page.on("console", lambda m: told.append(m.text) if "Policy" in m.text else None)
            page.goto(f"/invitation/{token}")
            assert violations(page) == []
            page.get_by_role("link", name="Venir avec mon compte Mairie").focus()
            by_keyboard(page)
            page.get_by_role("button", name="ana").focus()
            by_keyboard(page)
            expect(page.get_by_label(re.compile("^Nom"))).to_have_value("Ana Lind")
            assert violations(page) == []
            page.get_by_label(re.compile("^Nom")).focus()
            by_keyboard(page)
            expect(page.get_by_role("status")).to_contain_text("Bienvenue")
            expect(page.get_by_role("link", name="Ana Lind")).to_be_visible()
            page.goto("/account")
            assert violations(page) == []
            expect(page.get_by_text("Votre compte Mairie vous connecte ici")).to_be_visible()
            context.close()
    assert told == []
