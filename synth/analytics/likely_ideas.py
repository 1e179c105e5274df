"""Where a passage may belong: the ideas whose passages are most like it, and why."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.keyphrases import stem
from models.languages import primary
from models.vectors import unit_rows
from synth.analytics.explanation import Basis, words_of
from synth.store import Store
from synth.store.activity import Activity

SPOKEN_FOR_BY = 40
"""Passages of an idea, the best fit first, that its direction is the mean of."""
COMPARED_WORDS = 12
"""The same where words are compared."""
N_SHARED = 4
"""Words that are named as shared."""
_WORD = re.compile(r"[^\W_]{2,}")


@dataclass(frozen=True, slots=True, kw_only=True)
class IdeaSamples:
    """What passages are compared with; make it once for a map."""

    model: str | None
    """Key of the model that read the passages; None where none did."""
    mean: NDArray[np.float32]
    """(dim,) of all samples."""
    ideas: Sequence[int]
    """The leaf ideas that a direction is known of."""
    directions: NDArray[np.float32]
    """(n_ideas, dim) unit rows."""
    spoken_for: Mapping[int, Sequence[int]]
    """Leaf idea → passages that speak for it, the best fit first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LikelyIdea:
    idea_id: int
    likeness: float
    """0..1: the cosine of directions, or of weighted words."""
    basis: Basis
    shared: tuple[str, ...]
    """Words of the passage that are told most often there, as it writes them."""


def idea_samples(store: Store, discussion_id: int, activity: Activity) -> IdeaSamples:
    """The directions of the leaf ideas, as the model reads the passages that fit best."""
    spoken_for = _best_of_each(activity)
    model = store.vectors.model_of(discussion_id)
    wanted = [p for passages in spoken_for.values() for p in passages]
    found = {} if model is None else store.vectors.of_passages(wanted, model=model)
    if not found:
        nothing = np.empty((0, 0), dtype=np.float32)
        return IdeaSamples(
            model=None, mean=nothing[:0], ideas=(), directions=nothing, spoken_for=spoken_for
        )
    rows = np.frombuffer(b"".join(found.values()), dtype=np.float16).astype(np.float32)
    rows = rows.reshape(len(found), -1)
    mean = rows.mean(axis=0)
    at = {passage_id: row for row, passage_id in enumerate(found)}
    known = {idea: [at[p] for p in passages if p in at] for idea, passages in spoken_for.items()}
    ideas = [idea for idea, mine in known.items() if mine]
    means = np.vstack([rows[known[idea]].mean(axis=0) - mean for idea in ideas])
    return IdeaSamples(
        model=model, mean=mean, ideas=ideas, directions=unit_rows(means), spoken_for=spoken_for
    )


def _best_of_each(activity: Activity) -> dict[int, list[int]]:
    """Leaf idea → its passages that fit best."""
    found: dict[int, list[int]] = {}
    for row in np.lexsort((activity.passages, -activity.weights)).tolist():
        leaf = int(activity.leaves[row])
        there = found.setdefault(leaf, [])
        if leaf and len(there) < SPOKEN_FOR_BY:
            there.append(int(activity.passages[row]))
    found.pop(0, None)
    return found


def likely_ideas(
    store: Store, passage_id: int, samples: IdeaSamples, *, language: str | None
) -> list[LikelyIdea]:
    """The leaf ideas that a passage is most like, the likest first.

    By the model's vectors where it read the passage, else by the rare words they share. What is
    not like it at all is left out.
    """
    words = _by_words(store, passage_id, samples, language)
    found = None
    if samples.model is not None:
        found = store.vectors.of_passages([passage_id], model=samples.model).get(passage_id)
    if found is None:
        likeness = {idea: cosine for idea, (cosine, _) in words.items()}
    else:
        row = np.frombuffer(found, dtype=np.float16).astype(np.float32) - samples.mean
        cosines = samples.directions @ unit_rows(row[None])[0]
        likeness = dict(zip(samples.ideas, cosines.tolist(), strict=True))
    return [
        LikelyIdea(
            idea_id=idea,
            likeness=min(1.0, likeness[idea]),
            basis="words" if found is None else "vectors",
            shared=words[idea][1],
        )
        for idea in sorted(likeness, key=lambda i: (-likeness[i], i))
        if likeness[idea] > 0
    ]


def _by_words(
    store: Store, passage_id: int, samples: IdeaSamples, language: str | None
) -> dict[int, tuple[float, tuple[str, ...]]]:
    """Leaf idea → the cosine of its words with those of the passage, and the words they share."""
    tag = primary(language)
    of = {idea: ids[:COMPARED_WORDS] for idea, ids in samples.spoken_for.items()}
    texts = store.passages.texts([passage_id, *(p for ids in of.values() for p in ids)])
    written = {stem(word, tag): word for word in reversed(_WORD.findall(texts[passage_id]))}
    own = written.keys()
    bags = {
        idea: Counter(w for p in ids if p != passage_id for w in words_of(texts.get(p, ""), tag))
        for idea, ids in of.items()
    }
    n_with = Counter(word for bag in bags.values() for word in bag)
    worth = {word: math.log((len(bags) + 1) / n) for word, n in n_with.items()}
    size = math.sqrt(math.fsum(worth.get(word, 0.0) ** 2 for word in own)) or 1.0
    found = {}
    for idea, bag in bags.items():
        weight = {word: n * worth[word] for word, n in bag.items()}
        length = math.sqrt(math.fsum(w * w for w in weight.values())) or 1.0
        shared = sorted(own & bag.keys(), key=lambda word: (-weight[word], word))
        cosine = math.fsum(weight[word] * worth[word] for word in shared) / (size * length)
        telling = [written[word] for word in shared if len(word) > 3]
        found[idea] = (cosine, tuple(telling[:N_SHARED]))
    return found
