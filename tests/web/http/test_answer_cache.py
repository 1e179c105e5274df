"""Answers made once for all readers: never out of date, never one person's for another."""

from __future__ import annotations

import gzip
import re
import threading
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, Response, request, session
from flask.testing import FlaskClient

from synth.store import Store, open_store
from web import create_app
from web.http.answer_cache import AnswerCache, CachedAnswer, TrackedCookies, do_not_cache

AT = "/d/the-market-square"
ELSEWHERE = {"Host": "map.example"}
PACKED = {"Accept-Encoding": "gzip"}
PLACES = {"slug": "the-market-square", "number": 1}


HOSTS = ("localhost", "map.example")


@pytest.fixture
def app(app: Flask) -> Flask:
    """Reached under a second name, by which nobody may change things."""
    app.config["HOSTS"] = HOSTS
    app.config["ACCOUNTS"] = "off"
    return app


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """One entry for each time that a request opens the file."""
    seen: list[Path] = []

    def noting(path: Path, **how: Any) -> Store:
        seen.append(path)
        return open_store(path, **how)

    monkeypatch.setattr("web.http.store.open_store", noting)
    return seen


def test_a_page_is_made_once(app: Flask, opened: list[Path]) -> None:
    first = app.test_client().get(f"{AT}/", headers=ELSEWHERE)
    n_opened = len(opened)
    second = app.test_client().get(f"{AT}/", headers=ELSEWHERE)
    assert (second.status_code, second.data) == (200, first.data)
    assert len(opened) == n_opened == 1
    own = "X-Request-ID"
    assert first.headers.pop(own) != second.headers.pop(own)
    assert {**second.headers} == {**first.headers}


def test_a_change_is_seen_at_once(client: FlaskClient, store: Store) -> None:
    for n in range(20):
        assert f"Discussion {n}" not in client.get("/", headers=ELSEWHERE).text
        store.discussions.add(f"Discussion {n}")
        assert f"Discussion {n}" in client.get("/", headers=ELSEWHERE).text
        assert f"discussion-{n}" in client.get("/api/discussions").text


def test_a_change_is_seen_by_the_request_that_makes_it(client: FlaskClient) -> None:
    before = client.get(f"{AT}/key?state=taken").text
    client.post(f"{AT}/key/1", data={"action": "take", "state": "suggested"})
    assert client.get(f"{AT}/key?state=taken").text != before


def test_who_may_change_things_is_told_by_the_host(client: FlaskClient) -> None:
    for _ in range(2):
        assert "/upload" in client.get("/").text
        assert "/upload" not in client.get("/", headers=ELSEWHERE).text


def test_each_language_has_its_own(client: FlaskClient) -> None:
    for _ in range(2):
        for language in ("fr", "en"):
            asked = {**ELSEWHERE, "Accept-Language": language}
            answer = client.get(f"{AT}/", headers=asked)
            assert f'<html lang="{language}"' in answer.text
            assert {"Accept-Language", "Cookie", "Accept-Encoding"} <= set(answer.vary)
    client.set_cookie("lang", "fr", domain="map.example")
    assert '<html lang="fr"' in client.get(f"{AT}/", headers=ELSEWHERE).text


def test_asking_for_a_language_sets_its_cookie_each_time(app: Flask) -> None:
    for _ in range(2):
        answer = app.test_client().get("/?lang=fr", headers=ELSEWHERE)
        assert "lang=fr" in answer.headers["Set-Cookie"]


def test_a_word_to_one_person_is_not_shown_to_another(app: Flask) -> None:
    @app.get("/tell-me")
    def tell_me() -> str:
        session["said"] = "only to you"
        return "told"

    @app.get("/told")
    def told() -> str:
        return f"<p>{session.get('said', 'nothing')}</p>" + " " * 1000

    one, other = app.test_client(), app.test_client()
    assert "nothing" in one.get("/told").text
    one.get("/tell-me")
    assert "only to you" in one.get("/told").text
    assert "nothing" in other.get("/told").text


def test_forms_are_made_for_each_person(db: Path) -> None:
    app = create_app({"DB": str(db), "TESTING": True})
    tokens = {
        found[1]
        for _ in range(2)
        if (found := re.search('name="csrf_token" value="(.+?)"', _form(app)))
    }
    assert len(tokens) == 2


def _form(app: Flask) -> str:
    answer = app.test_client().get("/upload")
    assert "private" in answer.headers["Cache-Control"]
    return answer.text


