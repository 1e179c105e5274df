"""Jobs carried out within the test, so that it can replace the build and say when they run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from flask import Flask

from web.jobs.control import JobStatus
from web.jobs.process import Carrier
from web.jobs.report import Order
from web.jobs.work import Work
from web.jobs.worker import Worker


class Here:
    """Carries out an order at once."""

    def __init__(self, order: Order) -> None:
        self.report = Work(order).run()

    def has_ended(self) -> bool:
        return True

    def death(self) -> str:
        return ""

    def kill(self) -> None:
        """Nothing of it runs any more."""


class Stuck:
    """Carries out nothing until it is killed; ``report`` is what it says meanwhile."""

    def __init__(self, order: Order) -> None:
        self.order = order
        self.report = order.report.begun_at(order.step)
        self.is_killed = False

    def has_ended(self) -> bool:
        return self.is_killed

    def death(self) -> str:
        return "SIGKILL" if self.is_killed else ""

    def kill(self) -> None:
        self.is_killed = True


class Dead(Stuck):
    """Dies as soon as it is begun."""

    def has_ended(self) -> bool:
        return True

    def death(self) -> str:
        return "SIGKILL"


def worker_of(app: Flask, start: Callable[[Order], Carrier] = Here) -> Worker:
    """A worker over the jobs of the viewer."""
    return Worker(Path(app.config["DB"]), app.extensions["jobs"].folder, start=start)


def carry_out(app: Flask, start: Callable[[Order], Carrier] = Here) -> None:
    """Look until nothing waits or runs any more."""
    app.extensions["jobs"].folder.make()
    worker = worker_of(app, start)
    for _ in range(100):
        if all(status.job.is_over for status in app.extensions["jobs"].last()):
            return
        worker.look()
    raise AssertionError("the jobs do not end")


def job(app: Flask, number: int = 1) -> JobStatus:
    """How a job stands."""
    status: JobStatus | None = app.extensions["jobs"].get(number)
    assert status is not None
    return status
