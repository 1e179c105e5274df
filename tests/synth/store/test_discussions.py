from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth.errors import EditConflict
from synth.records import ExtractState, Span
from synth.store import Embed, Framing, IdeaRow, Store, site_of, version_of_framing


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
    assert len(store.passages.all(discussion_id)) == 3
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
            counts=(n_added, 0, 0),
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


AT = datetime(2024, 5, 2, tzinfo=UTC)


def test_a_discussion_is_framed_and_the_change_recorded(store: Store, discussion_id: int) -> None:
    assert store.discussions.all()[0].framing == Framing()
    framing = Framing(
        question="What should become of the square?",
        introduction="One.\n\nTwo.",
        embed=Embed(sites=("https://example.org", "https://town.example:8443")),
        synthesis_at=AT,
    )
    assert store.discussions.frame(discussion_id, framing, actor="person")
    found = store.discussions.all()[0]
    assert found.framing == framing
    assert found.question == framing.question
    assert found.synthesis_at == AT
    assert found.embed.frame_ancestors == "'self' https://example.org https://town.example:8443"
    (event,) = store.events.last(discussion_id)
    assert (event["actor"], event["verb"], event["noun"]) == ("person", "framed", "discussion")
    assert event["before"]["question"] == ""
    assert event["after"]["synthesis_at"] == "2024-05-02T00:00:00+00:00"


def test_what_did_not_change_makes_no_event(store: Store, discussion_id: int) -> None:
    first = Framing(question="Why?", embed=Embed(is_open=True))
    assert store.discussions.frame(discussion_id, first, actor="person")
    assert not store.discussions.frame(discussion_id, first, actor="person")
    second = Framing(question="Why?", introduction="Because.", embed=Embed(is_open=True))
    assert store.discussions.frame(discussion_id, second, actor="person")
    newest, _ = store.events.last(discussion_id)
    assert newest["after"] == {"introduction": "Because."}
    assert store.discussions.all()[0].embed.frame_ancestors == "*"


def test_nobody_may_embed_unless_it_was_said() -> None:
    assert Embed().frame_ancestors == "'none'"
    assert Embed.read(Embed().written()) == Embed()


@pytest.mark.parametrize(
    ("address", "site"),
    [
        ("https://Example.org/some/page?x=1", "https://example.org"),
        ("example.org", "https://example.org"),
        ("http://localhost:8080/", "http://localhost:8080"),
        ("https://école.example", "https://xn--cole-9oa.example"),
        (" https://a.example ", "https://a.example"),
        ("https://user:secret@a.example", "https://a.example"),
        ("http://intranet", "http://intranet"),
        ("intranet", None),
        ("ftp://a.example", None),
        ("javascript:alert(1)", None),
        ("https://a.example; script-src *", None),
        ("https://a_b.example", None),
        ("https://-a.example", None),
        ("https://*.example", None),
        ("https://a.example:99999", None),
        ("https://", None),
        ("", None),
    ],
)
def test_a_site_is_scheme_and_host(address: str, site: str | None) -> None:
    assert site_of(address) == site


@given(st.text(max_size=60))
def test_whatever_is_typed_cannot_break_a_header(address: str) -> None:
    site = site_of(address)
    if site is not None:
        assert not set(site) & set(" ;,'\"\r\n*")
        assert Embed.read(Embed(sites=(site,)).written()).sites == (site,)


def test_what_others_said_about_the_discussion_meanwhile_is_not_overwritten(store: Store) -> None:
    found = store.discussions.add("The market")
    seen = version_of_framing(found.framing)
    asked = Framing(question="Where should the stalls stand?")
    assert store.discussions.frame(found.id, asked, actor="Ada", version=seen)
    mine = Framing(introduction="Please read first.")
    with pytest.raises(EditConflict) as conflict:
        store.discussions.frame(found.id, mine, actor="Bo", version=seen)
    assert (conflict.value.actor, conflict.value.changed) == ("Ada", ("question",))
    assert conflict.value.wanted["introduction"] == "Please read first."
    assert store.discussions.named("the-market").framing == asked
    assert not store.discussions.frame(found.id, asked, actor="Bo", version=seen)
    now = version_of_framing(asked)
    assert store.discussions.frame(found.id, mine, actor="Bo", version=now)
