"""Jobs in a browser: seen, cancelled, started again; by keyboard, without scripts, in French."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from synth.settings import Settings
from synth.store import JobState, Step, open_jobs, open_store
from tests.browser.accessibility import violations
from tests.browser.conftest import PATIENCE_MS
from tests.browser.serving import serving
from tests.web.working_here import Here, Stuck, carry_out, job, worker_of
from web import create_app
from web.jobs.endings import written
from web.jobs.process import Carrier
from web.jobs.report import ImportCounts, MapCounts, Order, Report, StageState

DRAFTED = Report(
    step=Step.FULL,
    stages=(
        StageState(name="Import", unit="messages", done=900, total=None, seconds=2.0),
        StageState(name="Embed", unit="passages", done=50, total=900, seconds=10.0, step=Step.FULL),
    ),
    imported=ImportCounts(n_added=900, n_updated=0, n_unchanged=0),
    drafted=MapCounts(n_ideas=12, n_passages=900, is_unchanged=False),
    problems=("town_talk.csv, record 9: has no text (left out)",),
)


@pytest.fixture
def viewer(tmp_path: Path) -> Flask:
    """Without a worker: the tests say when something happens."""
    return create_app({"DB": str(tmp_path / "town.db")})


@pytest.fixture
def own_page(browser: Browser, viewer: Flask) -> Iterator[Page]:
    with serving(viewer) as address:
        context = browser.new_context(base_url=address, viewport={"width": 1280, "height": 800})
        context.set_default_timeout(PATIENCE_MS)
        yield context.new_page()
        context.close()


def upload(page: Page, export: Path) -> None:
    page.goto("/upload")
    page.get_by_label(re.compile("^File")).set_input_files(export)
    page.get_by_label(re.compile("^Draft")).check()
    page.get_by_role("button", name="Upload and make the map").click()
    expect(page).to_have_url(re.compile(r"/jobs/1$"))


def stuck_when_imported(order: Order) -> Carrier:
    return Here(order) if order.step is Step.TIDY else Stuck(order)


def test_the_page_of_a_job_renews_itself(own_page: Page, viewer: Flask, export: Path) -> None:
    upload(own_page, export)
    expect(own_page.get_by_role("status")).to_contain_text("Nobody works on jobs just now")
    carry_out(viewer)
    expect(own_page.get_by_role("status")).to_have_text("Done.")
    own_page.get_by_role("link", name="Open “Town talk”").click()
    expect(own_page.get_by_role("heading", name="Town talk")).to_be_visible()


def test_a_job_is_cancelled_and_started_again_by_keyboard(
    own_page: Page, viewer: Flask, export: Path
) -> None:
    upload(own_page, export)
    worker = worker_of(viewer, stuck_when_imported)
    worker.look()
    expect(own_page.locator('#job[data-state="running"]')).to_be_visible()
    own_page.get_by_role("button", name="Cancel").press("Enter")
    expect(own_page.get_by_role("status")).to_have_text("It is being stopped.")
    for _ in range(3):
        worker.look()
    expect(own_page.get_by_role("status")).to_have_text("It was cancelled.")
    expect(own_page.get_by_text("Nothing was kept.")).to_be_visible()
    assert job(viewer).job.is_over


def test_a_job_that_was_interrupted_has_one_button_to_go_on(
    own_page: Page, viewer: Flask, export: Path
) -> None:
    upload(own_page, export)
    with open_jobs(viewer.extensions["jobs"].folder.jobs_file) as jobs:
        jobs.end_as(1, JobState.INTERRUPTED, error="The process ended before its time (SIGKILL).")
    carry_out(viewer)
    expect(own_page.get_by_role("status")).to_have_text("It was interrupted.")
    expect(own_page.get_by_role("alert")).to_contain_text("SIGKILL")
    own_page.get_by_role("button", name="Start again").press("Enter")
    expect(own_page.get_by_role("button", name="Cancel")).to_be_visible()
    carry_out(viewer)
    expect(own_page.get_by_role("status")).to_have_text("Done.")


def test_without_scripts_the_page_reloads_itself(
    browser: Browser, viewer: Flask, own_page: Page, export: Path
) -> None:
    upload(own_page, export)
    address = own_page.url
    plain = browser.new_context(java_script_enabled=False)
    read = plain.new_page()
    read.goto(address)
    expect(read.get_by_role("status")).to_contain_text("Nobody works on jobs just now")
    carry_out(viewer)
    expect(read.get_by_role("status")).to_have_text("Done.", timeout=PATIENCE_MS)
    plain.close()


@pytest.mark.parametrize(("language", "width"), [("en", 1280), ("en", 375), ("fr", 375)])
def test_pages_of_jobs_are_open_to_everybody_and_fit(
    own_page: Page, viewer: Flask, export: Path, language: str, width: int
) -> None:
    upload(own_page, export)
    carry_out(viewer)
    expect(own_page.get_by_role("status")).to_have_text("Done.")
    with open_store(viewer.config["DB"]) as store:
        found = store.discussions.named("town-talk")
    viewer.extensions["jobs"].build(found, Settings(quality="full"), asked_by="ann")
    with open_jobs(viewer.extensions["jobs"].folder.jobs_file) as jobs:
        jobs.take([Step.DRAFT, Step.FULL])
        jobs.tell(2, step=Step.FULL, report=written(DRAFTED))
    own_page.set_viewport_size({"width": width, "height": 800})
    for address in ("/jobs", "/jobs/1", "/jobs/2"):
        own_page.goto(f"{address}?lang={language}")
        assert violations(own_page) == []
        assert own_page.evaluate("document.documentElement.scrollWidth") <= width
