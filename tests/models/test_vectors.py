"""Vectors scaled to length 1."""

from __future__ import annotations

import numpy as np
from threadpoolctl import threadpool_info

from models.vectors import in_threads, unit_rows


def test_rows_get_length_one_and_zeros_stay() -> None:
    rows = np.array([[3.0, 4.0], [0.0, 0.0]])
    found = unit_rows(rows)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, [[0.6, 0.8], [0.0, 0.0]], rtol=1e-6)
    np.testing.assert_array_equal(rows, [[3.0, 4.0], [0.0, 0.0]])


def test_a_single_vector_is_the_same_as_a_row() -> None:
    vector = np.random.default_rng(0).standard_normal(7).astype(np.float32)
    np.testing.assert_array_equal(unit_rows(vector), unit_rows(vector[None])[0])


def test_products_run_in_as_many_threads_as_asked_and_then_as_before() -> None:
    def of_blas() -> set[int]:
        return {one["num_threads"] for one in threadpool_info() if one["user_api"] == "blas"}

    with in_threads(2):
        with in_threads(1):
            assert of_blas() == {1}
        assert of_blas() == {2}
