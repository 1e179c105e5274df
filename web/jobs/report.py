"""What is ordered of the process that carries out a job, and what it reports."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, Self

from synth.settings import Settings
from synth.store import Step

ReportState = Literal["running", "paused", "done", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StageState:
    """How far one stage of a job is. ``total`` is None where nobody knows."""

    name: str
    unit: str
    done: int
    total: int | None
    seconds: float
    step: Step = Step.IMPORT
    """The step of the job that it belongs to."""

    @property
    def rate(self) -> float:
        """Units per second so far."""
        return self.done / self.seconds if self.seconds else 0.0

    @property
    def seconds_left(self) -> float | None:
        if not self.total or not self.done:
            return None
        return (self.total - self.done) / self.rate


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportCounts:
    """Messages that the files brought."""

    n_added: int
    n_updated: int
    n_unchanged: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MapCounts:
    """The map that was made."""

    n_ideas: int
    n_passages: int
    is_unchanged: bool
    """It was up to date before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """How far the work is, and what came of it so far."""

    state: ReportState = "running"
    """``paused``: ``step`` is left for another process."""
    step: Step = Step.IMPORT
    stages: tuple[StageState, ...] = ()
    imported: ImportCounts | None = None
    drafted: MapCounts | None = None
    """The draft map that was made before the full one."""
    built: MapCounts | None = None
    error: str = ""
    problems: tuple[str, ...] = ()
    is_kept: bool = True
    """False once an upload that failed left nothing behind."""
    is_transient: bool = False
    """Whether what failed may work when it is tried again."""

    @property
    def is_over(self) -> bool:
        return self.state != "running"

    def begun_at(self, step: Step) -> Self:
        """What is still true when ``step`` is begun, for the first time or once more."""
        stages = tuple(stage for stage in self.stages if stage.step != step)
        return replace(self, state="running", step=step, stages=stages, error="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be done: the steps of a job from ``step`` on."""

    db: str
    discussion_id: int
    uploads: str | None
    """The folder with the files to import."""
    settings: Settings
    step: Step = Step.IMPORT
    is_first: bool = False
    """Whether the discussion goes when this fails and nothing is in it."""
    report: Report = Report()
    """Of the steps before."""
