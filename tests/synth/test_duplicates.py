"""What counts as the same text posted again, and who carries an idea."""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.repetition_data import CHANGES, WORDINGS, Wording, several
from synth.duplicates import Copies, find_repetition, voices_behind
from synth.duplicates.near_duplicates import Text, _copied, contradicts
from synth.duplicates.similar_sentences import alike, sentences_of, weighty, words_of
from synth.records import VoicedPassage

LEAST = {"personal first line": 26, "synonym": 20}
"""Words below which the personal line outweighs the letter, or another word in it may say
something else."""
CHANGED = [
    (change, wording, letter)
    for change in CHANGES
    for wording in WORDINGS.values()
    for letter in wording.letters
    if len(letter.split()) >= LEAST.get(change, 0)
]
OPPOSITES = [pair for wording in WORDINGS.values() for pair in wording.opposites]


def copies(texts: Sequence[str]) -> Copies:
    """Each text a message of its own, by somebody else."""
    rows = np.arange(len(texts))
    return find_repetition(texts, messages=rows, voices=rows).passages


def groups(texts: Sequence[str]) -> list[int]:
    return copies(texts).group.tolist()


@pytest.mark.parametrize(("change", "wording", "letter"), CHANGED)
def test_a_form_letter_changed_a_little_is_a_copy(
    change: str, wording: Wording, letter: str
) -> None:
    chance = random.Random(7)
    for _ in range(3):
        changed = CHANGES[change](letter, wording, chance)
        assert groups([letter, "Something else is said here by somebody.", changed]) == [0, 1, 0]


@pytest.mark.parametrize(("one", "other"), OPPOSITES)
def test_a_number_a_side_or_the_thing_itself_makes_another_text(one: str, other: str) -> None:
    assert groups([one, other]) == [0, 1]
    assert groups([one, other, one, other]) == [0, 1, 0, 1]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Yes, I agree!", "yes i agree"),
        ("C'est déjà décidé.", "C’est deja décidé"),
        ("Une eau pure, à boire", "une  eau pure\nà boire"),
    ],
)
def test_case_accents_and_punctuation_do_not_matter(one: str, other: str) -> None:
    assert groups([one, other]) == [0, 0]


def test_texts_without_words_are_copies_only_of_the_very_same() -> None:
    assert groups(["👍", "👎", "👍", "…", ""]) == [0, 1, 0, 3, 4]


def test_short_texts_that_share_most_words_are_no_copies() -> None:
    assert groups(["Yes, I agree", "Yes, we agree", "I agree with Ann", "I agree with Bo"]) == [
        0, 1, 2, 3,
    ]  # fmt: skip


def test_the_commonest_wording_is_typical_and_the_first_gives_the_group_its_row() -> None:
    letter = WORDINGS["en"].letters[0]
    found = copies([letter.replace("river", "rivver"), letter, "Other words altogether.", letter])
    assert found.group.tolist() == [0, 0, 2, 0]
    assert found.typical.tolist() == [1, 1, 2, 1]
    assert found.n_words[2] == 3


def test_copies_of_copies_do_not_chain() -> None:
    """Each step changes one word in twelve; the last has little in common with the first."""
    words = [f"{letter}{letter}word" for letter in "abcdefghijklmnopqrstuvwx"]
    steps = [words]
    for n in range(24):
        steps.append([*steps[-1][:n], f"other{words[n]}", *steps[-1][n + 1 :]])
    found = groups([" ".join(step) for step in steps])
    assert found[0] == found[1] == found[2]
    assert found[-1] != found[0]


def test_messages_are_compared_whole_wherever_their_passages_are_cut() -> None:
    first, second, third = (f"{part}." for part in WORDINGS["en"].letters[1].split(". "))
    passages = [f"{first} {second}", third, "I come from far.", first, f"{second} {third}"]
    found = find_repetition(passages, messages=np.array([0, 0, 1, 1, 1]), voices=np.array([1, 2]))
    assert found.messages.group.tolist() == [0, 0]


def test_a_signature_does_not_make_messages_alike() -> None:
    signature = "The opinions of this message are those of its writer and of nobody else at all."
    own = ("Is the bridge open?", "Who has the key?", "We meet at noon.")
    passages = [part for text in own for part in (text, signature)]
    messages = np.repeat(np.arange(3), 2)
    one_voice = find_repetition(passages, messages=messages, voices=np.array([5, 5, 5]))
    assert one_voice.messages.group.tolist() == [0, 1, 2]
    assert one_voice.passages.group.tolist() == [0, 1, 2, 1, 4, 1]
    campaign = find_repetition(passages, messages=messages, voices=np.array([5, 6, 7]))
    assert campaign.messages.group.tolist() == [0, 0, 0]


def test_arrays_that_do_not_belong_together_are_refused() -> None:
    with pytest.raises(ValueError, match="1 messages for 2 passages"):
        find_repetition(["a", "b"], messages=np.array([0]), voices=np.array([1]))
    with pytest.raises(ValueError, match="not numbered within"):
        find_repetition(["a"], messages=np.array([1]), voices=np.array([1]))


