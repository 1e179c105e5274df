"""What a request answers where the file cannot be used, and where what it wrote stands then."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlite_utils import Database
from werkzeug.test import TestResponse

from synth.store import database, open_store
from web import create_app

SETTINGS = "/d/the-market-square/settings"


@contextmanager
def _held(db: Path) -> Iterator[None]:
    """Somebody else is writing."""
    with closing(sqlite3.connect(db)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.rollback()


def _client(db: Path, **config: object) -> FlaskClient:
    return create_app(
        {"DB": str(db), "WTF_CSRF_ENABLED": False, "WRITE_WAIT": 0.05, **config}
    ).test_client()


def _ask(client: FlaskClient, question: str) -> TestResponse:
    return client.post(
        SETTINGS,
        data={
            "question": question,
            "introduction": "",
            "embed": "nobody",
            "sites": "",
            "synthesis": "",
        },
    )


def _question(db: Path) -> str:
    with open_store(db) as store:
        return store.discussions.named("the-market-square").question


def test_who_cannot_write_for_now_is_told_to_come_back_and_readers_read_on(db: Path) -> None:
    client = _client(db)
    with _held(db):
        answer = _ask(client, "Where?")
        assert answer.status_code == 503
        assert 0 < int(answer.headers["Retry-After"]) < 60
        assert "was not stored" in answer.text
        assert str(db) not in answer.text
        assert client.get("/d/the-market-square/").status_code == 200
    assert _ask(client, "Where?").status_code == 303
    assert _question(db) == "Where?"


def test_a_full_disk_is_said_to_be_full(db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    prepare = database._prepare

    def without_room(opened: Database) -> None:
        prepare(opened)
        (n_pages,) = opened.execute("PRAGMA page_count").fetchone()
        opened.execute(f"PRAGMA max_page_count = {n_pages}")

    client = _client(db)
    monkeypatch.setattr(database, "_prepare", without_room)
    answers = [_ask(client, letter * 300) for letter in "abcdefghijklmnopqrstuvwxyz"]
    refused = next(answer for answer in answers if answer.status_code != 303)
    assert refused.status_code == 503
    assert int(refused.headers["Retry-After"]) >= 60
    assert "The disk is full" in refused.text
    assert client.get("/d/the-market-square/").status_code == 200


def _overwrite(db: Path) -> None:
    size = db.stat().st_size
    with db.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * (size - 4096))


@pytest.mark.parametrize("address", ["/d/the-market-square/", "/api/d/the-market-square"])
def test_a_damaged_file_is_said_to_be_damaged(db: Path, address: str) -> None:
    _overwrite(db)
    answer = _client(db).get(address)
    assert answer.status_code == 500
    assert "The discussion file is damaged" in answer.text
    assert "synth restore" in answer.text
    assert "Retry-After" not in answer.headers


def test_a_file_that_may_not_be_written_is_said_to_be_so(
    db: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare = database._prepare

    def only_read(opened: Database) -> None:
        prepare(opened)
        opened.execute("PRAGMA query_only = ON")

    client = _client(db)
    monkeypatch.setattr(database, "_prepare", only_read)
    answer = _ask(client, "Where?")
    assert answer.status_code == 500
    assert "cannot be written" in answer.text


def test_a_copy_of_the_main_file_holds_what_was_accepted(db: Path, tmp_path: Path) -> None:
    client = _client(db)
    assert client.get(SETTINGS).status_code == 200  # the viewer keeps the file open
    for n in range(5):
        assert _ask(client, f"Question {n}?").status_code == 303
        copy = shutil.copy(db, tmp_path / f"copy-{n}.db")
        assert _question(Path(copy)) == f"Question {n}?"


def test_what_a_reader_kept_out_of_the_main_file_comes_into_it_later(
    db: Path, tmp_path: Path
) -> None:
    client = _client(db)
    with open_store(db) as reader:
        reader.hold()
        assert reader.discussions.all()
        assert _ask(client, "First?").status_code == 303
        assert _ask(client, "Where?").status_code == 303
        assert _question(Path(shutil.copy(db, tmp_path / "early.db"))) != "Where?"
    assert client.get("/").status_code == 200
    assert _question(Path(shutil.copy(db, tmp_path / "later.db"))) == "Where?"
