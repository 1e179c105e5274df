"""The map in a frame of another site, where the facilitator allows it."""

from __future__ import annotations

import html
import re
from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from synth.permissions import Visibility
from synth.store import Embed, Framing, Store

EMBED = "/embed/the-market-square"
MAP = "/d/the-market-square/map"


@pytest.mark.parametrize(
    ("embed", "ancestors"),
    [
        (Embed(), "'none'"),
        (Embed(is_open=True), "*"),
        (Embed(sites=("https://town.example",)), "'self' https://town.example"),
    ],
)
def test_who_may_frame_the_map_is_the_facilitators_to_say(
    embed: Embed, ancestors: str, store: Store, client: FlaskClient
) -> None:
    (found,) = store.discussions.all()
    store.discussions.frame(found.id, replace(Framing(), embed=embed), actor="a person")
    policy = client.get(EMBED).headers["Content-Security-Policy"]
    assert policy.endswith(f"; frame-ancestors {ancestors}")
    assert "default-src 'none'" in policy
    page = client.get(MAP)
    assert page.headers["Content-Security-Policy"].endswith("frame-ancestors 'none'")
    assert ("<iframe" in html.unescape(page.text)) == (ancestors != "'none'")


def test_the_code_to_copy_is_one_frame_and_no_markup_of_the_page(
    store: Store, client: FlaskClient
) -> None:
    (found,) = store.discussions.all()
    store.discussions.frame(found.id, Framing(embed=Embed(is_open=True)), actor="a person")
    page = client.get(MAP).text
    assert "<iframe" not in page
    (code,) = re.findall(r"<textarea[^>]*>(.*?)</textarea>", page, flags=re.DOTALL)
    assert html.unescape(code).startswith('<iframe src="http://localhost/embed/the-market-square"')


def test_links_of_an_embedded_map_open_beside_the_page_that_shows_it(client: FlaskClient) -> None:
    page = client.get(EMBED)
    assert page.headers["X-Robots-Tag"] == "noindex"
    links = re.findall(r"<a [^>]*>", page.text)
    assert links
    assert all('target="_blank"' in link and 'rel="noopener"' in link for link in links)


def test_without_a_map_the_pages_say_so(store: Store, client: FlaskClient) -> None:
    store.discussions.add("Nothing yet")
    for address in ("/d/nothing-yet/map", "/embed/nothing-yet"):
        page = client.get(address).text
        assert "There is no map of this discussion yet." in page
        assert "<script" not in page
    assert client.get("/api/d/nothing-yet/map").get_json()["ideas"] == []
    assert client.get("/d/nothing-yet/map.png").status_code == 200


def test_nobody_may_frame_what_is_private_and_a_change_is_audited(
    store: Store, client: FlaskClient
) -> None:
    (found,) = store.discussions.all()
    store.discussions.frame(found.id, Framing(embed=Embed(is_open=True)), actor="a person")
    assert store.audit.last()[0].verb == "changed embedding"
    store.discussions.set_visibility(found.id, Visibility.PRIVATE, actor="a person")
    policy = client.get(EMBED).headers["Content-Security-Policy"]
    assert policy.endswith("; frame-ancestors 'none'")
    assert "<iframe" not in html.unescape(client.get(MAP).text)
    settings = client.get("/d/the-market-square/settings").text
    assert "While the discussion is private, no site may" in settings
    assert 'value="anybody" checked' in settings, "kept for when it is public again"
