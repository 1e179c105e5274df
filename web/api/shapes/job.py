"""How far an upload is on its way to a map."""

from __future__ import annotations

from dataclasses import asdict

from web.api.schemas import (
    array,
    boolean,
    choice,
    count,
    maybe,
    named,
    number,
    record,
    row_id,
    string,
)  # fmt: skip
from web.api.shapes.lists import Json
from web.jobs import JobState

JOB = named(
    "Job",
    record(
        {
            "id": row_id("Counts from 1 since the viewer was started."),
            "slug": string("Of the discussion."),
            "title": string(),
            "is_kept": boolean("False once a failed upload left nothing behind."),
            "state": choice(["waiting", "running", "done", "failed"]),
            "stages": array(
                record(
                    {
                        "name": string(),
                        "unit": string(),
                        "done": count(),
                        "total": maybe(count()),
                        "seconds": number(minimum=0),
                        "rate": number("Units a second.", minimum=0),
                        "seconds_left": maybe(number()),
                    }
                )
            ),
            "imported": maybe(
                record({"n_added": count(), "n_updated": count(), "n_unchanged": count()})
            ),
            "built": maybe(
                record(
                    {
                        "n_ideas": count(),
                        "n_passages": count(),
                        "is_unchanged": boolean("The map was up to date before."),
                    }
                )
            ),
            "error": string(),
            "problems": array(string()),
        }
    ),
)


def job_json(job: JobState) -> Json:
    stages = [
        asdict(stage) | {"rate": stage.rate, "seconds_left": stage.seconds_left}
        for stage in job.stages
    ]
    return {
        "id": job.id,
        "slug": job.slug,
        "title": job.title,
        "is_kept": job.is_kept,
        "state": job.state,
        "stages": stages,
        "imported": None if job.imported is None else asdict(job.imported),
        "built": None if job.built is None else asdict(job.built),
        "error": job.error,
        "problems": list(job.problems),
    }
