"""Just below and just above each limit of the engine a map is built, and grows.

The limits are made small: what happens on either side of them is what counts.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import pytest

from synth.clustering import linkage, stability
from synth.embedding import knn_graph, landmarks, vectors
from synth.pipeline import idea_map, import_files
from synth.pipeline.build import BuildReport
from synth.relevance import example_texts
from synth.settings import Settings
from synth.store import Store
from synth.store.rows import sha256_text
from tests.synth.pipeline.quick_build import MadeUpModel, made_up_places, name_by_first_words
from tests.synth.small_discussion import rows, write_csv

BUILD = import_module("synth.pipeline.build")
N = 48
"""Messages of the discussion; each is one passage."""


class MadeUpEncoder(MadeUpModel):
    """Reads text by text, as an encoder does."""

    is_fitted_per_discussion = False


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(idea_map, "name_ideas", name_by_first_words)
    monkeypatch.setattr(idea_map, "lay_out", made_up_places)
    monkeypatch.setattr(idea_map, "key_passages", lambda _: [])
    yield


def messages(n: int, *, n_titles: int = 0) -> list[dict[str, str]]:
    """``n`` messages of one passage, the first ``n_titles`` of which have a title of their own."""
    return [
        row
        | {
            "title": f"About matter {i}" if i < n_titles else "",
            "text": f"{row['text'].split(',')[0]} in street {i}.",
        }
        for i, row in enumerate(rows(n))
    ]


def built(
    store: Store,
    folder: Path,
    table: Sequence[dict[str, str]],
    *,
    settings: Settings | None = None,
) -> BuildReport:
    """Import the table and build; every passage has a place on the map, or a reason for none."""
    known = store.discussions.find("Limits")
    here = (known or store.discussions.add("Limits")).id
    import_files(store, here, [write_csv(folder / "limits.csv", table)])
    report: BuildReport = BUILD.build(
        store, here, settings or Settings(sides=False), embedder=MadeUpEncoder(0)
    )
    placements = store.ideas.placements(here)
    assert len(placements) == report.n_passages > 0
    assert all((p.idea_id is None) == (p.reason is not None) for p in placements)
    assert report.n_ideas > 1
    assert all(x is not None for x, _ in store.passages.positions(here))
    return report


@pytest.mark.parametrize(
    ("most", "n_titles"),
    [
        *((N - 1, 0), (N, 0), (N + 1, 0)),
        *((N - 1, 13), (N + 12, 12), (N + 12, 13)),
        # All passages are read, and a quarter of the texts are topics: not all of these are.
        *((N + 16, 15), (N + 16, 16), (N + 16, 17), (N + 16, N)),
        *((2 * N - 1, N), (2 * N, N), (2 * N + 1, N)),
    ],
)
def test_texts_that_an_encoder_reads(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: int, n_titles: int
) -> None:
    monkeypatch.setattr(vectors, "READ_AT_MOST", most)
    report = built(store, tmp_path, messages(N, n_titles=n_titles))
    assert report.n_passages == N


def test_more_topics_are_read_where_passages_leave_room(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vectors, "READ_AT_MOST", 2 * N - 1)
    built(store, tmp_path, messages(N, n_titles=N))
    with sqlite3.connect(store.path) as db:
        (n_read,) = db.execute(
            """SELECT count(*) FROM vectors
               WHERE content_sha256 NOT IN (SELECT value FROM json_each(?))""",
            [json.dumps([sha256_text(text) for text in example_texts()])],
        ).fetchone()
    db.close()
    assert n_read == 2 * N - 1


@pytest.mark.parametrize("small", [N - 1, N, N + 1])
def test_maps_that_may_grow(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, small: int
) -> None:
    monkeypatch.setattr(BUILD, "SMALL", small)
    monkeypatch.setattr(vectors, "READ_AT_MOST", N // 2)
    built(store, tmp_path, messages(N, n_titles=N // 2))
    later = built(store, tmp_path, messages(N + 6, n_titles=N // 2))
    assert (later.growth is not None) == (small < N)


@pytest.mark.parametrize(("n_more", "grows"), [(11, True), (12, True), (13, False)])
def test_a_quarter_may_come_before_a_map_is_built_afresh(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, n_more: int, grows: bool
) -> None:
    monkeypatch.setattr(BUILD, "SMALL", 10)
    built(store, tmp_path, messages(N))
    assert (built(store, tmp_path, messages(N + n_more)).growth is not None) == grows


@pytest.mark.parametrize("n_clustered", [N - 1, N, N + 1])
def test_passages_that_a_draft_clusters(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, n_clustered: int
) -> None:
    few = replace(idea_map.EFFORTS["draft"], n_clustered=n_clustered)
    monkeypatch.setattr(idea_map, "EFFORTS", {"draft": few})
    built(store, tmp_path, messages(N), settings=Settings(quality="draft"))


@pytest.mark.parametrize("most", [N - 1, N, N + 1])
def test_groups_that_enter_the_linkage(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr(linkage, "MAX_GROUPS", most)
    monkeypatch.setattr(stability, "MAX_GROUPS", most)
    built(store, tmp_path, messages(N))


@pytest.mark.parametrize("limit", [N - 1, N, N + 1])
def test_passages_that_are_searched_exactly(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: int
) -> None:
    monkeypatch.setattr(knn_graph, "EXACT_SEARCH_LIMIT", limit)
    built(store, tmp_path, messages(N))


@pytest.mark.parametrize("most", [0, 1, N])
def test_landmarks_without_an_idea(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr(landmarks, "MOST_UNPLACED", most)
    monkeypatch.setattr(BUILD, "SMALL", 10)
    built(store, tmp_path, messages(N))
    assert built(store, tmp_path, messages(N + 6)).growth is not None
