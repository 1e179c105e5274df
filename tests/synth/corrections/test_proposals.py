"""Proposed corrections: asked for alike, accepted by the functions that correct, or declined."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from synth.corrections import merge_ideas, rename_idea, undo_correction
from synth.corrections.proposals import (
    accept_proposal,
    decline_proposal,
    grouped,
    open_proposals,
    propose_correction,
)
from synth.corrections.wanted import Kind, WantedCorrection
from synth.errors import CorrectionRefused
from synth.records import Unplaced
from synth.store import Store, open_store
from tests.web.conftest import fill

ONE = 1
STALLS, HOSTILE, TABLES = 1, 2, 3


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """The ideas above, the second of which stands under the first, and six passages."""
    with open_store(tmp_path / "asked.db") as opened:
        fill(opened)
        yield opened


def ask(store: Store, kind: Kind, target: int, *, actor: str, **values: object) -> None:
    wanted = WantedCorrection(kind=kind, target_id=target, **values)  # type: ignore[arg-type]
    propose_correction(store, ONE, wanted, why=f"{actor} says so", actor=actor)


def test_those_who_ask_for_the_same_are_counted_together(store: Store) -> None:
    ask(store, Kind.MERGE, HOSTILE, other_id=TABLES, actor="Ana")
    ask(store, Kind.RENAME, STALLS, text="Market", actor="Ana")
    ask(store, Kind.MERGE, TABLES, other_id=HOSTILE, actor="Bo")
    ask(store, Kind.RENAME, STALLS, text=" market ", actor="Cy")
    ask(store, Kind.RENAME, STALLS, text="Stalls", actor="Cy")
    ask(store, Kind.MERGE, HOSTILE, other_id=TABLES, actor="Cy")
    groups = open_proposals(store, ONE)
    assert [(g.wanted.kind, [p.actor for p in g.proposals]) for g in groups] == [
        (Kind.MERGE, ["Ana", "Bo", "Cy"]),
        (Kind.RENAME, ["Ana", "Cy"]),
        (Kind.RENAME, ["Cy"]),
    ]
    assert groups[0].proposals[1].why == "Bo says so"
    with pytest.raises(CorrectionRefused, match="proposed this already"):
        ask(store, Kind.MERGE, TABLES, other_id=HOSTILE, actor="Ana")
    assert store.correction_proposals.count_open(ONE) == 6


def test_what_is_accepted_is_carried_out_for_all_who_asked(store: Store) -> None:
    for actor in ("Ana", "Bo"):
        ask(store, Kind.PLACE, 4, other_id=HOSTILE, actor=actor)
    (group,) = open_proposals(store, ONE)
    event_id = accept_proposal(store, ONE, group.id, actor="Fay")
    assert store.ideas.passages([4])[4].idea_id == HOSTILE
    (made,) = store.corrections.history(ONE)
    assert (made.id, made.actor, made.verb) == (event_id, "Fay", "pinned")
    assert store.correction_proposals.proposers([event_id]) == {event_id: ["Ana", "Bo"]}
    assert open_proposals(store, ONE) == []
    (accepted,) = grouped(store, ONE, "accepted")
    assert {(p.decided_by, p.event_id) for p in accepted.proposals} == {("Fay", event_id)}
    with pytest.raises(CorrectionRefused, match="decided already"):
        accept_proposal(store, ONE, group.id, actor="Fay")
    undo_correction(store, ONE, event_id, actor="Fay")
    assert store.ideas.passages([4])[4].idea_id == TABLES


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        (Kind.RENAME, {"text": "Market"}),
        (Kind.MOVE, {"other_id": STALLS}),
        (Kind.MERGE, {"other_id": HOSTILE}),
    ],
)
def test_what_may_be_proposed_of_an_idea_can_be_carried_out(
    kind: Kind, values: dict[str, object], store: Store
) -> None:
    ask(store, kind, TABLES, actor="Ana", **values)
    accept_proposal(store, ONE, open_proposals(store, ONE)[0].id, actor="Fay")
    assert len(store.corrections.history(ONE)) == 1


def test_a_passage_may_be_proposed_to_be_set_aside(store: Store) -> None:
    ask(store, Kind.ASIDE, 4, reason=Unplaced.TEST, actor="Ana")
    accept_proposal(store, ONE, open_proposals(store, ONE)[0].id, actor="Fay")
    assert store.ideas.passages([4])[4].reason is Unplaced.TEST


def test_a_proposal_is_declined_with_a_reason(store: Store) -> None:
    ask(store, Kind.RENAME, STALLS, text="Market", actor="Ana")
    (group,) = open_proposals(store, ONE)
    with pytest.raises(CorrectionRefused, match="reason is empty"):
        decline_proposal(store, ONE, group.id, reason=" ", actor="Fay")
    decline_proposal(store, ONE, group.id, reason="It is about rents too.", actor="Fay")
    (declined,) = grouped(store, ONE, "declined")
    assert declined.proposals[0].reason == "It is about rents too."
    assert store.corrections.history(ONE) == []
    ask(store, Kind.RENAME, STALLS, text="Market", actor="Ana")  # may be asked for again
    assert store.correction_proposals.count_open(ONE) == 1


def test_what_changed_since_it_was_asked_for_is_told(store: Store) -> None:
    ask(store, Kind.RENAME, STALLS, text="Market", actor="Ana")
    ask(store, Kind.PLACE, 5, other_id=HOSTILE, actor="Ana")
    rename_idea(store, ONE, STALLS, title="Rents", actor="Fay")
    told = {g.wanted.kind: [c.verb for c in g.meanwhile] for g in open_proposals(store, ONE)}
    assert told == {Kind.RENAME: ["renamed"], Kind.PLACE: []}


def test_what_cannot_be_carried_out_any_more_stays_open_and_changes_nothing(store: Store) -> None:
    ask(store, Kind.RENAME, TABLES, text="Tables", actor="Ana")
    merge_ideas(store, ONE, HOSTILE, [TABLES], actor="Fay")
    (group,) = open_proposals(store, ONE)
    with pytest.raises(CorrectionRefused, match=f"no idea {TABLES}"):
        accept_proposal(store, ONE, group.id, actor="Fay")
    assert store.correction_proposals.count_open(ONE) == 1


@pytest.mark.parametrize(
    ("kind", "target", "values"),
    [
        (Kind.HIDE, STALLS, {}),
        (Kind.RENAME, STALLS, {"text": " "}),
        (Kind.RENAME, 99, {"text": "X"}),
        (Kind.PLACE, 99, {"other_id": STALLS}),
        (Kind.PLACE, 4, {}),
        (Kind.MERGE, STALLS, {"other_id": 99}),
    ],
)
def test_what_cannot_be_is_not_asked_for(
    kind: Kind, target: int, values: dict[str, object], store: Store
) -> None:
    with pytest.raises(CorrectionRefused):
        ask(store, kind, target, actor="Ana", **values)
    assert store.correction_proposals.count_open(ONE) == 0
