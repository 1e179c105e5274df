"""Which changes of a form letter are still recognised, and what a campaign does to the ideas.

    python -m benchmarks.repetition [--data FOLDER] [--topics 28] [--write]

The changes are made up (``benchmarks.repetition_data``). The campaign goes into the debates of
ArgKP-2021: for each topic an argument of twelve words or more is posted again, changed as signers
change it, until 30 % of all texts are copies; everybody else's arguments are scored.
"""

from __future__ import annotations

import argparse
import random
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.ideas_data import Coded, read_argkp, vectors_of
from benchmarks.pages import DOCS, write_between_marks
from benchmarks.repetition_data import CHANGES, WORDINGS, several
from models import Blend
from models.text_counts import counted
from synth.clustering import Authorship, Copied, Options, find_ideas
from synth.clustering.assignment import place
from synth.duplicates import Repetition, find_repetition
from synth.embedding.knn_graph import similarity_graph
from synth.embedding.space import centred, fit_blend
from synth.embedding.vectors import ReadTexts
from synth.evaluate import score_labels

ROOT = Path(__file__).resolve().parent.parent
PAGE = DOCS / "quality.md"
TRIES = 20
SHARE = 0.3
"""Of all texts that are copies."""
Leaves = NDArray[np.int32]


def recognised() -> list[str]:
    """Share of changed letters that are found to be copies, and of opposites that are not."""
    lines = ["| change | English | French |", "|---|---|---|"]
    for name in (*CHANGES, "one to three of these"):
        shares = []
        for wording in WORDINGS.values():
            chance = random.Random(0)
            change = CHANGES.get(name, several)
            found = [
                _are_copies(letter, change(letter, wording, chance))
                for letter in wording.letters
                for _ in range(TRIES)
            ]
            shares.append(f"{np.mean(found):.0%}")
        lines.append(f"| {name} | {' | '.join(shares)} |")
    wrong = [
        f"{np.mean([_are_copies(*pair) for pair in wording.opposites]):.0%}"
        for wording in WORDINGS.values()
    ]
    return [*lines, f"| another number, side or thing (should be 0) | {' | '.join(wrong)} |"]


def _are_copies(one: str, other: str) -> bool:
    found = _repetition([one, other]).passages.group
    return bool(found[0] == found[1])


def _repetition(texts: Sequence[str]) -> Repetition:
    rows = np.arange(len(texts))
    return find_repetition(texts, messages=rows, voices=rows)


def counted_each(texts: Sequence[str], vectors: NDArray[np.float32]) -> Leaves:
    """Every copy counts; only the very same words are searched once."""
    first: dict[str, int] = {}
    same = np.array([first.setdefault(text, row) for row, text in enumerate(texts)])
    middle = centred(Blend().fit_transform(vectors, texts)[1], ["en"] * len(texts))
    return _leaves(middle, same)


def hung_on_the_first(texts: Sequence[str], vectors: NDArray[np.float32]) -> Leaves:
    """Near copies hang on the first of them in the graph, and count."""
    middle = centred(Blend().fit_transform(vectors, texts)[1], ["en"] * len(texts))
    return _leaves(middle, _repetition(texts).passages.group)


def _leaves(middle: NDArray[np.float32], same: NDArray[np.intp]) -> Leaves:
    # Equal vectors are copies to the graph: each gets that of the first.
    graph = similarity_graph(middle[same])
    return place(middle, find_ideas(middle, graph, options=Options(n_resamplings=0))).leaf


def counted_once(texts: Sequence[str], vectors: NDArray[np.float32]) -> Leaves:
    """As ``synth.pipeline`` does it: a text counts once, its copies go where it goes."""
    repetition = _repetition(texts)
    leader = repetition.passages.group
    everything = np.ones(len(texts), dtype=np.bool_)
    read = ReadTexts(texts=counted(texts), vectors=vectors, is_read=everything)
    _, _, blended = fit_blend(read, repetition.passages.group)
    once, which = np.unique(leader, return_inverse=True)
    middle = centred(blended[once], ["en"] * len(once))
    again = np.flatnonzero(leader != np.arange(len(texts)))
    copied = Copied(row=which[again], messages=again, voices=again)
    graph = similarity_graph(middle)
    written = Authorship(messages=once, voices=once, copied=copied)
    tree = find_ideas(middle, graph, authorship=written, options=Options(n_resamplings=0))
    is_vouched = np.isin(once, leader[again])
    return place(middle, tree, messages=once, is_vouched=is_vouched).leaf[which]


METHODS: Mapping[str, Callable[[Sequence[str], NDArray[np.float32]], Leaves]] = {
    "every copy counts": counted_each,
    "copies hang on the first": hung_on_the_first,
    "**a text counts once**": counted_once,
}


def campaigns(topics: Sequence[Coded]) -> list[str]:
    """ARI with people's coding, without and with the campaign, and between these two."""
    from sklearn.metrics import adjusted_rand_score

    scores: defaultdict[str, list[tuple[float, float, float, float]]] = defaultdict(list)
    for number, topic in enumerate(topics):
        n, texts = len(topic.texts), _with_campaign(topic, random.Random(number))
        vectors = vectors_of(texts)
        for name, method in METHODS.items():
            before, after = method(topic.texts, vectors[:n]), method(texts, vectors)
            together = np.bincount(after[n:] + 1).max() / (len(texts) - n)
            scores[name].append(
                (
                    _ari(before, topic),
                    _ari(after[:n], topic),
                    float(adjusted_rand_score(before, after[:n])),
                    float(together),
                )
            )
    lines = [
        "| method | ARI without | ARI with the campaign | the same ideas (ARI) | copies together |",
        "|---|---|---|---|---|",
    ]
    for name, rows in scores.items():
        without, with_it, same, together = np.mean(rows, axis=0)
        lines.append(f"| {name} | {without:.3f} | {with_it:.3f} | {same:.3f} | {together:.0%} |")
    return lines


def _with_campaign(topic: Coded, chance: random.Random) -> list[str]:
    letter = chance.choice([text for text in topic.texts if len(text.split()) >= 12])
    n_copies = round(len(topic.texts) * SHARE / (1 - SHARE))
    return [
        *topic.texts,
        *(several(letter, WORDINGS["en"], chance) for _ in range(n_copies)),
    ]


def _ari(leaf: Leaves, topic: Coded) -> float:
    labels = [int(row) if row >= 0 else None for row in leaf[: len(topic.texts)]]
    return score_labels(labels, topic.gold).ari


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--topics", type=int, default=28, help="of ArgKP, dev first")
    parser.add_argument("--write", action="store_true", help="update docs/quality.md")
    chosen = parser.parse_args()
    begun = time.perf_counter()
    tables = {"repetition": recognised()}
    folder = chosen.data / "argkp"
    if folder.is_dir():
        topics = [*read_argkp(folder, "dev"), *read_argkp(folder, "train")][: chosen.topics]
        tables["campaigns"] = campaigns(topics)
    else:
        print("ArgKP is not there: the campaigns are left out")
    for mark, lines in tables.items():
        print("\n".join(lines), flush=True)
        if chosen.write:
            write_between_marks(PAGE, mark, "\n".join(lines))
    print(f"{time.perf_counter() - begun:.0f} s")


if __name__ == "__main__":
    main()
