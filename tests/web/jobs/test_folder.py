"""The folder of jobs: names of files, what is received, and what is left when there is no room."""

from __future__ import annotations

import errno
import io
import os
import time
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import FileStorage

from synth.store import Store
from tests.web.jobs.test_jobs import CSV, send, uploaded
from web.jobs.folder import (
    LONGEST_NAME,
    RECEIVED_WITHIN,
    IncomingFile,
    JobFolder,
    NoRoomForUploads,
    new_name,
    safe_name,
)


@pytest.fixture
def folder(tmp_path: Path) -> JobFolder:
    made = JobFolder.beside(tmp_path / "town.db")
    made.make()
    return made


def sent(body: bytes, name: str) -> FileStorage:
    return FileStorage(io.BytesIO(body), filename=name)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("talk.mbox", "talk.mbox"),
        ("../../etc/passwd", "etc_passwd"),
        ("C:\\exports\\talk.mbox", "C_exports_talk.mbox"),
        ("été 2024.csv", "été_2024.csv"),
        ("e\u0301te\u0301.csv", "été.csv"),
        ("会議.csv", "会議.csv"),
        ("मराठी.csv", "मराठी.csv"),
        ("team.slack.zip", "team.slack.zip"),
        ("a\x00b\n.csv", "a_b.csv"),
        ("-rf.csv", "rf.csv"),
        ("📄.csv", "upload-1.csv"),
        ("..", "upload-1"),
        ("", "upload-1"),
    ],
)
def test_file_names_are_made_safe_and_keep_their_ending(given: str, kept: str) -> None:
    assert safe_name(given, 1) == kept


@pytest.mark.parametrize("letter", ["a", "é", "会", "क्", "."])
@pytest.mark.parametrize("n", [1, 40, 120, 304, 5000])
def test_a_name_of_any_length_can_be_written(letter: str, n: int, tmp_path: Path) -> None:
    name = safe_name(letter * n + ".tar.gz", 1)
    assert len(name.encode()) <= LONGEST_NAME
    assert name.endswith(".tar.gz")
    (tmp_path / name).write_bytes(b"x")


def test_an_upload_with_a_long_name_is_taken(app: Flask, client: FlaskClient) -> None:
    assert send(client, (CSV, "é" * 300 + ".csv"), (CSV, "é" * 300 + ".csv")).status_code == 303
    names = sorted(path.name for path in uploaded(app))
    assert len(names) == 2
    assert all(name.endswith(".csv") for name in names)


def test_what_is_received_is_not_copied(folder: JobFolder) -> None:
    received = folder.receive()
    received.write(CSV)
    number = Path(received._file.name).stat().st_ino
    kept = folder.keep(new_name(), [FileStorage(received, filename="a.csv")])  # type: ignore[arg-type]
    received._file.close()
    assert (kept / "a.csv").read_bytes() == CSV
    assert (kept / "a.csv").stat().st_ino == number
    assert list((folder.uploads / "incoming").iterdir()) == []


def test_files_of_the_same_name_are_both_kept(folder: JobFolder) -> None:
    kept = folder.keep(new_name(), [sent(b"1", "a.csv"), sent(b"2", "a.csv")])
    assert {path.name: path.read_bytes() for path in kept.iterdir()} == {
        "a.csv": b"1",
        "2-a.csv": b"2",
    }


def test_nobody_else_reads_what_was_uploaded(folder: JobFolder) -> None:
    kept = folder.keep(new_name(), [sent(CSV, "a.csv")])
    for path in (folder.root, folder.uploads, kept):
        assert path.stat().st_mode & 0o077 == 0


def test_uploads_can_be_kept_elsewhere(tmp_path: Path) -> None:
    folder = JobFolder.beside(tmp_path / "town.db", uploads=tmp_path / "large")
    assert folder.keep("job-1", [sent(CSV, "a.csv")]).parent == tmp_path / "large"


def test_what_is_left_of_an_upload_that_was_cut_off_goes(folder: JobFolder) -> None:
    incoming = folder.uploads / "incoming"
    for name, age in (("part-old", RECEIVED_WITHIN + 60), ("part-new", 0.0)):
        (incoming / name).write_bytes(CSV)
        at = time.time() - age
        os.utime(incoming / name, (at, at))
    folder.sweep(set())
    assert [path.name for path in incoming.iterdir()] == ["part-new"]


class Full:
    """Stands for a disk without room."""

    def __call__(self, *_: Any, **__: Any) -> Any:
        raise OSError(errno.ENOSPC, "No space left on device")


def test_a_full_disk_keeps_nothing_of_an_upload(
    folder: JobFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.copyfileobj", Full())
    with pytest.raises(NoRoomForUploads):
        folder.keep("job-1", [sent(CSV, "a.csv")])
    assert not (folder.uploads / "job-1").exists()


def test_a_full_folder_is_told_in_one_line_and_leaves_nothing(
    app: Flask, client: FlaskClient, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = [found.title for found in store.discussions.all()]
    for broken in ("web.jobs.folder._place", "web.jobs.folder.JobFolder.receive"):
        with monkeypatch.context() as patch:
            patch.setattr(broken, _no_room)
            answer = send(client, (CSV, "old_bridge.csv"))
        assert answer.status_code == 507
        assert "The folder of uploads is full" in answer.text
        assert uploaded(app) == []
        assert [found.title for found in store.discussions.all()] == before
        assert client.get("/jobs/1").status_code == 404


def _no_room(*_: Any) -> Any:
    raise NoRoomForUploads


def test_a_file_that_finds_no_room_is_let_go(folder: JobFolder) -> None:
    received = IncomingFile(folder.uploads / "incoming")

    class NoRoom:
        def write(self, _part: bytes) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

        def close(self, close: Any = received._file.close) -> None:
            close()

    received._file = NoRoom()  # type: ignore[assignment]
    with pytest.raises(NoRoomForUploads):
        received.write(CSV)
    assert list((folder.uploads / "incoming").iterdir()) == []


def test_another_trouble_of_the_disk_is_not_taken_for_a_full_one(
    folder: JobFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr("shutil.copyfileobj", broken)
    with pytest.raises(OSError, match="Input/output"):
        folder.keep("job-1", [sent(CSV, "a.csv")])
    assert not (folder.uploads / "job-1").exists()
