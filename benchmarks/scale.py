"""How time and memory grow from 1,000 passages to 100,000: vectors to tree, titles and layout.

    python -m benchmarks.scale DISCUSSION.db [--sizes 1000 2000 ... 100000] [--write]

DISCUSSION.db holds a full build, whose vectors are taken from it. Where its passages end, others
are made: a sentence each of four passages, with a vector between those of two of them and some
noise, so that nothing is a copy. Each size runs in a process
of its own; reading the file is not counted, everything after it is, one stage after the other.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import numpy as np
from numpy.typing import NDArray

from benchmarks.pages import DOCS, write_between_marks
from benchmarks.processes import measured
from models.vectors import in_threads
from synth.corpus import Corpus
from synth.embedding.context import Context
from synth.records import IdeaTree, Passage

PAGE, MARK = DOCS / "performance.md", "scale"
SIZES = (1_000, 2_000, 5_000, 11_000, 25_000, 50_000, 100_000)
STAGES = ("copies", "blend", "graph", "leaves", "stability", "place", "titles", "layout")
NOISE = 0.35
"""Length of the noise beside a vector of length one: neighbours stay neighbours, copies do not."""
PER_MESSAGE = 3
"""Passages of a made-up message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """Passages with vectors, as many as asked for."""

    texts: list[str]
    vectors: NDArray[np.float32]
    message: NDArray[np.intp]
    """(n,) numbered from 0."""
    voice: NDArray[np.intp]
    """(n_messages,)"""
    languages: list[str | None]
    """(n_messages,)"""
    subjects: list[str | None]
    """(n_messages,)"""


def collect(path: Path, n: int) -> Collection:
    """The first ``n`` passages of a discussion, and made-up ones where it has fewer."""
    from models import load
    from synth.embedding.vectors import read_texts
    from synth.settings import QUIET
    from synth.store import open_store

    with open_store(path, must_exist=True) as store:
        here = store.discussions.all()[0].id
        messages = {m.id: m for m in store.messages.all(here)}
        passages = store.passages.all(here)
        read = read_texts(store, load(), passages, progress=QUIET)
    vectors = read.vectors
    rows = np.flatnonzero(read.is_read)[:n]
    some = [passages[row] for row in rows.tolist()]
    of = list(dict.fromkeys(p.message_id for p in some))
    number = {message_id: row for row, message_id in enumerate(of)}
    real = Collection(
        texts=[p.text for p in some],
        vectors=vectors[rows],
        message=np.array([number[p.message_id] for p in some], dtype=np.intp),
        voice=np.array([messages[i].participant_id or -i for i in of], dtype=np.intp),
        languages=[messages[i].language for i in of],
        subjects=[messages[i].subject for i in of],
    )
    return real if len(some) >= n else _more(real, n - len(some))


