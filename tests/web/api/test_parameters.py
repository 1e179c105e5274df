"""How the API is asked: pages of lists, wrong questions, methods, and what has not changed."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from web.api.answers import MAX_ID
from web.api.openapi import document

AT = "/api/d/the-market-square"


def problem_of(client: FlaskClient, address: str, status: int) -> dict[str, Any]:
    answer = client.get(address)
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    body: dict[str, Any] = answer.get_json()
    assert body["status"] == status
    return body


def test_following_next_reads_the_whole_list_once(client: FlaskClient) -> None:
    address: str | None = f"{AT}/messages?per_page=4"
    ids: list[int] = []
    seen: list[str | None] = []
    while address:
        page = client.get(address).get_json()
        ids += [item["id"] for item in page["items"]]
        seen.append(page["previous"])
        address = page["next"]
    assert ids == [1, 2, 3, 4, 5, 6]
    assert seen == [None, f"{AT}/messages?per_page=4"]


def test_the_passages_of_an_idea_are_paged_too(client: FlaskClient) -> None:
    page = client.get(f"{AT}/ideas/1?per_page=2&page=2").get_json()["passages"]
    assert (len(page["items"]), page["page"], page["n_pages"], page["total"]) == (1, 2, 2, 3)
    assert (page["next"], page["previous"]) == (None, f"{AT}/ideas/1?per_page=2")


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("page=abc", "“page” is not a whole number"),
        ("page=1.0", "“page” is not a whole number"),
        ("page=٣", "“page” is not a whole number"),
        ("page=0", "“page” is below 1"),
        ("page=-1", "“page” is below 1"),
        ("page=99999999", "“page” is above 1000000"),
        ("per_page=501", "“per_page” is above 500"),
        ("page=1&page=2", "“page” is given more than once"),
        ("pgae=2", "“pgae” is not known here; known: page, per_page."),
    ],
)
def test_a_wrong_question_is_refused_with_its_reason(
    asked: str, said: str, client: FlaskClient
) -> None:
    assert said in problem_of(client, f"{AT}/messages?{asked}", 400)["detail"]


def test_a_query_is_not_cut_silently(client: FlaskClient) -> None:
    assert client.get(f"{AT}/search", query_string={"q": "é" * 1000}).status_code == 200
    told = problem_of(client, f"{AT}/search?q={'a' * 1001}", 400)["detail"]
    assert told == "The parameter “q” is longer than 1000 characters."


def test_a_number_that_no_row_can_have_leads_nowhere(client: FlaskClient) -> None:
    for id_ in (MAX_ID, MAX_ID + 1, 10**30):
        problem_of(client, f"{AT}/messages/{id_}", 404)
        assert client.get(f"/d/the-market-square/ideas/{id_}").status_code == 404


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "TRACE"])
@pytest.mark.parametrize("path", ["/api/discussions", f"{AT}/ideas/1", "/api/openapi.json"])
def test_other_methods_are_told_which_ones_there_are(
    method: str, path: str, client: FlaskClient
) -> None:
    answer = client.open(path, method=method)
    assert (answer.status_code, answer.mimetype) == (405, "application/problem+json")
    assert set(answer.allow) == {"GET", "HEAD", "OPTIONS"}


def test_options_and_head(client: FlaskClient) -> None:
    answer = client.options(f"{AT}/ideas")
    assert (answer.status_code, set(answer.allow)) == (200, {"GET", "HEAD", "OPTIONS"})
    got, head = client.get(f"{AT}/ideas"), client.head(f"{AT}/ideas")
    assert (head.status_code, head.data) == (200, b"")
    for name in ("Content-Type", "ETag", "Content-Length"):
        assert head.headers[name] == got.headers[name]


def test_what_has_not_changed_is_not_sent_again(client: FlaskClient) -> None:
    for path in ("/api/discussions", f"{AT}/ideas", f"{AT}/messages/1", "/api/openapi.json"):
        first = client.get(path)
        again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b""), path
        other = client.get(path, headers={"If-None-Match": '"something else"'})
        assert (other.status_code, other.data) == (200, first.data), path


def test_a_failure_is_a_problem_document_without_its_cause(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_self: object) -> None:
        raise RuntimeError("the secret cause")

    monkeypatch.setattr("synth.store.discussions.Discussions.all", fails)
    app.testing = False
    answer = app.test_client().get("/api/discussions")
    assert (answer.status_code, answer.mimetype) == (500, "application/problem+json")
    assert "secret" not in answer.text


def test_no_two_answers_have_one_name() -> None:
    """Else both would be named after their modules, and readers would have to know these."""
    names = list(document()["components"]["schemas"])
    assert [name for name in names if not re.fullmatch(r"[A-Za-z_]+", name)] == []


def test_every_object_says_which_keys_it_has_and_that_there_are_no_others() -> None:
    loose: list[str] = []

    def look(schema: Any, where: str) -> None:
        if isinstance(schema, dict):
            if "properties" in schema:
                named_all = set(schema["required"]) == set(schema["properties"])
                if not named_all or schema["additionalProperties"] is not False:
                    loose.append(where)
            for key, inner in schema.items():
                look(inner, f"{where}.{key}")

    look(document()["components"], "components")
    assert loose == []
