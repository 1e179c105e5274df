"""How characteristic each phrase is of each idea, from counts over every passage."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from models.keyphrases import MAX_CONTENT_WORDS, content_runs
from models.languages import primary
from models.vectors import membership, unit_rows
from synth.corpus import Corpus
from synth.titles.exemplars import Groups, Vectors

LENGTH_BONUS = 0.2
"""Each further word of a phrase adds this share to its score: longer phrases say more."""
IDEAS_AT_ONCE = 64
"""Ideas whose phrases are scored in one go: many ideas have many phrases, which few ideas use."""
SAID_BY_ONE = 0.6
"""Factor for a phrase of a single voice where other phrases have several."""


@dataclass(frozen=True, slots=True)
class PhraseTable:
    """Phrase keys, where they occur, and what the passages around them are about."""

    keys: list[str]
    row_of: dict[str, int]
    present: sparse.csr_matrix
    """(n_passages, n_phrases) 1 where the passage has the phrase."""
    meaning: Vectors
    """(n_phrases, dim) unit rows: mean centred vector of the passages that have the phrase."""
    total: Vectors
    """(n_phrases,) passages that have the phrase."""
    rarity: Vectors
    """(n_phrases,) inverse document frequency."""

    def columns(self, words: Collection[str]) -> list[int]:
        """Where the given keys stand, in alphabetical order; unknown ones are left out."""
        return [self.row_of[word] for word in sorted(words) if word in self.row_of]


def count_phrases(corpus: Corpus, keys: Collection[str], *, centred: Vectors) -> PhraseTable:
    """Find the phrases of ``keys`` in every text by their folded words (no tagging)."""
    ordered = sorted(set(keys))
    row_of = {key: row for row, key in enumerate(ordered)}
    longer = _beginnings(ordered)
    indices: list[int] = []
    indptr = [0]
    for text, language in zip(corpus.texts, corpus.languages, strict=True):
        grams = _grams(text, primary(language), longer)
        indices.extend(sorted({row_of[gram] for gram in grams if gram in row_of}))
        indptr.append(len(indices))
    present = sparse.csr_matrix(
        (np.ones(len(indices), np.float32), indices, indptr), shape=(len(corpus), len(ordered))
    )
    frequency = np.asarray(present.sum(axis=0), np.float32).ravel()
    return PhraseTable(
        keys=ordered,
        row_of=row_of,
        present=present,
        meaning=unit_rows(np.asarray(present.T @ centred, np.float32)),
        total=frequency,
        rarity=np.log1p(len(corpus) / np.maximum(frequency, 1)),
    )


def _beginnings(keys: Iterable[str]) -> set[str]:
    """What a longer key begins with: its first word, its first two, …"""
    begun: set[str] = set()
    for key in keys:
        words = key.split()
        begun.update(" ".join(words[:n]) for n in range(1, len(words)))
    return begun


def _grams(text: str, language: str, longer: Collection[str]) -> Iterator[str]:
    """Words in a row, further words being added only to what is in ``longer``."""
    for run in content_runs(text, language):
        for start, word in enumerate(run):
            gram = word
            yield gram
            for following in run[start + 1 : start + MAX_CONTENT_WORDS]:
                if gram not in longer:
                    break
                gram = f"{gram} {following}"
                yield gram


def score_phrases(
    groups: Groups, vocabulary: PhraseTable, voices: NDArray[np.float32]
) -> Iterator[NDArray[np.float64]]:
    """For each idea in turn, (n_phrases,) how characteristic each phrase is of it, else 0.

    Class-based tf-idf (Grootendorst 2022) against the siblings and the whole discussion, times
    the cosine between the phrase's passages, wherever they are, and the idea; a phrase of few
    voices counts less, one of several words a little more. ``voices`` as :func:`voices_using`
    counts them.
    """
    used = (groups.belongs @ vocabulary.present).tocsr()
    total = np.asarray(vocabulary.present.sum(axis=0), np.float64).ravel()
    n_tops = max(1, int((groups.parent < 0).sum()))
    n_siblings = np.array([len(groups.siblings(i)) + 1 for i in range(groups.n_ideas)])
    everywhere = _class_rarity(total[None], np.array([n_tops]))
    n_words = np.array([key.count(" ") + 1 for key in vocabulary.keys], np.float64)
    for start in range(0, groups.n_ideas, IDEAS_AT_ONCE):
        some = slice(start, start + IDEAS_AT_ONCE)
        inside = np.asarray(used[some].todense(), np.float64)
        parent, uses = groups.parent[some], voices[some]
        above = np.asarray(used[np.maximum(parent, 0)].todense(), np.float64)
        scope = np.where(parent[:, None] >= 0, above, total)
        frequency = inside / np.maximum(inside.sum(axis=1, keepdims=True), 1)
        rarity = everywhere + _class_rarity(scope, n_siblings[some])
        likeness = np.maximum(groups.directions[some] @ vocabulary.meaning.T, 0)
        n_speakers = uses.max(axis=1, initial=0)
        alone = np.where((uses < 2) & (n_speakers[:, None] > 2), SAID_BY_ONE, 1.0)
        scores = frequency * rarity * likeness * alone * uses / (uses + 1)
        yield from np.asarray(scores * (1 + LENGTH_BONUS * (n_words - 1)), np.float64)


def _class_rarity(totals: NDArray[np.float64], n_classes: NDArray[np.intp]) -> NDArray[np.float64]:
    """log(1 + mean words per class / occurrences of the phrase in all classes)."""
    per_class = totals.sum(axis=1) / n_classes
    return np.asarray(np.log1p(per_class[:, None] / np.maximum(totals, 1)), np.float64)


def voices_using(
    groups: Groups, vocabulary: PhraseTable, voices: NDArray[np.intp]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """(n_ideas, n_phrases) distinct voices that use the phrase inside the idea, and (n_ideas,)
    all voices of the idea. ``voices``: (n_passages,) who says each."""
    counts = np.zeros((groups.n_ideas, len(vocabulary.keys)), np.float32)
    n_voices = np.zeros(groups.n_ideas, np.float32)
    for idea, rows in enumerate(groups.members):
        if not len(rows):
            continue
        people, local = np.unique(voices[rows], return_inverse=True)
        uses = membership(local, len(people)) @ vocabulary.present[rows]
        counts[idea] = np.bincount(uses.indices, minlength=len(vocabulary.keys))
        n_voices[idea] = len(people)
    return counts, n_voices
