"""Programs that are killed at a random moment, and what their file holds afterwards.

``python -m tests.kills N SEED`` kills each kind of work N times and prints a line of JSON a kind. A
child process counts the calls that it makes and kills itself at one of them, so the same seed kills
at the same moments; with ``clock`` as a third word the parent kills it, after a random time.
"""

from __future__ import annotations

import json
import os
import random
import select
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from synth.corrections import rename_idea
from synth.errors import StoreProblem
from synth.pipeline import build, import_files
from synth.settings import Settings
from synth.store import ExtractChange, open_store
from synth.store.backup import back_up, restore
from tests.synth.small_discussion import rows, write_csv

Act = Callable[[Path, Callable[[int], None]], None]
Check = Callable[[Path, int], None]
"""What holds of the folder, after ``told`` was called with this number last; -1 for never."""
ONE = 1
DB = "town.db"
N_MESSAGES = 300
N_EDITS = 60
OTHER_SEED = Settings(quality="draft", seed=7)
REMAINDER = 4
"""Of so many killed works one is repeated, and has to end as if nothing had been."""
EXPECTED = "expected.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """Something that is done to a copy of a prepared folder."""

    name: str
    act: Act
    check: Check


@dataclass(slots=True, kw_only=True)
class Tally:
    """What came of the kills of one kind of work."""

    name: str
    n_kills: int = 0
    n_ended: int = 0
    """Works that had ended before they were to be killed."""
    n_told: int = 0
    """Edits that had been accepted."""
    faults: list[str] = field(default_factory=list)


def prepare(folder: Path) -> None:
    """A discussion with its map, an export to read, a backup to put back, and what a work that
    nobody kills ends in."""
    town = write_csv(folder / "town.csv", rows())
    write_csv(folder / "more.csv", rows(N_MESSAGES))
    with open_store(folder / DB) as store:
        found = store.discussions.add("The town")
        import_files(store, found.id, [town])
        build(store, found.id, Settings(quality="draft"))
    back_up(folder / DB, folder / "sunday.db")
    expected: dict[str, Any] = {"map": _map_of(folder / DB), "messages": _messages_of(folder / DB)}
    with tempfile.TemporaryDirectory() as name:
        copy = Path(name) / "copy"
        shutil.copytree(folder, copy)
        _build(copy, lambda _: None)
        expected["other map"] = _map_of(copy / DB)
        _import(copy, lambda _: None)
        expected["more messages"] = _messages_of(copy / DB)
    (folder / EXPECTED).write_text(json.dumps(expected), encoding="utf-8")


# -- the works -----------------------------------------------------------------------------


def _import(folder: Path, told: Callable[[int], None]) -> None:
    with open_store(folder / DB) as store:
        import_files(store, ONE, [folder / "more.csv"])
    told(0)


def _check_import(folder: Path, last: int) -> None:
    expected = json.loads((folder / EXPECTED).read_text(encoding="utf-8"))
    found = _messages_of(folder / DB)
    assert found == expected["more messages"] or (last < 0 and found == expected["messages"])
    with open_store(folder / DB) as store:
        assert {source.state for source in store.sources.all(ONE)} == {"done"}


def _build(folder: Path, told: Callable[[int], None]) -> None:
    with open_store(folder / DB) as store:
        build(store, ONE, OTHER_SEED, force=True)
    told(0)


def _check_build(folder: Path, last: int) -> None:
    expected = json.loads((folder / EXPECTED).read_text(encoding="utf-8"))
    found = _map_of(folder / DB)
    assert found == expected["other map"] or (last < 0 and found == expected["map"])


def _edit(folder: Path, told: Callable[[int], None]) -> None:
    """As requests do it: each edit opens the file anew, and one that reads has it open as well."""
    with open_store(folder / DB) as watching:
        extract = watching.extracts.all(ONE)[0]
        for n in range(N_EDITS):
            with open_store(folder / DB) as store:
                if n % 2:
                    rename_idea(store, ONE, 1, title=f"Title {n}", actor="Ada")
                else:
                    change = ExtractChange(tags=(f"tag {n}",))
                    store.extracts.decide(extract.id, change, actor="Ada")
            told(n)


def _check_edits(folder: Path, last: int) -> None:
    alone = folder / "copy of the main file.db"
    shutil.copy(folder / DB, alone)
    for path in (alone, folder / DB):
        with open_store(path) as store:
            n_edits = sum(event["actor"] == "Ada" for event in store.events.last(ONE, limit=1_000))
            tags = {tag for extract in store.extracts.all(ONE) for tag in extract.tags}
        assert last < n_edits <= last + 2, f"{path.name}: {n_edits} edits, {last + 1} accepted"
        if n_edits:
            assert tags == {f"tag {(n_edits - 1) // 2 * 2}"}


def _back_up(folder: Path, told: Callable[[int], None]) -> None:
    for n in range(3):
        back_up(folder / DB, folder / "monday.db", is_forced=True)
        told(n)


def _check_backup(folder: Path, last: int) -> None:
    made = folder / "monday.db"
    assert made.exists() or last < 0
    if made.exists():
        _require_sound(made)
        assert _messages_of(made) == _messages_of(folder / DB)


def _restore(folder: Path, told: Callable[[int], None]) -> None:
    restore(folder / "sunday.db", folder / DB, at=datetime(2026, 3, 4, tzinfo=UTC))
    told(0)


def _check_restore(folder: Path, _last: int) -> None:
    expected = json.loads((folder / EXPECTED).read_text(encoding="utf-8"))
    assert _messages_of(folder / DB) == expected["messages"]


WORKS = (
    Work(name="import", act=_import, check=_check_import),
    Work(name="build", act=_build, check=_check_build),
    Work(name="edit", act=_edit, check=_check_edits),
    Work(name="backup", act=_back_up, check=_check_backup),
    Work(name="restore", act=_restore, check=_check_restore),
)


# -- what a file holds ---------------------------------------------------------------------


def _require_sound(db: Path) -> None:
    with closing(sqlite3.connect(db)) as raw:
        assert raw.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert raw.execute("PRAGMA foreign_key_check").fetchall() == []


def _messages_of(db: Path) -> list[list[Any]]:
    with open_store(db, must_exist=True) as store:
        return [
            [m.id, m.source_id, m.author, m.thread_id, m.parent_id, m.rank, m.text]
            for m in store.messages.all(ONE)
        ]


def _map_of(db: Path) -> list[list[Any]]:
    with open_store(db, must_exist=True) as store:
        ideas = [[i.id, i.parent_id, i.title, i.n_messages] for i in store.ideas.outline(ONE)]
        placed = [[p.passage_id, p.idea_id, p.weight] for p in store.ideas.placements(ONE)]
        taken = [[e.message_id, e.start, e.quote] for e in store.extracts.all(ONE)]
    return [*ideas, *placed, *taken]


# -- killing -------------------------------------------------------------------------------


def kill_often(work: Work, prepared: Path, *, n: int, seed: int, by_clock: bool) -> Tally:
    """Kill a work ``n`` times, each time in a fresh copy of the folder."""
    tally, draw = Tally(name=work.name), random.Random(f"{work.name} {seed}")
    whole = _measured(work, prepared, by_clock=by_clock)
    for number in range(n):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name) / "town"
            shutil.copytree(prepared, folder)
            moment = draw.uniform(0, whole) if by_clock else draw.randrange(int(whole))
            is_killed, last = _killed(work, folder, moment, by_clock=by_clock)
            tally.n_kills += is_killed
            tally.n_ended += not is_killed
            tally.n_told += last + 1
            try:
                work.check(folder, last)
                _require_sound(folder / DB)
                if work.name != "edit" and number % REMAINDER == 0:
                    with suppress(StoreProblem):  # a file of that name may be kept already
                        work.act(folder, lambda _: None)
                    work.check(folder, 0)
            except Exception as error:
                tally.faults.append(f"{moment:.6g} of {whole:.6g}: {type(error).__name__} {error}")
    return tally


def _measured(work: Work, prepared: Path, *, by_clock: bool) -> float:
    """How long the work takes in seconds, or how many calls it makes, once all is loaded."""
    _alone(work, prepared, None)
    if by_clock:
        return min(_alone(work, prepared, None) for _ in range(3))
    n_calls = 0

    def count(_frame: object, _event: str, _argument: object) -> None:
        nonlocal n_calls
        n_calls += 1

    _alone(work, prepared, count)
    return n_calls


def _alone(work: Work, prepared: Path, watch: Callable[[Any, str, Any], None] | None) -> float:
    """Seconds that the work takes here."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "town"
        shutil.copytree(prepared, folder)
        begun = time.monotonic()
        sys.setprofile(watch)
        try:
            work.act(folder, lambda _: None)
        finally:
            sys.setprofile(None)
        return time.monotonic() - begun


