"""Behind a proxy: every address under the prefix, and no reader believed by mistake."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask import Flask, request

from synth.errors import InputProblem
from web import create_app
from web.http.proxy import public_address
from web.serving.configuration import Configuration
from web.serving.configured import configured_app

ROOT = "/group"
PAGES = (
    "/", "/d/the-market-square/", "/d/the-market-square/map", "/d/the-market-square/outline",
    "/d/the-market-square/overview", "/d/the-market-square/threads/1", "/d/the-market-square/key",
    "/d/the-market-square/ideas/1", "/d/the-market-square/passages/1", "/embed/the-market-square",
    "/d/the-market-square/search?q=stalls", "/d/the-market-square/since",
    "/d/the-market-square/point", "/d/the-market-square/about", "/upload", "/nowhere",
)  # fmt: skip


@pytest.fixture
def app(db: Path) -> Flask:
    return create_app(
        {"DB": str(db), "TESTING": True, "ROOT": ROOT, "ACCOUNTS": "off", "WTF_CSRF_ENABLED": False}
    )


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.parametrize("passes_on", [ROOT, ""], ids=["whole path", "path without prefix"])
def test_every_address_of_a_page_stands_under_the_prefix(
    app: Flask, address: str, passes_on: str
) -> None:
    text = app.test_client().get(passes_on + address).text
    found = re.findall(
        r'(?:href|src|action|content|data-[\w-]+)="(/[^"]*|https?://localhost[^"]*)"', text
    )
    assert found
    assert [one for one in found if not urlsplit(one).path.startswith(f"{ROOT}/")] == []


def test_what_the_pages_name_is_there(app: Flask) -> None:
    client = app.test_client()
    for address in PAGES[:-1]:
        for one in set(re.findall(r'(?:href|src)="(/[^"#]*)', client.get(ROOT + address).text)):
            with client.get(one.replace("&amp;", "&")) as answer:
                assert answer.status_code in {200, 302, 303}, one


def test_redirects_and_cookies_stay_under_the_prefix(app: Flask) -> None:
    client = app.test_client()
    taken = client.post(f"{ROOT}/d/the-market-square/key/1", data={"action": "take"})
    assert (taken.status_code, taken.location[: len(ROOT)]) == (303, ROOT)
    assert client.get(ROOT).status_code == 200
    language = client.get(f"{ROOT}/?lang=fr").headers["Set-Cookie"]
    assert f"Path={ROOT}/;" in f"{language};"
    visit = client.get(f"{ROOT}/d/the-market-square/").headers.getlist("Set-Cookie")
    assert all(f"Path={ROOT}/" in one for one in visit)


def test_the_session_is_sent_to_the_prefix_alone(db: Path) -> None:
    told = Configuration(db=db, public_url=f"https://ideas.example.org{ROOT}", trusted_proxies=1)
    app = configured_app(told)

    headers = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "ideas.example.org"}
    (cookie,) = (
        app.test_client().get(f"{ROOT}/sign-in", headers=headers).headers.getlist("Set-Cookie")
    )
    for part in ("Secure", "HttpOnly", "SameSite=Lax", f"Path={ROOT}/"):
        assert part in cookie


def test_a_prefix_that_is_a_path_of_a_page_is_refused(db: Path) -> None:
    for taken in ("/d", "/api", "/static/x"):
        with pytest.raises(InputProblem, match="choose another prefix"):
            create_app({"DB": str(db), "ROOT": taken})


def seen(app: Flask, headers: dict[str, str]) -> list[str]:
    @app.get("/seen")
    def tell() -> list[str | None]:
        return [request.remote_addr, request.scheme, request.host]

    answer = app.test_client().get("/seen", headers=headers)
    return list(answer.get_json()) if answer.status_code == 200 else [str(answer.status_code)]


SAID = {
    "X-Forwarded-For": "203.0.113.9, 192.0.2.7",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "ideas.example.org",
    "X-Forwarded-Prefix": "/evil",
}


def test_what_a_reader_says_of_itself_is_not_believed(db: Path) -> None:
    assert seen(create_app({"DB": str(db)}), SAID) == ["127.0.0.1", "http", "localhost"]


def test_one_proxy_is_believed_once(db: Path) -> None:
    config = {"DB": str(db), "TRUSTED_PROXIES": 1, "PUBLIC_URL": "https://ideas.example.org"}
    assert seen(create_app(config), SAID) == ["192.0.2.7", "https", "ideas.example.org"]


def test_two_proxies_are_believed_twice(db: Path) -> None:
    config = {"DB": str(db), "TRUSTED_PROXIES": 2, "PUBLIC_URL": "https://ideas.example.org"}
    said = {
        **SAID,
        "X-Forwarded-Proto": "https, http",
        "X-Forwarded-Host": "ideas.example.org, inner.example",
    }
    assert seen(create_app(config), said) == ["203.0.113.9", "https", "ideas.example.org"]


def test_a_name_that_a_proxy_tells_is_looked_at_too(db: Path) -> None:
    config = {"DB": str(db), "TRUSTED_PROXIES": 1, "PUBLIC_URL": "https://ideas.example.org"}
    assert seen(create_app(config), {**SAID, "X-Forwarded-Host": "evil.example"}) == ["400"]


@pytest.mark.parametrize(
    ("config", "address"),
    [
        ({}, "http://localhost/d/x/"),
        ({"ROOT": ROOT}, "http://localhost/group/d/x/"),
        ({"ROOT": ROOT, "PUBLIC_URL": "https://a.example/group"}, "https://a.example/group/d/x/"),
    ],
)
def test_addresses_for_people_are_those_under_which_they_find_us(
    db: Path, config: dict[str, str], address: str
) -> None:
    app = create_app({"DB": str(db), "HOSTS": ("localhost",), **config})

    @app.get("/address")
    def tell() -> str:
        return public_address("discussions.discussion", slug="x")

    assert app.test_client().get("/address").text == address
