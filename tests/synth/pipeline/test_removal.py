"""Deleting discussions: nothing of one stays in the file, among the jobs or in the uploads."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from synth.cli import main
from synth.errors import StoreProblem
from synth.pipeline import delete_due, removal
from synth.store import NewJob, Place, Step, open_jobs, open_store
from synth.store.jobs_file import jobs_folder
from tests.web.conftest import TEXTS, fill

TABLES = (
    *("sources", "participants", "participant_names", "messages", "runs", "ideas", "events"),
    *("memberships", "invitations", "repetitions", "spaces", "proposals", "claims", "passages"),
)


@pytest.fixture
def db(tmp_path: Path) -> Path:
    """The made-up discussion, another one of the same words, and a job with uploads for each."""
    path = tmp_path / "town.db"
    with open_store(path) as store:
        fill(store)
        other = store.discussions.add("Another")
        source = store.sources.begin(other.id, name="x.csv", format="table")
        store.sources.finish(
            source, state="done", sha256="", n_bytes=1, counts=(0, 0, 0), problems=()
        )
        here = store.discussions.named("the-market-square")
    folder = jobs_folder(path)
    folder.mkdir()
    with open_jobs(folder / "jobs.db") as jobs:
        for found in (here, other):
            (folder / "uploads" / f"job-{found.id}").mkdir(parents=True)
            number = jobs.add(
                NewJob(
                    kind="upload",
                    title=found.title,
                    asked_by="x",
                    settings={},
                    uploads=f"job-{found.id}",
                )
            )
            place = Place(
                discussion_id=found.id, slug=found.slug, title=found.title, step=Step.IMPORT
            )
            jobs.queue(number, place)
    return path


def _finish(db: Path) -> None:
    with open_jobs(jobs_folder(db) / "jobs.db") as jobs:
        for number in (1, 2):
            jobs.end_as(number, "interrupted")  # type: ignore[arg-type]
            jobs.finish(number, "interrupted")  # type: ignore[arg-type]


def test_everything_of_a_deleted_discussion_goes(db: Path) -> None:
    _finish(db)
    asked = ("delete", "--now", "--yes", "--discussion", "the-market-square", "--db", str(db))
    ran = CliRunner().invoke(main, ["discussion", *asked])
    assert ran.exit_code == 0, ran.output
    raw = sqlite3.connect(db)
    left = {name: raw.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in TABLES}
    assert {name for name, n in left.items() if n} == {"sources"}, "the other one's source stays"
    assert raw.execute("PRAGMA foreign_key_check").fetchall() == []
    raw.close()
    folder = jobs_folder(db)
    for file in (db, folder / "jobs.db"):
        assert not any(text.encode() in file.read_bytes() for text in TEXTS)
        assert b"The market square" not in file.read_bytes()
    assert [path.name for path in (folder / "uploads").iterdir()] == ["job-2"]
    with open_jobs(folder / "jobs.db") as jobs:
        assert [job.title for job in jobs.last(limit=9)] == ["Another"]
    with open_store(db) as store:
        assert store.audit.last()[0].verb == "deleted"
        assert store.discussions.add("The market square").id == 3, "its number is not given again"


def test_a_deletion_waits_for_its_day_and_for_the_jobs(db: Path) -> None:
    later = datetime.now(UTC) + timedelta(days=3)
    with open_store(db) as store:
        found = store.discussions.named("the-market-square")
        assert store.removals.losses(found.id)["messages"] == len(TEXTS)
        store.removals.ask(found.id, at=later, actor="x")
        assert delete_due(store, actor="x") == []
        with open_jobs(jobs_folder(db) / "jobs.db") as jobs:
            jobs.take(list(Step))
        assert delete_due(store, actor="x", at=later) == [], "a job is at work"
        _finish(db)
        assert delete_due(store, actor="x", at=later) == ["the-market-square"]
        assert [one.slug for one in store.discussions.all()] == ["another"]


def test_what_is_taken_back_at_the_last_moment_stays(
    db: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _finish(db)
    with open_store(db) as store, open_store(db) as other:
        stop = removal.open_jobs

        def meanwhile(path: Path) -> object:
            other.removals.take_back(1, actor="y")
            return stop(path)

        store.removals.ask(1, at=datetime.now(UTC), actor="x")
        monkeypatch.setattr(removal, "open_jobs", meanwhile)
        assert delete_due(store, actor="x") == []
        assert len(store.discussions.all()) == 2


def test_the_command_line_archives_and_takes_back(db: Path) -> None:
    def synth(*arguments: str) -> str:
        ran = CliRunner().invoke(main, [*arguments, "--db", str(db)])
        return ran.output + str(ran.exception or "")

    here = ("--discussion", "the-market-square")
    synth("discussion", "archive", *here)
    assert "archived" in synth("discussion", "list")
    assert "is archived" in synth("build", *here) + synth("correct", "confirm", "1", *here)
    with open_store(db) as store, pytest.raises(StoreProblem, match="is archived"):
        from synth.pipeline import require_open

        require_open(store.discussions.named("the-market-square"))
    synth("discussion", "unarchive", *here)
    assert "is deleted on" in synth("discussion", "delete", "--yes", "--after", "2", *here)
    assert "going to be deleted" in synth("build", *here)
    synth("discussion", "keep", *here)
    synth("discussion", "rename", "The old square", *here)
    synth("discussion", "describe", "--question", "What  now?", *here)
    assert "the-market-square  The old square  (6 messages)" in synth("discussion", "list")
    with open_store(db) as store:
        assert store.discussions.named("the-market-square").question == "What now?"
