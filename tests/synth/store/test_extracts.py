from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from synth.errors import EditConflict, StoreProblem
from synth.outline import is_shown, shown
from synth.records import Extract, ExtractState, IdeaStatus, Nature, Origin, Span
from synth.store import (
    ExtractChange,
    ExtractMark,
    IdeaRow,
    Imported,
    Store,
    open_store,
    version_of_extract,
    version_of_text,
)
from synth.store.extracts import Extracts


def suggestion(message_id: int, quote: str, start: int) -> Extract:
    return Extract(
        id=0,
        message_id=message_id,
        start=start,
        end=start + len(quote),
        quote=quote,
        nature=Nature.SOLUTION,
        score=0.7,
        state=ExtractState.SUGGESTED,
    )


def test_a_persons_decision_survives_every_new_set_of_suggestions(
    store: Store, discussion_id: int, run_id: int
) -> None:
    store.extracts.replace_suggestions(
        discussion_id, [suggestion(1, "The stalls", 0), suggestion(2, "Cafés", 0)], run_id=run_id
    )
    first, _ = store.extracts.all(discussion_id)
    store.extracts.decide(
        first.id,
        ExtractChange(state=ExtractState.TAKEN, nature=Nature.ISSUE, tags=("river", "stalls")),
        actor="harvester",
    )
    store.extracts.replace_suggestions(discussion_id, [suggestion(3, "Rents", 0)], run_id=run_id)
    taken, new = store.extracts.all(discussion_id)
    assert (taken.quote, taken.state, taken.origin) == (
        "The stalls",
        ExtractState.TAKEN,
        Origin.PERSON,
    )
    assert (taken.nature, taken.tags) == (Nature.ISSUE, ("river", "stalls"))
    assert (new.quote, new.state, new.origin) == ("Rents", ExtractState.SUGGESTED, Origin.MACHINE)


def test_an_adjusted_span_takes_the_words_that_stand_there(
    store: Store, discussion_id: int, run_id: int
) -> None:
    store.extracts.replace_suggestions(discussion_id, [suggestion(2, "Cafés", 0)], run_id=run_id)
    (found,) = store.extracts.all(discussion_id)
    after = store.extracts.decide(
        found.id, ExtractChange(span=Span(start=0, end=15)), actor="harvester"
    )
    assert after.quote == "Cafés need room"
    event = store.events.last(discussion_id)[0]
    assert (event["before"]["end"], event["after"]["end"]) == (5, 15)


def test_a_span_outside_the_message_is_refused(store: Store, discussion_id: int) -> None:
    with pytest.raises(StoreProblem, match="lies outside message 1"):
        store.extracts.take(
            1, Span(start=0, end=999), nature=Nature.ISSUE, tags=(), actor="harvester"
        )
    assert store.extracts.all(discussion_id) == []


def test_the_file_itself_refuses_a_quote_that_is_not_in_the_message(
    store: Store, discussion_id: int, run_id: int
) -> None:
    with pytest.raises(sqlite3.IntegrityError, match="does not stand at that place"):
        store.extracts.replace_suggestions(
            discussion_id, [suggestion(1, "The shops!", 0)], run_id=run_id
        )


def test_the_best_are_what_people_took_then_what_scores_best_and_nothing_rejected(
    store: Store, discussion_id: int, run_id: int
) -> None:
    found = [
        replace(suggestion(i, quote, 0), score=score)
        for i, quote, score in ((1, "The", 0.3), (2, "Cafés", 0.9), (3, "Rents", 0.5))
    ]
    store.extracts.replace_suggestions(discussion_id, found, run_id=run_id)
    first, second, _ = store.extracts.all(discussion_id)
    store.extracts.decide(first.id, ExtractChange(state=ExtractState.TAKEN), actor="harvester")
    assert [e.quote for e in store.extracts.best(discussion_id, limit=9)] == [
        "The",
        "Cafés",
        "Rents",
    ]
    store.extracts.decide(second.id, ExtractChange(state=ExtractState.REJECTED), actor="harvester")
    assert [e.quote for e in store.extracts.best(discussion_id, limit=1, offset=1)] == ["Rents"]
    assert store.extracts.counts(discussion_id) == {
        ExtractState.SUGGESTED: 1,
        ExtractState.TAKEN: 1,
        ExtractState.REJECTED: 1,
    }


def idea(key: int, parent: int | None) -> IdeaRow:
    return IdeaRow(
        key=key, parent_key=parent, level=1 if parent is None else 2, title=f"Idea {-key}",
        keyphrases=(), summary="", language=None, n_messages=1, n_authors=1, stability=None,
        x=0.5, y=0.5, representatives=(),
    )  # fmt: skip


