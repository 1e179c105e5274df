"""Searching a discussion: modes, filters, what is said where nothing is found."""

from __future__ import annotations

import re
import threading
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict

from synth.errors import ModelMissing
from synth.records import ExtractState
from synth.search.semantic import SemanticIndex
from synth.store import ExtractChange, Store, open_store
from synth.store.search import Search
from tests.web.made_up_meaning import give_meaning, read
from web.http.discussion_cache import DiscussionCache, n_bytes
from web.pages.search import N_TERMS
from web.services.search import Mode, SearchQuery, parse_query
from web.services.search_results import mark_words, words_of
from web.services.semantic_search import MeaningLoader, NotReady, Unreadable, meaning_of
from web.services.snapshot import Snapshot

AT = "/d/the-market-square/search"


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    give_meaning(app)
    return app.test_client()


def ids(page: str) -> list[int]:
    """Messages found, in order."""
    return [int(i) for i in re.findall(r'aria-label="Read in the thread, message (\d+)"', page)]


def test_words_are_found_and_marked(client: FlaskClient) -> None:
    page = client.get(f"{AT}?q=STALLS&mode=words").text
    assert set(ids(page)) == {1, 2, 3}
    assert "<mark>stalls</mark>" in page
    assert "<script>alert" not in page


def test_accents_are_folded(client: FlaskClient) -> None:
    page = client.get(f"{AT}?q=ecole&mode=words").text
    assert ids(page) == [5]
    assert "<mark>école</mark>" in page


def test_meaning_finds_other_words_in_another_language(client: FlaskClient) -> None:
    assert ids(client.get(f"{AT}?q=marché&mode=words").text) == []
    found = ids(client.get(f"{AT}?q=marché+au+bord+du+fleuve&mode=meaning").text)
    assert set(found[:3]) == {1, 2, 3}


def test_both_rank_words_and_meaning_together(client: FlaskClient) -> None:
    found = ids(client.get(f"{AT}?q=cafés").text)
    assert found[0] == 4
    assert 5 in found[:3]


@pytest.mark.parametrize(
    ("wish", "found"),
    [
        ("idea=1", {1, 2, 3}),
        ("idea=2", {3}),
        ("idea=999", set()),
        ("unplaced=1", {6}),
        ("author=Participant+943", {1, 4, 6}),
        ("author=Ann+Carter", set()),
        ("author=ann@example.org", set()),
        ("language=fr", {5}),
        ("thread=5", {5, 6}),
        ("from=2024-03-02", set()),
        ("to=2024-03-01", {1, 2, 3, 4, 5, 6}),
        ("nature=solution", {1}),
        ("state=taken", set()),
        ("nature=nonsense&author=Participant+558", {2, 5}),
    ],
)
def test_wishes_narrow_what_is_found(client: FlaskClient, wish: str, found: set[int]) -> None:
    page = client.get(f"{AT}?{wish}").text
    assert set(ids(page)) == found
    if wish != "to=2024-03-01":
        assert "chip-off" in page


def test_wishes_narrow_a_search_by_meaning(client: FlaskClient) -> None:
    assert ids(client.get(f"{AT}?q=marché&mode=meaning&author=Participant+558").text)[0] == 2
    assert set(ids(client.get(f"{AT}?q=marché&mode=meaning&idea=3").text)) == {4, 5}


def test_choices_say_how_many_they_would_find(client: FlaskClient) -> None:
    page = client.get(f"{AT}?q=stalls&mode=words").text
    assert re.search(r'value="Participant 558"[^>]*>Participant 558 \(1\)', page)
    assert "Stalls by the river (3)" in page
    chosen = client.get(f"{AT}?q=stalls&mode=words&author=Participant+558").text
    assert "Participant 943 (1)" in chosen, "what another author would find"


def test_a_decision_on_a_key_passage_counts_at_once(client: FlaskClient, store: Store) -> None:
    assert ids(client.get(f"{AT}?state=taken").text) == []
    taken = next(e for e in store.extracts.all(1) if e.message_id == 2)
    store.extracts.decide(taken.id, ExtractChange(state=ExtractState.TAKEN), actor="person")
    assert ids(client.get(f"{AT}?state=taken").text) == [2]


