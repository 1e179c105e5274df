"""How fast the map is in a browser without a GPU: first words, first drawing, frames a second.

    python -m benchmarks.web.map DISCUSSION.db [--multiplied N] [--write]

DISCUSSION.db holds one discussion with its map; it is copied and served from the copy. With
``--multiplied``, the map is measured a second time with passages added beside those that are
there, until there are N. Needs Chromium. "Script" is the time that the page's own code takes for
a frame: the machine may be busy with other things, which the frames a second tell too.
"""

from __future__ import annotations

import argparse
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from playwright.sync_api import Page, sync_playwright

from benchmarks.pages import DOCS, write_between_marks
from synth.store import open_store

PAGE = DOCS / "performance.md"
MARK = "map"
CHROMIUM = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
WIDE, HIGH = 1440, 900
MOVES = 150
"""Steps of the mouse in each measurement of frames."""
REPEATS = 3
PATIENCE_MS = 60_000
COLUMNS = (
    "passages", "ideas", "page kB", "all but points kB", "points kB", "first paint s",
    "drawn, after load s", "pan, frames/s", "zoom, frames/s", "script ms a frame",
)  # fmt: skip
WATCH = """
window.frames_ = []; window.spent_ = [];
const ask = window.requestAnimationFrame.bind(window);
window.requestAnimationFrame = (act) => ask((now) => {
  const begin = performance.now(); act(now); window.spent_.push(performance.now() - begin);
});
window.watch_ = () => { window.frames_ = []; window.spent_ = []; window.isWatched_ = true;
  const tick = (now) => { window.frames_.push(now); if (window.isWatched_) { ask(tick); } };
  ask(tick); };
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    first_paint: float
    drawn: float
    """Seconds; the second one from the end of loading."""
    page: int
    others: int
    points: int
    """Bytes as sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frames:
    per_second: float
    script_ms: float
    """Median."""


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("db", type=Path)
    parser.add_argument("--multiplied", type=int, metavar="N")
    parser.add_argument("--write", action="store_true", help="put the table into the docs")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy.db"
        with closing(sqlite3.connect(asked.db)) as from_, closing(sqlite3.connect(copy)) as to:
            from_.backup(to)
        rows = [measure(copy)]
        if asked.multiplied:
            multiply(copy, asked.multiplied)
            rows.append(measure(copy))
    table = "\n".join([_row(COLUMNS), _row(["---"] * len(COLUMNS)), *map(_row, rows)])
    print(table)
    if asked.write:
        write_between_marks(PAGE, MARK, table)


def multiply(db: Path, n: int) -> None:
    """Add passages a little aside of those that are there, until there are ``n``."""
    with closing(sqlite3.connect(db)) as file, file:
        (last,) = file.execute("SELECT max(id) FROM passages").fetchone()
        for cut in range(1, 20):
            (there,) = file.execute("SELECT count(*) FROM passages").fetchone()
            if there >= n:
                break
            file.execute(
                """INSERT OR IGNORE INTO passages
                     (message_id, start, "end", content_sha256, x, y, run_id)
                   SELECT message_id, start, "end" - ?1, content_sha256,
                     min(1, max(0, x + (id * 7919 % 1000 - 500) / 5e4)),
                     min(1, max(0, y + (id * 104729 % 1000 - 500) / 5e4)), run_id
                   FROM passages WHERE id <= ?2 AND "end" - start > ?1 + 1 ORDER BY id LIMIT ?3""",
                [cut, last, n - there],
            )
            file.execute(
                """INSERT OR IGNORE INTO placements (passage_id, idea_id, weight, origin, run_id)
                   SELECT n.id, l.idea_id, l.weight, l.origin, l.run_id FROM passages n
                   JOIN passages o ON o.message_id = n.message_id AND o.start = n.start
                     AND o."end" = n."end" + ?1 AND o.id <= ?2
                   JOIN placements l ON l.passage_id = o.id WHERE n.id > ?2""",
                [cut, last],
            )