@pytest.fixture
def under_ideas(store: Store, discussion_id: int, run_id: int) -> Store:
    """Extracts under a shown, a hidden and a hidden idea's idea, under several, and under none."""
    ideas = [idea(-1, None), idea(-2, -1), idea(-3, None), idea(-4, -3)]
    ids = store.ideas.replace_machine(discussion_id, ideas, [], run_id=run_id)
    with store.corrections.change(discussion_id, actor="A", verb="hidden", noun="idea") as change:
        change.update_idea(ids[-3], status=IdeaStatus.HIDDEN)
    places = [(), (-2,), (-3,), (-4,), (-1, -4), (-3, -4), (-4, -3, -2)]
    texts = {m.id: m.text for m in store.messages.all(discussion_id)}
    suggestions = [
        replace(
            suggestion(1 + n % 3, texts[1 + n % 3][n], n), score=(7 * n) % 5 / 10,
            nature=list(Nature)[n % 2],
            idea_ids=tuple(sorted(ids[key] for key in keys)),
        )
        for n, keys in enumerate(places * 2)
    ]  # fmt: skip
    store.extracts.replace_suggestions(discussion_id, suggestions, run_id=run_id)
    for extract in store.extracts.all(discussion_id)[::3]:
        state = ExtractState.TAKEN if extract.id % 2 else ExtractState.REJECTED
        store.extracts.decide(extract.id, ExtractChange(state=state), actor="A")
    return store


def test_readers_are_given_what_they_see_page_by_page(
    under_ideas: Store, discussion_id: int
) -> None:
    extracts, outline = under_ideas.extracts, under_ideas.ideas.outline(discussion_id)
    seen = [idea.id for idea in shown(outline)]
    wanted = [e for e in extracts.all(discussion_id) if is_shown(e, seen)]
    assert 3 < len(wanted) < len(extracts.all(discussion_id))
    pages = [extracts.page(discussion_id, limit=4, offset=at) for at in range(0, 16, 4)]
    assert [e for page in pages for e in page] == wanted
    counts = extracts.shown_counts(discussion_id)
    assert sum(counts.values()) == len(wanted)
    for (state, nature), n in counts.items():
        assert n == sum((e.state, e.nature) == (state, nature) for e in wanted)


def test_the_best_are_those_that_people_took_then_by_score(
    under_ideas: Store, discussion_id: int
) -> None:
    seen = [idea.id for idea in shown(under_ideas.ideas.outline(discussion_id))]
    there = under_ideas.extracts.all(discussion_id)
    open_ones = [e for e in there if is_shown(e, seen) and e.state is not ExtractState.REJECTED]
    open_ones.sort(key=lambda e: (e.state is not ExtractState.TAKEN, -e.score, e.id))
    assert under_ideas.extracts.best(discussion_id, limit=99) == open_ones
    assert under_ideas.extracts.best(discussion_id, limit=2, offset=1) == open_ones[1:3]


def test_by_idea_they_come_in_the_order_of_the_outline(
    under_ideas: Store, discussion_id: int
) -> None:
    rank = {i.id: n for n, i in enumerate(shown(under_ideas.ideas.outline(discussion_id)))}
    there = under_ideas.extracts.all(discussion_id)
    for state in ExtractState:
        for nature in (None, Nature.ISSUE, Nature.SOLUTION):
            wanted = [
                e
                for e in there
                if is_shown(e, rank) and e.state is state and nature in (None, e.nature)
            ]
            wanted.sort(
                key=lambda e: (
                    next((rank[i] for i in e.idea_ids if i in rank), 99), -e.score, e.id
                )
            )  # fmt: skip
            found = under_ideas.extracts.by_idea(discussion_id, state, nature, limit=99)
            assert found == wanted


def test_what_people_decided_on_and_what_messages_hold(
    under_ideas: Store, discussion_id: int
) -> None:
    there = under_ideas.extracts.all(discussion_id)
    decided = [(e.message_id, e.start, e.end) for e in there if e.origin is Origin.PERSON]
    spans = under_ideas.extracts.decided_spans(discussion_id)
    assert [(message, span.start, span.end) for message, span in spans] == decided
    marks = under_ideas.extracts.marks(discussion_id)
    assert len(marks) == len(set(marks))
    assert set(marks) == {
        ExtractMark(message_id=e.message_id, nature=e.nature, state=e.state) for e in there
    }


@pytest.fixture
def stalls(store: Store, discussion_id: int, run_id: int) -> Extract:
    """One suggestion."""
    store.extracts.replace_suggestions(
        discussion_id, [suggestion(1, "The stalls", 0)], run_id=run_id
    )
    (found,) = store.extracts.all(discussion_id)
    return found


def test_what_two_people_change_at_once_is_both_kept(store: Store, stalls: Extract) -> None:
    """A change of one thing writes nothing else, so an older look at the rest does no harm."""
    reading = threading.Barrier(2)

    class Late(Extracts):
        """Has looked at the extract when the other one has."""

        def get(self, extract_id: int) -> Extract | None:
            found = super().get(extract_id)
            if not self._db.conn.in_transaction:
                reading.wait(10)
            return found

    def decide(change: ExtractChange, actor: str) -> None:
        with open_store(store.path) as other:
            Late(other._db).decide(stalls.id, change, actor=actor)

    changes = (ExtractChange(nature=Nature.ISSUE), ExtractChange(state=ExtractState.TAKEN))
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(decide, changes, ("Ada", "Bo")))
    after = store.extracts.get(stalls.id)
    assert after is not None
    assert (after.nature, after.state) == (Nature.ISSUE, ExtractState.TAKEN)


