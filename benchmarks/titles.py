"""Whether a title says what people meant: it must find the key point among its topic's.

    python -m benchmarks.titles FOLDER [--split train|dev] [--found]

FOLDER holds the ArgKP-2021 files (``arguments_*.csv``, ``key_points_*.csv``, ``labels_*.csv``;
Bar-Haim et al. 2020). Arguments that match exactly one key point form one idea each; with
``--found`` the ideas are those that the program finds, and the key point of one is that of most
of its arguments. Each label is compared with the topic's key points by the cosine of
multilingual-e5-small; the table gives the mean reciprocal rank of the right one, on the vectors
as they are and after taking away the mean of each side (all of one topic's statements share
much). Beside ours: the four words that BERTopic (Grootendorst 2022) puts into a label, the same
without stop words, KeyBERT-like words chosen by maximal marginal relevance, and the passage
nearest the idea's centre.
"""

from __future__ import annotations

import argparse
import csv
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.e5 import E5Embedder
from synth.records import IdeaTree
from synth.titles import name_ideas

Vectors = NDArray[np.float32]

N_WORDS = 4
"""Words in a label of BERTopic."""
N_CONSIDERED = 30
"""Words and word pairs per idea that the KeyBERT-like label chooses from."""
DIVERSITY = 0.3


@dataclass(frozen=True, slots=True)
class Topic:
    """One debate: its arguments, the idea of each, and the key point each idea should find."""

    texts: list[str]
    vectors: Vectors
    tree: IdeaTree
    key_points: list[str]
    gold: list[int]
    """Per idea: row of its key point."""

    @property
    def groups(self) -> list[NDArray[np.intp]]:
        return [np.flatnonzero(self.tree.leaf == idea) for idea in range(len(self.gold))]


class Cached:
    """Encodes each text once."""

    def __init__(self) -> None:
        self._embedder = E5Embedder()
        self._vectors: dict[str, Vectors] = {}

    def __call__(self, texts: Sequence[str]) -> Vectors:
        new = [text for text in dict.fromkeys(texts) if text not in self._vectors]
        if new:
            self._vectors.update(zip(new, self._embedder.encode(new), strict=True))
        return np.array([self._vectors[text] for text in texts], np.float32)


def read_topics(folder: Path, split: str, encode: Cached, *, found: bool) -> Iterator[Topic]:
    """The debates of a split, with the ideas of the key points or the ideas found."""
    matches: dict[str, list[str]] = defaultdict(list)
    for row in _rows(folder / f"labels_{split}.csv"):
        if row["label"] == "1":
            matches[row["arg_id"]].append(row["key_point_id"])
    of_topic: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for row in _rows(folder / f"arguments_{split}.csv"):
        if len(matches[row["arg_id"]]) == 1:
            of_topic[row["topic"]].append((row["argument"], matches[row["arg_id"]][0]))
    points: dict[str, dict[str, str]] = defaultdict(dict)
    for row in _rows(folder / f"key_points_{split}.csv"):
        points[row["topic"]][row["key_point_id"]] = row["key_point"]
    for name, pairs in of_topic.items():
        texts = [text for text, _ in pairs]
        ids = list(points[name])
        point_of = np.array([ids.index(point) for _, point in pairs])
        vectors = encode(texts)
        tree, gold = _found(vectors, texts, point_of) if found else _given(point_of)
        yield Topic(texts, vectors, tree, list(points[name].values()), gold)


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines)


def _given(point_of: NDArray[np.intp]) -> tuple[IdeaTree, list[int]]:
    gold = [int(p) for p, n in enumerate(np.bincount(point_of)) if n >= 2]
    leaf = np.array([gold.index(p) if p in gold else -1 for p in point_of], np.int32)
    return _flat(leaf, len(gold)), gold


def _found(
    vectors: Vectors, texts: list[str], point_of: NDArray[np.intp]
) -> tuple[IdeaTree, list[int]]:
    from models import Blend
    from synth.ideas import find_ideas
    from synth.neighbours import similarity_graph

    _, middle = Blend().fit_transform(vectors, texts)
    tree = find_ideas(middle, similarity_graph(middle, seed=0), seed=0)
    ideas = sorted({int(idea) for idea in tree.leaf if idea >= 0})
    leaf = np.array([ideas.index(i) if i >= 0 else -1 for i in tree.leaf], np.int32)
    gold = [Counter(point_of[leaf == i].tolist()).most_common(1)[0][0] for i in range(len(ideas))]
    return _flat(leaf, len(ideas)), gold


def _flat(leaf: NDArray[np.int32], n_ideas: int) -> IdeaTree:
    return IdeaTree(
        parent=np.full(n_ideas, -1, np.int32),
        level=np.ones(n_ideas, np.int32),
        leaf=leaf,
        weight=(leaf >= 0).astype(np.float32),
        stability=np.ones(n_ideas, np.float32),
    )


