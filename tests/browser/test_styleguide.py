"""Every component in its states: accessible, and never wider than the window."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from tests.browser.serving import serving
from web import create_app

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def styleguide(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    db: Path = tmp_path_factory.mktemp("styleguide") / "empty.db"
    with serving(create_app({"DB": str(db), "STYLEGUIDE": True})) as where:
        yield f"{where}/styleguide"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 768, 1440])
def test_components_can_be_seen_and_heard(
    width: int, scheme: str, styleguide: str, browser: Browser
) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme="dark" if scheme == "dark" else "light",
    )
    page = context.new_page()
    told: list[str] = []
    page.on("console", lambda m: told.append(m.text) if m.type == "error" else None)
    page.goto(styleguide)
    assert page.evaluate("() => document.documentElement.scrollWidth") <= width
    low = page.evaluate(
        "() => [...document.querySelectorAll('main button, main input:not([type=radio]), "
        "main select, main .button')].filter((e) => e.offsetHeight < 32).map((e) => e.outerHTML)"
    )
    assert low == []
    assert Axe().run(page).response["violations"] == []
    context.close()
    assert told == []
