"""Two people change one thing: the second sees both versions, and keeps what they wrote."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.accessibility import violations

pytestmark = pytest.mark.browser
AT = "/d/town-talk"
SIZES = {"desktop": (1280, 800), "phone": (375, 700)}


@pytest.fixture(params=SIZES)
def two(request: pytest.FixtureRequest, browser: Browser, address: str) -> Iterator[list[Page]]:
    """The same page open twice; an answer 409 stands in the console as an error, and may."""
    width, height = SIZES[request.param]
    context = browser.new_context(base_url=address, viewport={"width": width, "height": height})
    yield [context.new_page(), context.new_page()]
    context.close()


def _is_as_wide_as_the_screen(page: Page) -> bool:
    box = page.locator("main").bounding_box()
    size = page.viewport_size
    assert box is not None
    assert size is not None
    return box["x"] + box["width"] <= size["width"]


@pytest.mark.parametrize(
    ("language", "save", "told", "leave"),
    [
        ("en", "Save", "changed it after you opened this page", "Leave it as it is now"),
        ("fr", "Enregistrer", "l’a modifié", "Le laisser tel qu’il est maintenant"),
    ],
)
def test_a_key_passage(two: list[Page], language: str, save: str, told: str, leave: str) -> None:
    first, second = two
    for page, tags in ((first, f"first {language}"), (second, f"second {language}")):
        page.goto(f"{AT}/key?lang={language}")
        key = page.locator("article.key").first
        key.locator("summary").focus()
        page.keyboard.press("Enter")
        key.locator("input[name=tags]").fill(tags)
    for page in two:
        key = page.locator("article.key").first
        key.get_by_role("button", name=save, exact=True).focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("status" if page is first else "alert")).to_be_visible()
    alert = second.get_by_role("alert")
    expect(alert).to_contain_text(told)
    expect(second.get_by_text(f"first {language}", exact=True)).to_be_visible()
    expect(second.locator("input[name=tags]")).to_have_value(f"second {language}")
    assert violations(second) == []
    assert _is_as_wide_as_the_screen(second)
    expect(second.get_by_role("link", name=leave)).to_be_visible()
    second.get_by_role("button", name=save, exact=True).focus()
    second.keyboard.press("Enter")
    expect(second.get_by_role("alert")).to_have_count(0)
    expect(second.get_by_text(f"second {language}", exact=True).first).to_be_visible()


def test_what_is_said_about_a_discussion(two: list[Page]) -> None:
    first, second = two
    for page, question in ((first, "Whose road?"), (second, "Which road?")):
        page.goto("/d/the-ring-road/settings?lang=en")
        page.get_by_label("The question").fill(question)
    for page in two:
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_role("status" if page is first else "alert")).to_be_visible()
    expect(second.get_by_role("alert")).to_contain_text("Whose road?")
    expect(second.get_by_label("The question")).to_have_value("Which road?")
    assert violations(second) == []
    assert _is_as_wide_as_the_screen(second)
    second.get_by_label("The question").fill("")
    second.get_by_role("button", name="Save").click()
    expect(second.get_by_role("status")).to_have_text("Saved.")
