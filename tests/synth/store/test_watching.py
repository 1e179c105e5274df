from __future__ import annotations

import gc
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from synth.store import Version, Watch, open_store


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "watched.db"
    open_store(path).close()
    return path


@pytest.fixture
def watch(path: Path) -> Iterator[Watch]:
    watch = Watch(path)
    yield watch
    watch.close()


def test_the_version_stays_while_nobody_writes(watch: Watch, path: Path) -> None:
    before = watch.version()
    with open_store(path) as store:
        store.discussions.all()
    assert before is not None
    assert watch.version() == before


def test_every_change_makes_another_version(watch: Watch, path: Path) -> None:
    seen = {watch.version()}
    with open_store(path) as store:
        for n in range(50):  # faster than the clock of the file system
            store.discussions.add(f"Discussion {n}")
            seen.add(watch.version())
        store.vacuum()
        seen.add(watch.version())
    assert len(seen) == 52


def test_another_file_in_its_place_is_another_version(watch: Watch, path: Path) -> None:
    before = watch.version()
    for end in ("", "-wal", "-shm"):
        Path(f"{path}{end}").unlink(missing_ok=True)
    assert watch.version() is None
    open_store(path).close()
    assert watch.version() not in (None, before)


def test_what_is_no_database_has_no_version(tmp_path: Path) -> None:
    (tmp_path / "words.db").write_text("words " * 1000)
    assert Watch(tmp_path / "words.db").version() is None
    assert Watch(tmp_path / "none.db").version() is None
    assert not (tmp_path / "none.db").exists()


def test_a_watch_that_nobody_holds_is_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[sqlite3.Connection] = []
    connect = sqlite3.connect

    def noting(*arguments: Any, **words: Any) -> sqlite3.Connection:
        opened.append(connect(*arguments, **words))
        return opened[-1]

    open_store(tmp_path / "d.db").close()
    monkeypatch.setattr(sqlite3, "connect", noting)
    watch = Watch(tmp_path / "d.db")
    assert watch.version() is not None
    del watch
    gc.collect()
    (connection,) = opened
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        connection.execute("SELECT 1")


def test_threads_may_ask_at_the_same_time(watch: Watch) -> None:
    found: list[Version | None] = []
    threads = [
        threading.Thread(target=lambda: found.extend(watch.version() for _ in range(50)))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 200
    assert len(set(found)) == 1
