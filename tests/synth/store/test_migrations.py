"""Files that earlier versions wrote are brought up to date, and nothing in them is lost.

``earlier/m019.db.xz`` was written by the last version that knew migration 19, with
``synth run earlier/tiny.csv --quality draft --db m019.db`` and, from 8 on,
``synth correct rename 1 "Le marché du dimanche"``. m005 was imported and not built. Who adds a
migration adds the file of the version before.
"""

from __future__ import annotations

import lzma
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from synth.pipeline import build
from synth.settings import Settings
from synth.store import open_store
from web import create_app

EARLIER = sorted((Path(__file__).parent / "earlier").glob("m*.db.xz"))
PAGES = ("", "map", "outline", "threads", "key", "overview", "about", "history", "search?q=marché")


def unpacked(packed: Path, folder: Path) -> Path:
    db = folder / packed.name.removesuffix(".xz")
    db.write_bytes(lzma.decompress(packed.read_bytes()))
    return db


@pytest.fixture(params=EARLIER, ids=lambda path: path.name.partition(".")[0])
def earlier(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    yield unpacked(request.param, tmp_path)


def facts(db: Path) -> dict[str, list[tuple[object, ...]]]:
    """What people wrote and decided, as it stands in the tables."""
    asked = {
        "messages": "SELECT id, text, posted_at, parent_id FROM messages ORDER BY id",
        "voices": "SELECT message.id, who.name FROM messages message"
        " JOIN participant_names who USING (participant_id) ORDER BY message.id",
        "ideas": "SELECT id, title, parent_id FROM ideas ORDER BY id",
        "placements": "SELECT passage_id, idea_id FROM placements ORDER BY passage_id",
        "extracts": 'SELECT id, message_id, start, "end", quote FROM extracts ORDER BY id',
        "events": "SELECT id, actor, verb, noun, noun_id FROM events ORDER BY id",
    }
    with closing(sqlite3.connect(db)) as connection:
        return {name: connection.execute(sql).fetchall() for name, sql in asked.items()}


def test_nothing_is_lost_on_the_way_to_this_version(earlier: Path) -> None:
    before = facts(earlier)
    assert len(before["messages"]) == 10
    assert len(before["voices"]) == 10
    open_store(earlier).close()
    assert facts(earlier) == before
    with closing(sqlite3.connect(earlier)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []


def test_its_pages_are_shown(earlier: Path) -> None:
    reader = create_app({"DB": str(earlier), "TESTING": True}).test_client()
    assert "/d/tiny/" in reader.get("/").text
    for page in PAGES:
        address = f"/d/tiny/{page}"
        answer = reader.get(address)
        assert answer.status_code == 200, address
    if facts(earlier)["ideas"]:
        assert "Le marché d" in reader.get("/d/tiny/outline").text


@pytest.mark.parametrize("number", ["005", "006", "023"])
def test_its_map_is_made_anew_and_keeps_what_a_person_named(number: str, tmp_path: Path) -> None:
    (packed,) = (path for path in EARLIER if number in path.name)
    db = unpacked(packed, tmp_path)
    before = facts(db)
    with open_store(db) as store:
        (discussion,) = store.discussions.all()
        build(store, discussion.id, Settings(quality="draft"))
        ideas = {idea.id: idea.title for idea in store.ideas.outline(discussion.id)}
    assert ideas
    after = facts(db)
    assert after["messages"] == before["messages"]
    if number == "023":
        assert ideas[1] == "Le marché du dimanche"
