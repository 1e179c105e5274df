"""Pages read what they show, and not the whole discussion."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from synth.records import Message
from synth.store import Ranked
from synth.store.activity import Activities, Activity
from synth.store.extracts import Extracts
from synth.store.messages import Messages
from synth.store.search import Search

AT = "/d/the-market-square"


@pytest.mark.parametrize(
    "address",
    [f"{AT}/search?q=stalls&mode=words", f"{AT}/key", f"{AT}/", f"{AT}/overview"],
)
def test_no_page_reads_every_extract(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    def refuse(_self: Extracts, _discussion_id: int) -> None:
        raise AssertionError("every extract was read")

    monkeypatch.setattr(Extracts, "all", refuse)
    assert client.get(address).status_code == 200
    assert client.get("/api/d/the-market-square/extracts?per_page=1").status_code == 200


def test_a_page_of_a_thread_reads_no_other_messages(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    lengths = []
    read = Messages.thread

    def counting(self: Messages, thread_id: int, **page: int) -> list[Message]:
        found = read(self, thread_id, **page)
        lengths.append(len(found))
        return found

    monkeypatch.setattr(Messages, "thread", counting)
    answer = client.get("/api/d/the-market-square/threads/1?per_page=1&page=2")
    assert answer.status_code == 200
    assert lengths == [1]
    assert answer.json is not None
    assert len(answer.json["items"]) == 1
    assert answer.json["total"] > 1


def test_the_columns_of_a_discussion_are_read_once(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    times = []
    read = Activities.of

    def counting(self: Activities, discussion_id: int) -> Activity:
        times.append(discussion_id)
        return read(self, discussion_id)

    monkeypatch.setattr(Activities, "of", counting)
    for address in (f"{AT}/", f"{AT}/search?q=stalls&mode=words", f"{AT}/overview"):
        assert client.get(address).status_code == 200
    assert len(times) == 1


def test_a_search_without_hits_looks_for_the_words_once(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    ranked = Search.ranked

    def counting(self: Search, discussion_id: int, query: str, **how: bool) -> list[Ranked]:
        asked.append(query)
        return ranked(self, discussion_id, query, **how)

    monkeypatch.setattr(Search, "ranked", counting)
    page = client.get(f"{AT}/search?q=stalsl+zzzz+rivver+qqqq+market&mode=words")
    assert page.status_code == 200
    assert len(asked) == 1
