"""What the trained adapter changes: ``python -m benchmarks.encoder``, before and after.

- Ideas: every set of ``benchmarks.ideas``, as our whole method finds them, from sentence vectors
  alone, and by Louvain on ten neighbours; and how well cosines tell pairs of texts with one gold
  idea from pairs with two (AUC).
- Pairs of ArgKP's and Perspectrum's split ``dev``, which training never sees.
- Between languages: our parallel points of the topics that are kept apart, each looked for
  among those of all topics (R@1).
- What else changes: neighbours, time, size.

``--adapter FILE`` looks at another adapter than the packaged one; ``--write`` puts the tables into
``docs/quality.md``.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.embedding import passages
from benchmarks.ideas import Scored, discussions
from benchmarks.ideas_data import Coded, Embedded, embed, read_cimt, vectors_of
from benchmarks.ideas_methods import louvain, ours, ours_unblended
from benchmarks.pages import DOCS, write_between_marks
from models.e5 import ADAPTER, CARD, SAME_POINT_CARD, E5Embedder
from models.training.sources import (
    LANGUAGES,
    Points,
    argkp,
    kept_apart,
    parallel_points,
    perspectrum,
)
from models.training.validation import between_languages, pair_auc, r_precision
from models.vectors import unit_rows
from models.weights import sha256

PAGE, MARK = DOCS / "quality.md", "encoder"
DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
N_NEIGHBOURS = 10
METHODS = {"ours": ours, "vectors alone": ours_unblended, "Louvain, 10 nearest": louvain}
Vectors = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """The encoder as it came, and with what it learned."""

    before: E5Embedder
    after: E5Embedder

    def both(self, measure: Callable[[E5Embedder], float]) -> str:
        return _arrow(measure(self.before), measure(self.after))


def with_adapter(adapter: Path) -> Compared:
    card = replace(SAME_POINT_CARD, adapter_sha256=sha256(adapter))
    return Compared(before=E5Embedder(card=CARD), after=E5Embedder(card=card, adapter=adapter))


def of_ideas(models: Compared, sets: Sequence[tuple[str, list[Coded]]]) -> list[str]:
    """One row for each set and method: leaves and tree, before and after."""
    lines = [
        "| set | pair AUC | method | ARI | B³ F1 | tree F | broad: tree F |",
        "|---|---|---|---|---|---|---|",
    ]
    for title, coded in sets:
        found = [[embed(one, model) for one in coded] for model in (models.before, models.after)]
        shown = f"{title} | {_arrow(*(_mean(map(_auc, read)) for read in found))}"
        for name, method in METHODS.items():
            scores = [[Scored.of(method(one), one.coded) for one in read] for read in found]
            cells = [
                _of_both(scores, lambda score: score.leaves.ari),
                _of_both(scores, lambda score: score.leaves.bcubed_f1),
                _of_both(scores, lambda score: score.tree.tree_f),
                _of_both(scores, lambda score: score.broad.tree_f if score.broad else None),
            ]
            lines.append(f"| {shown} | {name} | {' | '.join(cells)} |")
            print(lines[-1], flush=True)
            shown = " | "
    return lines


def _of_both(scores: Sequence[Sequence[Scored]], value: Callable[[Scored], float | None]) -> str:
    known = [[one for score in some if (one := value(score)) is not None] for some in scores]
    return _arrow(*map(_mean, known)) if all(known) else ""


def of_pairs(models: Compared, data: Path) -> list[str]:
    """Texts that make the same point, in the splits that training does not see."""
    topics = argkp(data / "argkp", "dev")
    claims = perspectrum(data / "perspectrum", "dev")
    together = {f"{claim}\t{p}": said for claim, ps in claims.items() for p, said in ps.items()}
    lines = ["| the same point, split dev | pair AUC | R-precision |", "|---|---|---|"]
    for title, parts in (
        ("ArgKP, each topic a discussion", list(topics.values())),
        ("Perspectrum, each claim a discussion", [ps for ps in claims.values() if len(ps) > 1]),
        ("Perspectrum, all claims one discussion", [together]),
    ):
        scores = [
            models.both(partial(_score, measure, parts)) for measure in (pair_auc, r_precision)
        ]
        lines.append(f"| {title} | {' | '.join(scores)} |")
    return lines


def _score(
    measure: Callable[[Vectors, Sequence[str]], float], parts: Sequence[Points], model: E5Embedder
) -> float:
    found = []
    for points in parts:
        texts = [text for said in points.values() for text in said]
        gold = [point for point, said in points.items() for _ in said]
        found.append(measure(vectors_of(texts, model), gold))
    return _mean(found)


def of_languages(models: Compared) -> list[str]:
    """R@1 from each language (row) to each other (column) over the topics kept apart."""
    topics = parallel_points()
    asked = kept_apart(topics, 5)
    found = [
        between_languages(partial(vectors_of, model=model), topics, asked)
        for model in (models.before, models.after)
    ]
    n_asked = sum(len(topics[topic]) for topic in asked)
    n_all = sum(len(points) for points in topics.values())
    means = _arrow(*(_mean(one.values()) for one in found))
    lines = [
        f"{n_asked} points of {len(asked)} topics kept apart, looked for among {n_all}: "
        f"R@1 {means}, mean over the pairs of languages.",
        "",
        f"| from \\ to | {' | '.join(LANGUAGES)} |",
        "|---" * (1 + len(LANGUAGES)) + "|",
    ]
    for one in LANGUAGES:
        cells = [
            _arrow(*(scores[one, other] for scores in found)) if one != other else ""
            for other in LANGUAGES
        ]
        lines.append(f"| {one} | {' | '.join(cells)} |")
    return lines


def of_the_rest(models: Compared, adapter: Path, texts: Sequence[str]) -> list[str]:
    """How much else changes: neighbours of ``texts``, time and size."""
    near = [_nearest(vectors_of(texts, model)) for model in (models.before, models.after)]
    kept = _mean(len(set(a) & set(b)) / N_NEIGHBOURS for a, b in zip(*near, strict=True))
    some = passages(400, n_words=25)
    seconds: dict[str, list[float]] = {"before": [], "after": []}
    for _ in range(5):
        for name, model in (("before", models.before), ("after", models.after)):
            began = time.process_time()
            model.encode(some)
            seconds[name].append(time.process_time() - began)
    ratio = min(seconds["after"]) / min(seconds["before"])
    return [
        f"- Of the {N_NEIGHBOURS} nearest neighbours of a contribution of CIMT Ottensen, "
        f"{kept:.0%} are the same.",
        f"- A vector takes {ratio:.2f} times as long (best of 5, in turn, one run).",
        f"- The adapter has {adapter.stat().st_size / 1e6:.1f} MB; the converted model is as large "
        "as before.",
    ]


def _nearest(vectors: Vectors) -> list[list[int]]:
    centred = unit_rows(vectors - vectors.mean(axis=0))
    likeness = centred @ centred.T
    np.fill_diagonal(likeness, -np.inf)
    rows: list[list[int]] = np.argsort(-likeness, axis=1)[:, :N_NEIGHBOURS].tolist()
    return rows


def _auc(read: Embedded) -> float:
    rows = [row for row, gold in enumerate(read.coded.gold) if gold is not None]
    return pair_auc(read.whole[rows], [str(read.coded.gold[row]) for row in rows])


def _mean(values: Iterable[float]) -> float:
    return float(np.mean(list(values)))


def _arrow(before: float, after: float) -> str:
    return f"{before:.3f} → {after:.3f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--adapter", type=Path, default=ADAPTER)
    parser.add_argument("--write", action="store_true", help="update docs/quality.md")
    options = parser.parse_args()
    models = with_adapter(options.adapter)
    rest = of_the_rest(models, options.adapter, read_cimt(options.data / "cimt-de")[0].texts)
    parts = [of_pairs(models, options.data), of_languages(models), rest]
    print("\n\n".join("\n".join(part) for part in parts), flush=True)
    sets = [(title, read(at)) for title, (at, read) in discussions(options.data).items()]
    parts.insert(0, of_ideas(models, sets))
    if options.write:
        text = "\n\n".join("\n".join(part) for part in parts)
        write_between_marks(PAGE, MARK, f"\n{text}\n")


if __name__ == "__main__":
    main()