def test_a_wish_is_taken_back_by_its_chip(client: FlaskClient) -> None:
    page = client.get(f"{AT}?q=stalls&mode=words&author=Participant+558&language=en").text
    (address,) = re.findall(r'class="chip chip-off" href="([^"]*)" aria-label="Remove: Part', page)
    address = address.replace("&amp;", "&")
    assert "author" not in address
    assert set(ids(client.get(address).text)) == {1, 2, 3}


def test_the_newest_may_come_first(client: FlaskClient) -> None:
    assert ids(client.get(f"{AT}?q=stalls&mode=words&sort=newest").text) == [3, 2, 1]


def test_nothing_found_leads_on(client: FlaskClient) -> None:
    page = client.get(f"{AT}?q=stals+tram&mode=words&language=en").text
    assert "No message was found." in page
    assert "Search everything" in page
    assert "Look for the meaning too" in page
    assert "Spelt otherwise" in page
    assert "q=stalls" in page
    fewer = client.get(f"{AT}?q=tables+river&mode=words").text
    assert "One word alone" in fewer


def test_an_idea_is_found_by_its_title_and_by_what_it_means(client: FlaskClient) -> None:
    assert "Room for tables" in client.get(f"{AT}?q=room+tables&mode=words").text
    named = client.get(f"{AT}?q=terrasse&mode=meaning").text
    assert '<h2 id="ideas">' in named


def test_the_form_alone_invites(client: FlaskClient) -> None:
    page = client.get(AT).text
    assert "Meaning finds what is said in other words" in page
    assert "No message was found." not in page


def test_a_page_beyond_the_last_is_missing(client: FlaskClient) -> None:
    assert client.get(f"{AT}?q=stalls&page=9").status_code == 404


def test_without_the_model_words_are_found_and_it_is_said(app: Flask) -> None:
    def none(_store: Store, _discussion_id: int) -> SemanticIndex:
        raise ModelMissing("themes: its weights are not installed")

    app.extensions["meanings"] = MeaningLoader(Path(app.config["DB"]), read=none)
    page = app.test_client().get(f"{AT}?q=stalls").text
    assert "themes: its weights are not installed" in page
    assert set(ids(page)) == {1, 2, 3}


def test_while_it_is_read_words_are_found_and_nothing_is_kept(app: Flask) -> None:
    go_on = threading.Event()

    def slow(store: Store, discussion_id: int) -> SemanticIndex:
        go_on.wait(30)
        return read(store, discussion_id)

    app.extensions["meanings"] = MeaningLoader(Path(app.config["DB"]), read=slow, patience=0)
    client = app.test_client()
    answer = client.get(f"{AT}?q=stalls")
    assert "still being read" in answer.text
    assert set(ids(answer.text)) == {1, 2, 3}
    assert "no-store" in answer.headers["Cache-Control"]
    go_on.set()
    meanings: MeaningLoader = app.extensions["meanings"]
    assert meanings.get(1, (1, 0, 0), wait=30).model == "themes"


def test_what_cannot_be_foreseen_is_told_without_details(tmp_path: Path) -> None:
    def broken(_store: Store, _discussion_id: int) -> SemanticIndex:
        raise ZeroDivisionError

    meanings = MeaningLoader(tmp_path / "x.db", read=broken)
    with pytest.raises(Unreadable, match="unforeseen"):
        meanings.get(1, (1, 0, 0), wait=30)


def test_few_discussions_are_kept_and_each_read_once(db: Path) -> None:
    n_read = []

    def counted(store: Store, discussion_id: int) -> SemanticIndex:
        n_read.append(discussion_id)
        return read(store, discussion_id)

    with open_store(db) as store:
        size = n_bytes(read(store, 1))
    meanings = MeaningLoader(db, cache=DiscussionCache(max_bytes=3 * size), read=counted)
    for discussion_id in (1, 1, 2, 3, 4, 1):
        meanings.get(discussion_id, (1, 0, 0), wait=30)
    assert n_read == [1, 2, 3, 4, 1]
    with pytest.raises(NotReady):
        MeaningLoader(db, read=lambda *_: threading.Event().wait(1)).get(1, (1, 0, 0), wait=0)  # type: ignore[arg-type,return-value]


