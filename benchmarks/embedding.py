"""What the default model costs and loses: ``python benchmarks/embedding.py``.

Prints passages per second for texts of 10, 40 and 120 words, how far 8-bit products are
from floating point, and, where the ArgKP data lies beside the checkout, how well groups of
nearest neighbours match the key points people found (ARI), for each kind of vector.
"""

from __future__ import annotations

import csv
import resource
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import models
from models.e5 import E5Embedder, converted, packaged_weights
from synth.evaluate import score_labels

Vectors = NDArray[np.float32]

ARGKP = Path(__file__).resolve().parents[2] / "shared" / "data" / "argkp"
TEXT = """
the city should open more of its streets to people on foot because noise and fumes keep families
away while shops near quiet squares say that visitors stay longer and spend more although
deliveries must still reach every door before noon and nobody wants detours
"""
N_NEIGHBOURS, SEEDS = 10, (0, 1, 2)


def main() -> None:
    embedder, exact = E5Embedder(), E5Embedder(precision="float32")
    started = time.perf_counter()
    converted(packaged_weights())
    print(f"conversion {time.perf_counter() - started:.1f} s")
    speed(embedder)
    texts = [*passages(400, n_words=25), *passages(100, n_words=60)]
    cosines = (embedder.encode(texts) * exact.encode(texts)).sum(axis=1)
    print(f"cosine with floating point: mean {cosines.mean():.4f}, least {cosines.min():.4f}")
    if ARGKP.is_dir():
        agreement(embedder, exact)
    else:
        print("ArgKP is not there: agreement with people was left out")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory {peak:.0f} MB")


def passages(count: int, *, n_words: int) -> list[str]:
    rng = np.random.default_rng(n_words)
    return [" ".join(rng.choice(TEXT.split(), n_words)) for _ in range(count)]


def speed(embedder: models.Embedder) -> None:
    embedder.encode(passages(8, n_words=10))
    for n_words, count in ((10, 1000), (40, 400), (120, 150)):
        texts = passages(count, n_words=n_words)
        wall, cpu = time.perf_counter(), time.process_time()
        embedder.encode(texts)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        print(f"{n_words} words: {count / wall:.0f}/s, {count / cpu:.0f} per processor second")


def agreement(embedder: models.Embedder, exact: models.Embedder) -> None:
    for split in ("dev", "train"):
        found = list(topics(split))
        texts = [text for topic, _ in found for text in topic]
        encoded = {"8 bits": embedder.encode(texts)}
        if split == "dev":
            encoded["floating point"] = exact.encode(texts)
        scores: dict[str, list[float]] = defaultdict(list)
        start = 0
        for topic, labels in found:
            rows = slice(start, start + len(topic))
            start += len(topic)
            for name, vectors in encoded.items():
                scores[name].append(ari(vectors[rows], labels))
            _, blended = models.Blend().fit_transform(encoded["8 bits"][rows], topic)
            scores["blend"].append(ari(blended, labels))
            scores["draft"].append(ari(models.load("draft").encode(topic), labels))
        for name, values in scores.items():
            print(f"ArgKP {split}, {name}: ARI {np.mean(values):.3f}")


def topics(split: str) -> Iterator[tuple[list[str], list[str | None]]]:
    """The arguments of each topic, and the key point of those that match exactly one."""
    matches: dict[str, list[str]] = defaultdict(list)
    for row in _rows(f"labels_{split}.csv"):
        if row["label"] == "1":
            matches[row["arg_id"]].append(row["key_point_id"])
    by_topic: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in _rows(f"arguments_{split}.csv"):
        by_topic[row["topic"]].append(row)
    for rows in by_topic.values():
        found = [matches[row["arg_id"]] for row in rows]
        labels = [keys[0] if len(keys) == 1 else None for keys in found]
        yield [row["argument"] for row in rows], labels


def _rows(name: str) -> list[dict[str, str]]:
    with (ARGKP / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def ari(vectors: Vectors, labels: list[str | None]) -> float:
    """Louvain on the graph of nearest neighbours, scored where there is one key point."""
    from scipy.sparse import csr_matrix
    from sknetwork.clustering import Louvain

    likeness = vectors @ vectors.T
    np.fill_diagonal(likeness, -np.inf)
    nearest = np.argsort(-likeness, axis=1, kind="stable")[:, :N_NEIGHBOURS]
    rows = np.repeat(np.arange(len(vectors)), nearest.shape[1])
    weights = np.maximum(likeness[rows, nearest.ravel()], 1e-6)
    graph = csr_matrix((weights, (rows, nearest.ravel())), shape=likeness.shape)
    graph = graph.maximum(graph.T)
    found = (Louvain(random_state=seed, shuffle_nodes=True).fit_predict(graph) for seed in SEEDS)
    return float(np.mean([score_labels(groups.tolist(), labels).ari for groups in found]))


if __name__ == "__main__":
    main()
