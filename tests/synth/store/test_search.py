from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from synth.store import Store


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("cafes", [2]),
        ("CAFÉS tables", [2]),
        ("cafes rents", []),
        ("stall*", [1]),
        ('"by the river"', [1]),
        ('"the by river"', []),
        ("the -river", []),
        ("are -river", [3]),
        ("  ", []),
        ("-", []),
    ],
)
def test_words_are_found_with_accents_folded(
    store: Store, discussion_id: int, query: str, found: list[int]
) -> None:
    hits, total = store.search.words(discussion_id, query)
    assert [hit.message_id for hit in hits] == found
    assert total == len(found)


def test_the_found_words_are_marked(store: Store, discussion_id: int) -> None:
    (hit,), _ = store.search.words(discussion_id, "river")
    assert ("river", True) in hit.snippet
    assert "".join(piece for piece, _ in hit.snippet) == "The stalls should stay by the river."


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
@given(query=st.text(max_size=40))
def test_whatever_is_typed_is_a_valid_search(store: Store, discussion_id: int, query: str) -> None:
    hits, total = store.search.words(discussion_id, query)
    assert len(hits) <= total
