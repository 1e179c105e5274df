"""The views of texts that are fitted on a discussion."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models import lexical
from models.blending import Blend, blend, complete
from models.draft import DraftEmbedder
from models.errors import ModelMissing
from models.lexical import LatentView, LexicalView, StaticView
from models.ngrams import N_BUCKETS, ngram_counts

TEXTS = [
    "More bicycle lanes would make the streets safer.",
    "Cyclists need protected lanes on the main road.",
    "Safer bike paths, please, and fewer cars.",
    "The library should open on Sundays.",
    "Longer opening hours for libraries at the weekend.",
    "Books could be borrowed on Sunday mornings.",
    "Plus de pistes cyclables rendraient les rues plus sûres.",
    "Les cyclistes ont besoin de pistes protégées.",
    "La bibliothèque devrait ouvrir le dimanche.",
    "Des bibliothèques ouvertes plus longtemps le dimanche.",
]


def test_draft_rows_are_unit_and_reproducible() -> None:
    first, second = DraftEmbedder().encode(TEXTS), DraftEmbedder().encode(TEXTS)
    np.testing.assert_array_equal(first, second)
    assert first.dtype == np.float32
    assert first.shape == (len(TEXTS), DraftEmbedder.card.dimensions)
    np.testing.assert_allclose(np.linalg.norm(first, axis=1), 1.0, atol=1e-5)


def test_draft_brings_together_what_belongs_together() -> None:
    vectors = DraftEmbedder().encode(TEXTS)
    likeness = vectors @ vectors.T
    assert likeness[0, 1] > likeness[0, 3]
    assert likeness[3, 4] > likeness[3, 1]
    assert likeness[6, 7] > likeness[6, 8]
    assert likeness[8, 9] > likeness[8, 7]


def test_a_fitted_draft_knows_its_discussion() -> None:
    draft = DraftEmbedder().fit(TEXTS)
    together = draft.encode(TEXTS)
    later = draft.encode([TEXTS[3]])
    np.testing.assert_allclose(later[0], together[3], atol=1e-6)
    assert np.abs(DraftEmbedder().encode([TEXTS[3]])[0] - together[3]).max() > 0.01


def test_english_word_vectors_count_half_without_english() -> None:
    english, french = LexicalView().fit(TEXTS[:6]), LexicalView().fit(TEXTS[6:])
    mixed = LexicalView().fit(TEXTS)
    assert english.static_weight_ == 1.0
    assert french.static_weight_ == 0.5
    assert 0.5 < mixed.static_weight_ < 1.0
    lengths = np.linalg.norm(french.transform(TEXTS[6:])[:, : lexical.N_STATIC], axis=1)
    np.testing.assert_allclose(lengths, 0.5, atol=1e-5)


def test_progress_and_emptiness() -> None:
    counts: list[int] = []
    DraftEmbedder().encode(TEXTS, progress=counts.append)
    assert sum(counts) == len(TEXTS)
    assert DraftEmbedder().encode([]).shape == (0, DraftEmbedder.card.dimensions)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.text(max_size=30), max_size=6))
def test_any_texts_get_unit_rows(texts: list[str]) -> None:
    vectors = DraftEmbedder().encode(texts)
    assert vectors.shape == (len(texts), DraftEmbedder.card.dimensions)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-4)


@pytest.mark.parametrize("view", [StaticView, LatentView, LexicalView])
def test_views_are_fitted_on_nothing_without_harm(view) -> None:
    found = view().fit([]).transform(["a text"])
    assert np.isfinite(found).all()


def test_ngrams_tell_ends_of_words_apart_and_ignore_case_and_blanks() -> None:
    first, second, third = ngram_counts(["The  bench", "the bench\n", "bench the"])
    assert (first != second).nnz == 0
    assert (first != third).nnz == 0
    inside, apart = ngram_counts(["bench", "be nch"])
    assert (inside != apart).nnz > 0
    assert inside.shape == (1, N_BUCKETS)


def test_ngrams_of_a_word_are_those_of_three_to_five_characters() -> None:
    # " abc ": 3 of three, 2 of four, 1 of five characters.
    assert ngram_counts(["abc"]).sum() == 6
    assert ngram_counts(["", "a", "日"]).sum(axis=1).ravel().tolist() == [[0.0, 1.0, 1.0]]


def test_ngrams_do_not_depend_on_their_neighbours(monkeypatch) -> None:
    whole = ngram_counts(TEXTS)
    monkeypatch.setattr("models.ngrams._AT_ONCE", 3)
    assert (ngram_counts(TEXTS) != whole).nnz == 0


def test_blends_are_unit_and_keep_what_the_encoder_says() -> None:
    rng = np.random.default_rng(0)
    vectors = lexical.unit(rng.standard_normal((len(TEXTS), 8)).astype(np.float32) + 3)
    blended = blend(vectors, TEXTS)
    assert blended.shape == (len(TEXTS), 8 + lexical.N_DIMENSIONS)
    np.testing.assert_allclose(np.linalg.norm(blended, axis=1), 1.0, atol=1e-5)
    np.testing.assert_array_equal(blended, blend(vectors, TEXTS))
    centred = lexical.unit(vectors - vectors.mean(axis=0))
    cosines = (lexical.unit(blended[:, :8]) * centred).sum(axis=1)
    np.testing.assert_allclose(cosines, 1.0, atol=1e-5)


def test_a_fitted_blend_takes_later_texts() -> None:
    rng = np.random.default_rng(0)
    vectors = lexical.unit(rng.standard_normal((len(TEXTS), 8)).astype(np.float32))
    fitted = Blend().fit(vectors, TEXTS)
    together = fitted.transform(vectors, TEXTS)
    later = fitted.transform(vectors[2:3], TEXTS[2:3])
    np.testing.assert_allclose(later[0], together[2], atol=1e-6)


def test_completed_rows_without_gaps_are_the_blend() -> None:
    vectors = _made_up_vectors()
    kept, blended = complete(vectors, TEXTS, is_known=np.ones(len(TEXTS), np.bool_))
    np.testing.assert_array_equal(kept, vectors)
    np.testing.assert_allclose(blended, blend(vectors, TEXTS), atol=1e-6)


def test_rows_that_are_not_fitted_leave_the_others_as_they_are() -> None:
    vectors, n = _made_up_vectors(), len(TEXTS) - 2
    known = np.ones(len(TEXTS), np.bool_)
    _, alone = complete(vectors[:n], TEXTS[:n], is_known=known[:n])
    _, together = complete(vectors, TEXTS, is_known=known, n_fitted=n)
    np.testing.assert_allclose(together[:n], alone, atol=1e-6)
    np.testing.assert_allclose(np.linalg.norm(together[n:], axis=1), 1.0, atol=1e-5)


def test_an_unread_text_is_judged_by_its_words() -> None:
    vectors = _made_up_vectors()
    texts = [*TEXTS, TEXTS[3]]
    vectors = np.vstack((vectors, np.zeros((1, vectors.shape[1]), np.float32)))
    is_known = np.arange(len(texts)) < len(TEXTS)
    found, _ = complete(vectors, texts, is_known=is_known, n_fitted=len(TEXTS))
    cosines = found[:-1] @ found[-1]
    assert np.argmax(cosines) == 3


def _made_up_vectors() -> np.ndarray:
    rng = np.random.default_rng(0)
    return lexical.unit(rng.standard_normal((len(TEXTS), 8)).astype(np.float32) + 3)


def test_damaged_word_vectors_are_refused(monkeypatch) -> None:
    monkeypatch.setattr(lexical.cache, "sha256", lambda path: "0" * 64)
    lexical._table.cache_clear()
    try:
        with pytest.raises(ModelMissing, match=r"damaged.*pip install") as raised:
            DraftEmbedder().encode(TEXTS)
        assert "\n" not in str(raised.value)
    finally:
        lexical._table.cache_clear()
