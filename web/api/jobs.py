"""Jobs as JSON."""

from __future__ import annotations

from flask import abort
from flask_babel import gettext as _

from web.api.operations import operation
from web.api.shapes import JOB, Json, job_json
from web.http.security import writers_only
from web.jobs import current_jobs


@operation("/jobs/<int:number>", "How far a job is", answer=JOB, for_writers=True)
@writers_only
def job(number: int) -> Json:
    state = current_jobs().get(number)
    if state is None:
        abort(404, description=_("There is no such job; the viewer may have been started anew."))
    return job_json(state)
