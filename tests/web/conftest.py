"""A discussion made through the store alone, hostile words included, and the viewer over it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from synth.records import (
    CleanText,
    Extract,
    ExtractState,
    Nature,
    ParentEvidence,
    Problem,
    Quote,
    QuoteKind,
    RawMessage,
    Span,
    Stance,
)
from synth.store import IdeaRow, Imported, Linked, PlacementRow, Store, open_store
from web import create_app

BEGIN = datetime(2024, 3, 1, 9, 30, tzinfo=UTC)
HOSTILE = '<script>alert("x")</script><img src=x onerror=alert(1)> & "quoted" stalls'
TEXTS = (
    "The stalls should stay by the river. They bring people to the water.",
    "I agree about the stalls.\n\nRents are far too high for small stalls.",
    HOSTILE,
    "Cafés need room for tables on the square.",
    "Des tables, oui, mais pas devant l’école.",
    "Thanks, all.",
)


def _quotes(n: int) -> tuple[Quote, ...]:
    if n != 1:
        return ()
    return (
        Quote(
            kind=QuoteKind.ATTRIBUTION,
            text="Ann Carter <ann@example.org> wrote:",
            at=0,
            author="Ann Carter",
        ),
        Quote(kind=QuoteKind.QUOTED, text="The stalls should stay by the river.", at=0),
        Quote(kind=QuoteKind.SIGNATURE, text="Bo Lind\nbo@example.org", at=len(TEXTS[1])),
    )


def _imported(n: int, participant_id: int | None) -> Imported:
    return Imported(
        raw=RawMessage(
            source_id=f"s{n}",
            text=TEXTS[n],
            position=f"record {n}",
            posted_at=BEGIN + timedelta(hours=n),
            subject="The market" if n == 0 else None,
            url="javascript:alert(1)" if n == 2 else f"https://example.org/{n}",
            stance=Stance.FOR if n == 1 else None,
            n_likes=3 if n == 1 else None,
        ),
        clean=CleanText(text=TEXTS[n], quotes=_quotes(n)),
        language="fr" if n == 4 else "en",
        namespace="",
        participant_id=participant_id,
        is_chat=False,
    )


def _idea(key: int, parent: int | None, title: str, **more: object) -> IdeaRow:
    facts: dict[str, object] = {
        "key": key,
        "parent_key": parent,
        "level": 1 if parent is None else 2,
        "title": title,
        "keyphrases": ("stalls", "river"),
        "summary": "",
        "language": "en",
        "n_messages": 2,
        "n_authors": 2,
        "stability": 0.8,
        "x": 0.2,
        "y": 0.3,
        "representatives": (),
    }
    return IdeaRow(**{**facts, **more})  # type: ignore[arg-type]


def _threads(store: Store, ids: list[int]) -> None:
    """One thread of four replies, each below the last, and one of two."""
    first, second = ids[0], ids[4]
    links = [
        Linked(
            message_id=message_id,
            parent_id=ids[n - 1] if n not in (0, 4) else None,
            evidence=ParentEvidence.NONE if n in (0, 4) else ParentEvidence.HEADER,
            thread_id=first if n < 4 else second,
            depth=n if n < 4 else n - 4,
            rank=n if n < 4 else n - 4,
        )
        for n, message_id in enumerate(ids)
    ]
    store.messages.link(links)


def _ideas(store: Store, discussion_id: int, run_id: int) -> None:
    passages = store.passages.all(discussion_id)
    ids = store.ideas.replace_machine(
        discussion_id,
        [
            _idea(
                -1, None, "Stalls by the river", representatives=(passages[0].id, passages[1].id)
            ),
            _idea(-2, -1, HOSTILE, stability=0.2, representatives=(passages[2].id,)),
            _idea(-3, None, "Room for tables", x=0.8, y=0.9, keyphrases=("cafés",), language=None),
        ],
        [
            PlacementRow(passage_id=p.id, idea_key=key, weight=w)
            for p, key, w in zip(
                passages, (-1, -1, -2, -3, -3, None), (0.9, 0.7, 0.6, 0.8, 0.5, 0), strict=True
            )
        ],
        run_id=run_id,
    )
    store.passages.set_positions((p.id, 0.1 * n, 0.2 + 0.1 * n) for n, p in enumerate(passages))
    store.extracts.replace_suggestions(
        discussion_id,
        [
            Extract(
                id=0,
                message_id=passages[n].message_id,
                start=0,
                end=end,
                quote=TEXTS[n][:end],
                nature=nature,
                score=score,
                state=ExtractState.SUGGESTED,
                idea_ids=(ids[-1],),
            )
            for n, end, nature, score in (
                (0, 36, Nature.SOLUTION, 0.9),
                (1, 25, Nature.ARGUMENT, 0.8),
                (2, len(HOSTILE), Nature.ISSUE, 0.7),
            )
        ],
        run_id=run_id,
    )


def fill(store: Store) -> None:
    """Six messages of three voices, three ideas, three suggestions, one problem."""
    found = store.discussions.add("The market square")
    source = store.sources.begin(found.id, name="market.csv", format="table")
    people = [
        store.participants.add(found.id, author_key=key, name=name)
        for key, name in (("ann@example.org", "Ann Carter"), ("bo@example.org", "Bo Lind"))
    ]
    voices = (people[0], people[1], None, people[0], people[1], people[0])
    store.messages.add(found.id, source, [_imported(n, voices[n]) for n in range(len(TEXTS))])
    problem = Problem(
        source="market.csv", position="record 9", what="has no <b>text</b>", remedy="left out"
    )
    store.sources.finish(
        source, state="done", sha256="", n_bytes=1, counts=(6, 0, 0),
        problems=[problem],
    )  # fmt: skip
    messages = list(store.messages.all(found.id))
    _threads(store, [m.id for m in messages])
    run_id = store.runs.begin(
        found.id, kind="build", seed=7, settings={"quality": "draft"}, versions={}
    )
    store.passages.replace(
        found.id,
        {m.id: [Span(start=0, end=len(m.text))] for m in messages},
        texts={m.id: m.text for m in messages},
        run_id=run_id,
    )
    _ideas(store, found.id, run_id)
    store.runs.finish(
        run_id,
        state="done",
        model={"name": "draft", "sha256": "0123456789abcdef01"},
        outcome={"n_passages": 6, "n_ideas": 3, "share_placed": 0.83, "lineage": {"born": 3}},
        timings={"cut": 0.2},
    )


@pytest.fixture(scope="session")
def filled_db(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("web") / "filled.db"
    with open_store(path) as store:
        fill(store)
        store.vacuum()
    return path


@pytest.fixture
def db(filled_db: Path, tmp_path: Path) -> Path:
    """A discussion file of the test's own."""
    return Path(shutil.copy(filled_db, tmp_path / "discussion.db"))


@pytest.fixture
def app(db: Path) -> Flask:
    return create_app({"DB": str(db), "TESTING": True, "WTF_CSRF_ENABLED": False})


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def empty_client(tmp_path: Path) -> FlaskClient:
    """The viewer over a file that holds nothing yet."""
    app = create_app({"DB": str(tmp_path / "e.db"), "TESTING": True, "WTF_CSRF_ENABLED": False})
    return app.test_client()


@pytest.fixture
def store(db: Path) -> Iterator[Store]:
    with open_store(db) as opened:
        yield opened
