"""What the API answers about jobs: how far an upload is on its way to a map."""

from __future__ import annotations

from typing import Annotated, Self

from msgspec import Meta

from synth import store
from synth.store import JobState, Step
from web.api.answers import Answer, Count, MaybeTime, RowId, Time, about
from web.jobs import control, report


class JobStage(Answer):
    step: Annotated[Step, about("The step of the job that it belongs to.")]
    name: str
    unit: str
    done: Count
    total: Count | None
    seconds: Annotated[float, Meta(ge=0)]
    rate: Annotated[float, Meta(ge=0, description="Units a second.")]
    seconds_left: float | None


class ImportCounts(Answer):
    n_added: Count
    n_updated: Count
    n_unchanged: Count


class MapCounts(Answer):
    n_ideas: Count
    n_passages: Count
    is_unchanged: Annotated[bool, about("The map was up to date before.")]

    @classmethod
    def of_map(cls, counts: report.MapCounts | None) -> Self | None:
        return None if counts is None else cls.of(counts)


class LogLine(Answer):
    """Something that happened to a job."""

    at: Time
    event: str
    by: Annotated[str | None, about("Who did it, where somebody did.")]
    step: Annotated[str | None, about("The step that was begun or put off.")]
    attempt: Annotated[int | None, about("How often the step was begun.")]
    why: Annotated[str | None, about("The signal or exit status that ended a process.")]

    @classmethod
    def of_line(cls, line: store.LogLine) -> Self:
        names = ("by", "step", "attempt", "why")
        return cls.of(line, **{name: line.facts.get(name) for name in names})


class Job(Answer):
    """How far an upload is on its way to a map."""

    id: Annotated[RowId, about("Never given to another job.")]
    kind: Annotated[str, about("`upload` or `build`.")]
    slug: Annotated[str, about("Of the discussion.")]
    title: str
    files: Annotated[list[str], about("Names of what was uploaded.")]
    asked_by: str
    asked_at: Time
    started_at: MaybeTime
    finished_at: MaybeTime
    state: JobState
    step: Annotated[Step, about("What it does now, or does next.")]
    is_cancelling: bool
    may_restart: bool
    is_kept: Annotated[bool, about("False once a failed upload left nothing behind.")]
    stages: list[JobStage]
    imported: ImportCounts | None
    drafted: MapCounts | None
    built: MapCounts | None
    error: str
    problems: list[str]
    log: list[LogLine]

    @classmethod
    def of_job(cls, status: control.JobStatus) -> Self:
        job, report = status.job, status.report
        return cls.of(
            status,
            job,
            report,
            files=list(job.files),
            stages=[JobStage.of(stage) for stage in report.stages],
            imported=None if report.imported is None else ImportCounts.of(report.imported),
            drafted=MapCounts.of_map(report.drafted),
            built=MapCounts.of_map(report.built),
            problems=list(report.problems),
            log=[LogLine.of_line(line) for line in status.log],
        )


class JobSummary(Answer):
    """A job as the list of jobs shows it."""

    id: RowId
    kind: str
    slug: str
    title: str
    asked_by: str
    asked_at: Time
    finished_at: MaybeTime
    state: JobState
    step: Step

    @classmethod
    def of_job(cls, status: control.JobStatus) -> Self:
        return cls.of(status.job)
