"""How well words, meaning and both find the arguments of a key point.

    python -m benchmarks.search ARGKP_FOLDER [--split train]

The arguments of all topics are one discussion; each key point, as people wrote it, is a question,
and right are the arguments that people matched with it. ``--read 0.4`` has the model read a part of
the arguments and estimates the rest, as in large discussions.
"""

from __future__ import annotations

import argparse
import csv
import tempfile
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models import Blend, load
from models.vectors import unit_rows
from synth.pipeline import import_files
from synth.search.semantic import mixed
from synth.search.semantic_index import penalty_of
from synth.store import Store, open_store

Rows = NDArray[np.float32]
FIRST, MANY = 10, 50
"""Results that are looked at: a screen, and as far as one would scroll."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Questions:
    """Key points and the arguments they stand for."""

    texts: Sequence[str]
    right: Sequence[frozenset[int]]
    """Rows of the arguments."""


def read_rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def questions(folder: Path, split: str, row_of: Mapping[str, int]) -> Questions:
    matched: dict[str, set[int]] = defaultdict(set)
    for row in read_rows(folder / f"labels_{split}.csv"):
        if row["label"] == "1":
            matched[row["key_point_id"]].add(row_of[row["arg_id"]])
    points = read_rows(folder / f"key_points_{split}.csv")
    asked = [point for point in points if matched[point["key_point_id"]]]
    return Questions(
        texts=[point["key_point"] for point in asked],
        right=[frozenset(matched[point["key_point_id"]]) for point in asked],
    )


def words(store: Store, row_of: Mapping[int, int], text: str, *, either: bool) -> Rows:
    """BM25 of every argument, 0 where none of the words is found."""
    scores = np.zeros(len(row_of), dtype=np.float32)
    for one in store.search.ranked(1, text, either=either):
        scores[row_of[one.message_id]] = max(one.score, 1e-6)
    return scores


def fused(meant: Rows, worded: Rows, k: int = 10) -> Rows:
    """Reciprocal rank fusion, for comparison."""
    ranks = [np.argsort(np.argsort(-scores, kind="stable")) for scores in (meant, worded)]
    found = 1 / (k + 1 + ranks[0]) + np.where(worded > 0, 1 / (k + 1 + ranks[1]), 0)
    return np.asarray(found, dtype=np.float32)


def figures(scores: Sequence[Rows], asked: Questions) -> str:
    """Precision at 10, recall at 50, and nDCG at 10, in percent."""
    found = []
    for score, right in zip(scores, asked.right, strict=True):
        order = [row for row in np.argsort(-score, kind="stable").tolist() if score[row] != 0]
        hits = np.array([row in right for row in order[:MANY]] + [False] * MANY)[:MANY]
        gain = 1 / np.log2(np.arange(FIRST) + 2)
        best = gain[: min(FIRST, len(right))].sum()
        found.append(
            (
                hits[:FIRST].mean(),
                hits.sum() / min(MANY, len(right)),
                (hits[:FIRST] * gain).sum() / best,
            )
        )
    return " | ".join(f"{100 * value:.1f}" for value in np.mean(found, axis=0))


def estimated(vectors: Rows, texts: Sequence[str], share: float) -> tuple[Rows, Rows]:
    """The vectors as if a share had been read, and what is taken off each cosine."""
    is_read = np.random.default_rng(0).random(len(texts)) < share
    known = np.where(is_read[:, None], vectors, 0).astype(np.float32)
    blend = Blend().fit(known, texts, is_known=is_read)
    guessed, _ = blend.transform(known, texts, is_known=is_read)
    return guessed, np.where(is_read, 0, penalty_of(vectors[is_read])).astype(np.float32)


def table(store: Store, asked: Questions, texts: Sequence[str], share: float) -> list[str]:
    row_of = {m.id: row for row, m in enumerate(store.messages.all(1))}
    embedder = load()
    vectors, points = embedder.encode(texts), embedder.encode(asked.texts)
    doubt = np.zeros(len(texts), dtype=np.float32)
    if share < 1:
        vectors, doubt = estimated(vectors, texts, share)
    meant = list(points @ vectors.T - doubt)
    centre = vectors.mean(axis=0)
    centred = list(unit_rows(points - centre) @ unit_rows(vectors - centre).T)
    every = [words(store, row_of, text, either=False) for text in asked.texts]
    some = [words(store, row_of, text, either=True) for text in asked.texts]
    pairs = list(zip(meant, some, strict=True))
    ways: dict[str, Sequence[Rows]] = {
        "words, all of them": every,
        "words, any of them": some,
        "meaning": meant,
        "meaning, centred": centred,
        "both, reciprocal rank fusion": [fused(m, w) for m, w in pairs],
        "both, standardised scores": [mixed(m, w) for m, w in pairs],
    }
    if share < 1:
        ways["meaning, estimates not doubted"] = list(points @ vectors.T)
    head = ["| way | right of 10 | of 50 found | nDCG@10 |", "|---|---|---|---|"]
    return head + [f"| {name} | {figures(scores, asked)} |" for name, scores in ways.items()]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("argkp", type=Path)
    parser.add_argument("--split", choices=("train", "dev"), default="train")
    parser.add_argument("--read", type=float, default=1.0)
    chosen = parser.parse_args()
    path = chosen.argkp / f"arguments_{chosen.split}.csv"
    rows = read_rows(path)
    texts = [row["argument"] for row in rows]
    asked = questions(chosen.argkp, chosen.split, {r["arg_id"]: n for n, r in enumerate(rows)})
    with tempfile.TemporaryDirectory() as folder, open_store(Path(folder) / "search.db") as store:
        import_files(store, store.discussions.add("Arguments").id, [path])
        if [m.text for m in store.messages.all(1)][:1] != [texts[0].strip()]:
            raise SystemExit("the import gave other texts than the file holds")
        print(f"{len(asked.texts)} key points, {len(texts)} arguments of the {chosen.split} split")
        print("\n".join(table(store, asked, texts, chosen.read)))


if __name__ == "__main__":
    main()