def test_an_edit_of_what_others_changed_meanwhile_is_refused_and_both_are_told(
    store: Store, stalls: Extract
) -> None:
    seen = version_of_extract(stalls)
    first = ExtractChange(state=ExtractState.TAKEN, nature=Nature.ISSUE, tags=("river",))
    store.extracts.decide(stalls.id, first, actor="Ada", version=seen)
    mine = ExtractChange(state=ExtractState.REJECTED, span=Span(start=4, end=10))
    with pytest.raises(EditConflict, match=rf"extract {stalls.id} was changed by Ada") as conflict:
        store.extracts.decide(stalls.id, mine, actor="Bo", version=seen)
    told = conflict.value
    assert (told.actor, told.changed) == ("Ada", ("nature", "state", "tags"))
    assert told.stored["quote"] == "The stalls"
    assert told.wanted == {"state": "rejected", "start": 4, "end": 10, "quote": "stalls"}
    after = store.extracts.get(stalls.id)
    assert after is not None
    assert (after.state, after.tags) == (ExtractState.TAKEN, ("river",))
    store.extracts.decide(stalls.id, mine, actor="Bo", version=version_of_extract(after))
    assert store.extracts.get(stalls.id) == replace(
        after, state=ExtractState.REJECTED, start=4, end=10, quote="stalls"
    )


def test_only_what_changed_since_one_looked_is_told(store: Store, stalls: Extract) -> None:
    taken = store.extracts.decide(stalls.id, ExtractChange(state=ExtractState.TAKEN), actor="Ada")
    store.extracts.decide(stalls.id, ExtractChange(tags=("river",)), actor="Bo")
    with pytest.raises(EditConflict) as conflict:
        store.extracts.decide(
            stalls.id,
            ExtractChange(nature=Nature.ISSUE),
            actor="Cy",
            version=version_of_extract(taken),
        )
    assert (conflict.value.actor, conflict.value.changed) == ("Bo", ("tags",))


def test_the_same_decision_twice_is_no_conflict(
    store: Store, discussion_id: int, stalls: Extract
) -> None:
    seen, change = version_of_extract(stalls), ExtractChange(state=ExtractState.TAKEN)
    first = store.extracts.decide(stalls.id, change, actor="Ada", version=seen)
    assert store.extracts.decide(stalls.id, change, actor="Bo", version=seen) == first
    assert len(store.events.last(discussion_id)) == 1


def test_a_number_that_was_given_again_is_another_extract(
    store: Store, discussion_id: int, run_id: int, stalls: Extract
) -> None:
    store.extracts.replace_suggestions(
        discussion_id, [suggestion(2, "Cafés need", 0)], run_id=run_id
    )
    (other,) = store.extracts.all(discussion_id)
    assert other.id == stalls.id
    with pytest.raises(EditConflict):
        store.extracts.decide(
            stalls.id,
            ExtractChange(state=ExtractState.TAKEN),
            actor="Ada",
            version=version_of_extract(stalls),
        )


def test_words_that_were_edited_away_are_not_decided_on(
    store: Store, discussion_id: int, stalls: Extract, ready: Callable[..., Imported]
) -> None:
    store.messages.update(discussion_id, [ready("1", "Shops should stay.")])
    with pytest.raises(EditConflict):
        store.extracts.decide(stalls.id, ExtractChange(state=ExtractState.TAKEN), actor="Ada")
    shops = ExtractChange(span=Span(start=0, end=5))
    assert store.extracts.decide(stalls.id, shops, actor="Ada").quote == "Shops"
    assert [e.quote for e in store.extracts.all(discussion_id)] == ["Shops"]


def test_a_place_in_words_that_were_edited_meanwhile_is_not_taken(
    store: Store, discussion_id: int, ready: Callable[..., Imported]
) -> None:
    before = store.messages.get(1)
    assert before is not None
    store.messages.update(discussion_id, [ready("1", "No. The stalls should stay.")])
    with pytest.raises(EditConflict, match="message 1 was changed") as conflict:
        store.extracts.take(
            1,
            Span(start=0, end=10),
            nature=Nature.ISSUE,
            tags=(),
            actor="Ada",
            version=version_of_text(before.text),
        )
    assert conflict.value.stored == {"text": "No. The stalls should stay."}
    assert conflict.value.wanted == {"quote": "The stalls"}
    assert store.extracts.all(discussion_id) == []


def test_a_form_that_is_sent_twice_takes_once(store: Store, discussion_id: int) -> None:
    for _ in range(2):
        store.extracts.take(
            1, Span(start=0, end=10), nature=Nature.ISSUE, tags=("a", "b"), actor="Ada"
        )
    assert len(store.extracts.all(discussion_id)) == 1
