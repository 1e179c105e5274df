"""Talk off the topic, told by vectors: made up, with two directions that mean something."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from models.vectors import unit_rows
from synth.pipeline import import_files, run
from synth.records import Unplaced
from synth.relevance import (
    Examples,
    Turns,
    example_texts,
    find_no_answers,
    find_off_topic,
    no_answer,
    takes_up,
)
from synth.relevance.likeness import LEAST_TURNS
from synth.relevance.off_topic import scores
from synth.store import open_store

DIM, N = 32, 60
THREADS = Path(__file__).parent / "threads"
Vectors = NDArray[np.float32]


def near(*axes: int, n: int, seed: int, spread: float = 0.5) -> Vectors:
    """``n`` unit rows around the sum of some axes."""
    chance = np.random.default_rng(seed)
    rows = spread * chance.normal(size=(n, DIM)) / np.sqrt(DIM)
    rows[:, axes] += 1.0
    return unit_rows(rows)


@pytest.fixture
def examples() -> Examples:
    return Examples(
        talk=near(0, n=40, seed=1), statements=near(1, n=40, seed=2), nothing=near(3, n=40, seed=6)
    )


def turns(
    vectors: Vectors,
    *,
    n_words: NDArray[np.intp] | None = None,
    parents: NDArray[np.intp] | None = None,
    group: NDArray[np.intp] | None = None,
    takes_up: NDArray[np.bool_] | None = None,
) -> Turns:
    n = len(vectors)
    return Turns(
        vectors=vectors,
        n_words=np.full(n, 10) if n_words is None else n_words,
        parents=np.full(n, -1) if parents is None else parents,
        group=np.arange(n) if group is None else group,
        takes_up=np.zeros(n, dtype=np.bool_) if takes_up is None else takes_up,
    )


def test_talk_is_found_among_statements_and_an_odd_statement_stays(examples: Examples) -> None:
    odd = near(1, 7, n=1, seed=3)
    said = np.vstack((near(1, 2, n=N, seed=4), near(0, n=3, seed=5), odd))
    assert np.flatnonzero(find_off_topic(turns(said), examples)).tolist() == [N, N + 1, N + 2]


def test_nothing_is_found_where_people_discuss_what_others_chat_about(examples: Examples) -> None:
    assert not find_off_topic(turns(near(0, n=N, seed=4)), examples).any()


def test_nothing_is_found_where_too_few_speak_or_the_model_cannot_tell(examples: Examples) -> None:
    few = np.vstack((near(1, 2, n=LEAST_TURNS - 2, seed=4), near(0, n=1, seed=5)))
    assert not find_off_topic(turns(few), examples).any()
    said = np.vstack((near(1, 2, n=N, seed=4), near(0, n=1, seed=5)))
    blind = replace(examples, talk=near(3, n=40, seed=1), statements=near(3, n=40, seed=2))
    assert not find_off_topic(turns(said), blind).any()
    assert not find_no_answers(turns(said), blind).any()


def test_short_turns_without_an_answer_are_found_in_any_words(examples: Examples) -> None:
    """They do not vouch for each other, and a long one says more."""
    said = np.vstack((near(1, 2, n=N, seed=4), near(3, n=6, seed=5)))
    words = np.append(np.full(N, 10), [2] * 5 + [30])
    found = find_no_answers(turns(said, n_words=words), examples)
    assert np.flatnonzero(found).tolist() == list(range(N, N + 5))
    assert not find_off_topic(turns(said, n_words=words), examples).any()


def test_what_many_say_alike_needs_less(
    examples: Examples, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Turns between having an answer and having none, each said three times."""
    monkeypatch.setattr(no_answer, "LEAST_KIND", -2.0)
    statement, nothing = near(1, n=1, seed=8), near(3, n=1, seed=5)
    words, same = np.append(np.full(N, 10), [2, 2, 2]), np.append(np.arange(N), [N, N, N])
    alike, apart = 0, 0
    for share in np.linspace(0.8, 1.2, 401):
        row = unit_rows(nothing + share * statement)
        said = np.vstack((near(1, 2, n=N, seed=4), row, row, row))
        apart += find_no_answers(turns(said, n_words=words), examples)[N]
        alike += find_no_answers(turns(said, n_words=words, group=same), examples)[N]
    assert 0 < apart < alike < 401


def test_a_turn_that_nothing_is_known_of_stays(examples: Examples) -> None:
    said = np.vstack((near(1, 2, n=N, seed=4), np.zeros((2, DIM), dtype=np.float32)))
    assert not find_off_topic(turns(said), examples).any()


def test_words_copies_and_neighbours_count(examples: Examples) -> None:
    said = np.vstack((near(1, 2, n=N, seed=4), near(0, n=1, seed=5)))
    said = np.vstack((said, said[-1:]))
    alone = scores(turns(said), examples)[N]
    copied = np.append(np.arange(N + 1), N)
    short = scores(turns(said, group=copied), examples)
    assert short[N] > alone, "a copy vouches for nobody"
    words = np.append(np.full(N, 10), [80, 80])
    assert scores(turns(said, n_words=words, group=copied), examples)[N] < short[N]
    parents = np.append(np.full(N + 1, -1), 0)
    answering = scores(turns(said, parents=parents, group=copied), examples)
    assert answering[N + 1] < short[N + 1], "it answers a statement"
    takes_up = np.append(np.zeros(N + 1, dtype=np.bool_), True)
    with_its_word = scores(turns(said, parents=parents, group=copied, takes_up=takes_up), examples)
    assert with_its_word[N + 1] < answering[N + 1], "and takes up a word of it"


