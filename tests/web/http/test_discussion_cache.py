"""What is worked out of a discussion is made once for each version, and for all readers."""

from __future__ import annotations

import threading
from concurrent.futures import CancelledError, Future

import numpy as np
import pytest
from flask import Flask

from synth.store import IdeaRow, Store, open_store
from web.http.discussion_cache import MAX_QUEUE, DiscussionCache, cached, n_bytes
from web.http.store import current_store


def test_a_value_is_made_once_for_each_version() -> None:
    cache = DiscussionCache()
    made: list[int] = []

    def make() -> int:
        made.append(len(made))
        return made[-1]

    assert [cache.get((1, "x"), version, make) for version in ("a", "a", "b", "b")] == [0, 0, 1, 1]
    assert cache.get((2, "x"), "b", make) == 2


def test_a_crowd_waits_for_one_to_make_it() -> None:
    cache, begun, may_end = DiscussionCache(), threading.Event(), threading.Event()
    made: list[str] = []

    def make() -> str:
        made.append("made")
        begun.set()
        may_end.wait(10)
        return "value"

    got: list[str] = []
    crowd = [
        threading.Thread(target=lambda: got.append(cache.get((1, "x"), 1, make))) for _ in range(4)
    ]
    for one in crowd:
        one.start()
    assert begun.wait(10)
    may_end.set()
    for one in crowd:
        one.join(10)
    assert got == ["value"] * 4
    assert made == ["made"]


def test_what_fails_is_tried_again() -> None:
    cache = DiscussionCache()
    with pytest.raises(ZeroDivisionError):
        cache.get((1, "x"), 1, lambda: 1 // 0)
    assert cache.get((1, "x"), 1, lambda: 7) == 7


def test_what_was_not_asked_for_longest_goes_first() -> None:
    rows = np.zeros(1_000, dtype=np.uint8)
    cache = DiscussionCache(max_bytes=10_000)
    made: list[int] = []

    def ask(n: int) -> None:
        cache.get((n, "x"), 1, lambda: made.append(n) or rows)  # type: ignore[func-returns-value]

    for n in (*range(10), 0, 10, 0, 1):
        ask(n)
    assert made == [*range(10), 10, 1]


def test_even_what_is_larger_than_the_cache_is_made_once() -> None:
    cache, rows = DiscussionCache(max_bytes=200), np.zeros(1_000, dtype=np.uint8)
    made: list[int] = []
    for _ in range(3):
        cache.get((1, "x"), 1, lambda: made.append(1) or rows)  # type: ignore[func-returns-value]
        assert cache.get((1, "y"), 1, lambda: "small") == "small"
    assert made == [1]


def test_the_size_of_a_value_is_that_of_its_arrays() -> None:
    rows = np.zeros((1_000, 8), dtype=np.float32)
    for value in (rows, [rows], {"a": rows}, (rows, "word", None, 7)):
        assert rows.nbytes <= n_bytes(value) < rows.nbytes + 1_000


def test_in_the_background_one_value_is_made_at_a_time_and_a_long_queue_is_cut() -> None:
    cache, may_end, begun = DiscussionCache(), threading.Event(), threading.Event()
    made: list[int] = []

    def ask(n: int) -> Future[int]:
        def make() -> int:
            made.append(n)
            begun.set()
            may_end.wait(10)
            return n

        return cache.submit((n, "x"), 1, make)

    first = ask(0)
    assert begun.wait(10)
    asked = [ask(n) for n in range(1, MAX_QUEUE + 3)]
    again = ask(MAX_QUEUE + 2)
    may_end.set()
    assert first.result(10) == 0
    for future in asked[:2]:
        with pytest.raises(CancelledError):
            future.result(10)
    assert [future.result(10) for future in asked[2:]] == list(range(3, MAX_QUEUE + 3))
    assert again.result(10) == MAX_QUEUE + 2
    assert sorted(made) == [0, *range(3, MAX_QUEUE + 3)]
    assert ask(1).result(10) == 1  # what was given up may be asked for again


def test_what_is_cached_of_a_discussion_goes_with_a_correction(app: Flask, store: Store) -> None:
    found = store.discussions.named("the-market-square")
    with app.app_context():
        assert cached(store, found, "x", lambda: 1) == 1
        assert cached(store, found, "x", lambda: 2) == 1
        store.events.add(found.id, actor="Ada", verb="taken", noun="extract")
        assert cached(store, found, "x", lambda: 2) == 1
        store.events.add(found.id, actor="Ada", verb="hidden", noun="idea")
        assert cached(store, found, "x", lambda: 2) == 2


def test_a_page_is_of_one_piece(app: Flask) -> None:
    """Whatever others write while it is made."""

    @app.get("/twice")
    def twice() -> str:
        store = current_store()
        before = store.discussions.all()
        with open_store(app.config["DB"]) as other:
            other.discussions.add("Another")
        return f"{len(before)} {len(store.discussions.all())}"

    assert [app.test_client().get("/twice").text for _ in range(2)] == ["1 1", "2 2"]


def test_what_is_cached_fits_the_ideas_of_its_page(app: Flask, store: Store) -> None:
    """A map may be put in place between two looks of a page that began before it."""
    found = store.discussions.named("the-market-square")
    client, at = app.test_client(), "/d/the-market-square"
    run_id = store.runs.begin(found.id, kind="build", seed=0, settings={}, versions={})
    assert client.get(f"{at}/outline").status_code == 200
    rows = [
        IdeaRow(
            key=-n, parent_key=None, level=1, title=f"Idea {n}", keyphrases=(), summary="",
            n_messages=1, n_authors=1, stability=None, x=0.5, y=0.5, language="en",
            representatives=(),
        )
        for n in (1, 2)
    ]  # fmt: skip
    store.ideas.replace_machine(found.id, rows, [], run_id=run_id)  # the run is not over yet
    for page in ("outline", "overview", "since?since=2024-01-01", ""):
        answer = client.get(f"{at}/{page}")
        assert answer.status_code == 200
    assert "Idea 2" in client.get(f"{at}/overview").text
