from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from synth.records import CleanText, ParentEvidence, RawMessage
from synth.store import Imported, Store
from synth.store.messages import Linked
from synth.store.search import MOST_TERMS, Hit, match_expression


def words_found(
    store: Store, discussion_id: int, query: str, *, limit: int = 50, offset: int = 0
) -> tuple[list[Hit], int]:
    """A page of what is found, with the words in their places, and how many there are."""
    found = store.search.ranked(discussion_id, query)
    return store.search.hits(query, found[offset : offset + limit]), len(found)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("cafes", [2]),
        ("CAFÉS tables", [2]),
        ("cafes rents", []),
        ("stall*", [1]),
        ("st*", []),
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
    hits, total = words_found(store, discussion_id, query)
    assert [hit.message_id for hit in hits] == found
    assert total == len(found)


def test_the_found_words_are_marked(store: Store, discussion_id: int) -> None:
    (hit,), _ = words_found(store, discussion_id, "river")
    assert ("river", True) in hit.snippet
    assert "".join(piece for piece, _ in hit.snippet) == "The stalls should stay by the river."


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
@given(query=st.text(max_size=40))
def test_whatever_is_typed_is_a_valid_search(store: Store, discussion_id: int, query: str) -> None:
    hits, total = words_found(store, discussion_id, query)
    assert len(hits) <= total


def test_a_query_costs_no_more_than_its_terms() -> None:
    assert match_expression("a* a* river river -by -by") == '("a" AND "river") NOT "by"'
    assert match_expression("京* éc*") == '("京"* AND "éc"*)'
    long = match_expression(" ".join(f"word{n}" for n in range(500)), either=True)
    assert long.count(" OR ") == MOST_TERMS - 1


def add_thread(store: Store, discussion_id: int, name: str, said: list[tuple[str, str]]) -> None:
    """A thread of (subject, text), each a reply to the first; ids are ``name0``, ``name1``…"""
    source = store.sources.begin(discussion_id, name=name, format="mbox")
    store.messages.add(
        discussion_id,
        source,
        [
            Imported(
                raw=RawMessage(source_id=f"{name}{n}", text=text, position="", subject=subject),
                clean=CleanText(text=text),
                language="en",
                namespace="",
                participant_id=None,
                is_chat=False,
            )
            for n, (subject, text) in enumerate(said)
        ],
    )
    ids = [m.id for m in store.messages.all(discussion_id) if m.source_id.startswith(name)]
    store.messages.link(
        Linked(
            message_id=message_id,
            parent_id=ids[0] if rank else None,
            evidence=ParentEvidence.HEADER if rank else ParentEvidence.NONE,
            thread_id=ids[0],
            depth=min(rank, 1),
            rank=rank,
        )
        for rank, message_id in enumerate(ids)
    )


@pytest.fixture
def two_threads(store: Store) -> int:
    found = store.discussions.add("A list")
    add_thread(
        store,
        found.id,
        "ferry",
        [
            ("The ferry timetable", "Please look at the new one."),
            ("Re: The ferry timetable", "I have seen it."),
            ("Re: The ferry timetable", "It misses the evening crossing of the ferry."),
            ("Re: The ferry timetable", "Agreed."),
        ],
    )
    add_thread(
        store,
        found.id,
        "bridge",
        [
            ("A bridge", "Let us build a bridge."),
            ("Re: A bridge", "A ferry, a small ferry, is cheaper than any bridge."),
        ],
    )
    return found.id


def found_ids(store: Store, discussion_id: int, query: str) -> list[str]:
    hits, total = words_found(store, discussion_id, query)
    messages = store.messages.many([hit.message_id for hit in hits])
    assert total == len(hits)
    return [messages[hit.message_id].source_id for hit in hits]


def test_the_subject_of_a_thread_is_found_once(store: Store, two_threads: int) -> None:
    assert found_ids(store, two_threads, "timetable") == ["ferry0"]
    assert sorted(found_ids(store, two_threads, "ferry")) == ["bridge1", "ferry0", "ferry2"]


def test_what_is_said_comes_before_an_inherited_subject(store: Store, two_threads: int) -> None:
    ids = found_ids(store, two_threads, "ferry")
    assert ids.index("bridge1") < ids.index("ferry2")


def test_words_in_subject_and_text_together_are_found(store: Store, two_threads: int) -> None:
    assert found_ids(store, two_threads, "timetable crossing") == ["ferry2"]
    assert found_ids(store, two_threads, "timetable -evening") == ["ferry0"]


def test_the_text_is_shown_where_it_holds_the_words(store: Store, two_threads: int) -> None:
    hits, _ = words_found(store, two_threads, "ferry")
    shown = {"".join(text for text, _ in hit.snippet) for hit in hits}
    assert shown == {
        "The ferry timetable",
        "It misses the evening crossing of the ferry.",
        "A ferry, a small ferry, is cheaper than any bridge.",
    }


def test_pages_of_hits_neither_repeat_nor_miss_any(store: Store, two_threads: int) -> None:
    paged = [
        words_found(store, two_threads, "ferry", limit=1, offset=n)[0][0].message_id
        for n in range(3)
    ]
    assert paged == [hit.message_id for hit in words_found(store, two_threads, "ferry")[0]]


def test_any_of_the_words_may_be_asked_for(store: Store, discussion_id: int) -> None:
    found = store.search.ranked(discussion_id, "cafés river -rents", either=True)
    assert {one.message_id for one in found} == {1, 2}
    assert all(one.is_in_text for one in found)
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)
    hits = store.search.hits("cafés river", found, either=True)
    assert {text for hit in hits for text, is_found in hit.snippet if is_found} == {
        "Cafés", "river",
    }  # fmt: skip


def test_other_discussions_are_not_searched(store: Store, discussion_id: int) -> None:
    other = store.discussions.add("Elsewhere")
    assert store.search.ranked(other.id, "river") == []
