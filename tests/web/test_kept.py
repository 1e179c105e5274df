"""What is made once and kept, and the words for times."""

from __future__ import annotations

import threading
from datetime import date

import pytest
from flask import Flask

from synth.analytics.periods import Calendar, Unit, trend_of
from synth.store import IdeaRow, Store, open_store
from web.http.discussion_cache import MOST, Shelf, kept
from web.http.store import current_store
from web.services.trends import gist, spark, stretch, timeline


def test_a_thing_is_made_once_for_each_version() -> None:
    shelf = Shelf()
    made: list[int] = []

    def make() -> int:
        made.append(len(made))
        return made[-1]

    assert [shelf.get((1, "x"), version, make) for version in ("a", "a", "b", "b")] == [0, 0, 1, 1]
    assert shelf.get((2, "x"), "b", make) == 2


def test_a_crowd_waits_for_one_to_make_it() -> None:
    shelf, begun, may_end = Shelf(), threading.Event(), threading.Event()
    made: list[str] = []

    def make() -> str:
        made.append("made")
        begun.set()
        may_end.wait(10)
        return "thing"

    got: list[str] = []
    crowd = [
        threading.Thread(target=lambda: got.append(shelf.get((1, "x"), 1, make))) for _ in range(4)
    ]
    for one in crowd:
        one.start()
    assert begun.wait(10)
    may_end.set()
    for one in crowd:
        one.join(10)
    assert got == ["thing"] * 4
    assert made == ["made"]


def test_what_fails_is_tried_again() -> None:
    shelf = Shelf()
    with pytest.raises(ZeroDivisionError):
        shelf.get((1, "x"), 1, lambda: 1 // 0)
    assert shelf.get((1, "x"), 1, lambda: 7) == 7


def test_what_was_not_asked_for_longest_goes_first() -> None:
    shelf = Shelf()
    for n in range(MOST):
        shelf.get((n, "x"), 1, lambda: "old")
    shelf.get((0, "x"), 1, lambda: "new")
    shelf.get((MOST, "x"), 1, lambda: "old")
    assert shelf.get((0, "x"), 1, lambda: "new") == "old"
    assert shelf.get((1, "x"), 1, lambda: "new") == "new"


def test_what_is_kept_of_a_discussion_goes_with_a_correction(app: Flask, store: Store) -> None:
    found = store.discussions.named("the-market-square")
    with app.app_context():
        assert kept(store, found, "x", lambda: 1) == 1
        assert kept(store, found, "x", lambda: 2) == 1
        store.events.add(found.id, actor="Ada", verb="taken", noun="extract")
        assert kept(store, found, "x", lambda: 2) == 1
        store.events.add(found.id, actor="Ada", verb="hidden", noun="idea")
        assert kept(store, found, "x", lambda: 2) == 2


def calendar(unit: Unit, n: int, first: int = 648) -> Calendar:
    """By default from January 2024, in months."""
    return Calendar(unit=unit, first=first, n=n)


@pytest.mark.parametrize(
    ("counts", "words"),
    [
        ((3, 4, 3, 4, 3, 4, 3, 4, 3, 4), "all along"),
        ((0, 0, 0, 4, 3, 4, 3, 4, 3, 4), "since April 2024"),
        ((0, 9, 9, 1, 0, 0, 0, 0, 0, 0), "mostly February to March 2024, quiet since April 2024"),
        ((0, 0, 0, 0, 1, 0, 0, 0, 9, 1), "mostly in September 2024"),
        ((9, 0, 0, 0, 0, 0, 0, 0, 0, 0), "mostly in January 2024, quiet since January 2024"),
        ((2, 2, 2, 2, 2, 2, 2, 0, 0, 0), "from the beginning, quiet since July 2024"),
    ],
)
def test_the_gist_of_a_row_of_bars(counts: tuple[int, ...], words: str, app: Flask) -> None:
    months = calendar(Unit.MONTH, len(counts))
    trend = trend_of(months, counts)
    assert trend is not None
    with app.test_request_context("/"):
        assert gist(months, trend) == words


def test_bars_say_what_they_are(app: Flask) -> None:
    with app.test_request_context("/"):
        line = timeline(calendar(Unit.MONTH, 3), (1, 0, 4), n_undated=2)
        small = spark(calendar(Unit.MONTH, 3), (1, 0, 4))
    assert line is not None
    assert [(bar.label, bar.n, bar.height) for bar in line.bars] == [
        ("January 2024", 1, 25),
        ("February 2024", 0, 0),
        ("March 2024", 4, 100),
    ]
    assert (line.each, line.most, line.n_undated) == ("Messages per month", 4, 2)
    assert small is not None
    assert small.path.count("M") == 2


def test_one_stretch_or_none_is_no_chart(app: Flask) -> None:
    with app.test_request_context("/"):
        assert spark(calendar(Unit.DAY, 1), (4,)) is None
        assert spark(None, ()) is None
        assert timeline(calendar(Unit.DAY, 3), (0, 0, 0)) is None


def test_stretches_have_names_in_the_language_of_the_page(app: Flask) -> None:
    with app.test_request_context("/?lang=en"):
        names = {unit: stretch(unit, date(2024, 4, 1)) for unit in Unit}
    assert names[Unit.DAY] == "1 April 2024"
    assert names[Unit.WEEK] == "week of 1 April 2024"
    assert names[Unit.QUARTER] == "2nd quarter 2024"
    assert names[Unit.YEAR] == "2024"
    with app.test_request_context("/?lang=fr"):
        assert stretch(Unit.QUARTER, date(2024, 4, 1)) == "2e trimestre 2024"
        assert stretch(Unit.MONTH, date(2024, 4, 1)) == "avril 2024"


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


def test_what_is_kept_fits_the_ideas_of_its_page(app: Flask, store: Store) -> None:
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
