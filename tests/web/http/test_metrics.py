"""Figures for Prometheus: what is counted, and who may ask."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from prometheus_client.parser import text_string_to_metric_families

from synth.settings import Settings
from synth.store import open_store
from web import create_app
from web.serving.configuration import Metrics

TOKEN = "a-token-of-the-test"


def app_with(db: Path, metrics: Metrics) -> Flask:
    return create_app({"DB": str(db), "TESTING": True, "METRICS": metrics})


def figures(app: Flask) -> dict[tuple[str, tuple[str, ...]], float]:
    text = app.test_client().get("/metrics").text
    return {
        (sample.name, tuple(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_requests_are_counted_by_route_and_status(db: Path) -> None:
    app = app_with(db, Metrics(serve="loopback"))
    client = app.test_client()
    for address in ("/d/the-market-square/", "/d/the-market-square/", "/d/none/", "/no/such?q=ann"):
        client.get(address)
    client.open("/", method="BREW")
    found = figures(app)
    assert found["synth_requests_total", ("GET", "/d/<slug>/", "200")] == 2
    assert found["synth_requests_total", ("GET", "/d/<slug>/", "404")] == 1
    assert found["synth_requests_total", ("GET", "(none)", "404")] == 1
    assert found["synth_requests_total", ("other", "(none)", "405")] == 1
    assert found["synth_request_seconds_count", ("/d/<slug>/",)] == 3
    assert found["synth_file_bytes", ("main",)] == db.stat().st_size


def test_nothing_of_a_discussion_is_told(db: Path) -> None:
    app = app_with(db, Metrics(serve="loopback"))
    app.test_client().get("/d/the-market-square/search?q=stalls")
    text = app.test_client().get("/metrics").text
    assert "market" not in text
    assert "stalls" not in text


def test_by_default_there_are_none(app: Flask) -> None:
    assert app.test_client().get("/metrics").status_code == 404


@pytest.mark.parametrize(
    ("address", "headers", "status"),
    [
        ("127.0.0.1", {}, 200),
        ("::1", {}, 200),
        ("192.0.2.7", {}, 403),
        ("127.0.0.1", {"X-Forwarded-For": "192.0.2.7"}, 403),
        ("127.0.0.1", {"X-Real-IP": "192.0.2.7"}, 403),
        ("192.0.2.7", {"X-Forwarded-For": "127.0.0.1"}, 403),
    ],
)
def test_figures_for_this_machine_are_for_this_machine(
    db: Path, address: str, headers: dict[str, str], status: int
) -> None:
    client = app_with(db, Metrics(serve="loopback")).test_client()
    answer = client.get("/metrics", headers=headers, environ_base={"REMOTE_ADDR": address})
    assert answer.status_code == status


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (f"Bearer {TOKEN}", 200),
        ("", 403),
        (f"Bearer {TOKEN}x", 403),
        (TOKEN, 403),
        ("Bearer é", 403),
    ],
)
def test_a_token_opens_them_to_other_machines(db: Path, sent: str, status: int) -> None:
    client = app_with(db, Metrics(serve="token", token=TOKEN)).test_client()
    answer = client.get(
        "/metrics", headers={"Authorization": sent}, environ_base={"REMOTE_ADDR": "192.0.2.7"}
    )
    assert answer.status_code == status


def test_figures_are_new_each_time(db: Path) -> None:
    app = app_with(db, Metrics(serve="loopback"))
    assert figures(app) != figures(app)


def test_jobs_that_wait_are_counted(db: Path) -> None:
    app = app_with(db, Metrics(serve="loopback"))
    assert figures(app)["synth_jobs", ("waiting",)] == 0
    with open_store(db) as store:
        found_there = store.discussions.named("the-market-square")
    app.extensions["jobs"].build(found_there, Settings(), asked_by="ann")
    found = figures(app)
    assert (found["synth_jobs", ("waiting",)], found["synth_jobs", ("running",)]) == (1, 0)
