"""Reading: the outline by keyboard, from an idea to the words in the thread and on to the next."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.accessibility import violations

pytestmark = pytest.mark.browser
AT = "/d/the-long-talk"


@pytest.fixture
def plain(page: Page, address: str) -> Iterator[Page]:
    """A page without scripts."""
    browser = page.context.browser
    assert browser is not None
    context = browser.new_context(base_url=address, java_script_enabled=False)
    yield context.new_page()
    context.close()


def idea(page: Page, title: str) -> str:
    """Address of the idea of that title."""
    page.goto(f"{AT}/outline?open=all")
    found = page.locator("#outline a", has_text=title).first.get_attribute("href")
    assert found is not None
    return found


# -- the outline -------------------------------------------------------------------------------


def test_keys_walk_through_the_outline(page: Page) -> None:
    page.goto(f"{AT}/outline")
    expect(page.locator("#outline[data-ready]")).to_be_attached()
    river, lamps, benches, square = (
        page.locator("#outline a", has_text=title)
        for title in ("The river path", "Lamps along", "Benches by", "A square with")
    )
    river.focus()
    page.keyboard.press("ArrowDown")
    expect(square).to_be_focused()
    page.keyboard.press("Home")
    expect(river).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(lamps).to_be_visible()
    expect(river).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(lamps).to_be_focused()
    page.keyboard.press("End")
    expect(square).to_be_focused()
    page.keyboard.press("b")
    expect(benches).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(river).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(lamps).to_be_hidden()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("The river path")


def test_the_outline_unfolds_without_scripts(plain: Page) -> None:
    plain.goto(f"{AT}/outline")
    expect(plain.get_by_role("link", name="Lamps along the river")).to_be_hidden()
    plain.get_by_text("2 ideas within").click()
    expect(plain.get_by_role("link", name="Lamps along the river")).to_be_visible()
    plain.goto(f"{AT}/outline")
    plain.get_by_role("link", name="Unfold all levels").click()
    expect(plain.get_by_role("link", name="Benches by the river")).to_be_visible()
    assert plain.get_by_role("img", name=re.compile("all along|mostly|since")).count() == 4


# -- an idea, its words, the thread ------------------------------------------------------------


@pytest.mark.parametrize("scripts", [True, False])
def test_from_an_idea_to_a_quote_in_its_thread_and_on_to_the_next(
    scripts: bool, page: Page, plain: Page
) -> None:
    reader = page if scripts else plain
    reader.goto(idea(reader, "Lamps along the river"))
    quote = reader.locator(".passages blockquote").first
    words = quote.locator(".words").inner_text()
    quote.get_by_role("link", name=re.compile("Read in the thread")).click()
    expect(reader).to_have_url(re.compile(r"/threads/\d+\?idea=\d+#m\d+$"))
    message = reader.locator(f"#{reader.url.rpartition('#')[2]}")
    expect(message).to_be_in_viewport()
    expect(message.locator(".passage.is-chosen").first).to_contain_text(words[:30])
    message.get_by_role("link", name=re.compile("^Next passage")).click()
    expect(reader).to_have_url(re.compile(r"#p\d+$"))
    following = reader.locator(f"#{reader.url.rpartition('#')[2]}")
    expect(following).to_be_in_viewport()
    expect(following).to_contain_text("lamps")


def test_jumps_lead_over_to_the_next_page_and_back(page: Page) -> None:
    address = idea(page, "Lamps along the river").rpartition("/")[2]
    page.goto(f"{AT}/threads")
    page.locator(".lines a").first.click()
    page.goto(f"{page.url}?idea={address}")
    last = page.locator(".margin-idea.is-chosen").last
    last.get_by_role("link", name=re.compile("^Next passage")).click()
    expect(page).to_have_url(re.compile(r"\?idea=\d+&page=2#p\d+$"))
    first = page.locator(f"#{page.url.rpartition('#')[2]}")
    expect(first).to_be_in_viewport()
    page.locator(".margin-idea.is-chosen").first.get_by_role(
        "link", name=re.compile("^Previous passage")
    ).click()
    expect(page).to_have_url(re.compile(r"\?idea=\d+#p\d+$"))


def test_orders_and_sides_are_links_that_say_which_is_chosen(plain: Page) -> None:
    plain.goto(idea(plain, "Lamps along the river"))
    plain.get_by_role("navigation", name="Order").get_by_role("link", name="Newest").click()
    expect(plain).to_have_url(re.compile(r"\?sort=newest#all$"))
    chosen = plain.get_by_role("navigation", name="Order").locator("[aria-current]")
    expect(chosen).to_have_text("Newest")
    expect(plain.locator(".passages .words").first).to_contain_text("I said so 69 times")


def test_a_passage_says_why_it_is_here_and_leads_to_those_near(page: Page) -> None:
    page.goto(idea(page, "Benches by the river"))
    page.get_by_role("link", name=re.compile("^Why passage")).first.click()
    expect(page).to_have_url(re.compile(r"/passages/\d+$"))
    expect(page.get_by_role("heading", name="Why it is here", exact=True)).to_be_visible()
    expect(page.locator("mark").first).to_be_visible()
    near = page.locator("section", has=page.get_by_role("heading", name="The nearest passages"))
    expect(near.locator("blockquote")).to_have_count(5)
    page.locator(".crumbs a", has_text="Benches by the river").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Benches by the river")


def test_quotes_are_folded_and_messages_have_addresses(plain: Page) -> None:
    plain.goto(f"{AT}/threads")
    plain.locator(".lines a").first.click()
    fold = plain.locator("details.fold").first
    expect(fold.locator(".fold-words")).to_be_hidden()
    fold.locator("summary").click()
    expect(fold.locator(".fold-words")).to_have_text("What was said before.")
    link = plain.get_by_role("link", name=re.compile("^Permanent address")).nth(3)
    number = (link.text_content() or "").strip("#")
    link.click()
    expect(plain).to_have_url(re.compile(rf"/threads/\d+#m{number}$"))


# -- for everybody -----------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 768, 1440])
def test_reading_pages_are_accessible_and_as_wide_as_the_window(
    scheme: str, width: int, page: Page
) -> None:
    lamps, square = idea(page, "Lamps along the river"), idea(page, "A square with trees")
    page.goto(lamps)
    passage = page.get_by_role("link", name=re.compile("^Why passage")).first.get_attribute("href")
    page.goto(f"{AT}/threads")
    thread = page.locator(".lines a").first.get_attribute("href")
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.set_viewport_size({"width": width, "height": 844})
    found: list[str] = []
    for address in (
        f"{AT}/outline?open=all", f"{AT}/outline?since=2024-01-01", lamps, square,
        f"{lamps}?sort=liked&side=for", passage, thread,
        f"{thread}?idea={lamps.rpartition('/')[2]}",
        f"{AT}/threads?sort=newest", f"{AT}/unplaced", f"{lamps}?lang=fr",
    ):  # fmt: skip
        page.goto(str(address))
        if page.evaluate("document.documentElement.scrollWidth") > width:
            found.append(f"{address} is wider than the window")
        found += [f"{address}: {told}" for told in violations(page)]
    assert found == []
