"""What people come for, from the first page to the words in the thread."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.accessibility import violations

pytestmark = pytest.mark.browser
AT = "/d/town-talk"
PATIENCE_MS = 120_000


def first_idea(page: Page) -> str:
    """Address of the first idea of the outline."""
    page.goto(f"{AT}/")
    found = page.locator("#outline h3 a").first.get_attribute("href")
    assert found is not None
    return found


def test_from_the_front_page_to_the_words_in_the_thread(page: Page) -> None:
    page.goto("/")
    page.get_by_role("link", name="Town talk", exact=True).first.click()
    expect(page.locator("#map[data-ready]")).to_be_attached()
    page.locator("#outline h3 a").first.click()
    quote = page.locator(".passages blockquote").first
    words = quote.locator(".words").inner_text()
    quote.get_by_role("link", name=re.compile("Read in the thread")).click()
    expect(page).to_have_url(re.compile(r"/threads/\d+\?idea=\d+#m\d+$"))
    anchor = page.url.rpartition("#")[2]
    expect(page.locator(f"#{anchor} .body")).to_contain_text(words)


def test_search_keeps_the_query_in_the_address(page: Page) -> None:
    page.goto(f"{AT}/")
    page.get_by_role("searchbox").fill("sunday librarian")
    page.get_by_role("button", name="Search").click()
    expect(page).to_have_url(re.compile(r"search\?q=sunday\+librarian"))
    expect(page.locator("mark").first).to_have_text(re.compile("sunday|librarian", re.IGNORECASE))
    expect(page.get_by_role("heading", name="The nearest messages")).to_be_visible()
    page.get_by_label("words only").check()
    page.get_by_role("button", name="Search").click()
    expect(page).to_have_url(re.compile(r"mode=words"))
    expect(page.get_by_role("heading", name="1 message")).to_be_visible()


def test_an_upload_shows_progress_and_becomes_a_map(page: Page, export: Path) -> None:
    page.goto("/upload")
    page.get_by_label(re.compile("^File")).set_input_files(export)
    page.get_by_label(re.compile("^Title")).fill("A second talk")
    page.get_by_label(re.compile("^Draft")).check()
    page.get_by_role("button", name="Upload and make the map").click()
    expect(page).to_have_url(re.compile(r"/jobs/\d+$"))
    reading = page.get_by_role("row", name=re.compile("^Read"))
    expect(reading).to_be_visible(timeout=PATIENCE_MS)  # a process of its own starts first
    page.get_by_role("link", name="Open “A second talk”").click(timeout=PATIENCE_MS)
    expect(page.get_by_role("heading", name="A second talk")).to_be_visible()
    assert page.locator("#outline > ol > li").count() >= 1


def test_decisions_outlive_a_new_map(page: Page) -> None:
    page.goto(f"{AT}/key")
    kept, thrown = page.locator("article.key .words").all_inner_texts()[:2]
    page.locator("article.key", has_text=kept).get_by_role("button", name="Take").click()
    expect(page.get_by_role("status")).to_have_text("Taken.")
    page.locator("article.key", has_text=thrown).get_by_role("button", name="Reject").click()
    expect(page.get_by_role("status")).to_have_text("Rejected.")
    page.goto(f"{AT}/about")
    page.get_by_label("Make it anew in").select_option("draft")
    page.get_by_role("button", name="Make the map").click()
    expect(page.get_by_text("Done.")).to_be_visible(timeout=PATIENCE_MS)
    for state, words in (("taken", kept), ("rejected", thrown)):
        page.goto(f"{AT}/key?state={state}")
        expect(page.locator("article.key")).to_have_count(1)
        expect(page.locator("article.key .words")).to_have_text(words)
    page.goto(f"{AT}/key")
    assert not {kept, thrown} & set(page.locator("article.key .words").all_inner_texts())


def test_the_keyboard_reaches_the_outline(page: Page) -> None:
    page.goto(f"{AT}/")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    target = page.locator("#outline h3 a").first
    for _ in range(40):
        page.keyboard.press("Tab")
        if target.evaluate("link => link === document.activeElement"):
            break
    expect(target).to_be_focused()


def test_without_scripts_everything_can_be_read(page: Page, address: str) -> None:
    browser = page.context.browser
    assert browser is not None
    plain = browser.new_context(base_url=address, java_script_enabled=False)
    read = plain.new_page()
    read.goto(f"{AT}/")
    read.locator("#map a.top").first.click()
    expect(read.locator(".passages blockquote").first).to_be_visible()
    plain.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_are_accessible_and_never_wider_than_a_phone(page: Page, scheme: str) -> None:
    """All pages in one go: axe finds nothing, nothing scrolls sideways at 390 px."""
    idea = first_idea(page)
    page.goto(f"{AT}/messages/1")
    thread = page.url.partition("#")[0]
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.set_viewport_size({"width": 390, "height": 844})
    found: list[str] = []
    for address in (
        "/", f"{AT}/", idea, f"{AT}/unplaced", f"{AT}/threads", thread, f"{AT}/search?q=library",
        f"{AT}/key", f"{AT}/messages/1/take", f"{AT}/about", "/upload", f"{AT}/settings",
        f"{AT}/repeated", f"{AT}/map", "/?lang=fr",
    ):  # fmt: skip
        page.goto(address)
        if page.evaluate("document.documentElement.scrollWidth") > 390:
            found.append(f"{address} is wider than the window")
        found += [f"{address}: {told}" for told in violations(page)]
    assert found == []
