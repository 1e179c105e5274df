"""A discussion as it stands now: what is worked out of it, and what goes with it."""

from __future__ import annotations

import pytest
from flask import Flask

from synth.store import Store
from synth.store.activity import Activities, Activity
from web.services.snapshot import Snapshot


def test_figures_are_worked_out_once_for_a_version(
    app: Flask, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    n_read: list[int] = []
    read = Activities.of

    def counted(self: Activities, discussion_id: int) -> Activity:
        n_read.append(discussion_id)
        return read(self, discussion_id)

    monkeypatch.setattr(Activities, "of", counted)
    found = store.discussions.named("the-market-square")
    with app.app_context():
        for _ in range(2):
            snapshot = Snapshot(store=store, discussion=found)
            assert snapshot.relations is Snapshot(store=store, discussion=found).relations
            assert set(snapshot.messages_by_idea) == set(snapshot.counts) == {1, 2, 3}
        assert n_read == [found.id]
        store.events.add(found.id, actor="Ada", verb="hidden", noun="idea")
        assert len(snapshot.activity.messages) == 6
        assert n_read == [found.id, found.id]


def test_passages_come_as_they_are_asked_for_and_without_those_that_are_gone(
    app: Flask, store: Store
) -> None:
    snapshot = Snapshot(store=store, discussion=store.discussions.named("the-market-square"))
    with app.app_context():
        assert [one.passage_id for one in snapshot.passages([3, 99, 1])] == [3, 1]
        assert snapshot.unplaced().tolist() == [5]
