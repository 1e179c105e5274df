"""The classifier of sides: both texts in one sequence, whole files, the same for every batch."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

import models
from models.adapter import PARTS, Adapter
from models.e5 import E5Embedder, Window
from models.embedders import ModelMissing
from models.sides import (
    CERTAIN,
    CLASSIFIER,
    SIDES,
    SIDES_CARD,
    TARGET_TOKENS,
    TEXT_TOKENS,
    Head,
    Side,
    SideClassifier,
    join,
    joined,
    read_head,
    told,
    write_classifier,
)
from models.weights import sha256
from tests.models.conftest import DIM, INNER, LAYERS

PAIRS = [("the cat", "a dog"), ("abc", "the cat"), ("the cat", ""), ("", "bad")]


def head(seed: int = 1) -> Head:
    rng = np.random.default_rng(seed)

    def some(*shape: int) -> np.ndarray:
        return rng.normal(size=shape).astype(np.float16).astype(np.float32)

    return Head(
        hidden_w=some(2 * DIM, 5), hidden_b=some(5), out_w=some(5, len(SIDES)), out_b=some(3)
    )


@pytest.fixture
def classifier(tiny_model, own_cache, tmp_path: Path) -> SideClassifier:
    rng = np.random.default_rng(2)
    sizes = {"fi": (INNER, DIM), "fo": (DIM, INNER)}
    names = {f"l{n}.{part}.w": sizes.get(part, (DIM, DIM)) for n in range(LAYERS) for part in PARTS}
    adapter = Adapter(
        up={name: rng.normal(size=(n_out, 2)) for name, (n_out, _) in names.items()},
        down={name: rng.normal(size=(2, n_in)) for name, (_, n_in) in names.items()},
    )
    path = tmp_path / "sides.safetensors"
    write_classifier(path, adapter, head())
    card = dataclasses.replace(tiny_model.card, name="tiny-sides", adapter_sha256=sha256(path))
    return SideClassifier(tiny_model.path, card=card, classifier=path)


def test_a_file_gives_back_the_head_it_was_written_with(tmp_path: Path) -> None:
    path = tmp_path / "sides.safetensors"
    write_classifier(path, Adapter(up={}, down={}), head())
    for field in dataclasses.fields(Head):
        kept = getattr(read_head(path), field.name)
        np.testing.assert_array_equal(kept, getattr(head(), field.name))


def test_shares_add_up_and_do_not_depend_on_the_batch(classifier: SideClassifier) -> None:
    together = classifier.shares(PAIRS)
    assert together.shape == (len(PAIRS), len(SIDES))
    np.testing.assert_allclose(together.sum(axis=1), 1.0, atol=2e-4)
    alone = np.concatenate([classifier.shares([pair]) for pair in PAIRS])
    np.testing.assert_array_equal(alone, together)
    assert len(np.unique(together, axis=0)) == len(PAIRS)
    assert classifier.shares([]).shape == (0, len(SIDES))


def test_it_counts_what_it_has_read(classifier: SideClassifier) -> None:
    read: list[int] = []
    classifier.shares(PAIRS, progress=read.append)
    assert sum(read) == len(PAIRS)


def test_who_answers_whom_matters(classifier: SideClassifier) -> None:
    one, other = classifier.shares([("the cat", "a dog"), ("a dog", "the cat")])
    assert one.tolist() != other.tolist()


def test_another_file_than_the_card_names_is_refused(classifier, tmp_path: Path) -> None:
    write_classifier(tmp_path / "sides.safetensors", Adapter(up={}, down={}), head(2))
    with pytest.raises(ModelMissing, match="damaged or of another version"):
        classifier.shares(PAIRS)


def test_the_card_is_that_of_the_file_and_has_its_page() -> None:
    assert sha256(CLASSIFIER) == SIDES_CARD.adapter_sha256
    page = (Path(models.__file__).parent / "README.md").read_text(encoding="utf-8")
    section = page.split(f"## `{SIDES_CARD.name}`", 1)[1].split("\n## ", 1)[0]
    title, package = SIDES_CARD.title, f"`{SIDES_CARD.package}` {SIDES_CARD.package_version}"
    for fact in (title, SIDES_CARD.licence, package, SIDES_CARD.sha256, SIDES_CARD.adapter_sha256):
        assert fact is not None
        assert fact in section, f"{fact} is not on its page"


def test_two_texts_are_one_sequence_of_their_beginnings() -> None:
    def window(n: int, first: int) -> Window:
        ids = np.array([0, *range(first, first + n - 2), 2])
        return Window(row=0, ids=ids, weights=np.ones(n, np.float32))

    found = join(7, window(5, 10), window(4, 50))
    assert found.row == 7
    assert found.ids.tolist() == [0, 10, 11, 12, 2, 50, 51, 2]
    assert found.weights.tolist() == [1, 1, 1, 1, 1, 0, 0, 0]
    long = join(0, window(200, 10), window(200, 500))
    assert len(long.ids) == TARGET_TOKENS + TEXT_TOKENS - 1
    assert int(long.weights.sum()) == TARGET_TOKENS
    assert long.ids[TARGET_TOKENS - 1] == long.ids[-1] == 2


def test_a_text_in_windows_is_read_from_its_beginning(tiny_model, own_cache) -> None:
    embedder = E5Embedder(tiny_model.path, card=tiny_model.card)
    long = "abc def " * 30
    assert len(embedder.windows([long])) > 1
    (found,) = joined(embedder, [("the cat", long)])
    (target,) = embedder.windows(["the cat"])
    first = embedder.windows([long])[0]
    assert found.ids.tolist() == [*target.ids, *first.ids[1:]]


@pytest.mark.parametrize("side", [Side.FOR, Side.AGAINST])
def test_a_side_is_told_from_its_threshold_on(side: Side) -> None:
    def shares(least: float) -> np.ndarray:
        rest = 1 - least
        return np.array([least if one is side else rest / 2 for one in SIDES])

    assert told(shares(CERTAIN[side])) == (side, CERTAIN[side])
    assert told(shares(CERTAIN[side] - 0.01))[0] is None
    assert told(np.array([0.1, 0.1, 0.8]))[0] is None


CLAIMS = {
    "en": ("We should close the street to cars.", "I completely agree.", "No, I am against this."),
    "fr": ("Il faut fermer la rue aux voitures.", "Tout à fait d'accord.", "Non, je suis contre."),
    "de": ("Die Straße sollte gesperrt werden.", "Da stimme ich zu.", "Nein, ich bin dagegen."),
    "es": ("Hay que cerrar la calle.", "Estoy de acuerdo.", "No, estoy en contra."),
    "ca": ("Cal tancar el carrer als cotxes.", "Hi estic d'acord.", "No, hi estic en contra."),
}


@pytest.mark.parametrize("language", CLAIMS)
def test_the_shipped_classifier_hears_a_plain_yes_and_no(language: str) -> None:
    claim, yes, no = CLAIMS[language]
    found = [told(own)[0] for own in SideClassifier().shares([(claim, yes), (claim, no)])]
    assert found == [Side.FOR, Side.AGAINST]
