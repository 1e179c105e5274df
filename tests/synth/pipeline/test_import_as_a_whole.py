"""An import is stored as a whole or not at all, and lets others work meanwhile."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from synth.importers import Reading, ReadOptions, read
from synth.masks import Masking
from synth.pipeline import build, import_files, importing
from synth.records import Problem, RawMessage
from synth.settings import QUIET, Settings, Stage
from synth.store import Store, open_store
from tests.synth.small_discussion import rows, write_csv


class _Meanwhile:
    """Progress that does something else when a stage begins."""

    def __init__(self, stage: str, action: Callable[[], object]) -> None:
        self._stage, self._action = stage, action

    @contextmanager
    def stage(self, name: str, *, total: int | None, unit: str) -> Iterator[Stage]:
        if name == self._stage:
            self._action()
        with QUIET.stage(name, total=total, unit=unit) as stage:
            yield stage


@pytest.mark.parametrize("stage", ["Import", "Store", "Thread"])
def test_an_import_that_fails_leaves_nothing(
    store: Store, discussion_id: int, table: Path, stage: str
) -> None:
    def fail() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_files(store, discussion_id, [table], progress=_Meanwhile(stage, fail))
    assert store.messages.count(discussion_id) == 0
    assert store.sources.all(discussion_id) == []
    assert store.participants.known(discussion_id) == {}
    assert import_files(store, discussion_id, [table]).n_added == 40


@pytest.mark.parametrize(("stage", "is_dry"), [("Import", False), ("Thread", True)])
def test_others_may_write_while_an_import_reads_or_is_tried(
    store: Store, discussion_id: int, table: Path, *, stage: str, is_dry: bool
) -> None:
    def write() -> None:
        with open_store(store.path) as other:
            other._db.execute("PRAGMA busy_timeout = 0")
            other.discussions.add("Meanwhile")

    import_files(store, discussion_id, [table], dry_run=is_dry, progress=_Meanwhile(stage, write))
    assert store.discussions.find("Meanwhile") is not None


def test_two_imports_of_one_export_at_once_add_it_once(
    store: Store, discussion_id: int, table: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second was read before the first was stored."""
    newer = rows(50)
    newer[3]["text"] += " Edited since."
    cleaned = importing._cleaned

    def clean_while_others_import(
        raws: Sequence[RawMessage], masking: Masking
    ) -> list[importing._Cleaned]:
        with monkeypatch.context() as patch:
            patch.setattr(importing, "_cleaned", cleaned)
            with open_store(store.path) as other:
                import_files(other, discussion_id, [table])
        return cleaned(raws, masking)

    monkeypatch.setattr(importing, "_cleaned", clean_while_others_import)
    (table.parent / "later").mkdir()
    later = write_csv(table.parent / "later" / table.name, newer)
    report = import_files(store, discussion_id, [later])
    assert (report.n_added, report.n_updated, report.n_unchanged) == (10, 1, 39)
    messages = {m.source_id: m for m in store.messages.all(discussion_id)}
    assert len(messages) == 50
    assert messages["4"].text.endswith("Edited since.")


def test_who_is_erased_while_their_export_is_read_stays_away(
    store: Store, discussion_id: int, table: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_files(store, discussion_id, [table])
    name, participant_id = min(store.participants.known(discussion_id).items())
    more = [row | {"text": f"{row['text']} Edited since."} for row in rows(60)]
    cleaned = importing._cleaned

    def clean_while_others_erase(
        raws: Sequence[RawMessage], masking: Masking
    ) -> list[importing._Cleaned]:
        with open_store(store.path) as other:
            other.participants.erase(discussion_id, participant_id)
        return cleaned(raws, masking)

    monkeypatch.setattr(importing, "_cleaned", clean_while_others_erase)
    report = import_files(store, discussion_id, [write_csv(table.with_name("newer.csv"), more)])
    by_author = Counter(row["author"] for row in more)
    assert report.n_added + report.n_updated == 60 - by_author[name] < 60
    assert name not in store.participants.known(discussion_id)


def test_what_is_written_is_not_opened_as_input(
    store: Store, discussion_id: int, table: Path
) -> None:
    """To close a file is to lose all locks on it, SQLite's own included."""
    try_to_write = (
        "import sqlite3, sys; db = sqlite3.connect(sys.argv[1], timeout=0);"
        "db.execute('BEGIN IMMEDIATE')"
    )
    linked = table.with_name("linked.csv")
    linked.hardlink_to(store.path)
    store.path.with_name(f"{store.path.name}.secret").write_text("0123456789abcdef" * 4)
    with store.atomic():
        found = list(read([table.parent], options=ReadOptions(store=store.path)))
        other = subprocess.run(
            [sys.executable, "-c", try_to_write, str(store.path)],
            capture_output=True,
            check=False,
            text=True,
        )
    assert "database is locked" in other.stderr
    assert [one.name for one in found if isinstance(one, Reading)] == [str(table)]
    assert not [one for one in found if isinstance(one, Problem)]


def test_the_discussion_file_is_no_export(store: Store, discussion_id: int, table: Path) -> None:
    report = import_files(store, discussion_id, [store.path, table])
    (problem,) = report.problems
    assert problem.what == "is the discussion file itself"
    assert report.n_added == 40


def test_a_map_of_half_an_export_says_so_until_the_rest_is_there(
    store: Store, discussion_id: int, table: Path
) -> None:
    """Files of earlier versions may hold what an import left behind when it was killed."""
    import_files(store, discussion_id, [table])
    (source,) = store.sources.all(discussion_id)
    threads = {m.id: (m.thread_id, m.rank) for m in store.messages.all(discussion_id)}
    assert len(set(threads.values())) > 1
    store._db.execute("UPDATE sources SET state = 'running'")
    store._db.execute("UPDATE messages SET thread_id = NULL, parent_id = NULL, rank = 0, depth = 0")
    draft = Settings(quality="draft")
    for _ in range(2):  # the map is unchanged the second time
        assert build(store, discussion_id, draft).cut_off == (source.name,)
    assert {m.id: (m.thread_id, m.rank) for m in store.messages.all(discussion_id)} == threads
    more = write_csv(table, rows(41))
    import_files(store, discussion_id, [more])
    assert build(store, discussion_id, draft).cut_off == ()
