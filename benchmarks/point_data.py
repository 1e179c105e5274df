"""Points that are looked for in discussions where they were left in or removed."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.ideas_data import imported, vectors_of
from models import split
from models.training.sources import LANGUAGES, kept_apart, parallel_points
from synth.passages import cut
from synth.pipeline import SAMPLES

Mask = NDArray[np.bool_]
ROOT = Path(__file__).resolve().parent.parent
QUESTIONS = Path(__file__).with_name("point_questions.csv")
N_CLAIMS = 60
_ONE_IN = 5
"""Of the topics of the parallel points, those that the encoder did not learn from."""


class Held(StrEnum):
    """What became of a point before it was asked for."""

    LEFT_IN = "left in"
    REMOVED = "removed"
    """All that say it."""
    ELSEWHERE = "elsewhere"
    """All about its topic, or it was asked in another discussion."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Discussion:
    """Passages that are looked through."""

    name: str
    texts: Sequence[str]
    languages: Sequence[str]
    messages: NDArray[np.int64]
    vectors: NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A text that is looked for."""

    text: str
    language: str
    fold: str
    """What is left out as a whole where something is fitted."""
    held: Held
    there: Mask
    """(n,) passages that are left."""
    right: Mask
    """(n,) those of them that say it."""


Asked = tuple[Discussion, Sequence[Question]]


def _discussion(
    name: str,
    texts: Sequence[str],
    languages: Sequence[str],
    messages: Sequence[int] | None = None,
) -> Discussion:
    return Discussion(
        name=name,
        texts=texts,
        languages=languages,
        messages=np.array(range(len(texts)) if messages is None else messages, dtype=np.int64),
        vectors=vectors_of(texts),
    )


def _asked(
    text: str, language: str, fold: str, *, there: Mask, says: Mask, unsure: Mask | None = None
) -> Iterator[Question]:
    """The text left in, where something else ``there`` says it, and removed.

    ``unsure``: what may say the same is removed too.
    """
    none = np.zeros_like(there)
    right = says & there
    removed = there & ~says if unsure is None else there & ~says & ~unsure
    for held, left, said in ((Held.LEFT_IN, there, right), (Held.REMOVED, removed, none)):
        if held is Held.REMOVED or right.any():
            yield Question(
                text=text, language=language, fold=fold, held=held, there=left, right=said
            )


def _elsewhere(text: str, language: str, fold: str, there: Mask) -> Question:
    return Question(
        text=text,
        language=language,
        fold=fold,
        held=Held.ELSEWHERE,
        there=there,
        right=np.zeros_like(there),
    )


def read_arguments(folder: Path, split_name: str) -> Iterator[Asked]:
    """Every topic of ArgKP: its arguments with one key point are looked for among the others."""
    marks: dict[str, dict[str, str]] = defaultdict(dict)
    for row in _csv(folder / f"labels_{split_name}.csv"):
        marks[row["arg_id"]][row["key_point_id"]] = row["label"]
    stance = {r["key_point_id"]: r["stance"] for r in _csv(folder / f"key_points_{split_name}.csv")}
    topics: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in _csv(folder / f"arguments_{split_name}.csv"):
        topics[row["topic"]].append(row)
    for topic, rows in topics.items():
        texts = [row["argument"] for row in rows]
        said = _discussion(topic, texts, ["en"] * len(rows))
        yield said, list(_arguments(rows, marks, stance))


def _arguments(
    rows: Sequence[Mapping[str, str]],
    marks: Mapping[str, Mapping[str, str]],
    stance: Mapping[str, str],
) -> Iterator[Question]:
    """Arguments that nobody decided about are removed with a key point: they may say it too."""
    for number, row in enumerate(rows):
        matched = [point for point, mark in marks[row["arg_id"]].items() if mark == "1"]
        if len(matched) != 1:
            continue
        point = matched[0]
        says = np.array([marks[other["arg_id"]].get(point) == "1" for other in rows])
        unsure = np.array(
            [
                point not in marks[other["arg_id"]] and other["stance"] == stance[point]
                for other in rows
            ]
        )
        there = np.arange(len(rows)) != number
        if (says & there).any():
            yield from _asked(
                row["argument"], "en", row["topic"], there=there, says=says, unsure=unsure
            )


def read_perspectives(folder: Path, split_name: str) -> Asked:
    """Claims of Perspectrum that share no statement, as one discussion."""
    told = list(_perspectives(folder, split_name))
    texts = [text for text, _, _ in told]
    points, claims = np.array([t[1] for t in told]), np.array([t[2] for t in told])
    found: list[Question] = []
    for number, (text, point, claim) in enumerate(told):
        there = np.arange(len(told)) != number
        says = points == point
        if number % 2 or says.sum() < 2:
            continue
        found += _asked(text, "en", claim, there=there, says=says)
        found.append(_elsewhere(text, "en", claim, there & (claims != claim)))
    return _discussion(f"Perspectrum {split_name}", texts, ["en"] * len(told)), found


def _perspectives(folder: Path, split_name: str) -> Iterator[tuple[str, str, str]]:
    """(text, what says the same, claim): claims near each other hold the same statements, which
    nobody marked as the same, so that one of each such group is taken."""
    of_text: dict[str, set[str]] = defaultdict(set)
    claims: dict[str, dict[str, str]] = defaultdict(dict)
    for row in _csv(folder / "perspectives.csv"):
        of_text[row["text"].strip()].add(row["claim_id"])
        if row["split"] == split_name:
            claims[row["claim_id"]].setdefault(row["text"].strip(), row["same"])
    near: dict[str, set[str]] = defaultdict(set)
    for those in of_text.values():
        for claim in those:
            near[claim] |= those
    taken: list[str] = []
    closed: set[str] = set()
    for claim in sorted(claims, key=lambda claim: (-len(claims[claim]), claim)):
        if len(taken) < N_CLAIMS and not near[claim] & closed:
            taken.append(claim)
            closed |= near[claim].union(*(near[other] for other in near[claim]))
    for claim in sorted(taken):
        yield from ((text, point, claim) for text, point in claims[claim].items())


def read_parallel_points() -> Iterator[Asked]:
    """Our parallel points, said in one language or in two, and asked in every other language.

    Asked are points of topics that the encoder did not learn from; in a discussion of two
    languages each point is said in one of them or in both.
    """
    for spoken in [(one,) for one in LANGUAGES] + list(combinations(LANGUAGES, 2)):
        yield _spoken(spoken)


def _spoken(spoken: tuple[str, ...]) -> Asked:
    topics = parallel_points()
    told: list[tuple[str, str, str, str]] = []
    for topic in sorted(topics):
        for point, said in topics[topic].items():
            which = (spoken[:1], spoken[-1:], spoken)[int(point) % 3]
            told += [
                (said[LANGUAGES.index(one)], one, point, topic) for one in dict.fromkeys(which)
            ]
    points, of_topic = np.array([t[2] for t in told]), np.array([t[3] for t in told])
    texts = np.array([t[0] for t in told])
    found: list[Question] = []
    for topic in kept_apart(topics, _ONE_IN):
        for point, said in topics[topic].items():
            for language, text in zip(LANGUAGES, said, strict=True):
                if spoken == (language,):
                    continue
                there, says = texts != text, points == point
                found += _asked(text, language, topic, there=there, says=says)
                found.append(_elsewhere(text, language, topic, there & (of_topic != topic)))
    name = "parallel points in " + " and ".join(spoken)
    return _discussion(name, [t[0] for t in told], [t[1] for t in told]), found


def read_samples(folder: Path = ROOT / "sample_threads") -> Iterator[Asked]:
    """Our sample threads, asked in five languages for each of their ideas, and for ideas of the
    others."""
    rows = list(_csv(QUESTIONS))
    for name in SAMPLES:
        sample = name.split(".")[0]
        ideas: dict[str, set[str]] = defaultdict(set)
        for row in _csv(folder / f"{sample}.gold.csv"):
            ideas[row["message_id"]].add(row["idea"])
        told: list[tuple[str, str, int, set[str]]] = []
        for number, message in enumerate(imported([folder / name])):
            for span in cut(message.text, split(message.text, message.language)):
                text = message.text[span.start : span.end]
                told.append((text, message.language or "", number, ideas[message.source_id]))
        said = _discussion(sample, [t[0] for t in told], [t[1] for t in told], [t[2] for t in told])
        yield said, list(_about(rows, sample, [t[3] for t in told]))


def _about(
    rows: Sequence[Mapping[str, str]], sample: str, ideas: Sequence[set[str]]
) -> Iterator[Question]:
    there = np.ones(len(ideas), dtype=np.bool_)
    for number, row in enumerate(rows):
        for language in LANGUAGES:
            if row["sample"] == sample:
                says = np.array([row["idea"] in own for own in ideas])
                yield from _asked(row[language], language, sample, there=there, says=says)
            elif number % 3 == 0:
                yield _elsewhere(row[language], language, sample, there)


def _csv(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)
