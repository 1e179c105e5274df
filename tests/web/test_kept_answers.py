"""What is kept of answers: as much as fits, of one version of the file; each made by one reader."""

from __future__ import annotations

import threading

from flask import Flask

from web.http.answer_cache import Answers, Kept, NotingCookies


def kept(**more: object) -> Kept:
    facts: dict[str, object] = {"body": b"x" * 100, "is_packed": False, "etag": "e", "headers": ()}
    return Kept(**{**facts, **more})  # type: ignore[arg-type]


def test_the_least_used_goes_first() -> None:
    one = kept().n_bytes
    answers = Answers(most_bytes=10 * one)
    assert answers.get((1, 1), ("a",)) is None
    for name in "abcdefghij":
        answers.put((1, 1), (name,), kept())
    assert answers.get((1, 1), ("a",)) is not None
    answers.put((1, 1), ("k",), kept())
    assert answers.n_bytes == 10 * one
    assert [answers.get((1, 1), (name,)) is None for name in "abk"] == [False, True, False]


def test_what_is_large_is_not_kept_and_what_is_put_twice_counts_once() -> None:
    answers = Answers(most_bytes=10_000)
    answers.get((1, 1), ("a",))
    answers.put((1, 1), ("a",), kept(body=b"x" * 5_000))
    assert answers.n_bytes == 0
    for _ in range(3):
        answers.put((1, 1), ("b",), kept())
    assert answers.n_bytes == kept().n_bytes


def test_what_was_made_of_an_older_file_is_not_kept() -> None:
    answers = Answers(most_bytes=10_000)
    answers.get((1, 1), ("a",))
    answers.get((1, 2), ("a",))
    answers.put((1, 1), ("a",), kept())
    assert answers.get((1, 2), ("a",)) is None


def test_cookies_note_what_was_read() -> None:
    cookies = NotingCookies({"lang": "fr", "seen": "1.2"})
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
