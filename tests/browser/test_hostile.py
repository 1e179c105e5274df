"""A real browser reads a discussion that tries to break out: nothing runs, nothing spills over."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from synth.store import open_store
from tests.browser.serving import serving
from tests.web.hostile import Ids, fill_hostile
from web import create_app

pytestmark = pytest.mark.browser
TURNED = """() => {
  const turned = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode, text = node.data;
    const first = text.search(/[a-z0-9]/i), last = text.trimEnd().length - 1;
    if (first < 0 || last <= first || /[^\\x20-\\x7e\\n·–—“”’…,]/.test(text)) continue;
    const at = (n) => {
      const range = document.createRange();
      range.setStart(node, n); range.setEnd(node, n + 1);
      return range.getBoundingClientRect();
    };
    const a = at(first), b = at(last);
    const isOneLine = a.width && b.width && Math.abs(a.top - b.top) < 2;
    if (isOneLine && a.left > b.left) turned.push(text.trim());
  }
  return turned;
}"""
"""Texts in Latin letters alone that stand from right to left."""


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Ids]]:
    path: Path = tmp_path_factory.mktemp("hostile") / "hostile.db"
    with open_store(path) as store:
        ids = fill_hostile(store)
    with serving(create_app({"DB": str(path)})) as where:
        yield where, ids


@pytest.fixture
def told(browser: Browser, hostile: tuple[str, Ids]) -> Iterator[tuple[Page, list[str]]]:
    """A page of a phone's width, and all that goes wrong in it."""
    troubles: list[str] = []
    context = browser.new_context(base_url=hostile[0], viewport={"width": 390, "height": 800})
    page = context.new_page()
    page.on("console", lambda m: troubles.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("dialog", lambda dialog: (troubles.append(dialog.message), dialog.dismiss()))
    page.on("request", lambda r: None if r.url.startswith(hostile[0]) else troubles.append(r.url))
    yield page, troubles
    context.close()


def addresses(ids: Ids) -> Iterator[str]:
    at = f"/d/{ids.slug}"
    yield from ("/", f"{at}/", f"{at}/map", f"{at}/outline", f"{at}/ideas/{ids.ideas[0]}")
    yield from (f"{at}/threads", f"{at}/threads/{ids.messages[0]}", f"{at}/unplaced", f"{at}/key")
    yield from (f"{at}/passages/{ids.passages[0]}", f"{at}/repeated", f"{at}/about")
    yield from (
        f"{at}/search?q=Message0",
        f"{at}/search?q=%3Cscript%3E%E2%80%AEx",
        f"/embed/{ids.slug}",
    )


def test_nothing_of_it_runs_or_spills(
    told: tuple[Page, list[str]], hostile: tuple[str, Ids]
) -> None:
    page, troubles = told
    for address in addresses(hostile[1]):
        page.goto(address, wait_until="networkidle")
        assert troubles == [], address
        assert page.evaluate("() => window.hit") is None, address
        assert page.evaluate("() => document.querySelectorAll('[onload], [onerror]').length") == 0
        assert page.evaluate(TURNED) == [], address
        wide = page.evaluate("() => document.documentElement.scrollWidth - window.innerWidth")
        assert wide <= 0, f"{address} is {wide} px wider than the window"