def labels_of(topic: Topic, encode: Cached) -> dict[str, list[str]]:
    """Every kind of label, one per idea of the topic."""
    nobody: list[str | None] = [None] * len(topic.texts)
    english: list[str | None] = ["en"] * len(topic.texts)
    named = {
        how: name_ideas(
            topic.texts, topic.tree, topic.vectors, languages=english, authors=nobody, encode=by
        )
        for how, by in (("", encode), (", without encoder", None))
    }
    labels = {
        "c-TF-IDF, 4 words (BERTopic)": ["_".join(ws[:N_WORDS]) for ws in class_words(topic)],
        "c-TF-IDF, no stop words": [
            " ".join(ws[:N_WORDS]) for ws in class_words(topic, stop_words="english")
        ],
        "KeyBERT-like, MMR": keybert_labels(topic, encode),
        "most central passage": [
            topic.texts[rows[np.argmax(topic.vectors[rows] @ topic.vectors[rows].mean(axis=0))]]
            for rows in topic.groups
        ],
        "our keyphrases": [", ".join(name.keyphrases[:5]) for name in named[""]],
    }
    for how, names in named.items():
        labels[f"our title{how}"] = [name.title for name in names]
        labels[f"our title + 5 keyphrases{how}"] = [
            f"{name.title}. {', '.join(name.keyphrases[:5])}" for name in names
        ]
    return labels


def class_words(
    topic: Topic, *, stop_words: str | None = None, longest: int = 1
) -> list[list[str]]:
    """Words (or word sequences) of each idea by class-based tf-idf, best first."""
    from sklearn.feature_extraction.text import CountVectorizer

    counter = CountVectorizer(stop_words=stop_words, ngram_range=(1, longest))
    joined = [" ".join(topic.texts[row] for row in rows) for rows in topic.groups]
    counts = counter.fit_transform(joined).toarray().astype(float)
    frequency = counts / counts.sum(axis=1, keepdims=True)
    weights = frequency * np.log1p(counts.sum() / len(joined) / counts.sum(axis=0))
    names = counter.get_feature_names_out()
    return [[str(names[i]) for i in np.argsort(-row, kind="stable")[:30]] for row in weights]


def keybert_labels(topic: Topic, encode: Cached) -> list[str]:
    """Four words or pairs near the idea's centre and far from each other (MMR)."""
    labels = []
    words_of = class_words(topic, stop_words="english", longest=2)
    for words, rows in zip(words_of, topic.groups, strict=True):
        vectors = encode(words[:N_CONSIDERED])
        near = vectors @ topic.vectors[rows].mean(axis=0)
        chosen = [int(np.argmax(near))]
        while len(chosen) < min(N_WORDS, len(vectors)):
            alike = (vectors @ vectors[chosen].T).max(axis=1)
            value = (1 - DIVERSITY) * near - DIVERSITY * alike
            value[chosen] = -np.inf
            chosen.append(int(np.argmax(value)))
        labels.append(" ".join(words[i] for i in chosen))
    return labels


def reciprocal_ranks(
    labels: Sequence[str], topic: Topic, encode: Cached, *, without_mean: bool
) -> list[float]:
    """1 / rank of each idea's key point among the topic's, by cosine with the label."""
    asked, points = encode(labels), encode(topic.key_points)
    if without_mean:
        asked, points = asked - asked.mean(axis=0), points - points.mean(axis=0)
        points = points / np.linalg.norm(points, axis=1, keepdims=True)
    likeness = asked @ points.T
    return [
        1 / (1 + int((row > row[gold]).sum()))
        for row, gold in zip(likeness, topic.gold, strict=True)
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--split", choices=("train", "dev"), default="dev")
    parser.add_argument("--found", action="store_true", help="name the ideas that are found")
    options = parser.parse_args()
    encode = Cached()
    ranks: dict[str, list[list[float]]] = defaultdict(lambda: [[], []])
    for topic in read_topics(options.folder, options.split, encode, found=options.found):
        for kind, labels in labels_of(topic, encode).items():
            for column, without_mean in enumerate((False, True)):
                ranks[kind][column] += reciprocal_ranks(
                    labels, topic, encode, without_mean=without_mean
                )
    n_ideas = len(next(iter(ranks.values()))[0])
    print(f"| label ({options.split}, {n_ideas} ideas) | MRR | × plain | centred | × plain |")
    print("|---|---|---|---|---|")
    plain = [float(np.mean(column)) for column in next(iter(ranks.values()))]
    for kind, columns in ranks.items():
        cells = [
            (float(np.mean(c)), float(np.mean(c)) / p) for c, p in zip(columns, plain, strict=True)
        ]
        print(
            f"| {kind} | " + " | ".join(f"{mean:.3f} | {times:.2f}" for mean, times in cells) + " |"
        )


if __name__ == "__main__":
    main()
