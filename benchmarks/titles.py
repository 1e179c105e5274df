"""Whether a title says what people meant: it must find the key point among its topic's.

    python -m benchmarks.titles [--data FOLDER] [--split train|dev] [--on gold|found] [--write]

Reads ArgKP-2021 (Bar-Haim et al. 2020) and prints the tables of ``docs/quality.md``; ``--write``
puts them there. Arguments that match exactly one key point are grouped: ``gold`` by that key
point, ``found`` as the program finds ideas. A found idea is asked for where more than half of its
placed arguments have one key point. Each label is compared with all key points of its topic by the
cosine of multilingual-e5-small; the tables give the mean reciprocal rank of the right one, on the
vectors as they are and after the mean of each side is taken away (all statements on one topic
share much). BERTopic's own representations of the same groups stand beside ours where it is
installed: ``pip install bertopic``.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.pages import DOCS, write_between_marks  # noqa: E402
from benchmarks.titles_labels import Encode, Topic, Vectors, labels_of  # noqa: E402
from models.e5 import E5Embedder  # noqa: E402
from synth.records import IdeaTree  # noqa: E402

PAGE, MARK = DOCS / "quality.md", "titles"


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


def read_topics(folder: Path, split: str, encode: Encode, *, found: bool) -> Iterator[Topic]:
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
        tree = _found(vectors, texts) if found else _given(point_of)
        yield Topic(texts, vectors, tree, list(points[name].values()), _gold(tree, point_of))


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines)


def _given(point_of: NDArray[np.intp]) -> IdeaTree:
    """An idea for each key point with two arguments or more."""
    kept = [p for p, n in enumerate(np.bincount(point_of)) if n >= 2]
    leaf = np.array([kept.index(p) if p in kept else -1 for p in point_of], np.int32)
    return IdeaTree(
        parent=np.full(len(kept), -1, np.int32),
        level=np.ones(len(kept), np.int32),
        leaf=leaf,
        weight=(leaf >= 0).astype(np.float32),
        stability=np.ones(len(kept), np.float32),
    )


def _found(vectors: Vectors, texts: list[str]) -> IdeaTree:
    """As ``synth.pipeline`` finds them, sub-ideas and broader ones alike."""
    from models import Blend
    from synth.clustering import Authorship, Options, find_ideas
    from synth.clustering.assignment import place
    from synth.embedding.knn_graph import similarity_graph
    from synth.embedding.space import centred

    middle = centred(Blend(seed=0).fit_transform(vectors, texts)[1], ["en"] * len(texts))
    graph = similarity_graph(middle, seed=0)
    groups = np.arange(len(texts), dtype=np.intp)
    written = Authorship(messages=groups, voices=groups)
    return place(
        middle, find_ideas(middle, graph, authorship=written, options=Options(n_resamplings=0))
    )


def _gold(tree: IdeaTree, point_of: NDArray[np.intp]) -> dict[int, int]:
    """Leaf idea → the key point of more than half of its arguments."""
    gold: dict[int, int] = {}
    for idea in sorted({int(leaf) for leaf in tree.leaf if leaf >= 0}):
        points = Counter(point_of[tree.leaf == idea].tolist())
        point, n = points.most_common(1)[0]
        if 2 * n > points.total():
            gold[idea] = point
    return gold


def reciprocal_ranks(
    labels: Sequence[str], topic: Topic, encode: Encode, *, without_mean: bool
) -> list[float]:
    """1 / rank of each idea's key point among the topic's, by cosine with the label."""
    asked, points = encode([labels[idea] for idea in topic.gold]), encode(topic.key_points)
    if without_mean:
        asked, points = asked - asked.mean(axis=0), points - points.mean(axis=0)
        points = points / np.linalg.norm(points, axis=1, keepdims=True)
    likeness = asked @ points.T
    return [
        1 / (1 + int((row > row[gold]).sum()))
        for row, gold in zip(likeness, topic.gold.values(), strict=True)
    ]


def table(topics: Sequence[Topic], encode: Encode) -> list[str]:
    """One row per kind of label: both means, and how many times BERTopic's best label of four
    words it is in the same column."""
    ranks: dict[str, list[list[float]]] = defaultdict(lambda: [[], []])
    for topic in topics:
        for kind, labels in labels_of(topic, encode).items():
            for column, without_mean in enumerate((False, True)):
                ranks[kind][column] += reciprocal_ranks(
                    labels, topic, encode, without_mean=without_mean
                )
    means = {kind: [float(np.mean(c)) for c in columns] for kind, columns in ranks.items()}
    best = [
        max((m[column] for kind, m in means.items() if kind.endswith(" 4 words")), default=np.nan)
        for column in (0, 1)
    ]
    lines = ["| label | MRR | × BERTopic | centred | × BERTopic |", "|---|---|---|---|---|"]
    for kind, mean in means.items():
        cells = " | ".join(f"{m:.3f} | {m / b:.2f}" for m, b in zip(mean, best, strict=True))
        lines.append(f"| {kind} | {cells} |")
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data" / "argkp")
    parser.add_argument("--split", choices=("train", "dev"), action="append")
    parser.add_argument("--on", choices=("gold", "found"), action="append")
    parser.add_argument("--write", action="store_true", help="update docs/quality.md")
    options = parser.parse_args()
    if find_spec("bertopic") is None:
        if options.write:
            parser.error("without BERTopic there is nothing to compare with: pip install bertopic")
        print("BERTopic is not installed, left out: pip install bertopic", file=sys.stderr)
    encode = Cached()
    lines: list[str] = []
    for split in options.split or ("train", "dev"):
        for on in options.on or ("gold", "found"):
            topics = list(read_topics(options.data, split, encode, found=on == "found"))
            n_ideas = sum(len(topic.gold) for topic in topics)
            kind = "ideas of the key points" if on == "gold" else "ideas found"
            heading = f"### ArgKP-2021 {split}: {n_ideas} {kind}"
            part = [heading, "", *table(topics, encode), ""]
            print("\n".join(part), flush=True)
            lines += part
    if options.write:
        write_between_marks(PAGE, MARK, "\n".join(["", *lines]))


if __name__ == "__main__":
    main()
