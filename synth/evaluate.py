"""How well the ideas found agree with the ideas people coded.

Every score here is free of ``k``: it compares two partitions of the same items, whatever
their number of classes. An item that was left unplaced counts as alone in a class of its
own, so that declining to place is never rewarded.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from synth.errors import InputProblem

GOLD_COLUMNS = ("message_id", "idea")
PLACEMENT_COLUMNS = ("message_id", "idea_id", "weight")
IDEA_COLUMNS = ("idea_id", "parent_id")
LEAST_CLASS = 5
"""Scored items of a gold idea from which a tree is asked whether it has that idea."""

Parents = Mapping[str, str | None]
"""Idea → the idea above it, None for a top idea."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IdeaScores:
    """Agreement of one set of ideas with a gold coding of the same items."""

    n_items: int
    """Items scored: those with exactly one gold idea."""
    n_ideas: int
    """Distinct ideas among the scored items, unplaced items not counted."""
    n_gold: int
    share_placed: float
    """0..1 of the scored items."""
    ari: float
    """Adjusted Rand index (Hubert & Arabie 1985)."""
    ami: float
    """Adjusted mutual information (Vinh, Epps & Bailey 2010), arithmetic mean."""
    homogeneity: float
    completeness: float
    v_measure: float
    """Rosenberg & Hirschberg 2007."""
    bcubed_precision: float
    bcubed_recall: float
    bcubed_f1: float
    """Bagga & Baldwin 1998, averaged over items."""
    pair_precision: float
    """Of the pairs put together here, the share that people put together."""
    pair_recall: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeScores:
    """Agreement of a tree of ideas, at all its levels, with a gold coding of the same items."""

    n_nodes: int
    """Ideas of every level that hold a scored item."""
    n_classes: int
    """Gold ideas of :data:`LEAST_CLASS` scored items and more."""
    tree_f: float
    """F of Larsen & Aone (1999): for each of these gold ideas the best F1 with any idea of the
    tree, averaged by size; 0 where there is none."""
    best_level: int
    """The level, from 1 at the top, at which the ideas agree best. A leaf above it counts as
    it is."""
    best_level_f1: float
    """B-cubed F1 of that level."""
    best_level_ari: float
    """Adjusted Rand index of that level."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedPassage:
    """One row of ``placements.csv``; ``idea_id`` is None where the passage is unplaced."""

    message_id: str
    source_id: str
    idea_id: str | None
    weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacementScores:
    """The scores of a whole run against a gold file, and what could not be scored."""

    scores: IdeaScores
    tree: TreeScores | None
    """None where the tree of the run is not known."""
    n_several_gold: int
    """Messages that people coded under several ideas; they are left out."""
    n_not_in_run: int
    """Gold messages without any passage in the run; they count as unplaced."""


def _codes(labels: Sequence[Hashable | None]) -> NDArray[np.intp]:
    """Class number per item; every None is a class of its own."""
    codes: dict[Hashable, int] = {}
    row = np.empty(len(labels), dtype=np.intp)
    for item, label in enumerate(labels):
        key: Hashable = ("alone", item) if label is None else ("label", label)
        row[item] = codes.setdefault(key, len(codes))
    return row


def _share(part: float, whole: float) -> float:
    return part / whole if whole > 0 else 0.0


def score_labels(
    predicted: Sequence[Hashable | None], gold: Sequence[Hashable | None]
) -> IdeaScores:
    """Compare idea labels with gold labels of the same items.

    ``predicted[i]`` is None where item ``i`` is unplaced; items whose ``gold`` is None have
    no gold idea and are not scored. Raises ValueError when the lengths differ or no item
    has a gold idea.
    """
    if len(predicted) != len(gold):
        raise ValueError(f"{len(predicted)} predicted labels for {len(gold)} gold labels")
    scored = [item for item, label in enumerate(gold) if label is not None]
    if not scored:
        raise ValueError("no item has a gold idea")
    from sklearn.metrics import (
        adjusted_mutual_info_score,
        adjusted_rand_score,
        homogeneity_completeness_v_measure,
    )
    from sklearn.metrics.cluster import contingency_matrix, pair_confusion_matrix

    labels = [predicted[item] for item in scored]
    ours, theirs = _codes(labels), _codes([gold[item] for item in scored])
    n = len(scored)
    cells = contingency_matrix(ours, theirs, sparse=True).tocoo()
    precision = float((cells.data**2 / np.bincount(ours)[cells.row]).sum() / n)
    recall = float((cells.data**2 / np.bincount(theirs)[cells.col]).sum() / n)
    (_, only_ours), (only_gold, together) = pair_confusion_matrix(theirs, ours).tolist()
    homogeneity, completeness, v_measure = homogeneity_completeness_v_measure(theirs, ours)
    n_placed = sum(label is not None for label in labels)
    return IdeaScores(
        n_items=n,
        n_ideas=len({label for label in labels if label is not None}),
        n_gold=int(theirs.max()) + 1,
        share_placed=n_placed / n,
        ari=float(adjusted_rand_score(theirs, ours)),
        ami=float(adjusted_mutual_info_score(theirs, ours)),
        homogeneity=float(homogeneity),
        completeness=float(completeness),
        v_measure=float(v_measure),
        bcubed_precision=precision,
        bcubed_recall=recall,
        bcubed_f1=2 * precision * recall / (precision + recall),
        pair_precision=_share(together, together + only_ours),
        pair_recall=_share(together, together + only_gold),
    )


def score_tree(
    predicted: Sequence[str | None], parents: Parents, gold: Sequence[Hashable | None]
) -> TreeScores:
    """Compare a tree of ideas with gold labels of the same items, at every level.

    ``predicted[i]`` is the leaf idea of item ``i``, None where it is unplaced; ``parents`` names
    the idea above each idea. Items whose ``gold`` is None are not scored. Raises ValueError when
    the lengths differ, no item has a gold idea, or an idea is not in ``parents``.
    """
    if len(predicted) != len(gold):
        raise ValueError(f"{len(predicted)} predicted labels for {len(gold)} gold labels")
    scored = [item for item, label in enumerate(gold) if label is not None]
    labels = [gold[item] for item in scored]
    paths = [_path(predicted[item], parents) for item in scored]
    inside = Counter(node for path in paths for node in path)
    together = Counter(
        (node, label) for path, label in zip(paths, labels, strict=True) for node in path
    )
    sizes = {label: n for label, n in Counter(labels).items() if n >= LEAST_CLASS}
    best = dict.fromkeys(sizes, 0.0)
    for (node, label), common in together.items():
        if label in best:
            best[label] = max(best[label], 2 * common / (inside[node] + sizes[label]))
    levels = [
        score_labels([path[min(level, len(path)) - 1] if path else None for path in paths], labels)
        for level in range(1, max(map(len, paths), default=0) + 1)
    ] or [score_labels([None] * len(labels), labels)]
    level = max(range(len(levels)), key=lambda number: levels[number].bcubed_f1)
    return TreeScores(
        n_nodes=len(inside),
        n_classes=len(sizes),
        tree_f=_share(sum(best[label] * n for label, n in sizes.items()), sum(sizes.values())),
        best_level=level + 1,
        best_level_f1=levels[level].bcubed_f1,
        best_level_ari=levels[level].ari,
    )


def _path(idea: str | None, parents: Parents) -> list[str]:
    """The ideas from the top down to this one; none for an unplaced item."""
    path: list[str] = []
    while idea is not None:
        if idea not in parents:
            raise ValueError(f"idea {idea} is not among the ideas of the run")
        path.append(idea)
        idea = parents[idea]
    return path[::-1]


def idea_per_message(passages: Iterable[PlacedPassage]) -> dict[str, str | None]:
    """The idea with the largest total weight per message id; None where no passage is placed.

    Equal totals go to the idea that was met first, so the order of the rows decides.
    """
    totals: dict[str, dict[str, float]] = {}
    for passage in passages:
        of_message = totals.setdefault(passage.message_id, {})
        if passage.idea_id is not None:
            of_message[passage.idea_id] = of_message.get(passage.idea_id, 0.0) + passage.weight
    return {
        message: max(weights, key=weights.__getitem__) if weights else None
        for message, weights in totals.items()
    }


def _known_by(
    passages: Sequence[PlacedPassage], gold: Mapping[str, frozenset[str]]
) -> Sequence[PlacedPassage]:
    """The passages keyed as the gold file keys them: by our message id or the export's id."""
    ours = {passage.message_id for passage in passages}
    theirs = {passage.source_id for passage in passages}
    if len(gold.keys() & theirs) <= len(gold.keys() & ours):
        return passages
    return [replace(passage, message_id=passage.source_id) for passage in passages]


