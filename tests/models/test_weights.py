"""Reading packed weights."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from models.embedders import ModelMissing
from models.weights import read_model, read_vocabulary


def test_the_tensors_come_back_as_they_were_written(tiny_model) -> None:
    model = read_model(tiny_model.path)
    assert set(model.arrays) | set(model.matrices) == set(tiny_model.tensors)
    for name, values in model.arrays.items():
        np.testing.assert_array_equal(values, tiny_model.tensors[name])
    for name, matrix in model.matrices.items():
        np.testing.assert_array_equal(matrix.dequantised(), tiny_model.tensors[name])
    assert (model.sizes.dimensions, model.sizes.n_layers, model.sizes.n_inner) == (64, 2, 96)


def test_the_vocabulary_keeps_pieces_ids_and_normalisation(tiny_model) -> None:
    vocabulary = read_vocabulary(tiny_model.path)
    assert vocabulary.pieces[7][0] == "▁query"
    assert vocabulary.pieces[-1][0] == "é"
    assert (vocabulary.bos, vocabulary.eos, vocabulary.unknown) == (0, 2, 3)
    assert vocabulary.normalisation == {10: " ", 1: ""}


@pytest.mark.parametrize("share", [0.0, 0.001, 0.3, 0.99])
def test_a_file_cut_short_is_one_line_with_a_remedy(tiny_model, tmp_path: Path, share) -> None:
    whole = tiny_model.path.read_bytes()
    cut = tmp_path / "cut.bin"
    cut.write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(ModelMissing, match=r"cut\.bin.*pip install") as raised:
        read_model(cut)
    assert "\n" not in str(raised.value)


def test_another_format_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "other.bin"
    other.write_bytes(b"GGUF" + bytes(4096))
    with pytest.raises(ModelMissing, match="not a whole E5S1"):
        read_vocabulary(other)
