"""The cheap way to tell sides: a regression on frozen vectors of both texts and on a few words."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models import load
from models.sides import SIDES
from models.training.side_sources import Pair
from models.training.sides import all_texts, sources_of

N_DRAWS = 120
"""Batches of pairs, as the classifier reads them."""
WORDS = (
    r"d['’ ]accord|agree[ds]?|einverstanden|de acuerdo|d['’]acord",
    r"\b(pour|favorable|for|dafür|a favor)\b",
    r"\b(contre|against|dagegen|opposed|en contra)\b",
    r"\b(ne|n'|pas|not|no|non|nicht|nein|kein\w*|never|jamais|nunca)\b|n't",
    r"\b(oui|yes|ja|sí|si|exact\w*|absolu\w*|genau|tout à fait)\b",
    r"\b(mais|but|aber|pero|però|however|toutefois|cependant)\b",
    r"\?",
    r"!",
)


def fitted(data: Path) -> Callable[[Sequence[Pair]], NDArray[np.float64]]:
    """A logistic regression fitted on pairs drawn as for the classifier."""
    from sklearn.linear_model import LogisticRegression

    trained, _ = all_texts(data).parted()
    rng = np.random.default_rng(0)
    sources = sources_of(trained)
    drawn = [source.draw(rng, n) for _ in range(N_DRAWS) for source, n in sources.values()]
    pairs = [pair for some in drawn for pair in some]
    model = LogisticRegression(C=0.3, max_iter=2000)
    model.fit(features(pairs), [SIDES.index(pair.side) for pair in pairs])
    return lambda some: np.asarray(model.predict_proba(features(some)), np.float64)


def features(pairs: Sequence[Pair]) -> NDArray[np.float32]:
    """(n, 4 dim + words): both vectors, how far apart and how alike they are, and words."""
    texts = list(dict.fromkeys(t[:400] for pair in pairs for t in (pair.target, pair.text)))
    vectors = dict(zip(texts, load("e5-small").encode(texts), strict=True))
    target = np.stack([vectors[pair.target[:400]] for pair in pairs])
    text = np.stack([vectors[pair.text[:400]] for pair in pairs])
    said = [[_counts(pair.text), _counts(pair.target)] for pair in pairs]
    words = np.array(said, np.float32).reshape(len(pairs), -1)
    parts = [20 * target, 20 * text, 20 * np.abs(target - text), 400 * target * text, words]
    return np.hstack(parts).astype(np.float32)


def _counts(text: str) -> list[int]:
    beginning = text.casefold()[:300]
    return [min(2, len(re.findall(pattern, beginning))) for pattern in WORDS]
