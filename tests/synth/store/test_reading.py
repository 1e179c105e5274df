"""What pages that search and compare ask of the file."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from synth.store import Store
from tests.synth.store.conftest import begin_run, imported


def test_a_pseudonym_leads_to_its_participant_and_a_real_name_does_not(
    store: Store, discussion_id: int
) -> None:
    one = store.participants.called(discussion_id, "Participant 943")
    assert one is not None
    assert store.participants.pseudonyms([one, 99]) == {one: "Participant 943"}
    for name in ("Ann Carter", "ann@example.org", "Participant 99", ""):
        assert store.participants.called(discussion_id, name) is None
    assert store.participants.called(discussion_id + 1, "Participant 943") is None


def test_the_language_of_every_message_is_known(store: Store, discussion_id: int) -> None:
    assert store.messages.languages(discussion_id) == {1: "en", 2: "en", 3: "en"}
    assert store.messages.languages(discussion_id + 1) == {}


def test_a_message_came_when_its_file_was_imported(store: Store, discussion_id: int) -> None:
    arrived = store.activity.arrivals(discussion_id)
    assert arrived.shape == (3,)
    now = datetime.now(UTC).timestamp()
    assert all(abs(now - at) < 600 for at in arrived.tolist())
    assert store.activity.arrivals(discussion_id + 1).shape == (0,)


def test_maps_made_since_a_moment_leave_out_the_first(store: Store, discussion_id: int) -> None:
    before = datetime.now(UTC) - timedelta(minutes=5)
    first, second, failed = (begin_run(store, discussion_id) for _ in range(3))
    store.runs.finish(first, state="done")
    assert store.runs.maps_since(discussion_id, before) == []
    store.runs.finish(second, state="done", outcome={"became": {}})
    store.runs.finish(failed, state="failed")
    assert [run.id for run in store.runs.maps_since(discussion_id, before)] == [second]
    assert store.runs.maps_since(discussion_id, before + timedelta(days=1)) == []


def test_words_that_are_spelt_nearly_so_are_suggested(store: Store, discussion_id: int) -> None:
    source = store.sources.begin(discussion_id, name="more.csv", format="table")
    store.messages.add(
        discussion_id, source, [imported("8", "Stalls again."), imported("9", "Cafés.")]
    )
    words = ["stals", "Cafès", "zzzzzz"]
    likely = store.search.words_like(discussion_id, words)
    assert likely == {"stals": ["stalls"], "Cafès": ["cafes"], "zzzzzz": []}
    assert store.search.words_like(discussion_id, []) == {}
