"""What is read to search a discussion by meaning."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from models import ModelMissing
from models.embedders import ModelCard
from synth.errors import StoreProblem
from synth.pipeline import build, import_files
from synth.search.semantic_index import ESTIMATE_PENALTY, read_semantic_index
from synth.settings import Settings
from synth.store import Store, open_store
from synth.store.rows import sha256_text

TEXTS = (
    "The cycle lane on the bridge keeps children safe.",
    "A cycle lane needs a kerb, paint is not enough.",
    "The market should stay on the square.",
    "Market stalls bring customers to the square.",
    "La bibliothèque devrait ouvrir le dimanche.",
    "Le dimanche la bibliothèque est fermée, dommage.",
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    path = tmp_path / "talk.csv"
    rows = [f'{n},"{text}",{"fr" if n > 3 else "en"}' for n, text in enumerate(TEXTS)]
    path.write_text("id,text,language\n" + "\n".join(rows), encoding="utf-8")
    with open_store(tmp_path / "talk.db") as opened:
        found = opened.discussions.add("Talk")
        import_files(opened, found.id, [path])
        build(opened, found.id, Settings(quality="draft"))
        yield opened


class Letters:
    """An encoder that counts letters; its map was not made with it."""

    is_fitted_per_discussion = False
    fingerprint = "letters-1"

    def __init__(self, card: ModelCard) -> None:
        self.card = card

    def encode(
        self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None
    ) -> NDArray[np.float32]:
        counts = [[text.count(letter) + 0.1 for letter in "abcdefgh"] for text in texts]
        rows = np.array(counts, dtype=np.float32)
        return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)


def letters(store: Store) -> Letters:
    import models

    return Letters(models.load("draft").card)


def test_a_draft_knows_words_alone(store: Store) -> None:
    meaning = read_semantic_index(store, 1)
    assert meaning.is_of_words
    assert meaning.model == "draft"
    texts = {passage.id: passage.text for passage in store.passages.all(1)}
    assert meaning.passages.tolist() == sorted(texts)
    near = meaning.cosines(meaning.vector("a kerb for the cycle lane", None))
    assert "kerb" in texts[int(meaning.passages[near.argmax()])]
    assert not meaning.penalty.any()


def test_an_encoder_is_asked_for_the_question_alone(store: Store) -> None:
    encoder = letters(store)
    passages = store.passages.all(1)
    rows = encoder.encode([p.text for p in passages]).astype(np.float16)
    hashes = [sha256_text(p.text) for p in passages]
    store.vectors.put(hashes, rows, model=encoder.fingerprint)
    meaning = read_semantic_index(store, 1, load=lambda _name: encoder)
    assert set(meaning.shifts) == {"en", "fr"}
    near = meaning.cosines(meaning.vector(passages[2].text, "en"))
    assert int(meaning.passages[near.argmax()]) == passages[2].id
    assert np.isclose(near.max(), 1, atol=1e-3)


def test_what_was_not_read_is_estimated_and_doubted(store: Store) -> None:
    encoder = letters(store)
    passages = store.passages.all(1)[:4]
    rows = encoder.encode([p.text for p in passages]).astype(np.float16)
    hashes = [sha256_text(p.text) for p in passages]
    store.vectors.put(hashes, rows, model=encoder.fingerprint)
    meaning = read_semantic_index(store, 1, load=lambda _name: encoder)
    read = meaning.vectors[:4]
    doubt = ESTIMATE_PENALTY * (read @ read.T).std(axis=1).mean()
    assert doubt > 0
    assert np.allclose(meaning.penalty, [0, 0, 0, 0, doubt, doubt], atol=1e-3)
    assert np.allclose(np.linalg.norm(meaning.vectors, axis=1), 1, atol=1e-3)


def test_other_weights_are_refused(store: Store) -> None:
    from dataclasses import replace

    encoder = Letters(replace(letters(store).card, sha256="other"))
    with pytest.raises(ModelMissing, match="other weights"):
        read_semantic_index(store, 1, load=lambda _name: encoder)


def test_without_vectors_or_a_map_it_says_so(store: Store) -> None:
    with pytest.raises(ModelMissing, match="make the map anew"):
        read_semantic_index(store, 1, load=lambda _name: letters(store))
    empty = store.discussions.add("Nothing")
    with pytest.raises(StoreProblem, match="no map"):
        read_semantic_index(store, empty.id)
