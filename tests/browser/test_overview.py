"""The overview, what is new, and a facilitator's settings, in a real browser."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.browser.accessibility import violations

pytestmark = pytest.mark.browser
AT = "/d/town-talk"
WIDTHS = (1440, 768, 390)


def test_the_overview_leads_to_what_it_speaks_of(page: Page) -> None:
    page.goto(f"{AT}/overview")
    expect(page.get_by_role("heading", name="Who takes part")).to_be_visible()
    expect(page.get_by_role("heading", name="What needs attention")).to_be_visible()
    page.locator("#lights ~ table a").first.click()
    expect(page).to_have_url(re.compile(r"/ideas/\d+$"))


def test_a_facilitator_frames_the_discussion_and_readers_see_it(page: Page) -> None:
    page.goto(f"{AT}/settings")
    page.get_by_label(re.compile("^The question")).fill("What should become of the bridge?")
    page.get_by_label(re.compile("^Introduction")).fill("The council asks.\n\nUntil June.")
    page.get_by_label("These sites").check()
    page.get_by_label(re.compile("^Sites")).fill("https://town.example")
    page.get_by_label(re.compile("^The last synthesis")).fill("2024-05-03")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_contain_text("Saved.")
    page.goto(f"{AT}/overview")
    expect(page.locator(".question")).to_have_text("What should become of the bridge?")
    expect(page.locator(".introduction")).to_have_count(2)
    page.goto(f"{AT}/since?since=synthesis")
    expect(page.locator(".lead")).to_contain_text("Since the last synthesis of 3 May 2024")


def test_a_reader_who_comes_back_sees_what_is_new(page: Page, address: str) -> None:
    page.goto(f"{AT}/since?since=2024-05-05")
    expect(page.get_by_role("heading", name="Ideas that grew")).to_be_visible()
    page.get_by_label("Since a day").fill("2024-05-07")
    page.get_by_role("button", name="Show").click()
    expect(page).to_have_url(re.compile("since=2024-05-07"))
    expect(page.locator(".facts")).to_contain_text("new messages")
    earlier = int((datetime.now(UTC) - timedelta(days=3)).timestamp())
    page.context.add_cookies(
        [{"name": "seen", "value": f"0.{earlier}", "domain": "127.0.0.1", "path": f"{AT}/"}]
    )
    page.goto(f"{AT}/since")
    expect(page.locator(".lead")).to_contain_text("Since your last visit")
    (seen,) = [c["value"] for c in page.context.cookies(f"{address}{AT}/") if c["name"] == "seen"]
    assert seen.startswith(f"{earlier}.")


def test_it_is_all_there_without_scripts(page: Page, address: str) -> None:
    browser = page.context.browser
    assert browser is not None
    plain = browser.new_context(base_url=address, java_script_enabled=False)
    read = plain.new_page()
    read.goto(f"{AT}/overview")
    expect(read.locator("#participation")).to_be_visible()
    read.get_by_text("As a table").click()
    expect(read.locator(".table-behind table")).to_be_visible()
    read.goto(f"{AT}/since?since=2024-05-03")
    expect(read.locator("#newest")).to_be_visible()
    plain.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_fit_and_keep_nobody_out(page: Page, scheme: str) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    found: list[str] = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 844})
        for address in (
            f"{AT}/overview", f"{AT}/overview?lang=fr", f"{AT}/overview?lang=en",
            f"{AT}/since?since=2024-05-03", f"{AT}/since?since=2030-01-01", f"{AT}/settings",
            f"{AT}/about", f"{AT}/group",
        ):  # fmt: skip
            page.goto(address)
            if page.evaluate("document.documentElement.scrollWidth") > width:
                found.append(f"{address} is wider than {width}")
            found += [f"{address}: {told}" for told in violations(page)]
    assert found == []