def test_of_a_discussion_only_its_last_map_is_kept(db: Path) -> None:
    """Whoever was erased is not in it; an earlier reader may still ask for the one before."""
    n_read = []

    def counted(store: Store, discussion_id: int) -> SemanticIndex:
        n_read.append(discussion_id)
        return read(store, discussion_id)

    meanings = MeaningLoader(db, read=counted)
    for key in ((1, 1, 0), (2, 1, 0), (1, 1, 1), (2, 1, 0), (1, 1, 0), (1, 1, 1)):
        meanings.get(key[0], key[1:], wait=30)
    assert n_read == [1, 2, 1, 1, 1]


def test_meaning_is_read_anew_without_those_who_were_erased(app: Flask, store: Store) -> None:
    give_meaning(app)
    client, found = app.test_client(), store.discussions.named("the-market-square")
    snapshot = Snapshot(store=store, discussion=found)
    with app.test_request_context():
        before = meaning_of(snapshot)
    store.participants.erase(found.id, 1)
    with app.test_request_context():
        after = meaning_of(snapshot)
    assert set(after.passages.tolist()) < set(before.passages.tolist())
    assert client.get(f"{AT}?q=stalls&mode=meaning").status_code == 200


def test_one_is_read_at_a_time_and_what_nobody_waits_for_not_at_all(db: Path) -> None:
    begun, go_on = list[int](), threading.Event()

    def slow(store: Store, discussion_id: int) -> SemanticIndex:
        begun.append(discussion_id)
        go_on.wait(30)
        return read(store, 1)

    meanings = MeaningLoader(db, read=slow)
    for discussion_id in range(1, 7):
        with pytest.raises(NotReady):
            meanings.get(discussion_id, (1, 0, 0), wait=0)
    go_on.set()
    for discussion_id in (4, 5, 6):
        meanings.get(discussion_id, (1, 0, 0), wait=30)
    assert sorted(begun)[-3:] == [4, 5, 6]
    assert len(begun) <= 4


def test_what_could_not_be_read_is_tried_again(db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    troubles = [ModelMissing("themes: its weights are not installed")]

    def later(store: Store, discussion_id: int) -> SemanticIndex:
        if troubles:
            raise troubles.pop()
        return read(store, discussion_id)

    meanings = MeaningLoader(db, read=later)
    for _ in range(2):
        with pytest.raises(Unreadable, match="weights"):
            meanings.get(1, (1, 0, 0), wait=30)
    monkeypatch.setattr("web.services.semantic_search.RETRY_AFTER", -1)
    assert meanings.get(1, (1, 0, 0), wait=30).model == "themes"


def test_a_long_question_without_an_answer_costs_no_more_than_a_short_one(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[str] = []

    def nothing_like(_self: Search, _discussion_id: int, words: list[str]) -> dict[str, list[str]]:
        tried.extend(words)
        return {word: [] for word in words}

    monkeypatch.setattr(Search, "words_like", nothing_like)
    question = "+".join(f"zzz{n:03}{'y' * (n % 3)}" for n in range(150))
    assert client.get(f"{AT}?q={question}&mode=words").status_code == 200
    assert len(tried) == N_TERMS
    assert all(word.endswith("yy") for word in tried)


def test_the_address_says_the_question_and_nothing_else() -> None:
    address = MultiDict({"q": " a  b ", "mode": "meaning", "idea": "7", "from": "2024-01-02"})
    query = parse_query(address)
    assert (query.words, query.mode, query.idea) == ("a b", Mode.MEANING, 7)
    assert parse_query(MultiDict(query.address())) == query
    assert parse_query(MultiDict()).address() == {}
    nonsense = {"mode": "x", "idea": "-1", "from": "yesterday", "nature": "x", "thread": "9" * 40}
    assert parse_query(MultiDict(nonsense)) == SearchQuery()


def test_words_are_marked_whatever_their_accents() -> None:
    assert mark_words("À l'école, oui", words_of("ecole à")) == [
        ("À l'", False),
        ("école", True),
        (", oui", False),
    ]
    assert words_of("de la") == {"de", "la"}
