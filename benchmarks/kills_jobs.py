"""Kill server, worker and the processes of jobs at random moments; count what was lost.

    python -m benchmarks.kills_jobs --kills 300

A viewer serves a new file in a temporary folder. Small exports are uploaded one after the other,
into new discussions and into those that are there, and maps are made anew. At random moments one of
its processes, or all of them, get SIGKILL; a server that is dead is started again. After each kill
the file is looked at: no export may be stored in part, no map in part, and every edit that was
accepted has to be there. In the end every job has an end, and nothing of one is left on the disk.
"""

from __future__ import annotations

import io
import os
import random
import signal
import socket
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import click
import psutil

from synth.parallel import new_python
from synth.settings import Settings
from synth.store import Discussion, Framing, JobState, LogLine, Store, open_store
from web.jobs.control import Jobs

N_MESSAGES = 40
"""Of one export."""
DRAFT = Settings(quality="draft")
VICTIMS = ("job", "job", "worker", "server", "all")
"""Drawn from at random."""
LONGEST = 4.0
"""Seconds from one kill to the next at most; what a job takes on a machine with other work."""
LEFT_ALONE = 0.3
"""Share of the kills after which the jobs may end before the next one."""
PATIENCE = 300.0
"""Seconds for jobs to end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """A small export as it comes with a request."""

    number: int
    filename: str | None = "export.csv"

    @property
    def stream(self) -> io.BytesIO:
        themes = ("The bridge", "A market", "Our library", "The school")
        rows = [
            f"{self.number}-{n},{themes[n % 4]} needs a better way in for all of {n}.,v{n % 7}"
            for n in range(N_MESSAGES)
        ]
        return io.BytesIO(("id,text,author\n" + "\n".join(rows) + "\n").encode())


@dataclass(slots=True, kw_only=True)
class Tally:
    """What was done and what went wrong."""

    kills: Counter[str] = field(default_factory=Counter)
    states: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    seconds_down: list[float] = field(default_factory=list)
    """From a kill of the server until it was up again."""


class Viewer:
    """``synth serve`` over one file, started again whenever it is dead."""

    def __init__(self, db: Path) -> None:
        self.db = db
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._port = probe.getsockname()[1]
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        arguments = ("-m", "synth", "serve", "--db", str(self.db), "--port", str(self._port))
        command, environment = new_python(*arguments)
        mark = {"KILLS_OF": str(self.db)}
        self._process = subprocess.Popen(  # started again later
            command, env=environment | mark, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        while not self._answers():
            time.sleep(0.05)

    def revive(self) -> bool:
        """Start it again if it is dead; whether it was."""
        assert self._process is not None
        if self._process.poll() is None:
            return False
        self.start()
        return True

    def wait(self) -> None:
        """Until the server is dead."""
        assert self._process is not None
        self._process.wait()

    def stop(self) -> float:
        """End it in good order; returns the seconds that it took."""
        assert self._process is not None
        begun = time.monotonic()
        self._process.send_signal(signal.SIGTERM)
        self._process.wait()
        return time.monotonic() - begun

    def processes(self, kind: str) -> list[psutil.Process]:
        """``server``, ``worker``, ``job``, or ``all`` of them."""
        marks = {
            "server": "serve",
            "worker": "web.jobs.command",
            "job": "web.jobs.work import",
            "all": "",
        }
        found = []
        for process in psutil.process_iter():
            with suppress(psutil.Error):
                if process.environ().get("KILLS_OF") != str(self.db):
                    continue
                if marks[kind] in " ".join(process.cmdline()):
                    found.append(process)
        return found

    def _answers(self) -> bool:
        with suppress(OSError), socket.create_connection(("127.0.0.1", self._port), timeout=1):
            return True
        return False


class Round:
    """One run of the benchmark."""

    def __init__(self, db: Path, chance: random.Random) -> None:
        self.db = db
        self._chance = chance
        self.viewer = Viewer(db)
        self.jobs = Jobs(db)
        self.tally = Tally()
        self._n_exports = 0
        self._expected: dict[str, str] = {}
        """Slug → the question that was accepted last."""

    def ask(self) -> None:
        """One more job of any kind."""
        with open_store(self.db) as store:
            there = [found for found in store.discussions.all() if found.n_messages]
        kind = self._chance.choice(("new", "more", "build")) if there else "new"
        chosen = self._chance.choice(there) if there else None
        if kind == "build" and chosen is not None:
            self.jobs.build(chosen, DRAFT, asked_by="bench")
            return
        self._n_exports += 1
        export = Export(number=self._n_exports, filename=f"export{self._n_exports}.csv")
        self.jobs.upload(
            [export],
            DRAFT,
            opens=lambda: chosen if kind == "more" and chosen else self._opened(export.number),
            is_first=kind == "new" or chosen is None,
            title=f"Town {export.number}",
            asked_by="bench",
        )

    def _opened(self, number: int) -> Discussion:
        with open_store(self.db) as store:
            return store.discussions.add(f"Town {number}")

    def edit(self) -> None:
        """A facilitator writes a question; it is accepted when this returns."""
        with open_store(self.db) as store:
            there = [found for found in store.discussions.all() if found.n_messages]
            if there:
                chosen, question = self._chance.choice(there), f"What of {self._chance.random()}?"
                framing: Framing = replace(chosen.framing, question=question)
                store.discussions.frame(chosen.id, framing, actor="bench")
                self._expected[chosen.slug] = question

    def kill(self) -> None:
        """Let a moment pass, and kill."""
        time.sleep(self._chance.uniform(0.0, LONGEST))
        kind = self._chance.choice(VICTIMS)
        victims = self.viewer.processes(kind)
        for victim in victims:
            with suppress(ProcessLookupError):
                os.kill(victim.pid, signal.SIGKILL)
        if not victims:
            return
        self.tally.kills[kind] += 1
        if kind in {"server", "all"}:
            self.viewer.wait()
        self.check()
        begun = time.monotonic()
        if self.viewer.revive():
            self.tally.seconds_down.append(time.monotonic() - begun)

    def check(self) -> None:
        """Look at the file as a reader does."""
        with open_store(self.db) as store:
            for found in store.discussions.all():
                if found.n_messages % N_MESSAGES:
                    self._fault(f"{found.slug}: {found.n_messages} messages, half an export")
                self._check_map(store, found)
                wanted = self._expected.get(found.slug)
                if wanted is not None and found.question != wanted:
                    self._fault(f"{found.slug}: an accepted edit is gone")

    def _check_map(self, store: Store, found: Discussion) -> None:
        run = store.runs.last(found.id)
        n_placed, n_ideas = len(store.ideas.placements(found.id)), found.n_ideas
        if run is not None and not n_ideas:
            self._fault(f"{found.slug}: its map is gone")
        if n_ideas and n_placed % N_MESSAGES and n_placed != len(store.passages.all(found.id)):
            self._fault(f"{found.slug}: {n_placed} placements, half a map")

    def let_end(self) -> None:
        """Wait for the end of every job."""
        until = time.monotonic() + PATIENCE
        while any(not status.job.is_over for status in self.jobs.last()):
            if time.monotonic() > until:
                self._fault("a job has no end")
                break
            time.sleep(0.2)
        self.check()

    def end(self) -> None:
        """Wait for the last jobs; look for what is left over."""
        self.let_end()
        counts = {JobState(name): n for name, n in self.jobs.counts().items()}
        self.tally.states.update(counts)
        seconds = self.viewer.stop()
        if seconds > 10:
            self._fault(f"it took {seconds:.1f} s to stop")
        if self.viewer.processes("all"):
            self._fault("a process is left")
        self._check_left_over()

    def _check_left_over(self) -> None:
        interrupted = self.jobs.counts().get(JobState.INTERRUPTED, 0)
        n_folders = len(list(self.jobs.folder.uploads.glob("job-*")))
        if n_folders > interrupted:
            self._fault(f"{n_folders} folders of uploads are left")
        with open_store(self.db) as store:
            for found in store.discussions.all():
                if not found.n_messages:
                    self._fault(f"{found.slug}: an empty discussion is left")
                if any(source.state == "running" for source in store.sources.all(found.id)):
                    self._fault(f"{found.slug}: a source is said to be read for ever")

    def taken_up(self) -> Counter[str]:
        """How often a job that was cut off went on, by what came of it."""
        found: Counter[str] = Counter()
        for status in self.jobs.last():
            events = [line.event for line in self.log_of(status.job.id)]
            if {"resumed", "died", "suspended"} & set(events):
                found[str(status.job.state)] += 1
        return found

    def log_of(self, number: int) -> Sequence[LogLine]:
        status = self.jobs.get(number)
        return () if status is None else status.log

    def _fault(self, what: str) -> None:
        self.tally.faults.append(what)
        click.echo(f"FAULT: {what}", err=True)


@click.command()
@click.option("--kills", default=100, show_default=True)
@click.option("--seed", default=0, show_default=True)
def main(kills: int, seed: int) -> None:
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        this = Round(Path(folder) / "town.db", chance)
        while sum(this.tally.kills.values()) < kills:
            if sum(not status.job.is_over for status in this.jobs.last()) < 2:
                this.ask()
            this.edit()
            this.kill()
            if chance.random() < LEFT_ALONE:
                this.let_end()
        this.end()
        taken_up = this.taken_up()
    tally = this.tally
    click.echo(f"kills: {dict(tally.kills)}")
    click.echo(f"jobs: { {str(state): n for state, n in tally.states.items()} }")
    if tally.seconds_down:
        click.echo(f"server up again after {max(tally.seconds_down):.1f} s at most")
    click.echo(f"taken up again: {dict(taken_up)}")
    click.echo(f"faults: {len(tally.faults)}")
    for fault in tally.faults:
        click.echo(f"  {fault}")


if __name__ == "__main__":
    main()
