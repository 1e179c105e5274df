"""No page asks anybody but the viewer for anything: a browser walks through all and listens."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser

from synth.corrections.wanted import Kind
from synth.pipeline import write_results
from synth.store import open_store
from tests.browser.serving import serving
from tests.web.conftest import fill
from web import create_app

pytestmark = pytest.mark.browser
PLACES = {
    "slug": "the-market-square", "idea_id": 1, "message_id": 2, "thread_id": 1, "passage_id": 1,
    "extract_id": 1, "number": 1, "kind": Kind.RENAME.value, "participant_id": 1, "token": "none",
}  # fmt: skip


def test_nobody_else_is_asked_by_any_page_or_by_the_report(
    browser: Browser, tmp_path: Path
) -> None:
    path = tmp_path / "square.db"
    with open_store(path) as store:
        fill(store)
        write_results(store, store.discussions.all()[0].id, tmp_path / "out", names=False)
    app = create_app({"DB": str(path), "STYLEGUIDE": True})
    with app.test_request_context():
        rules = [r for r in app.url_map.iter_rules() if "GET" in (r.methods or ())]
        wanted = [
            built[1]
            for rule in rules
            if rule.endpoint != "static"
            and (built := rule.build({n: PLACES[n] for n in rule.arguments}, append_unknown=False))
        ]
    asked: set[str] = set()
    context = browser.new_context()
    context.on("request", lambda request: asked.add(request.url))
    page = context.new_page()
    n_pages = 0
    with serving(app) as here:
        for address in wanted:
            answer = app.test_client().get(address)
            if answer.status_code == 200 and answer.mimetype == "text/html":
                page.goto(f"{here}{address}", wait_until="load")
                n_pages += 1
        page.goto((tmp_path / "out" / "report.html").as_uri(), wait_until="load")
        context.close()
        others = {url for url in asked if f"http://{urlsplit(url).netloc}" != here}
    assert n_pages > 35
    assert {url for url in others if not url.startswith(("file:", "data:", "blob:"))} == set()
    assert any("/static/" in url for url in asked)
