"""Repeated texts and who carries the ideas, written and read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from synth.records import CleanText, IdeaVoices, RawMessage, Span, VoicedPassage
from synth.store import IdeaRow, Imported, PlacementRow, RepetitionRow, Store

LETTER = "Please keep the river path open for us all. We walk there every day."


def imported(n: int, participant_id: int | None, at: int) -> Imported:
    return Imported(
        raw=RawMessage(source_id=f"s{n}", text=LETTER, position=f"record {n}", posted_at=None),
        clean=CleanText(text=LETTER),
        language="en",
        namespace="",
        participant_id=participant_id,
        is_chat=False,
    )


@pytest.fixture
def here(store: Store) -> int:
    """Four messages of the same words by two people and one nobody knows; one idea."""
    found = store.discussions.add("The river path")
    source = store.sources.begin(found.id, name="a.csv", format="table")
    ann, bo = (store.participants.add(found.id, author_key=k, name=k) for k in ("ann", "bo"))
    store.messages.add(
        found.id, source, [imported(n, who, n) for n, who in enumerate((ann, ann, bo, None))]
    )
    messages = list(store.messages.all(found.id))
    run_id = store.runs.begin(found.id, kind="build", seed=0, settings={}, versions={})
    spans = [Span(start=0, end=43), Span(start=44, end=len(LETTER))]
    store.passages.replace(
        found.id,
        {m.id: spans for m in messages},
        texts={m.id: m.text for m in messages},
        run_id=run_id,
    )
    passages = store.passages.all(found.id)
    idea = IdeaRow(
        key=-1, parent_key=None, level=1, title="Path", keyphrases=(), summary="", language="en",
        n_messages=4, n_authors=3, stability=None, x=0, y=0, representatives=(),
    )  # fmt: skip
    placements = [
        PlacementRow(passage_id=p.id, idea_key=-1 if n < 6 else None, weight=1)
        for n, p in enumerate(passages)
    ]
    store.ideas.replace_machine(found.id, [idea], placements, run_id=run_id)
    whole = RepetitionRow(
        is_message=True, message_id=messages[1].id, start=0, end=len(LETTER),
        members=[m.id for m in messages],
    )  # fmt: skip
    part = RepetitionRow(
        is_message=False, message_id=messages[0].id, start=0, end=43, part_of=0,
        members=[p.id for p in passages if p.start == 0],
    )  # fmt: skip
    alone = RepetitionRow(
        is_message=False, message_id=messages[0].id, start=44, end=len(LETTER),
        members=[p.id for p in passages if p.start == 44][:2],
    )  # fmt: skip
    store.repetitions.replace(found.id, [whole, part, alone], run_id=run_id)
    return found.id


def test_repeated_texts_are_listed_by_their_voices_without_parts(store: Store, here: int) -> None:
    texts, total = store.repetitions.all(here)
    assert total == 2
    assert [(t.is_message, t.n_messages, t.n_voices) for t in texts] == [
        (True, 4, 3), (False, 2, 1),
    ]  # fmt: skip
    ids = [m.id for m in store.messages.all(here)]
    assert [t.first_message_id for t in texts] == [ids[0], ids[0]]
    assert texts[0].message_id == ids[1]
    assert store.repetitions.all(here, limit=1, offset=1) == ([texts[1]], 2)


def test_every_place_of_a_text_is_told(store: Store, here: int) -> None:
    members = store.repetitions.members(here)
    assert [m.is_message for m in members] == [True] * 4 + [False] * 6
    assert [(m.start, m.end) for m in members[:4]] == [(0, len(LETTER))] * 4
    assert [m.is_typical for m in members[:4]] == [False, True, False, False]
    assert [m.start for m in members[4:]] == [0] * 4 + [44] * 2


def test_what_is_said_has_its_voice_and_its_repetition(store: Store, here: int) -> None:
    said = store.passages.voiced(here)
    ids = [m.id for m in store.messages.all(here)]
    assert [one.message_id for one in said] == [i for i in ids for _ in range(2)]
    assert said[6].voice == -ids[3], "nobody knows who: a voice of its own"
    assert isinstance(said[0], VoicedPassage)
    assert said[0].repetition_id == said[2].repetition_id is not None
    assert said[5].repetition_id is None
    assert [one.idea_id is None for one in said] == [False] * 6 + [True] * 2


def test_who_carries_an_idea_goes_with_the_idea(store: Store, here: int) -> None:
    (idea,) = store.ideas.outline(here)
    voices = IdeaVoices(
        n_repeating=4, n_same=4, n_same_voices=3, top_share=0.5, effective=2.5,
        is_carried_by_few=True,
    )  # fmt: skip
    store.repetitions.put_voices({idea.id: voices})
    assert store.repetitions.voices(here) == {idea.id: voices}
    summary: Mapping[str, int] = store.repetitions.summary(here)
    assert summary == {"repeated_texts": 2, "messages_repeating": 4, "ideas_carried_by_few": 1}
    run_id = store.runs.begin(here, kind="build", seed=0, settings={}, versions={})
    store.ideas.replace_machine(here, [], [], run_id=run_id)
    assert store.repetitions.voices(here) == {}


def test_a_text_whose_other_message_is_gone_is_listed_no_more(store: Store, here: int) -> None:
    ids = [m.id for m in store.messages.all(here)]
    spans = [Span(start=0, end=43)]
    run_id = store.runs.begin(here, kind="build", seed=0, settings={}, versions={})
    store.passages.replace(
        here, dict.fromkeys(ids, spans), texts=dict.fromkeys(ids, LETTER), run_id=run_id
    )
    texts, total = store.repetitions.all(here)
    assert (total, [t.is_message for t in texts]) == (1, [True])


def test_the_next_run_replaces_what_the_last_one_found(store: Store, here: int) -> None:
    run_id = store.runs.begin(here, kind="build", seed=0, settings={}, versions={})
    store.repetitions.replace(here, [], run_id=run_id)
    assert store.repetitions.all(here) == ([], 0)
    assert store.repetitions.members(here) == []


def test_an_edited_message_leaves_the_texts_it_repeated(store: Store, here: int) -> None:
    new = "The harbour needs a crane."

    def edit(n: int) -> None:
        edited = imported(n, None, n)
        store.messages.update(
            here, [replace(edited, raw=replace(edited.raw, text=new), clean=CleanText(text=new))]
        )

    def standing() -> list[tuple[int, int, str]]:
        text = {m.id: m.text for m in store.messages.all(here)}
        found, _ = store.repetitions.all(here)
        return [(t.message_id, t.n_messages, text[t.message_id][t.start : t.end]) for t in found]

    first, second, *_ = (m.id for m in store.messages.all(here))
    edit(1)
    assert (second, 3, LETTER) not in standing()
    assert (first, 3, LETTER) in standing()
    edit(0)
    assert [words for _, _, words in standing()] == [LETTER]
    edit(2)
    assert standing() == []
