"""Jobs as JSON, and the description of the whole API."""

from __future__ import annotations

from web.api import api
from web.api.openapi import DOCUMENT
from web.api.shapes import Json, job_json
from web.pages.uploads import find_job
from web.permission import writers_only


@api.get("/jobs/<int:number>")
@writers_only
def job(number: int) -> Json:
    return job_json(find_job(number))


@api.get("/openapi.json")
def openapi() -> Json:
    return DOCUMENT
