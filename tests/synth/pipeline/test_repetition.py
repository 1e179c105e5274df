"""A campaign in a discussion: found, counted once per voice, and kept from bending the map."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.repetition_data import WORDINGS, several
from synth.corrections import unplace_passages
from synth.duplicates.voices import count_voices
from synth.pipeline import build, run
from synth.settings import Settings
from synth.store import Store, open_store
from tests.synth.small_discussion import read_csv, rows, write_csv

DRAFT = Settings(quality="draft", suggest=3)
LETTER = WORDINGS["en"].letters[4]
N_SIGNERS = 20


@pytest.fixture(scope="module")
def campaign(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Forty messages, and a form letter by twenty people, one of whom posts it twice."""
    chance = random.Random(1)
    letters = [
        {
            "id": str(100 + n),
            "author": f"Signer {n % N_SIGNERS}",
            "created_at": f"2024-04-01T12:{n:02d}:00Z",
            "text": LETTER if n % 3 else several(LETTER, WORDINGS["en"], chance),
        }
        for n in range(N_SIGNERS + 1)
    ]
    folder = tmp_path_factory.mktemp("campaign")
    table = write_csv(folder / "town.csv", [*rows(40), *letters])
    run([table], db=folder / "town.db", out=folder / "out", settings=DRAFT)
    return folder


@pytest.fixture
def store(campaign: Path) -> Iterator[Store]:
    with open_store(campaign / "town.db") as opened:
        yield opened


def test_the_form_letter_is_one_text_of_all_who_signed(store: Store) -> None:
    first, *_ = store.repetitions.all(1)[0]
    assert first.is_message
    assert first.n_messages >= N_SIGNERS - 2
    assert first.n_messages - first.n_voices <= 1
    typical = store.messages.get(first.message_id)
    assert typical is not None
    assert typical.text[first.start : first.end] == LETTER
    assert first.first_at is not None
    assert first.first_at.month == 4


def test_its_idea_says_how_many_voices_repeat_it(store: Store) -> None:
    voices = store.repetitions.voices(1)
    ideas = {idea.id: idea for idea in store.ideas.outline(1)}
    assert set(voices) == set(ideas)
    most = max(voices, key=lambda i: (voices[i].n_same, ideas[i].level))
    assert voices[most].n_same >= N_SIGNERS - 6
    assert voices[most].n_same_voices <= N_SIGNERS
    for idea_id, found in voices.items():
        assert found.n_repeating <= ideas[idea_id].n_messages
        assert found.effective <= ideas[idea_id].n_authors + 0.01


def test_no_idea_shows_a_text_twice(store: Store) -> None:
    texts = {p.id: " ".join(p.text.split()).casefold() for p in store.passages.all(1)}
    copies = {m.message_id for m in store.repetitions.members(1) if m.is_message}
    for ids in store.ideas.representatives(1).values():
        said = [texts[i] for i in ids]
        assert len(set(said)) == len(said)
    assert copies


def test_ideas_stand_in_the_order_of_their_voices(store: Store) -> None:
    tops = [idea.n_authors for idea in store.ideas.outline(1) if idea.level == 1]
    assert tops == sorted(tops, reverse=True)


def test_counting_again_changes_nothing(store: Store) -> None:
    before = store.repetitions.voices(1)
    count_voices(store, 1)
    assert store.repetitions.voices(1) == before


def test_building_again_finds_the_same_texts(campaign: Path, tmp_path: Path) -> None:
    path = tmp_path / "copy.db"
    path.write_bytes((campaign / "town.db").read_bytes())
    with open_store(path) as store:
        before = [(m.message_id, m.start, m.end) for m in store.repetitions.members(1)]
        build(store, 1, DRAFT, force=True)
        assert [(m.message_id, m.start, m.end) for m in store.repetitions.members(1)] == before


@pytest.mark.parametrize("which", [0, 2])
def test_what_is_decided_about_one_copy_is_not_decided_for_strangers(
    campaign: Path, tmp_path: Path, which: int
) -> None:
    path = tmp_path / "copy.db"
    path.write_bytes((campaign / "town.db").read_bytes())
    with open_store(path) as store:
        letters = [p.id for p in store.passages.all(1) if p.text == LETTER]
        unplace_passages(store, 1, [letters[which]], actor="Ann")
        build(store, 1, DRAFT)
        leaf = {p.passage_id: p.idea_id for p in store.ideas.placements(1)}
        assert leaf[letters[which]] is None
        assert len({leaf[p] for p in letters} - {None}) == 1
        assert sum(leaf[p] is None for p in letters) == 1


def test_the_files_tell_where_the_text_stands(campaign: Path) -> None:
    texts = {row["message_id"]: row["text"] for row in read_csv(campaign / "out" / "messages.csv")}
    found = read_csv(campaign / "out" / "repetitions.csv")
    typical = [row for row in found if row["is_typical"] == "1" and row["kind"] == "message"]
    assert LETTER in {texts[row["message_id"]] for row in typical}
    assert all(int(row["end"]) <= len(texts[row["message_id"]]) for row in found)
    report = (campaign / "out" / "report.html").read_text(encoding="utf-8")
    assert "Repeated texts" in report
    assert "of them the same text" in report
