"""What training makes small: the same point apart, and likeness to each other lost."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch


def same_point_loss(
    vectors: torch.Tensor, labels: Sequence[str], temperature: float
) -> torch.Tensor:
    """Supervised contrastive loss (Khosla et al. 2020, arXiv:2004.11362, L_out).

    ``vectors`` (n, dim) unit rows; texts with one label are drawn together, all others of the
    call apart. Labels that only one text has are nothing but others.
    """
    itself = torch.eye(len(vectors), dtype=torch.bool)
    _, numbers = np.unique(np.asarray(labels), return_inverse=True)
    number = torch.from_numpy(numbers)
    same = (number[:, None] == number[None, :]) & ~itself
    likeness = (vectors @ vectors.T / temperature).masked_fill(itself, -1e9)
    share = likeness - torch.logsumexp(likeness, dim=1, keepdim=True)
    n_same = same.sum(dim=1)
    counted = n_same > 0
    per_text = -(share * same).sum(dim=1)[counted] / n_same[counted]
    return per_text.mean()


def likeness_loss(vectors: torch.Tensor, before: torch.Tensor) -> torch.Tensor:
    """1 - Pearson's r of all pairs' cosines with those of the vectors ``before``.

    Relational distillation (Park et al. 2019, arXiv:1904.05068) by correlation, since cosines
    may take another scale: what was alike stays alike. Both (n, dim), unit rows.
    """
    rows, columns = torch.triu_indices(len(vectors), len(vectors), 1)
    now = (vectors @ vectors.T)[rows, columns]
    then = (before @ before.T)[rows, columns]
    now, then = now - now.mean(), then - then.mean()
    alike: torch.Tensor = (now * then).sum() / (now.norm() * then.norm() + 1e-9)
    return 1 - alike
