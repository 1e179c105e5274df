"""Which names the server answers for."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from flask import Flask

from web import create_app

ADDRESSES = (
    "/",
    "/d/the-market-square/",
    "/d/the-market-square/search?q=stalls",
    "/api/d/the-market-square/ideas",
    "/static/style.css",
    "/embed/the-market-square",
    "/nowhere",
)


def status(app: Flask, host: str, address: str = "/") -> int:
    return app.test_client().get(address, headers={"Host": host}).status_code


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:8000", "localhost.evil.example", "127.0.0.1.evil.example"],
)
def test_a_page_elsewhere_cannot_read_by_taking_this_address(
    app: Flask, address: str, host: str
) -> None:
    answer = app.test_client().get(address, headers={"Host": host})
    assert answer.status_code == 400
    assert "market square" not in answer.text
    assert host.partition(":")[0] in answer.text
    assert "public_url" in answer.text
    assert answer.mimetype == "text/plain"


def test_a_cached_page_is_not_given_to_another_name(app: Flask) -> None:
    assert status(app, "localhost") == status(app, "localhost") == 200
    assert status(app, "evil.example") == 400


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8000", "127.0.0.1:8000", "[::1]:8000"])
def test_the_machine_itself_is_answered(app: Flask, host: str) -> None:
    assert status(app, host) == 200


def test_a_public_address_is_the_only_name_but_for_those_that_are_listed(db: Path) -> None:
    config = {"PUBLIC_URL": "https://ideas.example.org/group", "HOSTS": (".lan.example",)}
    app = create_app({"DB": str(db), **config})
    assert status(app, "ideas.example.org") == status(app, "ideas.example.org:443") == 200
    assert status(app, "a.lan.example") == 200
    assert status(app, "evil.example") == status(app, "127.0.0.1") == 400


def test_a_server_for_the_network_answers_to_numbers_and_its_own_name(db: Path) -> None:
    app = create_app({"DB": str(db), "HOST": "0.0.0.0"})
    assert status(app, "192.0.2.7:8000") == status(app, "[2001:db8::7]:8000") == 200
    assert status(app, socket.gethostname()) == status(app, "localhost") == 200
    assert status(app, "evil.example") == 400


def test_a_strange_host_is_refused_in_the_readers_language(app: Flask) -> None:
    answer = app.test_client().get("/?lang=fr", headers={"Host": "evil.example"})
    assert answer.status_code == 400
    assert "ne répond pas" in answer.text


@pytest.mark.parametrize("host", ["a b", "ev\\il", "<b>", "", "[::1", "a@localhost"])
def test_what_is_no_name_is_refused(app: Flask, host: str) -> None:
    assert status(app, host) == 400


def test_an_address_of_numbers_may_be_the_public_one(db: Path) -> None:
    app = create_app({"DB": str(db), "PUBLIC_URL": "http://[2001:db8::7]:8000"})
    assert status(app, "[2001:db8::7]:8000") == 200
    assert status(app, "[2001:db8::8]:8000") == 400


def test_browsers_are_told_to_come_encrypted_where_the_public_address_is(db: Path) -> None:
    name = "Strict-Transport-Security"
    app = create_app({"DB": str(db), "PUBLIC_URL": "https://ideas.example.org"})
    for _ in range(2):
        encrypted = app.test_client().get("/", base_url="https://ideas.example.org")
        assert encrypted.headers[name] == "max-age=31536000"
        assert name not in app.test_client().get("/", base_url="http://ideas.example.org").headers
    assert name not in create_app({"DB": str(db)}).test_client().get("/").headers