def test_an_answer_that_reads_a_cookie_is_made_for_each_person(app: Flask) -> None:
    @app.get("/seen")
    def seen() -> str:
        return f"<p>{request.cookies.get('seen', 'never')}</p>"

    @app.get("/all-cookies")
    def all_cookies() -> str:
        return f"<p>{dict(request.cookies)}</p>"

    for address in ("/seen", "/all-cookies"):
        for value in ("1.2", "3.4"):
            client = app.test_client()
            client.set_cookie("seen", value)
            assert value in client.get(address).text


def test_an_answer_that_sets_a_cookie_is_not_cached(app: Flask) -> None:
    made: list[int] = []

    @app.get("/cookie")
    def cookie() -> Response:
        made.append(1)
        answer = Response("<p>yours</p>")
        answer.set_cookie("number", str(len(made)))
        return answer

    got = [app.test_client().get("/cookie").headers["Set-Cookie"] for _ in range(2)]
    assert got == ["number=1; Path=/", "number=2; Path=/"]


def test_what_will_soon_be_otherwise_is_not_cached(app: Flask) -> None:
    said = iter(("still reading", "read"))

    @app.get("/meaning")
    def meaning() -> str:
        do_not_cache()
        return next(said)

    assert [app.test_client().get("/meaning").text for _ in range(2)] == ["still reading", "read"]


def test_errors_are_not_cached(client: FlaskClient, store: Store) -> None:
    assert client.get("/d/new-one/", headers=ELSEWHERE).status_code == 404
    store.discussions.add("New one")
    assert client.get("/d/new-one/", headers=ELSEWHERE).status_code == 200


@pytest.mark.parametrize(
    "path", [f"{AT}/", f"{AT}/threads/1", f"/api{AT}/ideas", f"/api{AT}/points"]
)
def test_answers_are_compressed_for_those_who_can_read_that(path: str, client: FlaskClient) -> None:
    plain = client.get(path, headers=ELSEWHERE)
    assert "Content-Encoding" not in plain.headers
    packed = client.get(path, headers={**ELSEWHERE, **PACKED})
    if len(plain.data) >= 600:
        assert packed.headers["Content-Encoding"] == "gzip"
        assert gzip.decompress(packed.data) == plain.data
    refused = client.get(path, headers={**ELSEWHERE, "Accept-Encoding": "gzip;q=0"})
    assert refused.data == plain.data
    assert int(packed.headers["Content-Length"]) == len(packed.data)


def test_pages_with_forms_are_not_compressed(client: FlaskClient) -> None:
    """What a page repeats from its address would tell, by its length, the secret of the form."""
    answer = client.get("/upload", headers=PACKED)
    assert "csrf_token" in answer.text
    assert "Content-Encoding" not in answer.headers


@pytest.mark.parametrize("path", ["/", f"{AT}/", "/static/style.css"])
def test_what_the_browser_has_is_not_sent_again(path: str, client: FlaskClient) -> None:
    first = client.get(path, headers={**ELSEWHERE, **PACKED})
    known = {**ELSEWHERE, "If-None-Match": first.headers["ETag"]}
    for _ in range(2):
        again = client.get(path, headers=known)
        assert (again.status_code, again.data) == (304, b"")
        assert again.headers["ETag"] == first.headers["ETag"]
        assert "Content-Security-Policy" in again.headers
    assert client.head(path, headers=ELSEWHERE).data == b""


def test_pictures_and_foreign_methods_go_past_it(client: FlaskClient) -> None:
    assert client.options("/", headers=ELSEWHERE).status_code == 200
    assert client.post("/", headers=ELSEWHERE).status_code == 405
    assert client.get("/none", headers=ELSEWHERE).status_code == 404


def test_files_of_the_viewer_may_change_while_it_is_developed(app: Flask) -> None:
    app.debug = True
    app.test_client().get("/static/style.css", headers=ELSEWHERE).close()
    assert app.extensions["answer_cache"].n_bytes == 0


def every_address(app: Flask) -> Iterator[str]:
    """Every address that answers GET, with the ids 1 and 2."""
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            if "GET" not in (rule.methods or ()) or rule.endpoint == "static":
                continue
            names = sorted(rule.arguments)
            choices = [(PLACES[name],) if name in PLACES else (1, 2) for name in names]
            for values in product(*choices):
                built = rule.build(dict(zip(names, values, strict=True)), append_unknown=False)
                assert built is not None
                yield built[1]


