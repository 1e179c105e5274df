"""Our clusterers side by side: ``python -m benchmarks.clusterers``.

Prints two tables of ``docs/quality.md``; ``--write`` puts them there. The first: how well the ideas
of each clusterer agree with people's, over the codings of ``benchmarks.ideas``. The second: what
tells best which texts people put under no idea: arguments of ArgKP that match no key point, and
messages of the sample threads coded off topic. Told are our fit, on which the placing decides,
and HDBSCAN's outlier score (GLOSH; Campello et al. 2015), probability and soft membership, as
the area under the ROC curve, mean over discussions; .5 is chance.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.ideas import Scored, discussions  # noqa: E402
from benchmarks.ideas_data import Embedded, embed, read_argkp, read_samples  # noqa: E402
from benchmarks.ideas_methods import OTHERS, ours, space_of  # noqa: E402
from benchmarks.pages import DOCS, write_between_marks  # noqa: E402
from synth.clustering import Authorship, Options, find_ideas  # noqa: E402
from synth.clustering.algorithms import N_NEIGHBOURS, places_on_axes  # noqa: E402
from synth.clustering.assignment import fit_with_others, idea_centroids  # noqa: E402
from synth.clustering.cut import readable_leaves  # noqa: E402
from synth.clustering.linkage import smoothed  # noqa: E402
from synth.clustering.parts import Smoothed  # noqa: E402
from synth.embedding.knn_graph import similarity_graph  # noqa: E402
from synth.settings import ClustererName  # noqa: E402

PAGE = DOCS / "quality.md"
CLUSTERERS: Mapping[ClustererName, str] = {"linkage": "**linkage**", **OTHERS}


def rows_of(title: str, coded: Sequence[Embedded]) -> list[str]:
    """One row a clusterer: means over the discussions of a coding."""
    lines = []
    for name, words in CLUSTERERS.items():
        began = time.process_time()
        found = [ours(one, clusterer=name) for one in coded]
        seconds = (time.process_time() - began) / len(coded)
        scored = [Scored.of(one, of.coded) for one, of in zip(found, coded, strict=True)]
        broad = [score.broad.tree_f for score in scored if score.broad is not None]
        cells = [
            f"{np.mean([s.leaves.ari for s in scored]):.3f}",
            f"{np.mean([s.leaves.bcubed_f1 for s in scored]):.3f}",
            f"{np.mean([s.tree.tree_f for s in scored]):.3f}",
            f"{np.mean(broad):.3f}" if broad else "",
            f"{np.mean([s.leaves.share_placed for s in scored]):.0%}",
            f"{np.mean([s.leaves.n_ideas for s in scored]):.1f}",
            f"{seconds:.1f}",
        ]
        lines.append(f"| {title} | {words} | {' | '.join(cells)} |")
    return lines


def scores_of(one: Embedded) -> dict[str, NDArray[np.float64]]:
    """By the name of a score, how much each text of a discussion looks as if it stood under no
    idea."""
    from hdbscan import HDBSCAN, all_points_membership_vectors

    vectors, owner = space_of(one).vectors, one.owner
    graph = similarity_graph(vectors)
    passages = Smoothed(
        vectors=smoothed(vectors, graph), graph=graph, group=np.arange(len(owner)), seed=0
    )
    found: dict[str, NDArray[np.float64]] = {}
    for name in ("linkage", "hdbscan"):
        options = Options(clusterer=name, n_resamplings=0)
        written = Authorship(messages=owner, voices=owner)
        tree = find_ideas(vectors, graph, authorship=written, options=options)
        fit = fit_with_others(vectors, tree.leaf, owner).astype(np.float64)
        middle = idea_centroids(vectors, tree.leaf, len(tree.parent))
        found[f"fit with what others say in the idea, {name}"] = -fit
        own = np.einsum("ij,ij->i", vectors, middle[tree.leaf]).astype(np.float64)
        found[f"cosine with the whole idea, {name}"] = -own
    _, places = places_on_axes(passages)
    dense = HDBSCAN(
        min_cluster_size=max(2, readable_leaves(len(np.unique(owner))).min_messages),
        min_samples=N_NEIGHBOURS,
        cluster_selection_method="leaf",
        core_dist_n_jobs=1,
        prediction_data=True,
    ).fit(places)
    membership = np.nan_to_num(all_points_membership_vectors(dense).reshape(len(owner), -1))
    found["HDBSCAN's outlier score (GLOSH)"] = np.nan_to_num(dense.outlier_scores_)
    found["HDBSCAN's probability"] = 1.0 - dense.probabilities_
    found["HDBSCAN's highest soft membership"] = 1.0 - membership.max(axis=1)
    for name in ("linkage", "hdbscan"):
        looks = found[f"fit with what others say in the idea, {name}"]
        both = rankdata(looks) + rankdata(found["HDBSCAN's outlier score (GLOSH)"])
        found[f"fit, {name}, and outlier score, by ranks"] = both
    return {name: _least_of_text(score, one) for name, score in found.items()}


def _least_of_text(score: NDArray[np.float64], one: Embedded) -> NDArray[np.float64]:
    """(n_texts,) A text stands under none where all of its passages do."""
    least = np.full(len(one.coded.texts), np.inf)
    np.minimum.at(least, one.owner, score)
    return least


def area(score: NDArray[np.float64], is_true: NDArray[np.bool_]) -> float:
    """The area under the ROC curve: how often a true one has the higher score."""
    n_true = int(is_true.sum())
    rank = rankdata(score)[is_true].sum()
    return float((rank - n_true * (n_true + 1) / 2) / (n_true * int((~is_true).sum())))


def outlier_table(kinds: Mapping[str, Sequence[Embedded]]) -> list[str]:
    areas: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for kind, coded in kinds.items():
        for one in coded:
            is_true = np.array(one.coded.is_under_none)
            if is_true.any() and not is_true.all():
                for name, score in scores_of(one).items():
                    areas[name][kind].append(area(score, is_true))
    lines = [f"| what tells | {' | '.join(kinds)} |", f"|---|{'---|' * len(kinds)}"]
    for name, by_kind in areas.items():
        lines.append(f"| {name} | {' | '.join(f'{np.mean(by_kind[k]):.3f}' for k in kinds)} |")
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--only", nargs="+", metavar="WORDS", help="codings whose name holds them")
    parser.add_argument("--write", action="store_true", help="update docs/quality.md")
    options = parser.parse_args()
    head = [
        "coding",
        "clusterer",
        "ARI",
        "B³ F1",
        "tree F",
        "broad: tree F",
        "placed",
        "ideas",
        "s",
    ]
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    print("\n".join(lines))
    for title, (folder, read) in discussions(options.data).items():
        if options.only and not any(words in title for words in options.only):
            continue
        if not folder.is_dir():
            print(f"{title}: {folder.name} is not there, left out", file=sys.stderr)
            continue
        part = rows_of(title, [embed(coded) for coded in read(folder)])
        print("\n".join(part), flush=True)
        lines += part
    kinds = {
        "ArgKP train": read_argkp(options.data / "argkp", "train"),
        "ArgKP dev": read_argkp(options.data / "argkp", "dev"),
        "sample threads": read_samples(ROOT / "sample_threads"),
    }
    outliers = outlier_table({name: list(map(embed, coded)) for name, coded in kinds.items()})
    print("\n".join(["", *outliers]))
    if options.write and not options.only:
        write_between_marks(PAGE, "clusterers", "\n".join(["", *lines, ""]))
        write_between_marks(PAGE, "outliers", "\n".join(["", *outliers, ""]))


if __name__ == "__main__":
    main()
