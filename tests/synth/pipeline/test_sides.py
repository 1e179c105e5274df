"""Sides in builds: which answers are read, once, and what stays."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from synth.corrections import set_side, undo_correction
from synth.importers import NAMES
from synth.pipeline import erase_participant, import_files, sides
from synth.pipeline.build import BuildReport
from synth.pipeline.growth import SMALL
from synth.pipeline.sides import (
    CONSULTATIONS,
    asks_openly,
    has_sides,
    most_answered,
    read_sides,
    target_of,
)
from synth.records import Stance
from synth.settings import QUIET
from synth.store import Answer, Store
from tests.synth.made_up_sides import MadeUpSides
from tests.synth.pipeline.quick_build import made_up_models
from tests.synth.small_discussion import write_csv

ONE = 1
PARENT = "Bus lanes should run along the whole of the market street"


def answer(message_id: int, **values: object) -> Answer:
    facts: dict[str, object] = {
        "parent_id": 1, "text": "yes", "target": PARENT, "subject": None, "language": "en",
        "is_to_first": True, "format": "table",
    }  # fmt: skip
    return Answer(message_id=message_id, **facts | values)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "language", "is_open"),
    [
        ("How shall we pay for it?", "en", True),
        ("In which streets do you want lanes? I mean the centre.", "en", True),
        ("Should we build lanes?", "en", False),
        ("We should build lanes. Where do you want them?", "en", False),
        ("Where we live there are no buses.", "en", False),
        ("Quels impôts faut-il baisser en priorité ?", "fr", True),
        ("À quel moment faut-il voter ?", "fr", True),
        ("Faut-il reconnaître le vote blanc ?", "fr", False),
        ("Welche Straßen?", "de", True),
        ("¿Cuándo empieza?", "es", True),
        ("Quan comença?", "ca", True),
        ("Quels impôts ?", None, False),
    ],
)
def test_an_open_question_has_no_sides(text: str, language: str | None, is_open: bool) -> None:
    assert asks_openly(text, language) is is_open


@pytest.mark.parametrize(
    ("values", "is_read"),
    [
        ({}, True),
        ({"format": "decidim"}, True),
        ({"language": "fr"}, True),
        ({"language": "de"}, False),
        ({"language": None}, False),
        ({"is_to_first": False}, False),
        *(({"format": name}, False) for name in ("mbox", "slack", "chatlog", "discourse", "feed")),
        ({"text": "  "}, False),
        ({"target": "How shall we pay for it?"}, False),
        ({"subject": "How shall we pay?"}, False),
    ],
)
def test_only_kinds_are_read_of_which_enough_is_right(
    values: dict[str, object], is_read: bool
) -> None:
    assert has_sides(answer(2, **values)) is is_read


def test_every_format_of_a_consultation_is_one_that_is_imported() -> None:
    assert set(NAMES) > CONSULTATIONS


def test_what_is_answered_is_read_with_its_subject() -> None:
    assert target_of(answer(2)) == PARENT
    assert target_of(answer(2, subject="Bus lanes")) == PARENT
    assert target_of(answer(2, subject="Lanes")) == f"Lanes. {PARENT}"
    assert target_of(answer(2, subject="Lanes?")) == f"Lanes? {PARENT}"


def test_what_most_people_answer_is_read_first() -> None:
    answers = [answer(2), answer(3, parent_id=2), answer(4, parent_id=3), answer(5, parent_id=3)]
    assert [one.message_id for one in most_answered(answers)] == [4, 5, 2, 3]


def rows(n: int = 0) -> list[dict[str, str]]:
    """A thread with answers on both sides and beside the matter, and ``n`` more messages."""
    said = [
        ("", "Ann", PARENT),
        ("1", "Bo", "yes please build them this summer"),
        ("1", "Cy", "no they would take all the parking"),
        ("1", "Di", "the fountain there is broken again"),
        ("2", "Ann", "yes and benches beside them too"),
        ("1", "Ann", "no bikes on them of course"),  # continues what Ann said
    ]
    more = [("", f"Person {i % 19}", f"Tree {i} beside the road {i % 7}") for i in range(n)]
    return [
        {"id": str(i), "parent_id": parent, "author": author, "text": text}
        for i, (parent, author, text) in enumerate([*said, *more], start=1)
    ]


@pytest.fixture
def threaded(store: Store, discussion_id: int, tmp_path: Path) -> Store:
    import_files(store, discussion_id, [write_csv(tmp_path / "t.csv", rows())])
    return store


def told(store: Store) -> dict[str, str]:
    """Source id → side and who told it."""
    return {
        m.source_id: f"{m.read_side.side} {m.read_side.origin}"
        for m in store.messages.all(ONE)
        if m.read_side is not None
    }


def test_answers_are_read_and_only_new_ones_again(threaded: Store) -> None:
    reader = MadeUpSides()
    found = read_sides(threaded, ONE, QUIET, reader=reader)
    assert [(r.message_id, r.side) for r in found.rows] == [
        (2, Stance.FOR), (3, Stance.AGAINST), (4, None),
    ]  # fmt: skip
    assert found.facts() == {
        "n_answers": 4, "n_sided": 3, "n_read": 3, "n_new": 3, "n_for": 1, "n_against": 1,
    }  # fmt: skip
    run = threaded.runs.begin(ONE, kind="build", seed=0, settings={}, versions={})
    threaded.sides.replace_machine(ONE, found.rows, run_id=run)
    again = read_sides(threaded, ONE, QUIET, reader=reader)
    assert (again.rows, again.n_new, len(reader.read)) == (found.rows, 0, 3)
    threaded._db.execute("UPDATE messages SET text = 'no to that' WHERE id = 2")
    changed = read_sides(threaded, ONE, QUIET, reader=reader)
    assert changed.n_new == 1
    assert changed.rows[0].side is Stance.AGAINST
    assert read_sides(threaded, ONE, QUIET, reader=MadeUpSides("another")).n_new == 3


def test_no_more_answers_are_read_than_it_takes_seconds(
    threaded: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sides, "MOST_READ", 2)
    found = read_sides(threaded, ONE, QUIET, reader=MadeUpSides())
    assert [r.message_id for r in found.rows] == [2, 3]
    assert found.facts()["n_answers"] == 4


@pytest.fixture
def reader(monkeypatch: pytest.MonkeyPatch) -> MadeUpSides:
    found = MadeUpSides()
    monkeypatch.setattr(sides, "SideClassifier", lambda: found)
    return found


@pytest.fixture
def rebuild() -> Iterator[object]:
    with made_up_models() as found:
        yield found


BOTH = {"2": "for machine", "3": "against machine"}


def test_a_build_stores_what_it_reads_with_its_run(
    threaded: Store, rebuild, reader: MadeUpSides
) -> None:
    rebuild(threaded, ONE, 0, quality="full")
    assert told(threaded) == BOTH
    run = threaded.runs.last(ONE)
    assert run is not None
    assert run.settings["sides"] is True
    assert run.outcome["sides"]["n_for"] == 1
    ids = {i for (i,) in threaded._db.execute("SELECT DISTINCT run_id FROM sides")}
    assert ids == {run.id}


@pytest.mark.parametrize("settings", [{"quality": "draft"}, {"quality": "full", "sides": False}])
def test_no_side_is_read_where_that_is_not_wanted(
    threaded: Store, rebuild, reader: MadeUpSides, settings: dict[str, object]
) -> None:
    rebuild(threaded, ONE, 0, quality="full")
    rebuild(threaded, ONE, 0, **settings)
    assert told(threaded) == {}
    run = threaded.runs.last(ONE)
    assert run is not None
    assert run.outcome["sides"]["n_read"] == 0


def test_a_map_grows_with_the_sides_of_later_answers(
    store: Store, discussion_id: int, tmp_path: Path, rebuild, reader: MadeUpSides
) -> None:
    first = rows(SMALL + 20)
    import_files(store, ONE, [write_csv(tmp_path / "t.csv", first)])
    rebuild(store, ONE, 0, quality="full")
    n_read = len(reader.read)
    later = {"id": "900", "parent_id": "1", "author": "Ed", "text": "no never in this town"}
    import_files(store, ONE, [write_csv(tmp_path / "t.csv", [*first, later])])
    report: BuildReport = rebuild(store, ONE, 0, quality="full")
    assert report.growth is not None
    assert told(store) == BOTH | {"900": "against machine"}
    assert len(reader.read) == n_read + 1


def test_what_a_person_sets_outlives_rebuilds_and_comes_off_again(
    threaded: Store, rebuild, reader: MadeUpSides
) -> None:
    rebuild(threaded, ONE, 0, quality="full")
    set_side(threaded, ONE, 2, Stance.AGAINST, actor="Ada")
    set_side(threaded, ONE, 4, Stance.FOR, actor="Ada")
    set_side(threaded, ONE, 3, None, actor="Ada")
    persons = {"2": "against person", "4": "for person", "3": "None person"}
    assert told(threaded) == persons
    rebuild(threaded, ONE, 1, quality="full")
    rebuild(threaded, ONE, 1, quality="draft")
    rebuild(threaded, ONE, 1, quality="full")
    assert told(threaded) == persons
    for _ in range(3):
        undo_correction(threaded, ONE, actor="Ada")
    assert told(threaded) == BOTH


def test_nothing_is_left_of_what_was_read_of_an_erased_person(
    threaded: Store, rebuild, reader: MadeUpSides, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither of what they said, nor of what was read beside it."""
    rebuild(threaded, ONE, 0, quality="full")
    set_side(threaded, ONE, 2, Stance.AGAINST, actor="Ada")
    monkeypatch.setattr("synth.pipeline.erase.build", lambda *_, **__: None)
    monkeypatch.setattr("synth.pipeline.erase.embedder_of", lambda _: None)
    erase_participant(threaded, ONE, "Bo")
    assert told(threaded) == {"3": "against machine"}
    undo_correction(threaded, ONE, actor="Ada")
    assert told(threaded) == {"3": "against machine"}
    set_side(threaded, ONE, 4, Stance.FOR, actor="Ada")
    erase_participant(threaded, ONE, "Ann")
    assert told(threaded) == {"4": "for person"}
    hashes = [one for (one,) in threaded._db.execute("SELECT read_sha256 FROM sides")]
    assert hashes == [None]
