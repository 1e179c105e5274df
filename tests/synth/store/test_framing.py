from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth.store import Embed, Framing, Store, site_of

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
