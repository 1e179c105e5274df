"""The log: a number for each request, nothing personal."""

from __future__ import annotations

import json
import logging
import re
from pathlib import Path

import pytest
from flask import Flask

from web import create_app
from web.http import logs
from web.serving.configuration import Log

WORDS = ("stalls", "market-square", "192.0.2.7", "ann@example.org", "Mozilla")


def told_of(
    caplog: pytest.LogCaptureFixture, name: str = "synth.request"
) -> list[dict[str, object]]:
    return [one.fields for one in caplog.records if one.name == name]  # type: ignore[attr-defined]


def test_a_request_is_one_line_without_anything_personal(
    app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "synth.request")
    answer = app.test_client().get(
        "/d/the-market-square/search?q=stalls+ann@example.org",
        headers={"User-Agent": "Mozilla"},
        environ_base={"REMOTE_ADDR": "192.0.2.7"},
    )
    (told,) = told_of(caplog)
    assert told["id"] == answer.headers["X-Request-ID"]
    assert (told["method"], told["route"], told["status"]) == ("GET", "/d/<slug>/search", 200)
    assert set(told) == {"id", "method", "route", "status", "ms"}
    for line in (
        logs.JsonLines().format(caplog.records[0]),
        logs.TextLines().format(caplog.records[0]),
    ):
        assert not [word for word in WORDS if word in line]


def test_addresses_are_written_where_somebody_asks(
    db: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "synth.request")
    app = create_app({"DB": str(db), "LOG_ADDRESSES": True})
    app.test_client().get("/", environ_base={"REMOTE_ADDR": "192.0.2.7"})
    assert told_of(caplog)[0]["address"] == "192.0.2.7"


def test_each_answer_has_a_number_of_its_own_cached_or_not(app: Flask) -> None:
    numbers = [app.test_client().get("/").headers["X-Request-ID"] for _ in range(3)]
    assert len(set(numbers)) == 3
    assert all(re.fullmatch("[0-9a-f]{16}", one) for one in numbers)


def test_the_number_of_a_proxy_is_kept_where_one_is_trusted(db: Path) -> None:
    given = {"X-Request-ID": "a1b2c3d4e5f6a7b8"}
    alone = create_app({"DB": str(db)}).test_client()
    assert alone.get("/", headers=given).headers["X-Request-ID"] != given["X-Request-ID"]
    behind = create_app({"DB": str(db), "TRUSTED_PROXIES": 1}).test_client()
    assert behind.get("/", headers=given).headers["X-Request-ID"] == given["X-Request-ID"]
    for bad in ("short", "x" * 65, "a b c d e f g", "<script>alert(1)</script>"):
        assert behind.get("/", headers={"X-Request-ID": bad}).headers["X-Request-ID"] != bad


def test_an_error_stands_in_the_log_with_the_number_that_the_page_shows(
    db: Path, caplog: pytest.LogCaptureFixture
) -> None:
    app = create_app({"DB": str(db)})

    @app.get("/join/<token>")
    def join(token: str) -> str:
        raise RuntimeError("broken")

    answer = app.test_client().get("/join/secret-token?who=ann@example.org")
    assert answer.status_code == 500
    (told,) = told_of(caplog, "synth.server")
    assert told["id"] == answer.headers["X-Request-ID"]
    assert str(told["id"]) in answer.text
    (record,) = [one for one in caplog.records if one.name == "synth.server"]
    line = json.loads(logs.JsonLines().format(record))
    assert "RuntimeError: broken" in line["exception"]
    assert (line["level"], line["route"]) == ("error", "/join/<token>")
    assert "ann@example.org" not in caplog.text
    assert "secret-token" not in json.dumps(line)


@pytest.mark.parametrize("address", ["/nowhere", "/d/none/", "/upload"])
def test_every_page_of_an_error_shows_its_number(app: Flask, address: str) -> None:
    app.config["ACCOUNTS"] = "off"
    app.config["HOSTS"] = ("elsewhere.example",)
    answer = app.test_client().get(address, base_url="http://elsewhere.example")
    assert answer.status_code in {403, 404}
    assert answer.headers["X-Request-ID"] in answer.text


def test_what_is_logged_is_written_in_the_form_that_was_chosen(
    capsys: pytest.CaptureFixture[str],
) -> None:
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    try:
        logs.set_up(Log(format="json", level="info"))
        logging.getLogger("some.library").info("said %s", "é")
        logs.set_up(Log(format="text"))
        logging.getLogger("some.library").info("not said")
        logging.getLogger("some.library").warning("said")
    finally:
        root.handlers, root.level = before, level
    first, second = capsys.readouterr().err.splitlines()
    line = json.loads(first)
    assert (line["level"], line["logger"], line["message"]) == ("info", "some.library", "said é")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+\+00:00 WARNING some.library: said", second)


@pytest.mark.parametrize("address", ["192.0.2.7", "2001:db8::7"])
def test_what_servers_tell_of_readers_is_written_without_their_addresses(address: str) -> None:
    made = logging.makeLogRecord(
        {"name": "gunicorn.error", "msg": f"Invalid request from ip={address}: bad line"}
    )
    assert logs.WithoutAddresses().filter(made)
    assert made.getMessage() == "Invalid request from ip=-: bad line"
