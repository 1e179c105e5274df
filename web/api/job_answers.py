"""What the API answers about jobs: how far an upload is on its way to a map."""

from __future__ import annotations

from typing import Annotated, Self

from msgspec import Meta

from web import jobs, worker
from web.api.answers import Answer, Count, RowId, about


class JobStage(Answer):
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


class Job(Answer):
    """How far an upload is on its way to a map."""

    id: Annotated[RowId, about("Counts from 1 since the viewer was started.")]
    slug: Annotated[str, about("Of the discussion.")]
    title: str
    is_kept: Annotated[bool, about("False once a failed upload left nothing behind.")]
    state: worker.State
    stages: list[JobStage]
    imported: ImportCounts | None
    built: MapCounts | None
    error: str
    problems: list[str]

    @classmethod
    def of_job(cls, job: jobs.JobState) -> Self:
        return cls.of(
            job,
            stages=[JobStage.of(stage) for stage in job.stages],
            imported=None if job.imported is None else ImportCounts.of(job.imported),
            built=None if job.built is None else MapCounts.of(job.built),
        )
