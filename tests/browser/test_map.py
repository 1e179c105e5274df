"""The live map: drawn, moved, chosen from and shared, by mouse, finger and keyboard."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Literal
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.accessibility import violations
from tests.browser.drawn_discussion import N_UNPLACED, PER_LEAF, SLUG

pytestmark = pytest.mark.browser
AT = f"/d/{SLUG}"
FULL = f"{AT}/map"
PATIENCE_MS = 60_000


def opened(page: Page, address: str = FULL) -> Page:
    """The page once its map is drawn, sub-ideas and all."""
    page.goto(address)
    expect(page.locator("#map[data-ready][data-detailed]")).to_be_attached(timeout=PATIENCE_MS)
    return page


def asked(page: Page) -> dict[str, str]:
    """What the address asks for."""
    return {name: value[0] for name, value in parse_qs(urlsplit(page.url).query).items()}


def labels(page: Page) -> Locator:
    return page.locator("button.map-label:visible")


def stage(page: Page) -> Locator:
    return page.locator(".map-stage")


def painted(page: Page, canvas: str) -> int:
    """Pixels of a canvas that are not empty."""
    n: int = page.locator(canvas).evaluate(
        """canvas => canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
        .data.filter((value, at) => at % 4 === 3 && value > 0).length"""
    )
    return n


@pytest.mark.parametrize("path", [f"{AT}/", FULL])
def test_every_passage_and_region_is_drawn(page: Page, path: str) -> None:
    opened(page, path)
    n_passages = 6 * PER_LEAF + N_UNPLACED
    expect(page.locator("#map")).to_have_attribute("data-ready", str(n_passages))
    assert painted(page, ".map-points") > 4 * n_passages
    assert painted(page, ".map-ground") > 20_000
    expect(labels(page)).to_have_count(3)
    expect(page.get_by_role("link", name=f"Under no idea {N_UNPLACED}")).to_be_visible()
    expect(page.locator(".map-still")).to_be_hidden()


def test_keys_zoom_and_move_and_the_address_follows(page: Page) -> None:
    opened(page)
    stage(page).focus()
    page.keyboard.press("+")
    page.wait_for_url(re.compile(r"[?&]z=1\.60"))
    before = asked(page)
    page.keyboard.press("ArrowRight")
    page.wait_for_url(lambda url: f"x={before['x']}" not in url)
    assert float(asked(page)["x"]) > float(before["x"])
    assert asked(page)["y"] == before["y"]
    page.keyboard.press("0")
    page.wait_for_url(lambda url: "z=" not in url)


def test_the_wheel_belongs_to_the_page_until_the_map_is_clicked(page: Page) -> None:
    opened(page, f"{AT}/")
    stage(page).scroll_into_view_if_needed()
    stage(page).hover(position={"x": 5, "y": 5})
    page.mouse.wheel(0, 40)
    expect(page.locator(".map-hint")).to_be_visible()
    assert "z" not in asked(page)
    stage(page).click(position={"x": 5, "y": 5})
    page.mouse.wheel(0, -300)
    page.wait_for_url(re.compile(r"[?&]z="))


def test_more_labels_show_as_one_zooms(page: Page) -> None:
    opened(page)
    expect(labels(page)).to_have_count(3)
    side = page.get_by_role("button", name=re.compile(r"^3\.1\. Buses, side 1"))
    expect(side).to_be_hidden()
    opened(page, f"{FULL}?z=2.40&x=0.4500&y=0.7500")
    expect(side).to_be_visible()
    stage(page).focus()
    page.keyboard.press("0")
    expect(side).to_be_hidden()


def test_a_chosen_idea_is_told_beside_the_map_and_kept_in_the_address(page: Page) -> None:
    opened(page)
    first = labels(page).first
    idea = first.get_attribute("data-idea")
    first.focus()
    page.keyboard.press("Enter")
    panel = page.locator(".map-panel")
    expect(panel).to_be_visible()
    expect(panel.locator("#map-panel-title")).to_be_focused()
    assert asked(page)["idea"] == idea
    expect(first).to_have_attribute("aria-pressed", "true")
    page.reload()
    expect(page.locator("#map[data-ready]")).to_be_attached()
    expect(panel).to_be_visible()
    page.keyboard.press("Escape")
    stage(page).focus()
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    page.go_back()
    expect(panel).to_be_visible()
    panel.get_by_role("link", name="Read this idea").click()
    expect(page).to_have_url(re.compile(rf"/ideas/{idea}$"))


def test_an_address_brings_the_view_back(page: Page) -> None:
    opened(page, f"{FULL}?z=3.00&x=0.4000&y=0.6000&show=unplaced")
    unplaced = page.get_by_role("button", name=f"Under no idea {N_UNPLACED}")
    expect(unplaced).to_have_attribute("aria-pressed", "true")
    stage(page).focus()
    page.keyboard.press("ArrowLeft")
    page.wait_for_url(lambda url: "x=0.4000" not in url)
    assert asked(page)["z"] == "3.00"
    assert asked(page)["y"] == "0.6000"


def test_the_pointer_shows_words_and_a_click_leads_to_them(page: Page) -> None:
    opened(page, f"{FULL}?z=3.00&x=0.5000&y=0.7000")
    at = point_on_screen(page)
    page.mouse.move(at[0] + 1, at[1])
    page.mouse.move(*at)
    card = page.locator(".map-card")
    expect(card).to_be_visible()
    words = card.locator(".words").inner_text().rstrip("…")
    page.mouse.click(*at)
    expect(page).to_have_url(re.compile(r"/passages/\d+$"))
    expect(page.locator("main")).to_contain_text(words[:40])


def test_a_click_on_open_land_chooses_the_idea_there_and_at_sea_none(page: Page) -> None:
    opened(page)
    label = labels(page).nth(2)
    box = label.locator(".map-disc").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] - 22, box["y"] + box["height"] / 2)
    expect(page.locator(".map-panel")).to_be_visible()
    assert asked(page)["idea"] == label.get_attribute("data-idea")
    stage(page).click(position={"x": 5, "y": 5})
    expect(page.locator(".map-panel")).to_be_hidden()


def test_a_tap_shows_the_words_with_the_way_to_them(browser: Browser, address: str) -> None:
    context = browser.new_context(
        base_url=address, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
    )
    page = opened(context.new_page(), f"{FULL}?z=6.00&x=0.4500&y=0.8000")
    page.touchscreen.tap(*point_on_screen(page))
    card = page.locator(".map-card")
    expect(card.locator(".words")).to_contain_text("Statement number")
    card.get_by_role("link", name="Read in the thread").click()
    expect(page).to_have_url(re.compile(r"/passages/\d+$"))
    context.close()


def test_the_map_speaks_french(page: Page) -> None:
    opened(page, f"{FULL}?lang=fr")
    name = labels(page).first.get_attribute("aria-label") or ""
    assert "9 voix" in name
    labels(page).first.click()
    expect(page.locator(".map-panel")).to_contain_text(re.compile(r"\d (mai|avril) 2024"))


def test_tab_goes_from_the_map_to_its_ideas_and_to_what_is_under_none(page: Page) -> None:
    opened(page)
    stage(page).focus()
    page.keyboard.press("Tab")
    expect(labels(page).first).to_be_focused()
    for _ in range(3):
        page.keyboard.press("Tab")
    expect(page.locator("a.is-unplaced")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/unplaced$"))


def test_a_pin_and_ideas_can_be_pointed_at(page: Page) -> None:
    opened(page)
    idea = labels(page).first.get_attribute("data-idea")
    opened(page, f"{FULL}?mark=0.5,0.5&ideas={idea}")
    faint = page.locator("button.map-label.level-1.is-faint")
    expect(faint).to_have_count(2)
    assert idea not in [one.get_attribute("data-idea") for one in faint.all()]


def test_what_is_new_since_the_last_visit_is_marked(page: Page, address: str) -> None:
    """Nothing is new to somebody who was here just now; a day in the address tells otherwise."""
    opened(page, f"{FULL}?since=2024-05-04")
    new = page.locator("#map-legend button[data-since=day]")
    expect(new).to_have_text(re.compile("New since 4 May 2024"))
    new.click()
    page.wait_for_url(re.compile("show=new"))
    expect(new).to_have_attribute("aria-pressed", "true")
    expect(page.locator("button.map-label.has-new").first).to_be_attached()
    page.context.add_cookies([{"name": "seen", "value": "9999999999.9999999999", "url": address}])
    opened(page)
    expect(page.locator("#map-legend button[data-since=visit]")).to_be_hidden()


def test_what_is_new_since_the_last_synthesis_is_marked(page: Page) -> None:
    opened(page)
    synthesis = page.get_by_role("button", name="New since the last synthesis")
    n_passages = 6 * PER_LEAF + N_UNPLACED
    expect(synthesis).to_contain_text(str(n_passages - 3 * 24))
    expect(page.locator("button.map-label.level-1.has-new .map-new")).to_have_text("+12")
    synthesis.click()
    page.wait_for_url(re.compile("show=new"))
    assert asked(page)["since"] == "synthesis"


def test_on_a_phone_the_map_fits_and_a_tap_shows_the_words(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    opened(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    labels(page).first.click()
    box = page.locator(".map-panel").bounding_box()
    assert box is not None
    assert box["width"] <= 390


def test_on_paper_stands_the_still_picture(page: Page) -> None:
    opened(page)
    page.emulate_media(media="print")
    expect(page.locator(".map-still")).to_be_visible()
    expect(stage(page)).to_be_hidden()


def point_on_screen(page: Page) -> tuple[float, float]:
    """Where a passage is drawn that no label covers."""
    found: list[float] = page.locator(".map-points").evaluate(
        """canvas => {
          const pen = canvas.getContext('2d'), ratio = canvas.width / canvas.clientWidth;
          const box = canvas.getBoundingClientRect();
          const { data } = pen.getImageData(0, 0, canvas.width, canvas.height);
          for (let at = 3; at < data.length; at += 4) {
            if (data[at] < 200) { continue; }
            const pixel = (at - 3) / 4;
            const x = box.left + pixel % canvas.width / ratio;
            const y = box.top + Math.floor(pixel / canvas.width) / ratio;
            const top = document.elementFromPoint(x, y);
            if (top && top.closest('.map-stage') && !top.closest('.map-label')) { return [x, y]; }
          }
          return [];
        }"""
    )
    return found[0], found[1]


@pytest.fixture
def elsewhere(address: str) -> Iterator[str]:
    """Another site, whose page ``/SLUG`` frames the map of that discussion."""

    class Framing(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            frame = f'<iframe src="{address}/embed{self.path}" width="800" height="600"></iframe>'
            self.wfile.write(frame.encode())

        def log_message(self, format: str, *_: object) -> None:  # noqa: A002 - the name it has
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Framing)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join(timeout=10)


def test_the_map_stands_in_a_frame_only_where_the_facilitator_allows_it(
    browser: Browser, elsewhere: str
) -> None:
    """The ring road may be shown by every site, the town talk by none."""
    context = browser.new_context(viewport={"width": 900, "height": 700})
    page, refused = context.new_page(), []
    page.on("console", lambda told: refused.append(told.text))
    page.goto(f"{elsewhere}/town-talk")
    expect(page.frame_locator("iframe").locator("#map")).to_have_count(0)
    assert any("frame-ancestors 'none'" in told for told in refused)
    page.goto(f"{elsewhere}/{SLUG}")
    shown = page.frame_locator("iframe")
    expect(shown.locator("#map[data-ready]")).to_be_attached(timeout=PATIENCE_MS)
    shown.locator("button.map-label:visible").first.click()
    with context.expect_page() as beside:
        shown.get_by_role("link", name="Read this idea").click()
    beside.value.wait_for_url(re.compile(rf"/d/{SLUG}/ideas/\d+$"))
    context.close()


def test_without_scripts_the_still_picture_leads_to_ideas(page: Page, address: str) -> None:
    browser = page.context.browser
    assert browser is not None
    plain = browser.new_context(base_url=address, java_script_enabled=False)
    read = plain.new_page()
    for path in (f"{AT}/", FULL):
        read.goto(path)
        expect(read.locator(".map-still a.top")).to_have_count(3)
        expect(read.locator(".map-stage")).to_be_hidden()
        expect(read.get_by_role("link", name="Under no idea", exact=True)).to_be_visible()
    read.locator(".map-still a.top").first.click()
    expect(read).to_have_url(re.compile(r"/ideas/\d+$"))
    plain.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_live_map_is_accessible(page: Page, scheme: Literal["light", "dark"]) -> None:
    page.emulate_media(color_scheme=scheme)
    for path in (FULL, f"/embed/{SLUG}", f"{AT}/"):
        opened(page, path)
        labels(page).first.click()
        expect(page.locator(".map-panel .words").first).to_be_visible()
        assert violations(page) == []