@settings(deadline=None, max_examples=40)
@given(st.lists(st.text(alphabet="ab1 .!\n", min_size=1, max_size=40), max_size=12), st.randoms())
def test_groups_are_groups_whatever_the_texts(texts: list[str], chance: random.Random) -> None:
    found = copies(texts)
    rows = np.arange(len(texts))
    assert (found.group <= rows).all()
    assert (found.group[found.group] == found.group).all()
    assert (found.group[found.typical] == found.group).all()
    for row, text in enumerate(texts):
        assert found.group[row] == found.group[texts.index(text)], "the same text, one group"
    # The order of the texts does not decide which of them are the very same.
    order = chance.sample(range(len(texts)), len(texts))
    again = copies([texts[row] for row in order])
    for a, b in pairwise(rows.tolist()):
        if texts[order[a]] == texts[order[b]]:
            assert again.group[a] == again.group[b]


@pytest.mark.parametrize("language", WORDINGS)
def test_a_campaign_is_found_among_other_texts(language: str) -> None:
    wording = WORDINGS[language]
    others = [one for pair in wording.opposites for one in pair]
    n_found = 0
    for seed in range(10):
        chance = random.Random(seed)
        letter = wording.letters[4]
        posted = [several(letter, wording, chance) for _ in range(8)]
        found = groups([*others, letter, *posted])
        assert len(set(found[: len(others)])) == len(others)
        n_found += sum(group == found[len(others)] for group in found[len(others) + 1 :])
    assert n_found >= 68, "of eighty"


@given(st.text(max_size=80))
def test_words_are_plain_and_sentences_hold_them_all(text: str) -> None:
    words = words_of(text)
    assert all(word and word == word.casefold() and word.isalnum() for word in words)
    assert sum((words_of(part) for part in sentences_of(text)), ()) == words


def test_what_weighs_is_compared_by_its_root() -> None:
    assert weighty(words_of("We don't support the 30 zone")) == ("t", "support", "30")
    assert weighty(words_of("Nous soutenons la zone 30")) == ("souten", "30")
    assert contradicts(words_of("I agree."), words_of("I do not agree."))
    assert not contradicts(words_of("I agree."), words_of("Trains are late on Mondays."))


def test_sentences_with_other_numbers_never_meet() -> None:
    lines = [words_of(f"The test number {n} has failed on the build machine") for n in range(300)]
    assert alike(lines).tolist() == list(range(300))


def said(*pairs: tuple[int, int | None]) -> list[VoicedPassage]:
    return [
        VoicedPassage(passage_id=n, message_id=n, voice=v, idea_id=None, repetition_id=r)
        for n, (v, r) in enumerate(pairs)
    ]


def test_a_voice_that_repeats_itself_counts_once() -> None:
    found = voices_behind(said((1, 7), (1, 7), (1, 7), (2, None), (3, None)))
    assert found.top_share == pytest.approx(1 / 3, abs=1e-4)
    assert found.effective == pytest.approx(3.0)
    assert (found.n_repeating, found.n_same, found.n_same_voices) == (3, 3, 1)


def test_the_text_most_repeated_is_told_apart_from_the_others() -> None:
    found = voices_behind(said((1, 7), (2, 7), (3, 7), (4, 8), (5, 8), (6, 9), (7, None)))
    assert (found.n_repeating, found.n_same, found.n_same_voices) == (5, 3, 3)
    assert not found.is_carried_by_few


def test_few_carry_an_idea_that_one_voice_dominates() -> None:
    spread = [(n, None) for n in range(2, 8)]
    assert not voices_behind(said((1, None), *spread)).is_carried_by_few
    assert voices_behind(said(*[(1, None)] * 4, *spread)).is_carried_by_few
    assert voices_behind(said(*[(1, None)] * 3, *[(2, None)] * 3)).is_carried_by_few
    assert not voices_behind(said((1, None), (1, None))).is_carried_by_few, "too small to tell"


def test_nobody_carries_nothing() -> None:
    found = voices_behind([])
    assert (found.n_repeating, found.top_share, found.effective) == (0, 0.0, 0.0)
    assert not found.is_carried_by_few


@given(st.lists(st.tuples(st.integers(0, 5), st.none() | st.integers(0, 2)), min_size=1))
def test_the_effective_number_lies_between_one_and_the_voices(
    pairs: list[tuple[int, int | None]],
) -> None:
    found = voices_behind(said(*pairs))
    n_voices = len({voice for voice, _ in pairs})
    assert 1 - 0.01 <= found.effective <= n_voices + 0.01
    assert 1 / n_voices - 1e-4 <= found.top_share <= 1


def test_long_texts_that_differ_in_many_sentences_are_not_compared_word_by_word(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def text(whose: str) -> Text:
        words = tuple((f"word{n}", "all", "of", "us", "have", "said", "this") for n in range(100))
        own = tuple((f"{whose}{n}", "is", "what", "only", "one", "said", "here") for n in range(51))
        numbers = (*range(100), *(hash(sentence) for sentence in own))
        return Text(whole=whose, sentences=numbers, words=(*words, *own))

    def compare(*_: object) -> bool:
        raise AssertionError("compared")

    monkeypatch.setattr("synth.duplicates.near_duplicates.contradicts", compare)
    assert _copied(text("one"), text("other")) == 0.0