@pytest.mark.parametrize("asked", ["", "?since=visit", "?since=2024-03-01", "?q=stalls"])
def test_everybody_gets_what_they_would_get_without_it(asked: str, db: Path) -> None:
    """Readers of several kinds ask for every page in turn, of a viewer that caches answers and
    of one that does not."""
    config = {"DB": str(db), "TESTING": True, "HOSTS": HOSTS}
    caches, forgets = create_app(config), create_app({**config, "ANSWER_CACHE_BYTES": 0})
    readers = [
        {"Host": host, "Accept-Language": language, "Cookie": cookie}
        for host, language, cookie in (
            ("localhost", "en", ""),
            ("map.example", "en", ""),
            ("map.example", "fr", ""),
            ("map.example", "en", "seen=1.2"),
            ("map.example", "en", "seen=1709290000.1709390000"),
            ("map.example", "en", "lang=fr; seen=1.2"),
        )
    ]
    for address in list(every_address(caches)):
        for headers in readers:
            got, wanted = (
                app.test_client(use_cookies=False).get(address + asked, headers=headers)
                for app in (caches, forgets)
            )
            assert got.status_code == wanted.status_code, address
            assert _same(got.data) == _same(wanted.data), (address, headers)
            assert got.headers.get("Content-Security-Policy") == wanted.headers.get(
                "Content-Security-Policy"
            )


def _same(page: bytes) -> bytes:
    """Without the secret of its forms and the number of its request, which are others each time."""
    return re.sub(rb'name="csrf_token" value=".+?"|<code>[0-9a-f]{16}</code>', b"", page)


def test_readers_of_a_file_that_changes_never_read_what_was_before(app: Flask, db: Path) -> None:
    written, problems = 0, list[str]()
    done = threading.Event()

    def read() -> None:
        client = app.test_client()
        while not done.is_set():
            known = written
            told = client.get("/api/discussions").get_json()["items"]
            if len(told) <= known:
                problems.append(f"{len(told)} after {known} were written")

    threads = [threading.Thread(target=read) for _ in range(3)]
    for thread in threads:
        thread.start()
    with open_store(db) as store:
        for n in range(30):
            store.discussions.add(f"Another {n}")
            written += 1
    done.set()
    for thread in threads:
        thread.join()
    assert problems == []


def answer(**more: object) -> CachedAnswer:
    facts: dict[str, object] = {
        "body": b"x" * 100,
        "is_compressed": False,
        "etag": "e",
        "headers": (),
    }
    return CachedAnswer(**{**facts, **more})  # type: ignore[arg-type]


def test_the_least_used_goes_first() -> None:
    one = answer().n_bytes
    cache = AnswerCache(10 * one)
    assert cache.get((1, 1), ("a",)) is None
    for name in "abcdefghij":
        cache.put((1, 1), (name,), answer())
    assert cache.get((1, 1), ("a",)) is not None
    cache.put((1, 1), ("k",), answer())
    assert cache.n_bytes == 10 * one
    assert [cache.get((1, 1), (name,)) is None for name in "abk"] == [False, True, False]


def test_what_is_large_is_not_cached_and_what_is_put_twice_counts_once() -> None:
    cache = AnswerCache(10_000)
    cache.get((1, 1), ("a",))
    cache.put((1, 1), ("a",), answer(body=b"x" * 5_000))
    assert cache.n_bytes == 0
    for _ in range(3):
        cache.put((1, 1), ("b",), answer())
    assert cache.n_bytes == answer().n_bytes


def test_what_was_made_of_an_older_file_is_not_answer() -> None:
    cache = AnswerCache(10_000)
    cache.get((1, 1), ("a",))
    cache.get((1, 2), ("a",))
    cache.put((1, 1), ("a",), answer())
    assert cache.get((1, 2), ("a",)) is None


def test_cookies_remember_what_was_read() -> None:
    cookies = TrackedCookies({"lang": "fr", "seen": "1.2"})
    assert cookies.get("lang") == "fr"
    assert "none" not in cookies
    assert cookies.read == {"lang", "none"}
    assert list(cookies.values()) == ["fr", "1.2"]
    assert "*" in cookies.read


def test_many_who_ask_at_once_wait_for_one(app: Flask) -> None:
    made, is_asked, may_go_on = list[int](), threading.Event(), threading.Event()

    @app.get("/slow")
    def slow() -> str:
        made.append(1)
        is_asked.set()
        may_go_on.wait(30)
        return "slow"

    got: list[str] = []
    readers = [
        threading.Thread(target=lambda: got.append(app.test_client().get("/slow").text))
        for _ in range(5)
    ]
    for reader in readers:
        reader.start()
    is_asked.wait(30)
    may_go_on.set()
    for reader in readers:
        reader.join()
    assert got == ["slow"] * 5
    assert made == [1]


def test_what_fails_keeps_nobody_waiting(app: Flask) -> None:
    app.testing = False

    @app.get("/fails")
    def fails() -> str:
        raise RuntimeError

    assert [app.test_client().get("/fails").status_code for _ in range(3)] == [500] * 3
