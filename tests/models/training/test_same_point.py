"""What the training makes small, on vectors small enough to work out by hand."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="no PyTorch here: training is left out")


def test_the_loss_is_what_its_formula_says() -> None:
    from models.training.same_point import same_point_loss

    vectors = torch.tensor([[1.0, 0.0], [0.0, 1.0], [1.0, 0.0]])
    # Two texts of "a" with cosine 1; the other lies at cosine 0 of both. Temperature 0.5.
    expected = -(2.0 - np.log(np.exp(2.0) + np.exp(0.0)))
    assert same_point_loss(vectors, ["a", "b", "a"], 0.5).item() == pytest.approx(expected)


def test_texts_of_one_point_are_drawn_together() -> None:
    from models.training.same_point import same_point_loss

    rows = torch.randn(6, 8, generator=torch.Generator().manual_seed(0))
    rows = torch.nn.Parameter(rows)
    labels = ["a", "a", "b", "b", "c", "c"]
    before = torch.nn.functional.normalize(rows.detach(), dim=1)
    optimiser = torch.optim.SGD([rows], lr=1.0)
    for _ in range(40):
        optimiser.zero_grad()
        vectors = torch.nn.functional.normalize(rows, dim=1)
        torch.autograd.backward(same_point_loss(vectors, labels, 0.1))
        optimiser.step()
    after = torch.nn.functional.normalize(rows.detach(), dim=1)
    for one, other in ((0, 1), (2, 3), (4, 5)):
        own = after[one] @ after[other]
        assert own > before[one] @ before[other] + 0.2
        others = [row for row in range(6) if row not in {one, other}]
        assert own > (after[one] @ after[others].T).max() + 0.3


def test_likeness_that_only_changes_its_scale_is_no_loss() -> None:
    from models.training.same_point import likeness_loss

    before = torch.nn.functional.normalize(
        torch.tensor([[1.0, 0.0, 0.0], [1.0, 0.2, 0.0], [1.0, 0.0, 0.4], [1.0, 0.5, 0.5]]), dim=1
    )
    assert likeness_loss(before, before).item() == pytest.approx(0.0, abs=1e-6)
    turned = before[torch.tensor([3, 2, 0, 1])]
    assert likeness_loss(turned, before).item() > 0.1
