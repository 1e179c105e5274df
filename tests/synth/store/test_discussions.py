from __future__ import annotations

from synth.records import ExtractState, Span
from synth.store import IdeaRow, Store


def test_only_an_empty_discussion_is_discarded(store: Store, discussion_id: int) -> None:
    empty = store.discussions.add("Nothing yet")
    store.sources.begin(empty.id, name="broken.csv", format="table")
    assert store.discussions.discard_empty(empty.id)
    assert not store.discussions.discard_empty(discussion_id)
    assert [d.id for d in store.discussions.all()] == [discussion_id]
    assert store.sources.all(empty.id) == []


def test_a_slug_is_not_shadowed_by_the_title_of_another_discussion(store: Store) -> None:
    gone = store.discussions.add("Town hall!")
    shadow = store.discussions.add("town-hall")
    store.discussions.discard_empty(gone.id)
    found = store.discussions.add("Town hall?")
    assert (shadow.slug, found.slug) == ("town-hall-2", "town-hall")
    assert store.discussions.named("town-hall") == found
    assert store.discussions.named("town-hall-2") == shadow
    assert store.discussions.named("Town hall?") == found
    assert store.discussions.named("TOWN hall") == found


def test_messages_are_found_page_by_page(store: Store, discussion_id: int) -> None:
    everything = list(store.messages.all(discussion_id))
    assert store.messages.some(discussion_id, limit=2) == everything[:2]
    assert store.messages.some(discussion_id, limit=2, offset=2) == everything[2:]
    assert store.messages.discussion_of(everything[0].id) == discussion_id
    assert store.messages.discussion_of(999) is None


def test_passages_are_counted_and_their_places_known(store: Store, discussion_id: int) -> None:
    assert store.passages.count(discussion_id) == 3
    assert store.passages.points(discussion_id) == []
    passages = store.passages.all(discussion_id)
    store.passages.set_positions([(passages[0].id, 0.1, 0.9), (passages[1].id, 0.7, 0.2)])
    points = store.passages.points(discussion_id)
    assert [point[:3] for point in points] == [(0.1, 0.9, 0), (0.7, 0.2, 0)]
    for point, passage in zip(points, passages, strict=False):
        message = store.messages.get(passage.message_id)
        assert message is not None
        posted = 0 if message.posted_at is None else int(message.posted_at.timestamp())
        assert point[5:] == (posted, passage.id)


def test_the_language_of_a_title_is_kept(store: Store, discussion_id: int, run_id: int) -> None:
    ids = store.ideas.replace_machine(
        discussion_id, [_row(-1, "fr"), _row(-2, None)], [], run_id=run_id
    )
    assert store.ideas.languages(discussion_id) == {ids[-1]: "fr"}


def test_an_uploaded_file_is_known_by_its_own_name(store: Store, discussion_id: int) -> None:
    def read(name: str, n_added: int) -> None:
        source = store.sources.begin(discussion_id, name=name, format="table")
        store.sources.finish(
            source,
            state="done",
            sha256="same",
            n_bytes=1,
            n_added=n_added,
            n_updated=0,
            n_unchanged=0,
            problems=[],
        )

    for folder, n_added in (("/tmp/up-1", 5), ("/tmp/up-2", 0)):
        read(f"{folder}/a_b.csv", n_added)
        store.sources.drop_folder(discussion_id, folder)
    assert [s.name for s in store.sources.all(discussion_id)] == ["a_b.csv", "market.csv"]


def test_a_decision_outlives_new_suggestions(store: Store, discussion_id: int, run_id: int) -> None:
    from synth.records import Nature
    from synth.store import ExtractChange

    taken = store.extracts.take(
        1, Span(start=0, end=10), nature=Nature.ISSUE, tags=(), actor="person"
    )
    store.extracts.decide(taken.id, ExtractChange(state=ExtractState.REJECTED), actor="person")
    store.extracts.replace_suggestions(discussion_id, [], run_id=run_id)
    assert [e.state for e in store.extracts.all(discussion_id)] == [ExtractState.REJECTED]


def _row(key: int, language: str | None) -> IdeaRow:
    return IdeaRow(
        key=key,
        parent_key=None,
        level=1,
        title="Title",
        keyphrases=(),
        summary="",
        language=language,
        n_messages=1,
        n_authors=1,
        stability=None,
        x=0.0,
        y=0.0,
        representatives=(),
    )