def measure(db: Path) -> list[str]:
    """A row of the table."""
    with open_store(db) as store:
        (found,) = store.discussions.all()
        n_passages = len(store.passages.points(found.id))
    with served(db) as address, sync_playwright() as playwright:
        path = shutil.which("chromium") or shutil.which("chromium-browser")
        browser = playwright.chromium.launch(executable_path=path, args=list(CHROMIUM))
        loads: list[Loaded] = []
        for _ in range(REPEATS):
            context = browser.new_context(viewport={"width": WIDE, "height": HIGH})
            page = context.new_page()
            page.add_init_script(WATCH)
            loads.append(_load(page, f"{address}/d/{found.slug}/"))
            context.close()
        page = browser.new_context(viewport={"width": WIDE, "height": HIGH}).new_page()
        page.add_init_script(WATCH)
        _load(page, f"{address}/d/{found.slug}/map")
        pan, zoom = _pan(page), _zoom(page)
        browser.close()
    middle = sorted(loads, key=lambda one: one.drawn)[len(loads) // 2]
    return [
        f"{n_passages:,}", str(found.n_ideas),
        *(f"{n / 1000:.0f}" for n in (middle.page, middle.page + middle.others, middle.points)),
        f"{median(one.first_paint for one in loads):.2f}", f"{middle.drawn:.2f}",
        f"{pan.per_second:.0f}", f"{zoom.per_second:.0f}",
        f"{max(pan.script_ms, zoom.script_ms):.0f}",
    ]  # fmt: skip


@contextmanager
def served(db: Path) -> Iterator[str]:
    """The viewer in a process of its own, asked once so that it is warm."""
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "synth", "serve", "--db", str(db), "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(600):
            try:
                urllib.request.urlopen(f"{address}/").read()
                break
            except OSError:
                time.sleep(0.1)
        yield address
    finally:
        process.terminate()
        process.wait()


def _load(page: Page, address: str) -> Loaded:
    page.goto(address, timeout=PATIENCE_MS)
    page.locator("#map[data-ready]").wait_for(timeout=PATIENCE_MS)
    page.wait_for_timeout(1500)
    told = page.evaluate(
        """() => {
          const [page] = performance.getEntriesByType('navigation');
          const others = performance.getEntriesByType('resource');
          const sum = (which) => others.filter(which)
            .reduce((n, one) => n + one.encodedBodySize, 0);
          const isPoints = (one) => one.name.endsWith('/points');
          return { paint: performance.getEntriesByName('first-contentful-paint')[0].startTime,
            drawn: performance.getEntriesByName('map-drawn')[0].startTime - page.loadEventEnd,
            page: page.encodedBodySize, points: sum(isPoints),
            others: sum((one) => !isPoints(one)) };
        }"""
    )
    return Loaded(
        first_paint=told["paint"] / 1000, drawn=max(told["drawn"], 0) / 1000,
        page=told["page"], others=told["others"], points=told["points"],
    )  # fmt: skip


def _pan(page: Page) -> Frames:
    page.keyboard.press("Tab")
    page.mouse.move(WIDE / 2, HIGH / 2)
    page.mouse.down()
    page.evaluate("window.watch_()")
    for n in range(MOVES):
        aside = 300 * (1 - abs(1 - 2 * (n % 50) / 50))
        page.mouse.move(WIDE / 2 + aside, HIGH / 2 + aside / 3)
    frames = _watched(page)
    page.mouse.up()
    return frames


def _zoom(page: Page) -> Frames:
    page.mouse.move(WIDE / 2, HIGH / 2)
    page.evaluate("window.watch_()")
    for n in range(MOVES):
        page.mouse.wheel(0, -30 if n % 50 < 25 else 30)
    return _watched(page)


def _watched(page: Page) -> Frames:
    told = page.evaluate(
        "() => { window.isWatched_ = false; return [window.frames_, window.spent_]; }"
    )
    frames, spent = told
    return Frames(
        per_second=1000 * (len(frames) - 1) / (frames[-1] - frames[0]), script_ms=median(spent)
    )


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    main()
