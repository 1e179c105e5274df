"""How gunicorn serves the viewer: ``gunicorn -c python:web.serving.gunicorn_settings``.

All is taken from the configuration of the viewer; ``WEB_CONCURRENCY`` is the number of processes,
which gunicorn reads by itself. Its process that starts the others never opens the discussion file.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from typing import Any

from web.http import logs
from web.http.limits import MAX_HEAD
from web.serving.configuration import surrounding_configuration
from web.serving.secret import kept_secret

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
_told = surrounding_configuration()
logs.set_up(_told.log)
if not _told.secret_key:
    kept_secret(_told.db)  # made once, before there are several processes
_made: str | None = None
if _told.metrics.serve != "off" and not os.environ.get(FOLDER):
    # Before prometheus-client is imported by the processes that serve.
    _made = os.environ[FOLDER] = tempfile.mkdtemp(prefix="synth-metrics-")

wsgi_app = "web.wsgi:app"
bind = _told.listens
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
worker_class = "gthread"
threads = _told.threads
worker_connections = 1_000
timeout = 120
graceful_timeout = 8
keepalive = 20
limit_request_line = MAX_HEAD // 4
limit_request_field_size = MAX_HEAD
forwarded_allow_ips = ""
"""gunicorn believes no header of a proxy; the viewer does, as far as ``trusted_proxies`` says."""
control_socket_disable = True
logconfig_dict = {
    "version": 1,
    "disable_existing_loggers": False,
    "root": {"level": _told.log.level.upper(), "handlers": ["ours"]},
    "handlers": {"ours": {"()": logs.Stream, "told": _told.log}},
    "loggers": {
        "gunicorn.error": {"handlers": [], "propagate": True},
        # It writes addresses of readers and of pages; the viewer tells of requests itself.
        "gunicorn.access": {"handlers": [], "propagate": False},
    },
}


def post_worker_init(worker: Any) -> None:
    """Say how the first account is opened, once."""
    from web.command import tell_accounts

    if worker.age == 1:
        tell_accounts(worker.app.callable, _told.address)


def worker_exit(_server: Any, worker: Any) -> None:
    """Let go of the file: what was accepted stands in it."""
    from web.app import close_app

    app = worker.app.callable
    if app is not None:
        close_app(app)


def child_exit(_server: Any, worker: Any) -> None:
    """Forget the figures of a process that is gone, but for its counts."""
    from prometheus_client import multiprocess

    if os.environ.get(FOLDER):
        multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]


def on_exit(_server: Any) -> None:
    """Remove the folder of figures that was made here."""
    if _made is not None:
        shutil.rmtree(_made, ignore_errors=True)
