"""A store, and a discussion in it that was built once for all tests."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from synth.pipeline import import_files, run
from synth.settings import Settings
from synth.store import Store, open_store
from tests.synth.small_discussion import rows, write_csv

DRAFT = Settings(quality="draft")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "discussion.db") as opened:
        yield opened


@pytest.fixture
def discussion_id(store: Store) -> int:
    return store.discussions.add("The town").id


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """Forty messages as a CSV file."""
    return write_csv(tmp_path / "town.csv", rows())


@pytest.fixture(scope="session")
def _built_db(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("built")
    db = folder / "built.db"
    run([write_csv(folder / "town.csv", rows())], db=db, settings=DRAFT)
    return db


@pytest.fixture
def built(_built_db: Path, tmp_path: Path) -> Iterator[Store]:
    """A discussion whose map is there, to be changed at will."""
    copy = tmp_path / "built.db"
    shutil.copy(_built_db, copy)
    with open_store(copy) as opened:
        yield opened


@pytest.fixture
def imported(store: Store, discussion_id: int, table: Path) -> Store:
    """A discussion whose messages are there, without a map."""
    import_files(store, discussion_id, [table])
    return store
