"""Jobs as JSON."""

from __future__ import annotations

from web.api.operations import operation
from web.api.shapes import JOB, Json, job_json
from web.http.security import writers_only
from web.pages.uploads import find_job


@operation("/jobs/<int:number>", "How far a job is", answer=JOB, for_writers=True)
@writers_only
def job(number: int) -> Json:
    return job_json(find_job(number))