def _killed(work: Work, folder: Path, moment: float, *, by_clock: bool) -> tuple[bool, int]:
    """Do a work in a child that is killed; whether it was, and what it told last."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        _act_and_die(work, folder, writing, None if by_clock else moment)
    os.close(writing)
    if by_clock:
        ended = select.poll()
        watched = os.pidfd_open(child)
        ended.register(watched, select.POLLIN)
        ended.poll(min(moment * 1000, 2**31 - 1))
        os.close(watched)
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
    with os.fdopen(reading) as lines:
        told = [int(line) for line in lines]
    _, status = os.waitpid(child, 0)
    if os.WIFEXITED(status) and os.WEXITSTATUS(status) != 0:
        raise AssertionError(f"{work.name} failed by itself")
    return os.WIFSIGNALED(status), told[-1] if told else -1


def _act_and_die(work: Work, folder: Path, writing: int, moment: float | None) -> None:
    """The child: never returns."""
    n_calls = 0

    def die_in_time(_frame: object, _event: str, _argument: object) -> None:
        nonlocal n_calls
        n_calls += 1
        if moment is not None and n_calls > moment:
            os.kill(os.getpid(), signal.SIGKILL)

    def tell(n: int) -> None:
        os.write(writing, b"%d\n" % n)

    try:
        if moment is not None:
            sys.setprofile(die_in_time)
        work.act(folder, tell)
    except BaseException:
        sys.setprofile(None)
        sys.excepthook(*sys.exc_info())
        os._exit(1)
    os._exit(0)


def tallies(n: int, seed: int, *, by_clock: bool) -> Iterator[Tally]:
    """One for each kind of work."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "prepared"
        folder.mkdir()
        command = "import sys, pathlib, tests.kills as k; k.prepare(pathlib.Path(sys.argv[1]))"
        subprocess.run([sys.executable, "-c", command, str(folder)], check=True)
        for work in WORKS:
            yield kill_often(work, folder, n=n, seed=seed, by_clock=by_clock)


if __name__ == "__main__":
    for told in tallies(int(sys.argv[1]), int(sys.argv[2]), by_clock="clock" in sys.argv[3:]):
        facts = {name: getattr(told, name) for name in Tally.__slots__}
        print(json.dumps(facts), flush=True)
