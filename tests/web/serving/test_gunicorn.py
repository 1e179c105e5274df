"""gunicorn with two processes over one file, configured as documented."""

from __future__ import annotations

import json
import re
import signal
import sys
import time
from pathlib import Path

import httpx
import pytest

from synth.store import open_store
from tests.web.processes import change_question, free_port, process, wait_until_answered

pytest.importorskip("gunicorn", reason="the extra `serve` is not installed")
CLOSING = {"Connection": "close"}
CSV = b"id,text,author\n1,The bridge is old.,ann\n2,Then repair it.,bo\n"


def test_two_processes_serve_one_file(db: Path, tmp_path: Path) -> None:
    port, figures = free_port(), tmp_path / "figures"
    figures.mkdir()
    (tmp_path / "synth.toml").write_text(
        f'db = "{db.name}"\nport = {port}\n'
        '[log]\nformat = "json"\nlevel = "info"\n[metrics]\nserve = "loopback"\n'
    )
    command = [sys.executable, "-m", "gunicorn", "-c", "python:web.serving.gunicorn_settings"]
    variables = {"WEB_CONCURRENCY": "2", "PROMETHEUS_MULTIPROC_DIR": str(figures)}
    site = f"http://127.0.0.1:{port}"
    with process(command, folder=tmp_path, variables=variables) as started:
        wait_until_answered(f"{site}/readyz", started)
        with httpx.Client() as browser:
            for n in range(12):
                change_question(browser, f"{site}/d/the-market-square/settings", f"Question {n}?")
                pages = [
                    httpx.get(f"{site}/d/the-market-square/", headers=CLOSING).text
                    for _ in range(4)
                ]
                assert [page for page in pages if f"Question {n}?" not in page] == []
        writers = {re.sub(r"\D", "", path.name) for path in figures.glob("counter_*.db")}
        assert len(writers) == 2, "only one process was asked"
        text = httpx.get(f"{site}/metrics").text
        route = 'synth_requests_total{method="GET",route="/d/<slug>/",status="200"}'
        assert f"{route} 48.0" in text
        started.send_signal(signal.SIGTERM)
        output, _ = started.communicate(timeout=20)
        assert started.returncode == 0
    told, *log = sorted(output.splitlines())
    assert told.startswith("Nobody signs in"), "the only line for people"
    lines = [json.loads(line) for line in log]
    assert sum(line["logger"] == "synth.request" for line in lines) > 60
    assert "127.0.0.1 - -" not in output
    # Where both close the file at the same moment, neither removes what SQLite keeps beside it:
    # the file alone has to hold all that was accepted.
    alone = tmp_path / "alone.db"
    alone.write_bytes(db.read_bytes())
    with open_store(alone) as store:
        assert store.discussions.named("the-market-square").question == "Question 11?"


def test_an_upload_is_carried_out_by_a_worker_beside_it(tmp_path: Path) -> None:
    port = free_port()
    (tmp_path / "synth.toml").write_text(f'db = "town.db"\nport = {port}\n')
    gunicorn = [sys.executable, "-m", "gunicorn", "-c", "python:web.serving.gunicorn_settings"]
    worker = [sys.executable, "-m", "synth", "worker"]
    site = f"http://127.0.0.1:{port}"
    with (
        process(gunicorn, folder=tmp_path, variables={"WEB_CONCURRENCY": "2"}) as started,
        process(worker, folder=tmp_path, variables={}),
        httpx.Client(base_url=site, headers=CLOSING, timeout=30) as browser,
    ):
        wait_until_answered(f"{site}/healthz", started)
        token = re.search(r'name="csrf_token" value="([^"]+)"', browser.get("/upload").text)
        assert token is not None
        sent = browser.post(
            "/upload",
            data={"csrf_token": token[1], "quality": "draft"},
            files={"files": ("old_bridge.csv", CSV)},
        )
        assert sent.status_code == 303
        assert wait_until_over(browser, sent.headers["Location"]) == "done"
        assert "Old bridge" in browser.get("/d/old-bridge/").text
        assert browser.get("/readyz").json() == {"file": True, "worker": True}


def wait_until_over(browser: httpx.Client, job: str) -> str:
    """The state in which the job ends."""
    until = time.monotonic() + 120
    while time.monotonic() < until:
        state = str(browser.get(f"/api{job}").json()["state"])
        if state not in {"waiting", "running"}:
            return state
        time.sleep(0.2)
    raise AssertionError("the job did not end")


def test_the_first_owner_is_invited_once(tmp_path: Path) -> None:
    port = free_port()
    (tmp_path / "synth.toml").write_text(f'db = "town.db"\nport = {port}\naccounts = "on"\n')
    command = [sys.executable, "-m", "gunicorn", "-c", "python:web.serving.gunicorn_settings"]
    with process(command, folder=tmp_path, variables={"WEB_CONCURRENCY": "2"}) as started:
        wait_until_answered(f"http://127.0.0.1:{port}/healthz", started)
        started.send_signal(signal.SIGTERM)
        output, _ = started.communicate(timeout=20)
    links = re.findall(rf"http://127\.0\.0\.1:{port}/link/\S+", output)
    assert len(links) == 1


def test_a_configuration_that_is_wrong_ends_it_with_one_line(tmp_path: Path) -> None:
    (tmp_path / "synth.toml").write_text("prot = 1\n")
    command = [sys.executable, "-m", "gunicorn", "-c", "python:web.serving.gunicorn_settings"]
    with process(command, folder=tmp_path, variables={}) as started:
        output, _ = started.communicate(timeout=60)
    assert started.returncode != 0
    assert "prot: there is no such key; did you mean port?" in output
