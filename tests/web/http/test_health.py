"""Alive, and ready."""

from __future__ import annotations

import fcntl
import sqlite3
import time
from pathlib import Path

import pytest
from flask import Flask

from synth.settings import Settings
from synth.store import open_store
from web import create_app
from web.http.store import find_discussion

ADDRESSES = ("/healthz", "/readyz")


@pytest.mark.parametrize("address", ADDRESSES)
def test_they_answer_under_every_name_and_are_never_kept(app: Flask, address: str) -> None:
    for _ in range(2):
        answer = app.test_client().get(address, headers={"Host": "10.0.0.7:8000"})
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "no-store"
    assert app.extensions["answer_cache"].n_bytes == 0


@pytest.mark.parametrize("content", [b"", b"no database at all, whatever it may be", None])
def test_it_is_not_ready_without_a_file_that_opens(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "x.db"
    if content is not None:
        path.write_bytes(content)
    client = create_app({"DB": str(path)}).test_client()
    assert client.get("/readyz").status_code == 503
    assert client.get("/healthz").status_code == 200
    assert path.exists() == (content is not None)


def test_it_is_not_ready_with_the_tables_of_another_version(app: Flask, db: Path) -> None:
    with sqlite3.connect(db) as connection:
        connection.execute(
            "DELETE FROM _sqlite_migrations WHERE id = (SELECT max(id) FROM _sqlite_migrations)"
        )
    connection.close()
    assert app.test_client().get("/readyz").status_code == 503


def test_a_locked_file_is_told_within_seconds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.http.health.PATIENCE", 0.05)
    path = tmp_path / "x.db"
    open_store(path).close()
    client = create_app({"DB": str(path)}).test_client()
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA locking_mode = EXCLUSIVE")
    connection.execute("BEGIN EXCLUSIVE")
    connection.execute("UPDATE discussions SET title = title")
    begun = time.monotonic()
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").status_code == 503
    assert time.monotonic() - begun < 3
    connection.close()
    assert client.get("/readyz").status_code == 200


def test_it_is_not_ready_where_a_job_waits_for_a_worker(app: Flask) -> None:
    client, jobs = app.test_client(), app.extensions["jobs"]
    assert client.get("/readyz").get_json() == {"file": True}
    with app.test_request_context():
        found = find_discussion("the-market-square")
    jobs.build(found, Settings(), asked_by="person")
    answer = client.get("/readyz")
    assert (answer.status_code, answer.get_json()) == (503, {"file": True, "worker": False})
    with jobs.folder.lock.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        answer = client.get("/readyz")
        assert (answer.status_code, answer.get_json()) == (200, {"file": True, "worker": True})