def test_columns_of_another_length_are_refused() -> None:
    with pytest.raises(ValueError, match="parents has 2 entries for 3 turns"):
        turns(near(1, n=3, seed=1), parents=np.array([-1, -1]))


def test_a_rare_word_is_taken_up_whatever_its_ending() -> None:
    texts = [
        "What about the clothes lines in the yard?",
        "The clothesline stays, we promised it",
        "Wonderful, thanks",
        "And trees",
    ]
    assert takes_up(texts, np.array([-1, 0, 0, 0])).tolist() == [False, True, False, False]
    often = [f"The market must stay, reason {n}" for n in range(80)]
    assert not takes_up(often, np.arange(-1, 79)).any()


def test_examples_are_of_three_kinds() -> None:
    texts = example_texts()
    kinds = Examples.of(np.arange(len(texts), dtype=np.float32)[:, None])
    assert min(len(kinds.talk), len(kinds.statements)) > 100
    assert len(kinds.nothing) > 50
    # The same in two languages stands once in each.
    assert len(texts) - len(set(texts)) < 5
    assert texts[int(kinds.statements[0, 0]) - 1] == texts[len(kinds.talk) - 1]


@pytest.mark.slow
@pytest.mark.parametrize(("thread", "n_wrong"), [("forum_piscine", 0), ("survey_depot", 0)])
def test_threads_that_people_coded(thread: str, n_wrong: int, tmp_path: Path) -> None:
    """The real model, all steps: every coded turn is set aside, and hardly any other."""
    with (THREADS / f"{thread}.gold.csv").open(encoding="utf-8", newline="") as file:
        codes = {row["message_id"]: row["code"] for row in csv.DictReader(file)}
    db = tmp_path / "held_out.db"
    run([THREADS / f"{thread}.csv"], db=db)
    with open_store(db) as store:
        sources = {m.id: m.source_id for m in store.messages.all(1)}
        placements = store.ideas.placements(1)
        extracts = store.extracts.best(1, limit=100)
    aside = {
        sources[p.message_id]: p.reason for p in placements if p.reason and not p.reason.is_about
    }
    coded = {i for i, code in codes.items() if code}
    assert coded <= aside.keys()
    assert len(aside.keys() - coded) <= n_wrong
    assert {sources[e.message_id] for e in extracts}.isdisjoint(aside)
    told = [aside[i] == Unplaced(codes[i]) for i in sorted(coded)]
    assert all(told)


def test_a_person_who_places_it_under_an_idea_decides(tmp_path: Path) -> None:
    """Also through a rebuild; taken back, the machine's reason counts again."""
    from synth.corrections import pin_passages, undo_correction
    from synth.pipeline import build
    from synth.settings import Settings

    draft = Settings(quality="draft")
    db = tmp_path / "decided.db"
    run([THREADS / "forum_piscine.csv"], db=db, settings=draft)
    with open_store(db) as store:

        def found() -> tuple[int | None, Unplaced | None]:
            placement = store.ideas.passages([passage])[passage]
            return placement.idea_id, placement.reason

        (aside, *_) = [p for p in store.ideas.placements(1) if p.reason is Unplaced.DUPLICATE]
        passage = aside.passage_id
        idea = next(p.idea_id for p in store.ideas.placements(1) if p.idea_id is not None)
        pin_passages(store, 1, [passage], idea, actor="Ada")
        assert found() == (idea, None)
        build(store, 1, draft, force=True)
        kept, reason = found()
        assert kept is not None
        assert reason is None
        undo_correction(store, 1, actor="Ada")
        build(store, 1, draft, force=True)
        assert found() == (None, Unplaced.DUPLICATE)


def test_later_messages_are_judged_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from importlib import import_module

    from synth.pipeline import build
    from synth.settings import Settings
    from tests.synth.small_discussion import rows, write_csv

    monkeypatch.setattr(import_module("synth.pipeline.build"), "SMALL", 20)
    draft = Settings(quality="draft")
    table = rows(120)
    db = tmp_path / "grown.db"
    run([write_csv(tmp_path / "town.csv", table)], db=db, settings=draft)
    later = [
        row | {"id": f"late {n}", "text": text}
        for n, (row, text) in enumerate(
            zip(
                table,
                ("Doublon", "Nothing to add", "+1", "The trams should run at night"),
                strict=False,
            )
        )
    ]
    with open_store(db) as store:
        import_files(store, 1, [write_csv(tmp_path / "town.csv", [*table, *later])])
        report = build(store, 1, draft)
        assert report.growth is not None
        assert report.growth["n_not_about"] == 3
        new = {m.id: m.source_id for m in store.messages.all(1) if m.source_id.startswith("late")}
        told = {
            new[p.message_id]: p.reason for p in store.ideas.placements(1) if p.message_id in new
        }
        assert (told["late 0"], told["late 1"], told["late 2"]) == (
            Unplaced.DUPLICATE,
            Unplaced.NO_ANSWER,
            Unplaced.NO_ANSWER,
        )
        assert told["late 3"] is None or told["late 3"].is_about
