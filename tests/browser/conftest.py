"""A real browser against a real server over a small discussion built in draft quality."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from synth.pipeline import build, import_files
from synth.settings import Settings
from synth.store import open_store
from tests.browser.drawn_discussion import add_drawn
from tests.browser.long_discussion import add_long
from tests.browser.serving import serving
from web import create_app
from web.jobs.command import workers

ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PATIENCE_MS = 60_000
"""Machines that run the tests may be busy."""
THEMES = {
    "cycle": (
        "A protected cycle lane on the bridge would keep children safe on the way to school.",
        "The cycle lane must be separated from the cars by a kerb, paint is not enough.",
        "Without a cycle lane on the bridge nobody dares to ride to school.",
        "Build the cycle lane first and count the bicycles afterwards.",
        "A wider cycle lane lets cargo bicycles pass each other on the bridge.",
        "Cyclists are pushed off the bridge by lorries every winter.",
        "5 < 6 lanes <img src=x onerror=alert(1)> <script>alert(2)</script> on the bridge & back.",
    ),
    "market": (
        "The Saturday market should stay on the square and not move to the car park.",
        "Stalls on the square bring customers to the shops around the market.",
        "Rents for a market stall have doubled, small growers stay away.",
        "The market needs water and power for every stall on the square.",
        "A covered market hall would protect the stalls from rain.",
        "Keep the market prices low for local growers and bakers.",
    ),
    "library": (
        "The library should open on Sunday for people who work all week.",
        "Sunday opening needs one more librarian and the budget for it.",
        "Students need a quiet room in the library in the evening.",
        "The library could lend tools and games besides books.",
        "Close the library earlier on Monday and open it on Sunday.",
        "A library without heating is no place for reading.",
    ),
}


def write_export(path: Path) -> Path:
    """A CSV export of three themes; each message answers the one before in its thread."""
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(("id", "parent_id", "author", "created_at", "title", "text"))
        for theme, texts in THEMES.items():
            for n, text in enumerate(texts):
                parent = f"{theme}{n - 1}" if n else ""
                title = f"About the {theme}" if n == 0 else ""
                at = f"2024-05-{n + 1:02}T10:00:00Z"
                rows.writerow((f"{theme}{n}", parent, f"voice {n % 5}", at, title, text))
    return path


@pytest.fixture(scope="session")
def export(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_export(tmp_path_factory.mktemp("export") / "town_talk.csv")


@pytest.fixture(scope="session")
def address(export: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the viewer listens; it serves the discussions ``town-talk`` and ``the-ring-road``."""
    db = tmp_path_factory.mktemp("served") / "served.db"
    with open_store(db) as store:
        found = store.discussions.add("Town talk")
        import_files(store, found.id, [export])
        build(store, found.id, Settings(quality="draft"))
        add_drawn(store)
        add_long(store)
    app = create_app({"DB": str(db)})
    with serving(app) as where, workers(app):
        yield where


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        pytest.skip("no Chromium found: the browser tests were left out")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=list(ARGUMENTS))
        yield opened
        opened.close()


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """A page that fails its test when the console shows an error or a broken policy."""
    told: list[str] = []
    context = browser.new_context(base_url=address, viewport={"width": 1280, "height": 800})
    opened = context.new_page()
    opened.set_default_timeout(PATIENCE_MS)
    opened.on("console", lambda m: told.append(m.text) if m.type == "error" else None)
    opened.on("pageerror", lambda error: told.append(str(error)))
    yield opened
    context.close()
    assert told == []
