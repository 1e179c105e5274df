"""The order of what was found by words, by meaning and by both."""

from __future__ import annotations

import numpy as np

from synth.search.ranking import FEW, N_MEANT, SearchScores, newest_first, rank_messages
from tests.synth.made_up_activity import Said, activity

SPOKEN = activity(
    Said(voice=1, ideas=(5, 6), day=1),
    Said(voice=2, ideas=(5,), day=3),
    Said(voice=3, ideas=(6,), day=None),
)
ALL = {"messages": np.ones(3, dtype=np.bool_), "passages": np.ones(4, dtype=np.bool_)}


def scores(*values: float) -> np.ndarray:
    return np.array(values, dtype=np.float32)


def test_words_alone_find_only_what_holds_them() -> None:
    found = rank_messages(SPOKEN, SearchScores(all_words=scores(1.0, 0.0, 4.0)), **ALL)
    assert found.rows.tolist() == [2, 0]
    assert found.passages.tolist() == [-1, -1]


def test_meaning_finds_a_message_by_its_nearest_passage() -> None:
    found = rank_messages(SPOKEN, SearchScores(cosines=scores(0.2, 0.9, 0.5, -1)), **ALL)
    assert found.rows.tolist() == [0, 1]
    assert found.passages.tolist() == [1, 2]


def test_only_passages_that_fit_speak_for_their_message() -> None:
    fits = np.array([True, False, True, True])
    found = rank_messages(
        SPOKEN,
        SearchScores(cosines=scores(0.2, 0.9, 0.5, 0.1)),
        messages=ALL["messages"],
        passages=fits,
    )
    assert found.rows.tolist() == [1, 0, 2]
    assert found.passages.tolist() == [2, 0, 3]


def test_both_keep_every_message_that_holds_the_words() -> None:
    cosines, words = scores(0.9, 0.8, 0.5, -1), scores(0.0, 0.0, 3.0)
    found = rank_messages(
        SPOKEN, SearchScores(all_words=words, any_words=words, cosines=cosines), **ALL
    )
    assert set(found.rows.tolist()) == {0, 1, 2}
    assert dict(zip(found.rows.tolist(), found.passages.tolist(), strict=True))[2] == -1


def test_meaning_finds_so_many_and_no_more() -> None:
    many = activity(*(Said(voice=n) for n in range(1, N_MEANT + 50)))
    n = len(many.messages)
    cosines = np.linspace(0, 0.9, n).astype(np.float32)
    mask = np.ones(n, dtype=np.bool_)
    found = rank_messages(many, SearchScores(cosines=cosines), messages=mask, passages=mask)
    assert FEW < len(found.rows) < N_MEANT, "those that stand out"
    assert found.rows[0] == n - 1
    alike = np.full(n, 0.5, dtype=np.float32)
    alike[0] = 0.1
    found = rank_messages(many, SearchScores(cosines=alike), messages=mask, passages=mask)
    assert len(found.rows) == FEW
    bulk = activity(*(Said(voice=n) for n in range(1, 10 * N_MEANT)))
    cosines = np.linspace(0, 0.9, len(bulk.messages)).astype(np.float32)
    mask = np.ones(len(cosines), dtype=np.bool_)
    assert (
        len(rank_messages(bulk, SearchScores(cosines=cosines), messages=mask, passages=mask).rows)
        == N_MEANT
    )


def test_without_a_question_all_that_fits_is_found() -> None:
    fits = np.array([True, False, True])
    assert rank_messages(
        SPOKEN, SearchScores(), messages=fits, passages=ALL["passages"]
    ).rows.tolist() == [0, 2]


def test_the_newest_come_first_and_the_undated_last() -> None:
    found = rank_messages(SPOKEN, SearchScores(), **ALL)
    assert newest_first(SPOKEN, found).rows.tolist() == [1, 0, 2]
