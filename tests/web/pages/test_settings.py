"""What facilitators say about a discussion."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from synth.store import Embed, Store
from web import create_app

AT = "/d/the-market-square/settings"
GOOD = {
    "question": "  What should become\nof the square? ",
    "introduction": "The council asks.\r\n\r\nUntil May.",
    "embed": "listed",
    "sites": "https://Town.example/page\nexample.org",
    "synthesis": "2024-03-01",
}


def test_what_was_said_is_kept_and_shown_again(client: FlaskClient, store: Store) -> None:
    answer = client.post(AT, data=GOOD)
    assert answer.status_code == 303
    assert answer.headers["Location"] == AT
    found = store.discussions.all()[0]
    assert found.question == "What should become of the square?"
    assert found.framing.introduction == "The council asks.\n\nUntil May."
    assert found.embed == Embed(sites=("https://town.example", "https://example.org"))
    assert found.synthesis_at is not None
    assert found.synthesis_at.isoformat() == "2024-03-01T00:00:00+00:00"
    page = client.get(AT).text
    assert "Saved." in page
    assert 'value="2024-03-01"' in page
    assert "https://town.example" in page
    client.post(AT, data=GOOD)
    assert "Nothing was changed." in client.get(AT).text


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("question", "x" * 301, "longer than 300"),
        ("introduction", "x" * 5001, "longer than 5,000"),
        ("sites", "javascript:alert(1)", "is no address of a web site"),
        ("sites", "", "Say which sites"),
        ("sites", "\n".join(f"https://s{n}.example" for n in range(21)), "At most 20"),
        ("synthesis", "31/05/2024", "is no date"),
        ("synthesis", "2999-01-01", "still to come"),
    ],
)
def test_what_cannot_be_kept_is_said_beside_the_field(
    field: str, value: str, told: str, client: FlaskClient, store: Store
) -> None:
    answer = client.post(AT, data=GOOD | {field: value})
    assert answer.status_code == 422
    assert told in answer.text
    assert f'aria-describedby="{field}-problem"' in answer.text
    assert "Until May." in answer.text or field == "introduction"
    assert store.discussions.all()[0].question == ""


def test_everything_may_be_left_empty(client: FlaskClient, store: Store) -> None:
    client.post(AT, data=GOOD)
    assert client.post(AT, data={}).status_code == 303
    found = store.discussions.all()[0]
    assert (found.question, found.embed, found.synthesis_at) == ("", Embed(), None)


def test_only_who_may_write_sees_and_sends_the_form(db: Path) -> None:
    guest = create_app({"DB": str(db), "ACCOUNTS": "on", "WTF_CSRF_ENABLED": False}).test_client()
    assert guest.get(AT).location == f"/sign-in?next={AT}"
    assert guest.post(AT, data=GOOD).status_code == 401


def test_a_form_from_elsewhere_is_refused(db: Path, store: Store) -> None:
    guarded = create_app({"DB": str(db), "TESTING": True}).test_client()
    assert guarded.post(AT, data=GOOD).status_code == 400
    assert store.discussions.all()[0].question == ""


def test_who_saves_what_others_changed_is_shown_both_and_loses_no_word(
    client: FlaskClient, store: Store
) -> None:
    def version(page: str) -> str:
        found = re.search(r'name="version" value="([0-9a-f]+)"', page)
        assert found is not None
        return found[1]

    seen = version(client.get(AT).text)
    theirs = GOOD | {"question": "Whose square?", "synthesis": "", "version": seen}
    assert client.post(AT, data=theirs).status_code == 303
    mine = GOOD | {"question": "My own <question>?", "version": seen}
    answer = client.post(AT, data=mine)
    assert answer.status_code == 409
    assert "Somebody changed it after you opened this page" in answer.text
    assert '<dd dir="auto">Whose square?</dd>' in answer.text
    assert 'value="My own &lt;question&gt;?"' in answer.text
    assert store.discussions.all()[0].question == "Whose square?"
    again = mine | {"version": version(answer.text)}
    assert client.post(AT, data=again).status_code == 303
    assert store.discussions.all()[0].question == "My own <question>?"
