"""What the classifier of sides learns from, and what it never sees."""

from __future__ import annotations

import csv
import json
import tomllib
from pathlib import Path

import numpy as np
import pytest

from models.sides import Side
from models.training import side_sources as read
from models.training.side_sources import Argument, Pair, denial, opposite, question
from models.training.sources import LANGUAGES

PRO = Argument(text="pro", side=Side.FOR)
CON = Argument(text="con", side=Side.AGAINST)
ASIDE = Argument(text="aside", side=Side.NEITHER)


def rng() -> np.random.Generator:
    return np.random.default_rng(0)


@pytest.mark.parametrize(
    ("claim", "contrary"),
    [
        ("We should ban cars", "We should not ban cars"),
        ("Vaccination must be made compulsory", "Vaccination must not be made compulsory"),
        ("We should not ban cars", None),
        ("Cars are a human right", None),
        ("We should do what others should do", None),
    ],
)
def test_a_claim_is_turned_into_its_contrary(claim: str, contrary: str | None) -> None:
    assert denial(claim) == contrary


@pytest.mark.parametrize(
    ("claim", "language", "asked"),
    [
        ("We should ban cars", "en", "Should we ban cars?"),
        ("We should not ban cars.", "en", "Should we not ban cars?"),
        ("Il faut plafonner les loyers", "fr", "Faut-il plafonner les loyers ?"),
        ("Taxer la viande", "fr", "Faut-il taxer la viande ?"),
        ("Die Mieten sollten gedeckelt werden", "de", "Die Mieten sollten gedeckelt werden?"),
        ("Crear una renta básica", "es", "¿Crear una renta básica?"),
    ],
)
def test_a_claim_is_put_as_a_question(claim: str, language: str, asked: str) -> None:
    assert question(claim, language) == asked


def test_a_denied_claim_turns_the_sides_of_its_arguments() -> None:
    source = read.Arguments(claims={"We should ban cars": [PRO]}, is_english=True)
    drawn = source.draw(rng(), 200)
    for pair in drawn:
        is_denied = " not " in pair.target
        assert pair.side is (Side.AGAINST if is_denied else Side.FOR)
    assert 20 < sum(" not " in pair.target for pair in drawn) < 100
    assert 10 < sum(pair.target.endswith("?") for pair in drawn) < 60


def test_claims_of_other_languages_are_never_denied() -> None:
    drawn = read.Arguments(claims={"They should know": [PRO]}).draw(rng(), 100)
    assert set(drawn) == {Pair(target="They should know", text="pro", side=Side.FOR)}


def test_two_arguments_of_one_side_agree() -> None:
    drawn = read.ArgumentPairs(claims={"claim": [PRO, CON, ASIDE]}).draw(rng(), 200)
    for pair in drawn:
        if "aside" in (pair.target, pair.text):
            assert pair.side is Side.NEITHER
        else:
            assert pair.side is Side.AGAINST  # there is one of each side only
    other = Argument(text="pro too", side=Side.FOR)
    drawn = read.ArgumentPairs(claims={"claim": [PRO, other]}).draw(rng(), 20)
    assert {pair.side for pair in drawn} == {Side.FOR}


def test_replies_open_on_the_side_that_they_take() -> None:
    openers = tomllib.loads(read.OPENERS.read_text(encoding="utf-8"))
    side_of = {o: side for side, some in openers["en"].items() for o in some}
    replies = read.Replies(claims={"en": [{"claim": [PRO, CON]}]})
    for pair in replies.draw(rng(), 200):
        text = pair.text.removesuffix(" pro").removesuffix(" con")
        assert side_of[text] == pair.side
        if text != pair.text:
            said = Side.FOR if pair.text.endswith(" pro") else Side.AGAINST
            stood = Side.AGAINST if pair.target == "con" else Side.FOR
            assert said is (stood if pair.side is Side.FOR else opposite(stood))


def test_what_belongs_to_another_claim_takes_no_side() -> None:
    unrelated = read.Unrelated(claims=[{"one": [PRO], "other": [CON]}])
    drawn = unrelated.draw(rng(), 50)
    assert {(pair.target, pair.text) for pair in drawn} == {("one", "con"), ("other", "pro")}
    assert {pair.side for pair in drawn} == {Side.NEITHER}


def test_every_opener_is_there_in_every_language() -> None:
    openers = tomllib.loads(read.OPENERS.read_text(encoding="utf-8"))
    assert set(openers) == set(LANGUAGES)
    for some in openers.values():
        assert {side: len(set(words)) >= 10 for side, words in some.items()} == dict.fromkeys(
            ("for", "against", "neither"), True
        )


def test_our_own_claims_have_points_on_both_sides() -> None:
    topics = read.parallel_claims()
    assert len(topics) >= 40
    for name, topic in topics.items():
        assert len(topic.claim) == len(LANGUAGES), name
        assert len(set(topic.claim)) == len(LANGUAGES), name
        assert {side for side, _ in topic.points} >= {Side.FOR, Side.AGAINST}, name


def test_sources_keep_their_sides(tmp_path: Path) -> None:
    with (tmp_path / "arguments_train.csv").open("w", newline="") as file:
        written = csv.writer(file)
        written.writerow(["topic", "argument", "stance"])
        written.writerows([["T", "yes", "1"], ["T", "` no", "-1"]])
    with (tmp_path / "perspectives.csv").open("w", newline="") as file:
        written = csv.writer(file)
        written.writerow(["split", "claim", "text", "stance", "same"])
        written.writerows(
            [["train", "C", "so", "support", "1"], ["dev", "C", "hidden", "undermine", "2"]]
        )
    (tmp_path / "opinions").mkdir()
    for number in range(4):
        opinion = {
            "title": f"Opinion {number}",
            "body": "<p>Body</p>",
            "type": {"id": number},
            "arguments": [{"body": "<p>oui</p>", "type": 1}, {"body": "non", "type": 0}],
        }
        (tmp_path / "opinions" / f"{number}.json").write_text(json.dumps(opinion))
    assert read.argkp(tmp_path) == {
        "T": [
            Argument(text="yes", side=Side.FOR),
            Argument(text="no", side=Side.AGAINST),
        ]
    }
    assert read.perspectrum(tmp_path) == {"C": [Argument(text="so", side=Side.FOR, point="1")]}
    sections = read.republique(tmp_path)
    assert sections["1"] == {
        "Opinion 1. Body": [
            Argument(text="oui", side=Side.FOR),
            Argument(text="non", side=Side.AGAINST),
        ]
    }
    assert read.tested_sections(list(sections)) == ["0", "3"]


def test_topics_that_are_tested_are_not_trained_on(shared_data: Path) -> None:
    from models.training.sides import all_texts

    trained, apart = all_texts(shared_data).parted()
    tested = read.tested_sections(list(read.republique(shared_data / "republique-numerique-fr")))
    dev = read.perspectrum(shared_data / "perspectrum", "dev")
    for texts in (trained, apart):
        assert not set(tested) & set(texts.republique)
        assert not set(dev) & set(texts.perspectrum)
        assert not set(read.argkp(shared_data / "argkp", "dev")) & set(texts.argkp)
    assert not set(trained.parallel) & set(apart.parallel)
    assert not set(trained.argkp) & set(apart.argkp)
