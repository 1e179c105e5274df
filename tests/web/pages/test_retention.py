"""The page that says how long names are kept."""

from __future__ import annotations

from pathlib import Path

from flask.testing import FlaskClient

from synth.store import Store, open_store

AT = "/d/the-market-square"


def test_the_day_is_told_and_names_are_erased(client: FlaskClient, db: Path, store: Store) -> None:
    assert "kept until somebody erases them" in client.get(f"{AT}/settings").text
    for wrong in ("0", "x", "9999", "-1"):
        assert client.post(f"{AT}/retention", data={"days": wrong}).status_code == 422
    client.post(f"{AT}/retention", data={"days": "30"})
    assert "They are erased on" in client.get(f"{AT}/retention").text
    assert "are erased from" in client.get(f"{AT}/settings").text
    client.post(f"{AT}/retention", data={"days": ""})
    assert "are erased from" not in client.get(f"{AT}/settings").text
    assert client.post(f"{AT}/retention/now").status_code == 422
    assert len(store.participants.names(1)) == 2
    store.close()
    client.post(f"{AT}/retention/now", data={"sure": "yes"})
    with open_store(db) as after:
        assert after.participants.names(1) == {}
        assert after.messages.count(1) == 6
