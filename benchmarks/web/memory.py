"""How much memory the viewer holds: at the start, after reading, after an upload, after searches.

    python -m benchmarks.web.memory discussion.db [--upload thread.csv] [--write]

The server runs in a process of its own over a copy of the file. The resident memory is that of
its process; the child that builds a map is counted apart, at its highest.
"""

from __future__ import annotations

import argparse
import asyncio
import shutil
import tempfile
import threading
import time
from pathlib import Path

import httpx
import psutil

from benchmarks.pages import DOCS, write_between_marks
from benchmarks.web.client import Connection
from benchmarks.web.server import serving
from benchmarks.web.walks import Places, places

PORT = 8766
HERE = f"http://127.0.0.1:{PORT}"
PAGES = ("", "/map", "/map.png", "/outline", "/threads", "/overview", "/since?since=2020-01-01",
         "/key", "/repeated", "/unplaced", "/about")  # fmt: skip
DATA = ("map", "points", "ideas", "threads", "messages", "extracts")


async def read_everything(at: Places) -> None:
    """Every kind of page, and the pages of many ideas, threads and passages."""
    paths = ["/", *(at.at + page for page in PAGES), *(f"/api{at.at}/{name}" for name in DATA)]
    paths += [f"{at.at}/ideas/{n}" for n in at.ideas[:60]]
    paths += [f"{at.at}/threads/{n}" for n in at.threads[:60]]
    paths += [f"{at.at}/passages/{n}" for n in at.passages[:20]]
    paths += [f"{at.at}/search?q={word}&mode=words" for word in at.words[:10] if word.isascii()]
    connection = Connection(PORT)
    for path in paths:
        answer = await connection.get(path.replace(" ", "+"))
        if answer.status >= 400:
            raise SystemExit(f"{path}: {answer.status}")
    connection.close()


class Highest(threading.Thread):
    """The most that the children of a process held together, in MB."""

    def __init__(self, process: psutil.Process) -> None:
        super().__init__(daemon=True)
        self._process = process
        self.mb = 0.0
        self.is_over = threading.Event()

    def run(self) -> None:
        while not self.is_over.wait(0.1):
            total = 0
            for child in self._process.children(recursive=True):
                try:
                    total += child.memory_info().rss
                except psutil.NoSuchProcess:
                    continue
            self.mb = max(self.mb, total / 1e6)


def upload(path: Path, process: psutil.Process) -> float:
    """Upload a thread through the page and wait for its map; the children's most MB."""
    highest = Highest(process)
    highest.start()
    with httpx.Client(base_url=HERE, timeout=60) as reader:
        form = reader.get("/upload").text
        token = form.partition('name="csrf_token" value="')[2].partition('"')[0]
        answer = reader.post(
            "/upload",
            data={"csrf_token": token, "quality": "full", "title": "Uploaded"},
            files={"files": (path.name, path.read_bytes())},
        )
        while True:
            state = reader.get(f"/api{answer.headers['Location']}").json()
            if state["state"] in {"done", "failed"}:
                break
            time.sleep(0.2)
    highest.is_over.set()
    if state["state"] == "failed":
        raise SystemExit(state["error"])
    return highest.mb


def search(at: Places) -> float:
    """Ask by meaning until the model is there; the seconds that took."""
    begun = time.perf_counter()
    with httpx.Client(base_url=HERE, timeout=60) as reader:
        for word in at.words[:12]:
            while True:
                params = {"q": f"what about {word}", "mode": "meaning"}
                page = reader.get(f"{at.at}/search", params=params)
                if "no-store" not in page.headers.get("Cache-Control", ""):
                    break
        reader.get(f"{at.at}/point", params={"text": f"I think that {at.words[0]} matters."})
    return time.perf_counter() - begun


def measure(db: str, thread: Path | None) -> list[tuple[str, float]]:
    """(when, MB), in the order of what a reader does."""
    found: list[tuple[str, float]] = []
    with serving(db, PORT, keeps=True) as pid:
        process = psutil.Process(pid)

        def note(when: str, mb: float | None = None) -> None:
            found.append((when, process.memory_info().rss / 1e6 if mb is None else mb))
            print(f"{when}: {found[-1][1]:.0f} MB", flush=True)

        note("The viewer after its start")
        at = asyncio.run(places(PORT))
        asyncio.run(read_everything(at))
        note("after every page was read")
        if thread is not None:
            most = upload(thread, process)
            note("after an upload became a map")
            note("(the process that made it, at its highest)", most)
        seconds = search(at)
        note("after searches by meaning")
        print(f"searches: {seconds:.0f} s")
    return found


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("db", type=Path)
    parser.add_argument("--upload", type=Path)
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = measure(str(shutil.copy(asked.db, folder)), asked.upload)
    if asked.write:
        rows = "\n".join(f"| {when} | {mb:.0f} MB |" for when, mb in found)
        table = f"| when | resident |\n|---|---|\n{rows}"
        write_between_marks(DOCS / "performance.md", "memory", table)


if __name__ == "__main__":
    main()
