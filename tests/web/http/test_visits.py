"""The cookie that tells a reader's visits apart."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from web.http import visits
from web.http.visits import ENDS_AFTER, EXACT_TO, Visit

AT = "/d/the-market-square"
T = 1_700_000_000


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """A clock that tests turn by hand: its only entry is now."""
    hands = [T]
    monkeypatch.setattr(visits.time, "time", lambda: float(hands[0]))
    return hands


def seen(client: FlaskClient) -> str | None:
    cookie = client.get_cookie("seen", path=f"{AT}/")
    return None if cookie is None else cookie.value


def test_a_visit_ends_after_half_an_hour_without_a_page(
    client: FlaskClient, clock: list[int]
) -> None:
    client.get(f"{AT}/")
    assert seen(client) == f"0.{T}"
    clock[0] += ENDS_AFTER - 1
    client.get(f"{AT}/threads")
    assert seen(client) == f"0.{T + ENDS_AFTER - 1}"
    clock[0] += ENDS_AFTER
    client.get(f"{AT}/")
    assert seen(client) == f"{T + ENDS_AFTER - 1}.{T + 2 * ENDS_AFTER - 1}"


def test_the_cookie_is_set_only_when_it_changes(client: FlaskClient, clock: list[int]) -> None:
    assert "seen" in client.get(f"{AT}/").headers["Set-Cookie"]
    clock[0] += EXACT_TO - 1
    assert "Set-Cookie" not in client.get(f"{AT}/").headers
    clock[0] += 1
    assert "Set-Cookie" in client.get(f"{AT}/").headers


def test_the_cookie_is_for_the_pages_of_one_discussion(
    client: FlaskClient, clock: list[int]
) -> None:
    header = client.get(f"{AT}/").headers["Set-Cookie"]
    assert "Path=/d/the-market-square/" in header
    assert "SameSite=Lax" in header
    assert "HttpOnly" not in header
    for address in ("/", "/api/discussions", f"{AT}/threads/999", "/d/none/"):
        assert "Set-Cookie" not in client.get(address).headers
    ahead = {"Sec-Purpose": "prefetch"}
    client.delete_cookie("seen", path=f"{AT}/")
    assert "Set-Cookie" not in client.get(f"{AT}/", headers=ahead).headers


@pytest.mark.parametrize("text", ["", "x", "1", "-1.5", "1.2.3", "1e9.2", "9" * 12 + ".1", "١.٢"])
def test_a_cookie_of_another_making_begins_anew(
    text: str, client: FlaskClient, clock: list[int]
) -> None:
    client.set_cookie("seen", text, path=f"{AT}/")
    client.get(f"{AT}/")
    assert seen(client) == f"0.{T}"


def test_the_end_of_the_visit_before_is_known() -> None:
    assert Visit(previous=0, latest=T).previous_at is None
    assert Visit(previous=T, latest=T).previous_at == datetime.fromtimestamp(T, UTC)


@given(previous=st.integers(0, 10**10), latest=st.integers(0, 10**10), now=st.integers(0, 10**10))
def test_a_visit_never_lies_in_the_future(previous: int, latest: int, now: int) -> None:
    visit = Visit(previous=min(previous, latest), latest=latest).at(now)
    assert visit.previous <= visit.latest <= now
    assert Visit.read(visit.written()) == visit
