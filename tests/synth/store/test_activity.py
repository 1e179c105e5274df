from __future__ import annotations

from collections.abc import Callable

from synth.records import ParentEvidence, Span
from synth.store import IdeaRow, Imported, Linked, PlacementRow, Store
from synth.store.activity import UNKNOWN_TIME

Ready = Callable[..., Imported]


def test_columns_say_who_spoke_when_and_in_answer_to_whom(
    store: Store, discussion_id: int, run_id: int
) -> None:
    store.messages.link(
        Linked(
            message_id=i,
            parent_id=parent,
            evidence=ParentEvidence.HEADER,
            thread_id=1,
            depth=0,
            rank=i,
        )
        for i, parent in ((1, None), (2, 1), (3, None))
    )
    passages = store.passages.all(discussion_id)
    rows = [PlacementRow(passage_id=p.id, idea_key=None, weight=0.25) for p in passages[:1]]
    store.ideas.replace_machine(discussion_id, [], rows, run_id=run_id)
    found = store.activity.of(discussion_id)
    assert found.messages.tolist() == [1, 2, 3]
    assert found.threads.tolist() == [1, 1, 1]
    assert found.parents.tolist() == [-1, 0, -1]
    assert found.voices.tolist() == [1, 2, 1]
    assert set(found.posted.tolist()) == {UNKNOWN_TIME}
    assert set(found.likes.tolist()) == {-1}
    assert found.passages.tolist() == [p.id for p in passages]
    assert found.of_message.tolist() == [0, 1, 2]
    assert found.leaves.tolist() == [0, 0, 0]
    assert found.weights.tolist() == [0.25, 0, 0]


def test_nothing_said_is_no_trouble(store: Store) -> None:
    found = store.activity.of(store.discussions.add("Only begun").id)
    assert len(found.messages) == len(found.passages) == 0


def test_the_version_changes_with_what_is_stored(
    store: Store, discussion_id: int, ready: Ready
) -> None:
    seen = [store.activity.version(discussion_id)]

    def note() -> None:
        version = store.activity.version(discussion_id)
        assert version not in seen
        seen.append(version)

    source = store.sources.begin(discussion_id, name="more.csv", format="table")
    note()
    store.messages.add(discussion_id, source, [ready("4", "More words.")])
    store.sources.finish(
        source, state="done", sha256="", n_bytes=1, counts=(1, 0, 0),
        problems=[],
    )  # fmt: skip
    note()
    store.messages.update(discussion_id, [ready("4", "Other words.")])
    note()
    run_id = store.runs.begin(discussion_id, kind="build", seed=0, settings={}, versions={})
    note()
    # While a build goes on, its passages and its ideas come before its end.
    spans = {m.id: [Span(start=0, end=4)] for m in store.messages.all(discussion_id)}
    texts = {m.id: m.text for m in store.messages.all(discussion_id)}
    store.passages.replace(discussion_id, spans, texts=texts, run_id=run_id)
    note()
    row = IdeaRow(
        key=-1, parent_key=None, level=1, title="Bread", keyphrases=(), summary="", language=None,
        n_messages=1, n_authors=1, stability=None, x=0.5, y=0.5, representatives=(),
    )  # fmt: skip
    store.ideas.replace_machine(discussion_id, [row], [], run_id=run_id)
    note()
    store.runs.finish(run_id, state="done")
    note()
    store.participants.erase(discussion_id, 1)
    note()
    assert store.activity.version(discussion_id) == seen[-1]
