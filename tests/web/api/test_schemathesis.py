"""schemathesis asks the API what its description allows, and what it does not.

No server error, no undocumented answer, every body as its schema says, and nothing accepted that
the description forbids. In process, over a small discussion with hostile words; the same questions
each time.
"""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.hooks import HookContext

from web.api.openapi import document

SLUG = "the-market-square"
PATHS: dict[str, Any] = document()["paths"]  # type: ignore[assignment]
WITH_LIMITS = [
    path
    for path, methods in PATHS.items()
    if any(p["name"] != "slug" for p in methods["get"]["parameters"])
]
"""Any text may be a slug; whatever else there is can be asked wrongly."""
ASKED = settings(
    max_examples=25,
    derandomize=True,
    deadline=None,
    database=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def app(app: Flask) -> Flask:
    """Asked on the machine itself: schemathesis says of no request where it comes from."""
    inner = app.wsgi_app

    def from_here(environ: dict[str, Any], start_response: Any) -> Any:
        return inner(environ | {"REMOTE_ADDR": "127.0.0.1"}, start_response)

    app.wsgi_app = from_here  # type: ignore[method-assign]
    return app


def nearer(_context: HookContext, parameters: Any) -> Any:
    """Ask more often for what is there: any text is a slug, but few are that of a discussion."""
    if not isinstance(parameters, dict):
        return parameters
    return {name: _nearer(name, value) for name, value in parameters.items()}


def _nearer(name: str, value: Any) -> Any:
    if name == "slug":
        return SLUG if len(str(value)) % 3 else value
    if not isinstance(value, int) or value < 1 or value % 4 == 0:
        return value
    if name == "page":
        return 1
    return (1, 2, 5)[value % 3] if name.endswith("_id") else value


def ask(path: str, mode: GenerationMode, app: Flask) -> set[int]:
    """Put generated questions to one operation; returns the statuses of the answers."""
    config = schemathesis.Config.from_dict({"seed": 1, "generation": {"mode": mode.value}})
    schema = schemathesis.openapi.from_wsgi("/api/openapi.json", app, config=config)
    if mode is GenerationMode.POSITIVE:
        schema.hook("map_path_parameters")(nearer)
        schema.hook("map_query")(nearer)
    found: set[int] = set()

    @ASKED
    @given(case=schema[path]["GET"].as_strategy(generation_mode=mode))
    def one(case: Case) -> None:
        # Within one process schemathesis takes what is compressed for what is meant.
        found.add(case.call_and_validate(headers={"Accept-Encoding": "identity"}).status_code)

    one()
    return found


@pytest.mark.parametrize("path", PATHS)
def test_what_may_be_asked_is_answered_as_described(path: str, app: Flask) -> None:
    statuses = ask(path, GenerationMode.POSITIVE, app)
    assert statuses <= {200, 404}
    assert 200 in statuses or path == "/api/jobs/{number}"


@pytest.mark.parametrize("path", WITH_LIMITS)
def test_what_may_not_be_asked_is_refused_as_described(path: str, app: Flask) -> None:
    assert ask(path, GenerationMode.NEGATIVE, app) <= {400, 404}