def _more(real: Collection, n_made: int) -> Collection:
    """``real`` and so many made-up passages."""
    random = np.random.default_rng(0)
    drawn = random.integers(len(real.texts), size=(n_made, 4))
    noise = random.normal(size=(n_made, real.vectors.shape[1])).astype(np.float32)
    noise *= NOISE / np.linalg.norm(noise, axis=1, keepdims=True)
    between = real.vectors[drawn[:, 0]] + real.vectors[drawn[:, 1]]
    made = between / np.linalg.norm(between, axis=1, keepdims=True) + noise
    made /= np.linalg.norm(made, axis=1, keepdims=True)
    n_messages = len(real.voice)
    sources = real.message[drawn[::PER_MESSAGE, 0]].tolist()
    return Collection(
        texts=[
            *real.texts,
            *(". ".join(_sentence(real.texts[row], random) for row in rows) for rows in drawn),
        ],
        vectors=np.vstack([real.vectors, made]),
        message=np.concatenate([real.message, n_messages + np.arange(n_made) // PER_MESSAGE]),
        voice=np.concatenate([real.voice, real.voice[sources]]),
        languages=real.languages + [real.languages[m] for m in sources],
        subjects=real.subjects + [real.subjects[m] for m in sources],
    )


def _sentence(text: str, random: np.random.Generator) -> str:
    sentences = [part for part in text.split(". ") if part.strip()] or [text]
    return sentences[int(random.integers(len(sentences)))]


def run(collection: Collection) -> dict[str, float]:
    """Seconds by stage, and ``ideas``, how many were found."""

    from models import load
    from models.text_counts import counted
    from synth.clustering import Authorship, Refit, find_ideas
    from synth.clustering.assignment import place
    from synth.duplicates import find_repetition
    from synth.embedding.knn_graph import similarity_graph
    from synth.embedding.space import PartSpaces, centred, fit_blend
    from synth.embedding.vectors import ReadTexts
    from synth.layout import lay_out
    from synth.pipeline.idea_map import EFFORTS
    from synth.titles import name_ideas

    seconds: dict[str, float] = {}
    cpu = time.process_time()
    languages = [collection.languages[m] for m in collection.message.tolist()]
    with _timed(seconds, "copies"):
        repetition = find_repetition(
            collection.texts, messages=collection.message, voices=collection.voice
        )
    with _timed(seconds, "blend"):
        read = ReadTexts(
            texts=counted(collection.texts),
            vectors=collection.vectors,
            is_read=np.ones(len(languages), dtype=np.bool_),
        )
        blend, _, blended = fit_blend(read, repetition.passages.group)
        rows = np.unique(repetition.passages.group)
        middle = centred(blended[rows], [languages[row] for row in rows.tolist()])
        del blended
    parts = PartSpaces(
        texts=read.texts,
        vectors=collection.vectors,
        context=_no_context(collection),
        languages=languages,
        static_weight=None if blend is None else blend.static_weight,
    )
    with _timed(seconds, "graph"):
        graph = similarity_graph(middle)
    voices, messages = collection.voice[collection.message[rows]], collection.message[rows]
    with _timed(seconds, "leaves"), _apart(seconds, "stability"):
        written = Authorship(messages=messages, voices=voices)
        refit = Refit(fit=lambda some: parts.fit(rows[some]), neighbours=similarity_graph)
        tree = find_ideas(middle, graph, authorship=written, refit=refit)
    seconds["leaves"] -= seconds["stability"]
    with _timed(seconds, "place"):
        tree = place(middle, tree, messages=messages)
    encode = load().encode
    with _timed(seconds, "titles"):
        name_ideas(_corpus(collection).take(rows), tree, encode=encode)
    with _timed(seconds, "layout"):
        lay_out(middle, graph, tree, effort=EFFORTS["full"].layout)
    return seconds | {"ideas": _n_leaves(tree), "cpu": time.process_time() - cpu}


def _no_context(collection: Collection) -> Context:
    """Messages that have no topic and answer nothing."""
    n = int(collection.message.max()) + 1
    nowhere = np.full(n, -1, dtype=np.intp)
    none = np.zeros((0, collection.vectors.shape[1]), dtype=np.float32)
    return Context(message=collection.message, parent=nowhere, topic=nowhere, topics=none)


def _corpus(collection: Collection) -> Corpus:
    of = collection.message.tolist()
    voices = collection.voice[collection.message]
    return Corpus(
        passages=[
            Passage(id=row, message_id=message, start=0, end=len(text), text=text)
            for row, (message, text) in enumerate(zip(of, collection.texts, strict=True))
        ],
        message_ids=collection.message,
        threads=collection.message,
        voices=voices,
        authors=[str(voice) for voice in voices.tolist()],
        languages=[collection.languages[message] for message in of],
        subjects=[collection.subjects[message] for message in of],
        vectors=collection.vectors,
        centred=collection.vectors,
    )


def _n_leaves(tree: IdeaTree) -> int:
    return len(set(tree.leaf.tolist()) - {-1})


@contextmanager
def _timed(seconds: dict[str, float], stage: str) -> Iterator[None]:
    begun = time.perf_counter()
    yield
    seconds[stage] = time.perf_counter() - begun
    print(f"{stage}: {seconds[stage]:.1f} s", file=sys.stderr, flush=True)


@contextmanager
def _apart(seconds: dict[str, float], stage: str) -> Iterator[None]:
    """Take the time of the resampling inside ``find_ideas``."""
    from synth import clustering
    from synth.clustering.stability import stability_of

    def timed(*given: object, **named: object) -> object:
        with _timed(seconds, stage):
            return stability_of(*given, **named)  # type: ignore[arg-type]

    seconds[stage] = 0.0
    with patch.object(clustering, "stability_of", timed):
        yield


def table(points: Sequence[dict[str, float]]) -> str:
    head = ["passages", "ideas", "total s", "CPU s", "s per 1,000", "peak MB", *STAGES]
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    for point in points:
        total = sum(point[stage] for stage in STAGES)
        cells = [f"{point['passages']:.0f}", f"{point['ideas']:.0f}", f"{total:.1f}"]
        cells += [f"{point['cpu']:.1f}"]
        cells += [f"{1000 * total / point['passages']:.2f}", f"{point['peak_mb']:.0f}"]
        cells += [f"{point[stage]:.1f}" for stage in STAGES]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("database", type=Path)
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--write", action="store_true", help="put the table into the docs")
    parser.add_argument("--point", type=int, help="one size in this process, as JSON")
    chosen = parser.parse_args()
    if chosen.point:
        collection = collect(chosen.database, chosen.point)
        with in_threads(1):  # as the program makes a map
            print(json.dumps(run(collection) | {"passages": chosen.point}))
        return
    points = []
    for size in chosen.sizes:
        command = [sys.executable, "-m", "benchmarks.scale", str(chosen.database)]
        found = measured([*command, "--point", str(size)])
        points.append(json.loads(found.stdout) | {"peak_mb": found.peak_mb})
        print(table(points[-1:]).splitlines()[-1], flush=True)
    print(table(points))
    if chosen.write:
        write_between_marks(PAGE, MARK, table(points))


if __name__ == "__main__":
    main()
