"""Search and finding one's point: by keyboard, on a phone, in French, without scripts."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.accessibility import violations

pytestmark = pytest.mark.browser
AT = "/d/town-talk"
WIDTHS = (1440, 768, 390)


def test_a_search_is_narrowed_and_widened_again(page: Page) -> None:
    page.goto(f"{AT}/search?q=library&mode=words")
    before = page.locator("#messages").inner_text()
    page.get_by_text("Narrow it down").click()
    page.get_by_label("Author").select_option(index=1)
    page.get_by_role("button", name="Apply").click()
    expect(page).to_have_url(re.compile(r"author=Participant\+\d"))
    chip = page.get_by_role("link", name=re.compile("^Remove: Participant"))
    expect(chip).to_be_visible()
    expect(page.locator("#messages")).not_to_have_text(before)
    chip.click()
    expect(page.locator("#messages")).to_have_text(before)
    page.go_back()
    expect(page.get_by_role("link", name=re.compile("^Remove: Participant"))).to_be_visible()


def test_a_search_is_made_with_the_keyboard_alone(page: Page) -> None:
    page.goto(f"{AT}/search")
    page.get_by_label("Search this discussion").focus()
    page.keyboard.type("librarian")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.get_by_label("words and meaning")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_label("words only")).to_be_checked()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("q=librarian&mode=words"))
    expect(page.locator("mark").first).to_have_text(re.compile("librarian", re.IGNORECASE))


def test_what_is_misspelt_leads_on(page: Page) -> None:
    page.goto(f"{AT}/search?q=libary&mode=words")
    page.get_by_role("link", name="library", exact=True).click()
    expect(page.locator("mark").first).to_be_visible()


def test_ones_point_has_a_place_on_the_map(page: Page) -> None:
    page.goto(f"{AT}/overview")
    page.get_by_label("Write what you think, in a sentence").fill(
        "Open the library on Sunday for people who work"
    )
    page.get_by_role("button", name="Find it").click()
    expect(page.locator("blockquote").first).to_contain_text("library")
    page.get_by_role("link", name="Show its place on the map").click()
    expect(page).to_have_url(re.compile(r"/map\?mark=[\d.]+(%2C|,)[\d.]+"))
    expect(page.locator("#map[data-ready]")).to_be_attached()


def test_a_french_reader_asks_in_french(page: Page) -> None:
    page.goto(f"{AT}/point?text=La+bibliothèque+le+dimanche&lang=fr")
    expect(page.locator("html")).to_have_attribute("lang", "fr")
    expect(page.locator("textarea")).to_have_value("La bibliothèque le dimanche")
    expect(page.locator("blockquote").first).to_be_visible()


def test_search_and_point_need_no_script(page: Page, address: str) -> None:
    browser = page.context.browser
    assert browser is not None
    plain = browser.new_context(base_url=address, java_script_enabled=False)
    read = plain.new_page()
    read.goto(f"{AT}/search")
    read.get_by_label("Search this discussion").fill("market stall")
    read.get_by_role("button", name="Search").click()
    expect(read.locator("mark").first).to_be_visible()
    read.get_by_text("Narrow it down").click()
    read.get_by_label("Author", exact=True).select_option(index=1)
    read.get_by_role("button", name="Apply").click()
    expect(read.get_by_role("link", name=re.compile("^Remove: "))).to_be_visible()
    read.goto(f"{AT}/point")
    read.get_by_label(re.compile("^My point")).fill("Rents for stalls are too high")
    read.get_by_role("button", name="Find it").click()
    expect(read.locator("blockquote").first).to_be_visible()
    plain.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_fit_and_keep_nobody_out(page: Page, scheme: str) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    found: list[str] = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 844})
        for address in (
            f"{AT}/search", f"{AT}/search?q=library", f"{AT}/search?q=zzz&mode=words&author=Nobody",
            f"{AT}/search?q=market&idea=1&from=2024-05-02", f"{AT}/point",
            f"{AT}/point?text=Sunday+opening",
        ):  # fmt: skip
            page.goto(address)
            if page.evaluate("document.documentElement.scrollWidth") > width:
                found.append(f"{address} is wider than {width}")
            found += [f"{address}: {told}" for told in violations(page)]
    assert found == []