def score_placements(
    passages: Sequence[PlacedPassage],
    gold: Mapping[str, frozenset[str]],
    parents: Parents | None = None,
) -> PlacementScores:
    """Score the placements of a run, and its tree where it is known, against gold ideas.

    Keys of ``gold`` are message ids of the run or ids of the export, whichever match more.
    A message with several passages gets the idea with the largest total weight. Raises
    ValueError when no gold message is in the run or none has exactly one idea.
    """
    placed = idea_per_message(_known_by(passages, gold))
    if not gold.keys() & placed.keys():
        raise ValueError("no message of the gold file is in the placements")
    single = {message: next(iter(ideas)) for message, ideas in gold.items() if len(ideas) == 1}
    predicted = [placed.get(message) for message in single]
    labels = list(single.values())
    return PlacementScores(
        scores=score_labels(predicted, labels),
        tree=None if parents is None else score_tree(predicted, parents, labels),
        n_several_gold=sum(len(ideas) > 1 for ideas in gold.values()),
        n_not_in_run=sum(message not in placed for message in gold),
    )


def _rows(path: Path, needed: Sequence[str]) -> Iterable[tuple[int, dict[str, str]]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            missing = [name for name in needed if name not in (reader.fieldnames or ())]
            if missing:
                raise InputProblem(
                    str(path),
                    f"no column {', '.join(missing)}",
                    position="line 1",
                    remedy=f"give a header row with {', '.join(needed)}",
                )
            for row in reader:
                yield reader.line_num, row
    except OSError as error:
        raise InputProblem(
            str(path), error.strerror or "cannot be read", remedy="check the path"
        ) from error
    except UnicodeDecodeError as error:
        raise InputProblem(str(path), "not UTF-8", remedy="save it as UTF-8") from error


def read_placements(path: Path) -> list[PlacedPassage]:
    """Read ``placements.csv`` as a run writes it. Raises InputProblem."""
    passages = []
    for line, row in _rows(path, PLACEMENT_COLUMNS):
        try:
            weight = float(row["weight"])
        except (TypeError, ValueError) as error:
            raise InputProblem(
                str(path),
                f"weight {row['weight']!r} is not a number",
                position=f"line {line}",
                remedy="give a number from 0 to 1",
            ) from error
        passages.append(
            PlacedPassage(
                message_id=row["message_id"],
                source_id=row.get("source_id") or row["message_id"],
                idea_id=row["idea_id"] or None,
                weight=weight,
            )
        )
    return passages


def read_parents(path: Path) -> dict[str, str | None]:
    """Read the tree from ``ideas.csv`` as a run writes it, parents before their sub-ideas.

    Raises InputProblem, also for an idea whose parent does not stand above it.
    """
    parents: dict[str, str | None] = {}
    for line, row in _rows(path, IDEA_COLUMNS):
        above = row["parent_id"] or None
        if above is not None and above not in parents:
            raise InputProblem(
                str(path),
                f"the parent of idea {row['idea_id']}, {above}, does not stand above it",
                position=f"line {line}",
                remedy="use the file as the run wrote it",
            )
        parents[row["idea_id"]] = above
    return parents


def read_gold(path: Path) -> dict[str, frozenset[str]]:
    """Read a gold coding, CSV with ``message_id,idea``; a message may have several rows.

    Rows without an idea are skipped. Raises InputProblem, also when nothing is coded.
    """
    gold: dict[str, set[str]] = {}
    for line, row in _rows(path, GOLD_COLUMNS):
        if not row["message_id"]:
            raise InputProblem(
                str(path), "no message_id", position=f"line {line}", remedy="fill in the id"
            )
        if row["idea"]:
            gold.setdefault(row["message_id"], set()).add(row["idea"])
    if not gold:
        raise InputProblem(
            str(path), "no message is coded under an idea", remedy="fill in the column idea"
        )
    return {message: frozenset(ideas) for message, ideas in gold.items()}
