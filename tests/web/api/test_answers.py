"""The JSON API does what its own description says."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from synth.store import Step, open_jobs
from web.api.openapi import document
from web.jobs.endings import written
from web.jobs.report import Report, StageState

AT = "/api/d/the-market-square"
EXAMPLES = {
    "/api/discussions": "/api/discussions",
    "/api/d/{slug}": AT,
    "/api/d/{slug}/ideas": f"{AT}/ideas",
    "/api/d/{slug}/ideas/{idea_id}": f"{AT}/ideas/1",
    "/api/d/{slug}/passages/{passage_id}": f"{AT}/passages/2",
    "/api/d/{slug}/unplaced": f"{AT}/unplaced",
    "/api/d/{slug}/not-about": f"{AT}/not-about",
    "/api/d/{slug}/repeated": f"{AT}/repeated",
    "/api/d/{slug}/map": f"{AT}/map",
    "/api/d/{slug}/messages": f"{AT}/messages",
    "/api/d/{slug}/messages/{message_id}": f"{AT}/messages/2",
    "/api/d/{slug}/sources": f"{AT}/sources",
    "/api/d/{slug}/threads": f"{AT}/threads",
    "/api/d/{slug}/threads/{thread_id}": f"{AT}/threads/1",
    "/api/d/{slug}/search": f"{AT}/search?q=stalls",
    "/api/d/{slug}/point": f"{AT}/point?text=stalls",
    "/api/d/{slug}/since": f"{AT}/since?since=2024-03-01",
    "/api/d/{slug}/overview": f"{AT}/overview",
    "/api/d/{slug}/group": f"{AT}/group",
    "/api/d/{slug}/extracts": f"{AT}/extracts",
    "/api/jobs": "/api/jobs",
    "/api/jobs/{number}": "/api/jobs/1",
    "/api/openapi.json": "/api/openapi.json",
}
DESCRIBED: dict[str, Any] = document()["paths"]  # type: ignore[assignment]
SCHEMAS: dict[str, Any] = document()["components"]["schemas"]  # type: ignore[index]
KINDS: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "null": (type(None),),
}


def check(value: object, schema: dict[str, Any], where: str) -> None:
    """The part of JSON Schema that the description uses."""
    if "$ref" in schema:
        schema = SCHEMAS[schema["$ref"].rpartition("/")[2]]
    if "anyOf" in schema:
        one, null = schema["anyOf"]
        assert null == {"type": "null"}, where
        schema = null if value is None else one
    if "$ref" in schema:
        schema = SCHEMAS[schema["$ref"].rpartition("/")[2]]
    assert "type" in schema or "enum" in schema, where
    if "type" in schema:
        kind = schema["type"]
        assert isinstance(value, KINDS[kind]), f"{where}: {value!r} is no {kind}"
    assert value in schema.get("enum", [value]), where
    if isinstance(value, (int, float)):
        assert schema.get("minimum", value) <= value <= schema.get("maximum", value), where
    if isinstance(value, dict) and "properties" in schema:
        assert set(value) == set(schema["properties"]) == set(schema["required"]), where
        for key, inner in schema["properties"].items():
            check(value[key], inner, f"{where}.{key}")
    if isinstance(value, list):
        for n, item in enumerate(value):
            check(item, schema["items"], f"{where}[{n}]")


@pytest.fixture
def with_job(app: Flask) -> Flask:
    app.test_client().post("/d/the-market-square/build")
    stage = StageState(name="Embed", unit="passages", done=1, total=None, seconds=0.0)
    with open_jobs(app.extensions["jobs"].folder.jobs_file) as jobs:
        jobs.take([Step.FULL])
        jobs.tell(1, step=Step.FULL, report=written(Report(step=Step.FULL, stages=(stage,))))
    return app


def test_every_address_is_described(app: Flask) -> None:
    served = {
        re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/")
    }
    assert served == set(DESCRIBED)
    assert set(EXAMPLES) | {"/api/d/{slug}/points"} == served


@pytest.mark.parametrize("path", EXAMPLES)
def test_an_answer_is_as_described(path: str, with_job: Flask) -> None:
    answer = with_job.test_client().get(EXAMPLES[path])
    assert answer.status_code == 200
    described = DESCRIBED[path]["get"]["responses"]["200"]["content"]
    assert answer.mimetype in described
    check(answer.get_json(), described[answer.mimetype]["schema"], path)


@pytest.mark.parametrize("path", EXAMPLES)
def test_the_parameters_of_a_path_are_described(path: str) -> None:
    named = {p["name"] for p in DESCRIBED[path]["get"]["parameters"] if p["in"] == "path"}
    assert named == set(re.findall(r"{(\w+)}", path))


def test_lists_are_not_empty_where_the_discussion_has_such_things(client: FlaskClient) -> None:
    for path in ("ideas", "unplaced", "messages", "threads", "extracts", "search?q=stalls"):
        assert client.get(f"{AT}/{path}").get_json()["items"], path


@pytest.mark.parametrize(
    "address", ["/api/d/none", f"{AT}/ideas/99", f"{AT}/messages?page=9", "/api/zzz"]
)
def test_errors_are_problem_documents(address: str, client: FlaskClient) -> None:
    answer = client.get(address)
    assert answer.status_code == 404
    assert answer.mimetype == "application/problem+json"
    body = answer.get_json()
    check(body, SCHEMAS["Problem"], address)
    assert body["status"] == 404


def test_real_names_are_nowhere(client: FlaskClient) -> None:
    for address in EXAMPLES.values():
        text = client.get(address).text
        assert "Ann Carter" not in text
        assert "ann@example.org" not in text


def test_an_idea_lists_its_passages_best_fit_first(client: FlaskClient) -> None:
    passages = client.get(f"{AT}/ideas/1").get_json()["passages"]
    assert passages["total"] == 3
    weights = [item["weight"] for item in passages["items"]]
    assert weights == sorted(weights, reverse=True)
