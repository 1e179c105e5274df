"""The worker's end of a process that carries out an order (the other end is in ``work``)."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from contextlib import suppress
from typing import BinaryIO, Protocol

import msgspec

from synth.parallel import new_python
from web.jobs.report import Order, Report
from web.jobs.work import Work, line_of


class Carrier(Protocol):
    """Something that carries out one order."""

    @property
    def report(self) -> Report:
        """The last one."""

    def has_ended(self) -> bool: ...

    def death(self) -> str:
        """Why it ended before its time; empty where its last report is the whole of it."""

    def kill(self) -> None:
        """Stop at once; nothing of it runs any more when this returns."""


class WorkThread:
    """Carries out within the worker what takes a moment and needs nothing of the engine."""

    def __init__(self, order: Order) -> None:
        self._work = Work(order)
        self._thread = threading.Thread(target=self._work.run)
        self._thread.start()

    @property
    def report(self) -> Report:
        return self._work.report()

    def has_ended(self) -> bool:
        return not self._thread.is_alive()

    def death(self) -> str:
        return "" if self.report.is_over else "it broke off"

    def kill(self) -> None:
        self._thread.join()


class WorkProcess:
    """A process with an order, in a group with all processes that it begins itself."""

    def __init__(self, order: Order, *, lock: int) -> None:
        """``lock``: a file that stays locked until this process, too, has ended."""
        self.report = order.report.begun_at(order.step)
        command, environment = new_python("-c", "from web.jobs.work import main; main()")
        self._process = subprocess.Popen(  # noqa: S603 - this Python, and words of ours
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
            pass_fds=(lock,),
            start_new_session=True,
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with suppress(BrokenPipeError):  # it may have died already
            self._process.stdin.write(line_of(order))
            self._process.stdin.flush()  # left open: the process ends when this one does
        self._listener = threading.Thread(
            target=self._listen, args=(self._process.stdout,), daemon=True
        )
        self._listener.start()

    def has_ended(self) -> bool:
        if self._process.poll() is None:
            return False
        self._sweep()
        self._listener.join()
        self._close()
        return True

    def death(self) -> str:
        code = self._process.returncode
        if self.report.is_over:
            return ""
        return signal.Signals(-code).name if code < 0 else f"exit status {code}"

    def kill(self) -> None:
        self._sweep()
        self._process.wait()
        self._listener.join()
        self._close()

    def _sweep(self) -> None:
        """End the process and what it began."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)

    def _close(self) -> None:
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(BrokenPipeError):
                    pipe.close()

    def _listen(self, stdout: BinaryIO) -> None:
        for line in stdout:
            if line.endswith(b"\n"):  # otherwise it died while it wrote
                self.report = msgspec.json.decode(line, type=Report)
