"""``synth worker``, and the worker that ``synth serve`` keeps beside itself."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from synth.parallel import new_python
from web.jobs.folder import JobFolder

if TYPE_CHECKING:
    from flask import Flask

log = logging.getLogger(__name__)
PAUSES = (1.0, 2.0, 5.0, 15.0, 60.0)
"""Seconds before a worker that died is started again: more where it dies again and again."""
LASTED = 60.0
"""Seconds after which a worker counts as one that works."""
PATIENCE = 5.0
"""Seconds that a worker has to stop."""
_BESIDE = "from web.jobs.command import beside; beside()"


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--config",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Configuration file of the viewer; found as `synth serve` finds it.",
)
@click.option(
    "--db",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Discussion file (SQLite) whose jobs are carried out.  [default: synth.db]",
)
@click.option(
    "--uploads",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder in which the viewer keeps uploaded files. Default: in FILE.jobs.",
)
def worker(config: Path | None, db: Path | None, uploads: Path | None) -> None:
    """Carry out the jobs that people ask the viewer for (stop with Ctrl-C).

    `synth serve` starts one by itself; this is for other servers. Where one is at work on the
    file already, this one waits until it ends.
    """
    from web.serving.configuration import surrounding_configuration

    told = surrounding_configuration(config, {"db": db, "uploads": uploads})
    folder = JobFolder.beside(told.db, uploads=told.uploads)
    click.echo(f"Jobs of {told.db} are carried out here (Ctrl-C stops it)", err=True)
    _run(told.db, folder, _stopped_by_signals())


def beside() -> None:
    """The process that ``workers`` starts: it ends when its standard input does."""
    db, uploads = Path(sys.argv[1]), Path(sys.argv[2])
    stop = _stopped_by_signals()

    def follow() -> None:
        # Not through sys.stdin: Python cannot end while a thread reads from it.
        os.read(0, 1)
        stop.set()

    threading.Thread(target=follow, daemon=True).start()
    _run(db, JobFolder.beside(db, uploads=uploads), stop)


@contextmanager
def workers(app: Flask) -> Iterator[None]:
    """Have the jobs of the viewer carried out, by a process of their own, as long as this lasts.

    It is started again where it dies, and stops when this process does, however that ends.
    """
    if not app.config.get("UPLOADS", True):
        yield
        return
    keeper = _Keeper(Path(app.config["DB"]), app.extensions["jobs"].folder)
    keeper.start()
    try:
        yield
    finally:
        keeper.stop()


class _Keeper:
    """Starts a worker, and another one when it dies."""

    def __init__(self, db: Path, folder: JobFolder) -> None:
        self._arguments = (str(db.absolute()), str(folder.uploads))
        self._is_over = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._keep, daemon=True)

    def start(self) -> None:
        self._process = self._started()
        self._thread.start()

    def stop(self) -> None:
        self._is_over.set()
        self._let_end()
        self._thread.join()
        self._let_end()  # one that was started meanwhile

    def _started(self) -> subprocess.Popen[bytes]:
        command, environment = new_python("-c", _BESIDE, *self._arguments)
        return subprocess.Popen(  # noqa: S603 - this Python, and words of ours
            command,
            stdin=subprocess.PIPE,
            env=environment,
            start_new_session=True,  # Ctrl-C is for the viewer, which ends it
        )

    def _keep(self) -> None:
        n_died = 0
        while True:
            assert self._process is not None
            begun = time.monotonic()
            code = self._process.wait()
            _close(self._process)
            n_died = 0 if time.monotonic() - begun > LASTED else n_died + 1
            if self._is_over.wait(PAUSES[min(n_died, len(PAUSES) - 1)]):
                return
            log.warning("the worker ended (%s); another one is started", code)
            self._process = self._started()

    def _let_end(self) -> None:
        process = self._process
        if process is None:
            return
        _close(process)
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _close(process: subprocess.Popen[bytes]) -> None:
    """Close the pipe that it follows."""
    assert process.stdin is not None
    with suppress(BrokenPipeError):
        process.stdin.close()


def _run(db: Path, folder: JobFolder, stop: threading.Event) -> None:
    from web.jobs.worker import run_worker

    run_worker(db, folder, stop)


def _stopped_by_signals() -> threading.Event:
    """An event that SIGTERM, SIGINT and SIGHUP set."""
    stop = threading.Event()
    for one in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(one, lambda *_: stop.set())
    return stop
