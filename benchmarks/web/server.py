"""The viewer in a process of its own, served as ``synth serve`` serves it."""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.error import URLError


@contextmanager
def serving(db: str, port: int, *, keeps: bool) -> Iterator[int]:
    """The server on ``port``; with ``keeps`` false every page is made anew for every reader.

    Yields the number of its process.
    """
    command = [sys.executable, "-m", "benchmarks.web.server", db, str(port), "--keeps"]
    process = subprocess.Popen(command if keeps else command[:-1], stdout=subprocess.DEVNULL)
    try:
        _wait(port, process)
        yield process.pid
    finally:
        process.terminate()
        process.wait(timeout=30)


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/static/style.css", timeout=5).close()
        except URLError:
            if process.poll() is not None:
                raise SystemExit("the server did not start") from None
            time.sleep(0.1)
        else:
            return
    raise SystemExit("the server did not answer within 30 s")


def main() -> None:
    from benchmarks.web.client import READER
    from web import create_app
    from web.serving.server import server_of

    parser = argparse.ArgumentParser()
    parser.add_argument("db")
    parser.add_argument("port", type=int)
    parser.add_argument("--keeps", action="store_true")
    asked = parser.parse_args()
    # All readers come from one address here.
    config: dict[str, object] = {"DB": asked.db, "RATELIMIT_ENABLED": False}
    config["HOSTS"] = ("127.0.0.1", READER)
    if not asked.keeps:
        config["ANSWER_CACHE_BYTES"] = 0
    server_of(create_app(config), host="127.0.0.1", port=asked.port).run()


if __name__ == "__main__":
    main()
