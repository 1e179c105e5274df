"""The data of the map: bytes for the points, and which files came in together."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from flask.testing import FlaskClient

from synth.corrections import hide_idea
from synth.store import Source, Store
from web.map.data import GRID, MAX_BATCHES, POINT, UNPLACED, batches_of, pack_points
from web.services.snapshot import Snapshot

AT = "/api/d/the-market-square"


def test_a_point_says_where_what_when_and_which(client: FlaskClient) -> None:
    points = np.frombuffer(client.get(f"{AT}/points").data, dtype=POINT)
    assert POINT.itemsize == 16
    assert points["passage"].tolist() == [1, 2, 3, 4, 5, 6]
    assert points["idea"].tolist() == [0, 0, 1, 2, 2, UNPLACED]
    assert points["stance"].tolist() == [0, 1, 0, 0, 0, 0]
    assert points["batch"].tolist() == [0] * 6
    hours = [datetime(2024, 3, 1, 9 + n, 30, tzinfo=UTC) for n in range(6)]
    assert points["posted"].tolist() == [int(at.timestamp()) for at in hours]
    assert points["x"].tolist() == pytest.approx([GRID * 0.1 * n for n in range(6)], abs=1)
    assert points["y"].tolist() == pytest.approx([GRID * (0.2 + 0.1 * n) for n in range(6)], abs=1)


def test_points_are_sent_once(client: FlaskClient) -> None:
    for path in ("points", "map"):
        tag = client.get(f"{AT}/{path}").headers["ETag"]
        again = client.get(f"{AT}/{path}", headers={"If-None-Match": tag})
        assert (again.status_code, again.data) == (304, b"")


def test_one_far_passage_moves_no_other(store: Store) -> None:
    (found,) = store.discussions.all()
    snapshot = Snapshot(store=store, discussion=found)
    before = np.frombuffer(pack_points(snapshot), dtype=POINT)
    store.passages.set_positions([(6, 1.0, 0.0)])
    after = np.frombuffer(pack_points(snapshot), dtype=POINT)
    assert after[:5].tolist() == before[:5].tolist()
    assert after[5]["x"] == GRID


def test_ideas_are_named_by_their_place_in_the_list(client: FlaskClient) -> None:
    ideas = client.get(f"{AT}/map").get_json()["ideas"]
    assert [one["number"] for one in ideas] == ["1", "1.1", "2"]
    assert [one["parent"] for one in ideas] == [None, 0, None]
    assert [one["hue"] for one in ideas] == [0, 0, 1]
    assert [(one["n_for"], one["n_against"]) for one in ideas] == [(1, 0), (0, 0), (0, 0)]


def test_what_stands_under_a_hidden_idea_is_drawn_as_unplaced(store: Store) -> None:
    (found,) = store.discussions.all()
    hide_idea(store, found.id, store.ideas.outline(found.id)[0].id, actor="a person")
    snapshot = Snapshot(store=store, discussion=found)
    points = np.frombuffer(pack_points(snapshot), dtype=POINT)
    assert points["idea"].tolist() == [UNPLACED, UNPLACED, UNPLACED, 0, 0, UNPLACED]


def test_a_discussion_without_a_map_has_no_points(store: Store) -> None:
    empty = store.discussions.add("Nothing yet")
    assert pack_points(Snapshot(store=store, discussion=empty)) == b""


BEGIN = datetime(2024, 5, 1, tzinfo=UTC)


def source(n: int, after: timedelta) -> Source:
    return Source(
        id=n, name="a.csv", format="table", sha256="", n_bytes=1, n_added=1, n_updated=0,
        n_unchanged=0, n_problems=0, state="done", imported_at=BEGIN + after,
    )  # fmt: skip


def test_files_of_one_import_are_one_batch() -> None:
    minutes = (0, 1, 9, 60, 61)
    found = batches_of([source(n, timedelta(minutes=m)) for n, m in enumerate(minutes)])
    assert [batch.source_ids for batch in found] == [(0, 1, 2), (3, 4)]
    assert found[0].at == BEGIN + timedelta(minutes=9)


def test_where_there_are_too_many_the_oldest_count_as_one() -> None:
    found = batches_of([source(n, timedelta(hours=n)) for n in range(MAX_BATCHES + 3)])
    assert len(found) == MAX_BATCHES
    assert found[0].source_ids == (0, 1, 2, 3)
    assert found[-1].source_ids == (MAX_BATCHES + 2,)


def test_nothing_imported_is_no_batch() -> None:
    assert batches_of([]) == ()
