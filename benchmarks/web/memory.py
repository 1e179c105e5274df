"""How much memory the viewer holds: at the start, after reading, after an upload, after searches.

    python -m benchmarks.web.memory discussion.db [--upload thread.csv]

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


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("db", type=Path)
    parser.add_argument("--upload", type=Path)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        db = shutil.copy(asked.db, Path(folder) / "discussion.db")
        with serving(str(db), PORT, keeps=True) as pid:
            process = psutil.Process(pid)

            def tell(when: str) -> None:
                print(f"{when:34} {process.memory_info().rss / 1e6:6.0f} MB", flush=True)

            tell("after the start")
            at = asyncio.run(places(PORT))
            asyncio.run(read_everything(at))
            tell("after reading every page")
            if asked.upload is not None:
                most = upload(asked.upload, process)
                tell("after an upload and its map")
                print(f"{'  its process, at its highest':34} {most:6.0f} MB")
            seconds = search(at)
            tell(f"after searches by meaning ({seconds:.0f} s)")


if __name__ == "__main__":
    main()
