"""Hidden words stand in nothing that others read; shown again, all is as it was."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from synth.corrections import confirm_idea, pin_passages, rename_idea, undo_correction
from synth.errors import Overtaken
from synth.masks import Masking
from synth.pipeline import build, erase_words, import_files, masking
from synth.pipeline.corpus_reader import CorpusReader
from synth.pipeline.moderation import (
    hide_messages,
    hide_participant,
    ruling_of,
    show_messages,
    show_participant,
)
from synth.records import ExtractState, HiddenReason, Nature, Span
from synth.settings import Settings
from synth.store import ExtractChange, Store, open_store
from tests.synth.small_discussion import rows, write_csv
from tests.web.conftest import TEXTS, fill

FOR = ruling_of("insult", note="see the  rules", actor="x")
SECRET = "The stalls should stay by the river"
KEPT_IN = {"hidden_messages", "covered_words"}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """The made-up discussion, with counts as they are, and a title and a link made of message 1."""
    with open_store(tmp_path / "town.db") as opened:
        fill(opened)
        opened.extracts.decide(
            1, ExtractChange(state=ExtractState.TAKEN, tags=("river",)), actor="x"
        )
        opened.extracts.take(1, Span(start=4, end=20), nature=Nature.CONCEPT, tags=(), actor="x")
        confirm_idea(opened, 1, 1, actor="x")
        rename_idea(opened, 1, 3, title="Mine", actor="x")
        raw = opened._db
        raw.execute(
            "UPDATE ideas SET title = ?, keyphrases = ?, summary = ? WHERE id = 1",
            [SECRET, '["waterside", "stalls"]', f"“{SECRET}.” — Participant 1\n“Rents.” — P"],
        )
        raw.execute("UPDATE messages SET subject = 'Re: The market' WHERE id = 2")
        raw.execute("UPDATE messages SET url = 'https://x.org/the-market-and-waterside' WHERE id=2")
        raw.conn.commit()
        hide_messages(opened, 1, [1, 4], FOR)  # counts of the ideas become true
        show_messages(opened, 1, [1, 4], actor="x")
        yield opened


def _tables(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """Every row of the file, but for the log of moderation."""
    raw = sqlite3.connect(path)
    names = [n for (n,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    found = {
        name: sorted(raw.execute(f"SELECT * FROM {name}"), key=repr)
        for name in names
        if not name.startswith(("messages_fts", "_sqlite", "sqlite_"))
    }
    found["events"] = [row for row in found["events"] if "moderation" not in row]
    raw.close()
    return found


def test_hidden_words_stand_nowhere_and_come_back_as_they_were(store: Store) -> None:
    before = _tables(store.path)
    n_hidden, n_ideas = hide_messages(store, 1, [1], FOR)
    assert (n_hidden, n_ideas) == (1, 1)
    now = _tables(store.path)
    telling = {
        name for name, found in now.items() for row in found
        if "stay by the river" in repr(row).lower() or "the market'" in repr(row)
    }  # fmt: skip
    assert telling == KEPT_IN
    found = "SELECT 1 FROM messages_fts WHERE messages_fts MATCH 'river'"
    assert not store._db.execute(found).fetchall()
    message = store.messages.get(1)
    assert message is not None
    assert (message.text, message.subject, message.hidden) == ("", None, HiddenReason.INSULT)
    ideas = {idea.id: idea for idea in store.ideas.outline(1)}
    assert ideas[1].title == "Waterside", "a keyphrase that is left"
    assert ideas[1].summary == "“Rents.” — P"
    assert ideas[1].n_messages == 2
    assert store.hidden.counts(1) == {HiddenReason.INSULT: 1}
    (shown,) = store.hidden.all(1)
    assert shown.text.startswith(SECRET)
    assert shown.ruling.note == "see the rules"
    assert show_messages(store, 1, [1], actor="y") == 1
    assert _tables(store.path) == before
    assert [one.verb for one in store.hidden.log(1)][-2:] == ["hid", "showed"]


def test_messages_hidden_one_after_the_other_are_shown_in_any_order(store: Store) -> None:
    store._db.execute("INSERT INTO passage_links VALUES (1, 2, 'together')")
    store._db.conn.commit()
    before = _tables(store.path)
    for message_id in (1, 2, 5):
        hide_messages(store, 1, [message_id], FOR)
    for message_id in (2, 5, 1):
        show_messages(store, 1, [message_id], actor="x")
    assert _tables(store.path) == before


def test_a_title_that_came_while_another_was_covered_comes_back(store: Store) -> None:
    hide_messages(store, 1, [1], FOR)
    title = "I agree about the stalls. Rents are far"
    store._db.execute("UPDATE ideas SET title = ? WHERE id = 1", [title])
    store._db.conn.commit()
    hide_messages(store, 1, [2], FOR)
    assert {idea.id: idea.title for idea in store.ideas.outline(1)}[1] == "Waterside"
    show_messages(store, 1, [2], actor="x")
    assert {idea.id: idea.title for idea in store.ideas.outline(1)}[1] == title


def test_undoing_a_correction_of_what_is_hidden_moves_nothing_else(store: Store) -> None:
    def cut(message_id: int, span: Span) -> int:
        text = {message_id: TEXTS[message_id - 1]}
        store.passages.replace_in({message_id: [span]}, texts=text, run_id=1)
        (passage,) = [p for p in store.passages.all(1) if p.message_id == message_id]
        return passage.id

    last = max(passage.id for passage in store.passages.all(1))
    (hidden,) = [p.message_id for p in store.passages.all(1) if p.id == last]
    pin_passages(store, 1, [last], 3, actor="x")
    hide_messages(store, 1, [hidden], FOR)
    other = cut(2, Span(start=0, end=12))
    assert other > last
    undo_correction(store, 1, actor="x")
    cut(hidden, Span(start=0, end=5))  # as a build does that began before
    show_messages(store, 1, [hidden], actor="x")
    assert [p.id for p in store.passages.all(1) if p.message_id == hidden] == [last]


def test_what_others_say_themselves_is_not_covered(store: Store) -> None:
    """The boilerplate of a list, quoted by many, is not what is hidden."""
    store._db.execute(f"UPDATE messages SET text = '{SECRET}, I say too.' WHERE id = 5")
    store._db.conn.commit()
    hide_messages(store, 1, [1], FOR)
    quoted = [quote.text for quote in store.evidence.quotes([2])[2]]
    assert "The stalls should stay by the river." in quoted
    assert store.ideas.outline(1)[0].title == SECRET


def test_an_idea_of_the_machine_that_is_left_empty_goes(store: Store) -> None:
    hide_messages(store, 1, [3], FOR)
    assert {idea.id for idea in store.ideas.outline(1)} == {1, 3}
    show_messages(store, 1, [3], actor="x")
    (placement,) = store.ideas.of_messages([3])[3]
    assert placement.idea_id is None, "the next build finds its place"


def test_all_messages_of_a_participant(store: Store) -> None:
    participant_id = store.participants.find(1, "Ann Carter")
    assert participant_id is not None
    hide_messages(store, 1, [1], FOR)
    assert hide_participant(store, 1, participant_id, ruling_of("rules", actor="x"))[0] == 2
    assert set(store.hidden.rulings(1)) == {1, 4, 6}
    assert show_messages(store, 1, [4], actor="x") == 0, "theirs are shown together"
    hide_participant(store, 1, participant_id, ruling_of("hate", actor="y"))
    assert store.hidden.counts(1) == {HiddenReason.HATE: 2, HiddenReason.INSULT: 1}
    assert show_participant(store, 1, participant_id, actor="x") == 2
    assert set(store.hidden.rulings(1)) == {1}, "it was hidden by itself"
    assert store.hidden.participants(1) == []


def test_erasing_a_participant_erases_what_is_hidden(store: Store) -> None:
    hide_messages(store, 1, [1, 2], FOR)
    erase_words(store, 1, "Ann Carter", actor="x")
    assert set(store.hidden.rulings(1)) == {2}
    found = _tables(store.path)
    assert "stay by the river" not in repr(found).lower()
    show_messages(store, 1, [2], actor="x")
    assert "by the river" not in repr(store.evidence.quotes([2]))
    n_noted = len(store.hidden.log(1))
    assert hide_messages(store, 1, [1, 2, 2], FOR)[0] == 1, "an erased one has nothing to hide"
    assert len(store.hidden.log(1)) == n_noted + 1


def test_what_is_hidden_while_messages_are_masked_stays_hidden(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    store._db.execute("UPDATE message_evidence SET masked_for = ''")
    store._db.conn.commit()
    find = masking.in_order

    def meanwhile(*arguments: Any, **options: Any) -> Iterator[Any]:
        yield from list(find(*arguments, **options))
        hide_messages(store, 1, [1], FOR)

    monkeypatch.setattr(masking, "in_order", meanwhile)
    masking.mask_messages(store, 1, Masking.CONTACTS)
    found = _tables(store.path)
    assert {name for name in found if "stay by the river" in repr(found[name])} <= KEPT_IN
    assert store.masks.pending(1, Masking.CONTACTS) == []


def test_an_import_leaves_hidden_what_is_hidden(tmp_path: Path) -> None:
    told = rows(12)
    first = write_csv(tmp_path / "first.csv", told)
    with open_store(tmp_path / "x.db") as store:
        found = store.discussions.add("X")
        import_files(store, found.id, [first])
        messages = {m.source_id: m for m in store.messages.all(found.id)}
        hide_messages(store, found.id, [messages["2"].id, messages["3"].id], FOR)
        author = messages["1"].participant_id
        assert author is not None
        hide_participant(store, found.id, author, FOR)
        n_hidden = len(store.hidden.rulings(found.id))
        later = [row | {"text": row["text"] + " Edited."} if row["id"] == "3" else row
                 for row in told]  # fmt: skip
        later.append(told[0] | {"id": "99", "text": "Another word of the same person."})
        report = import_files(store, found.id, [write_csv(tmp_path / "first.csv", later)])
        assert (report.n_added, report.n_updated, report.n_unchanged) == (1, 1, 11)
        assert len(store.hidden.rulings(found.id)) == n_hidden + 1
        there = {m.source_id: m for m in store.messages.all(found.id)}
        assert [there[i].text for i in ("1", "2", "3", "99")] == [""] * 4
        show_messages(store, found.id, [there["3"].id], actor="x")
        shown = store.messages.get(there["3"].id)
        assert shown is not None
        assert shown.text.endswith("Edited.")
        assert json.loads(json.dumps(store.hidden.counts(found.id)))


def test_a_build_that_read_what_is_hidden_since_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_store(tmp_path / "x.db") as store:
        found = store.discussions.add("X")
        import_files(store, found.id, [write_csv(tmp_path / "first.csv", rows(12))])
        fit = CorpusReader.fit

        def meanwhile(self: CorpusReader, *arguments: Any) -> Any:
            fitted = fit(self, *arguments)
            hide_messages(store, found.id, [1], FOR)
            return fitted

        monkeypatch.setattr(CorpusReader, "fit", meanwhile)
        with pytest.raises(Overtaken):
            build(store, found.id, Settings(quality="draft"))
        build(store, found.id, Settings(quality="draft"))
