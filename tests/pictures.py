"""The pictures of the viewer in the README and the docs: ``python -m tests.pictures [FILE.db]``.

They show the sample threads, built in full quality with the usual seed, in Debian's Chromium. The
names of the files stay, so pages that show them need no change; together they stay below 1.5 MB.
Where a file is named, the samples are kept in it, and the next time nothing is built again.
"""

from __future__ import annotations

import base64
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from flask.testing import FlaskClient
from playwright.sync_api import Browser, sync_playwright

from synth.pipeline import run_demo
from synth.settings import Settings
from synth.store import open_store
from tests.browser.conftest import ARGUMENTS
from tests.browser.serving import serving
from web import create_app

PICTURES = Path(__file__).resolve().parent.parent / "docs" / "pictures"
MOST_BYTES = 1_500_000
DESKTOP, PHONE = (1280, 860), (390, 780)
QUALITY = 82
READER = "--host-resolver-rules=MAP map.example 127.0.0.1"
"""Readers see pages without what only the machine's own user may do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    name: str
    path: str
    """``{idea}`` is the first idea of the discussion, ``{thread}`` its longest thread."""
    size: tuple[int, int] = DESKTOP
    scheme: Literal["light", "dark"] = "light"
    language: str = "en"
    slug: str = "energy-in-our-co-operative"


SHOWN: Sequence[Picture] = (
    Picture(name="front", path="/"),
    Picture(name="discussion", path="/d/{slug}/"),
    Picture(name="discussion-dark", path="/d/{slug}/", scheme="dark"),
    Picture(name="discussion-phone", path="/d/{slug}/", size=PHONE),
    Picture(name="discussion-fr", path="/d/{slug}/", slug="a-lecole-sans-voiture", language="fr"),
    Picture(name="map", path="/d/{slug}/map"),
    Picture(name="map-dark", path="/d/{slug}/map", scheme="dark"),
    Picture(name="idea", path="/d/{slug}/ideas/{idea}"),
    Picture(name="idea-phone-dark", path="/d/{slug}/ideas/{idea}", size=PHONE, scheme="dark"),
    Picture(name="thread", path="/d/{slug}/threads/{thread}"),
    Picture(name="search", path="/d/{slug}/search?q=heat%20pump"),
    Picture(name="overview", path="/d/{slug}/overview"),
)


def take(browser: Browser, where: str, address: str, picture: Picture) -> bytes:
    """The page as WebP."""
    width, height = picture.size
    context = browser.new_context(
        base_url=where,
        viewport={"width": width, "height": height},
        color_scheme=picture.scheme,
        locale=picture.language,
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.goto(address, wait_until="networkidle")
    if page.locator("#map").count():
        page.locator("#map[data-ready]").wait_for(state="attached")
    page.wait_for_timeout(400)
    asked = {"format": "webp", "quality": QUALITY}
    shot = context.new_cdp_session(page).send("Page.captureScreenshot", asked)
    context.close()
    return base64.b64decode(shot["data"])


def address_of(client: FlaskClient, picture: Picture) -> str:
    """The address with the ids of its discussion."""
    at = f"/api/d/{picture.slug}"
    ideas, threads = (client.get(f"{at}/{what}").get_json() for what in ("ideas", "threads"))
    return picture.path.format(
        slug=picture.slug, idea=ideas["items"][0]["id"], thread=threads["items"][0]["id"]
    )


def main() -> None:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        raise SystemExit("no Chromium found: install the system's package")
    PICTURES.mkdir(exist_ok=True)
    with TemporaryDirectory() as folder, sync_playwright() as playwright:
        db = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(folder) / "samples.db"
        with open_store(db) as store:
            for discussion in run_demo(store, Settings()):
                print(discussion.slug)
        browser = playwright.chromium.launch(executable_path=chromium, args=[*ARGUMENTS, READER])
        app = create_app({"DB": str(db)})
        with serving(app) as where:
            for picture in SHOWN:
                address = address_of(app.test_client(), picture)
                shot = take(browser, where.replace("127.0.0.1", "map.example"), address, picture)
                (PICTURES / f"{picture.name}.webp").write_bytes(shot)
                print(f"{picture.name}.webp", len(shot))
        browser.close()
    total = sum(path.stat().st_size for path in PICTURES.glob("*.webp"))
    if total > MOST_BYTES:
        raise SystemExit(f"{total} bytes of pictures are too many")


if __name__ == "__main__":
    main()
