"""Figures for Prometheus: how many requests, how long they take, jobs, and the file.

Routes and status alone tell requests apart; nothing personal is counted. Where several processes
serve one file (gunicorn), prometheus-client adds up what each has written to the folder that
``PROMETHEUS_MULTIPROC_DIR`` names.
"""

from __future__ import annotations

import hmac
import os
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path

from flask import Blueprint, Flask, Response, abort, current_app, request
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from synth.store import JobState
from web.http import logs, security
from web.http.answer_cache import do_not_cache
from web.http.permission import open_to_all
from web.jobs.control import Jobs, current_jobs
from web.serving.configuration import Metrics

metrics = Blueprint("metrics", __name__)
FOLDER = "PROMETHEUS_MULTIPROC_DIR"
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Seconds."""


class RequestFigures:
    """What is counted of requests by this process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.answered = Counter(
            "synth_requests",
            "Requests that were answered.",
            ["method", "route", "status"],
            registry=self.registry,
        )
        self.seconds = Histogram(
            "synth_request_seconds",
            "Seconds until an answer was ready.",
            ["route"],
            buckets=BUCKETS,
            registry=self.registry,
        )

    def count(self, response: Response) -> Response:
        method = request.method if request.method in METHODS else "other"
        self.answered.labels(method, logs.route(), str(response.status_code)).inc()
        self.seconds.labels(logs.route()).observe(logs.seconds())
        return response


class FileFigures(Collector):
    """What is looked up when somebody asks."""

    def __init__(self, db: Path, jobs: Jobs) -> None:
        self._db = db
        self._jobs = jobs

    def collect(self) -> Iterator[Metric]:
        size = GaugeMetricFamily("synth_file_bytes", "Size of the file.", labels=["part"])
        for part, path in (("main", self._db), ("wal", Path(f"{self._db}-wal"))):
            size.add_metric([part], path.stat().st_size if path.is_file() else 0)
        yield size
        n_jobs = GaugeMetricFamily("synth_jobs", "Jobs that are not over.", labels=["state"])
        counts = self._jobs.counts()
        for state in (JobState.WAITING, JobState.RUNNING):
            n_jobs.add_metric([state], counts.get(state, 0))
        yield n_jobs


def init_app(app: Flask) -> None:
    """To be called right after the log's hooks are set. Nothing is counted where nobody may ask;
    ``METRICS`` says who may."""
    told: Metrics = app.config.setdefault("METRICS", Metrics())
    if told.serve != "off":
        figures = app.extensions["figures"] = RequestFigures()
        app.after_request(figures.count)
        app.register_blueprint(metrics)


@metrics.get("/metrics")
@open_to_all
@security.any_host
def tell() -> Response:
    """All figures, in the text form of Prometheus."""
    if not _may_ask(current_app.config["METRICS"]):
        abort(403)
    asked = CollectorRegistry()
    figures: RequestFigures = current_app.extensions["figures"]
    text = b""
    if os.environ.get(FOLDER):
        MultiProcessCollector(asked)  # type: ignore[no-untyped-call]
    else:
        text = generate_latest(figures.registry)
    asked.register(FileFigures(Path(current_app.config["DB"]), current_jobs()))
    answer = Response(text + generate_latest(asked), content_type=CONTENT_TYPE_PLAIN_0_0_4)
    answer.headers["Cache-Control"] = "no-store"
    do_not_cache()
    return answer


def _may_ask(told: Metrics) -> bool:
    if told.serve == "token":
        sent = request.headers.get("Authorization", "").encode()
        return hmac.compare_digest(sent, f"Bearer {told.token}".encode())
    # Who comes through a proxy on this machine comes from elsewhere.
    if security.came_through_proxy():
        return False
    return bool(request.remote_addr) and ip_address(request.remote_addr or "").is_loopback
