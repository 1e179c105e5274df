"""The views of texts that are fitted on a discussion."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from sklearn.utils.extmath import randomized_svd

from models import lexical, text_counts
from models.blend import Blend, DraftEmbedder, no_vectors
from models.embedders import ModelMissing
from models.lexical import LatentView, LexicalView, StaticView
from models.text_counts import N_BUCKETS, counted, ngram_counts
from models.vectors import unit_rows

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
    monkeypatch.setattr("models.text_counts._COUNTED_AT_ONCE", 3)
    assert (ngram_counts(TEXTS) != whole).nnz == 0


def test_some_of_counted_texts_are_as_if_counted_alone() -> None:
    rows = np.array([5, 0, 3])
    some, alone = counted(TEXTS).take(rows), counted([TEXTS[row] for row in rows])
    assert some.texts == alone.texts
    assert (some.pieces != alone.pieces).nnz == 0
    assert (some.ngrams != alone.ngrams).nnz == 0
    assert counted(some) is some
    vectors = np.zeros((3, 0), np.float32)
    np.testing.assert_array_equal(
        Blend().fit_transform(vectors, some)[1], Blend().fit_transform(vectors, alone.texts)[1]
    )


@pytest.mark.parametrize(("n_rows", "n_columns", "n_iter"), [(40, 90, 4), (90, 40, 4), (60, 80, 2)])
def test_axes_are_those_of_scikit_learn(n_rows: int, n_columns: int, n_iter: int) -> None:
    made = sparse.random(n_rows, n_columns, density=0.2, format="csr", rng=7, dtype=np.float32)
    axes = lexical._right_vectors(sparse.csr_matrix(made), 5, n_iter=n_iter, seed=3)
    _, _, theirs = randomized_svd(made, 5, n_iter=n_iter, random_state=3)
    np.testing.assert_array_equal(np.abs(axes), np.abs(theirs.T))


def test_blends_are_unit_and_keep_what_the_encoder_says() -> None:
    rng = np.random.default_rng(0)
    vectors = unit_rows(rng.standard_normal((len(TEXTS), 8)).astype(np.float32) + 3)
    _, blended = Blend().fit_transform(vectors, TEXTS)
    assert blended.shape == (len(TEXTS), 8 + lexical.N_DIMENSIONS)
    np.testing.assert_allclose(np.linalg.norm(blended, axis=1), 1.0, atol=1e-5)
    np.testing.assert_array_equal(blended, Blend().fit_transform(vectors, TEXTS)[1])
    centred = unit_rows(vectors - vectors.mean(axis=0))
    cosines = (unit_rows(blended[:, :8]) * centred).sum(axis=1)
    np.testing.assert_allclose(cosines, 1.0, atol=1e-5)


def test_a_fitted_blend_takes_later_texts() -> None:
    rng = np.random.default_rng(0)
    vectors = unit_rows(rng.standard_normal((len(TEXTS), 8)).astype(np.float32))
    fitted = Blend().fit(vectors, TEXTS)
    _, together = fitted.transform(vectors, TEXTS)
    _, later = fitted.transform(vectors[2:3], TEXTS[2:3])
    np.testing.assert_allclose(later[0], together[2], atol=1e-6)


def test_where_all_is_known_the_vectors_stay_as_they_are() -> None:
    vectors = _made_up_vectors()
    everything = np.ones(len(TEXTS), np.bool_)
    kept, blended = Blend().fit_transform(vectors, TEXTS, is_known=everything)
    np.testing.assert_array_equal(kept, vectors)
    np.testing.assert_array_equal(blended, Blend().fit(vectors, TEXTS).transform(vectors, TEXTS)[1])


def test_an_unread_text_is_judged_by_its_words() -> None:
    texts = [*TEXTS, TEXTS[3]]
    vectors = np.vstack((_made_up_vectors(), np.zeros((1, 8), np.float32)))
    is_known = np.arange(len(texts)) < len(TEXTS)
    found, _ = Blend().fit_transform(vectors, texts, is_known=is_known)
    assert np.argmax(found[:-1] @ found[-1]) == 3
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1.0, atol=1e-5)


def test_what_was_never_estimated_cannot_be() -> None:
    vectors = _made_up_vectors()
    fitted = Blend().fit(vectors, TEXTS)
    with pytest.raises(ValueError, match="unknown"):
        fitted.transform(vectors[:1], TEXTS[:1], is_known=np.zeros(1, np.bool_))


@pytest.mark.parametrize("dim", [8, 0])
def test_a_blend_that_was_kept_gives_nearly_the_same(dim: int) -> None:
    vectors = _made_up_vectors()[:, :dim]
    is_known = np.arange(len(TEXTS)) != 2
    fitted = Blend().fit(vectors, TEXTS, is_known=is_known)
    kept = Blend.from_arrays(fitted.arrays())
    for one, other in zip(
        fitted.transform(vectors, TEXTS, is_known=is_known),
        kept.transform(vectors, TEXTS, is_known=is_known),
        strict=True,
    ):
        np.testing.assert_allclose(one, other, atol=2e-3)


def test_the_draft_is_the_blend_of_words_alone() -> None:
    _, words = Blend().fit_transform(no_vectors(len(TEXTS)), TEXTS)
    np.testing.assert_array_equal(DraftEmbedder().encode(TEXTS), words)


def _made_up_vectors() -> np.ndarray:
    rng = np.random.default_rng(0)
    return unit_rows(rng.standard_normal((len(TEXTS), 8)).astype(np.float32) + 3)


def test_damaged_word_vectors_are_refused(monkeypatch) -> None:
    monkeypatch.setattr("models.weights.sha256", lambda path: "0" * 64)
    text_counts.static_table.cache_clear()
    try:
        with pytest.raises(ModelMissing, match=r"damaged.*pip install") as raised:
            DraftEmbedder().encode(TEXTS)
        assert "\n" not in str(raised.value)
    finally:
        text_counts.static_table.cache_clear()
