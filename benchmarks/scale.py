"""How time and memory grow from 1,000 passages to 100,000: vectors to tree, titles and layout.

    python -m benchmarks.scale DISCUSSION.db ... [--sizes 1000 2000 ... 100000] [--write]

DISCUSSION.db holds a full build, whose vectors are taken from it; several are one large discussion.
Where their passages end, others are made: of a passage and two of its neighbours, a few words of
each in turn, with a vector between theirs and some noise. So they lie where people say much,
share words and no sentences, and nothing is a copy, as in real discussions. As in the program
the model has read ``READ_AT_MOST`` texts, and the rest is estimated from the words. Each size runs
in a process of its own; reading the file is not counted, everything after it is, one stage after
the other. Stages are told in processor seconds, of the processes that parse for titles as well,
because seconds by the clock depend on what else the machine does.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import numpy as np
import psutil
from numpy.typing import NDArray

from benchmarks.pages import DOCS, write_between_marks
from benchmarks.processes import measured
from models.vectors import in_threads
from synth.corpus import Corpus
from synth.embedding.context import Context
from synth.records import IdeaTree, Passage

PAGE, MARK = DOCS / "performance.md", "scale"
SIZES = (1_000, 2_000, 5_000, 11_000, 25_000, 50_000, 100_000)
STAGES = ("copies", "blend", "graph", "leaves", "divide", "stability", "place", "titles", "layout")
NOISE = 0.35
"""Length of the noise beside a vector of length one: neighbours stay neighbours, copies do not."""
PER_MESSAGE = 3
"""Passages of a made-up message."""
NEIGHBOURS = 20
"""Passages among which the two are drawn that a made-up one is made of beside the first."""
FEWEST_WORDS, MOST_WORDS = 2, 5
"""Words in a row that a made-up passage has from one of the three."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """Passages with vectors, as many as asked for."""

    texts: list[str]
    vectors: NDArray[np.float32]
    is_read: NDArray[np.bool_]
    """(n,) whether the model has read it; the vectors of others are not looked at."""
    message: NDArray[np.intp]
    """(n,) numbered from 0."""
    voice: NDArray[np.intp]
    """(n_messages,)"""
    languages: list[str | None]
    """(n_messages,)"""
    subjects: list[str | None]
    """(n_messages,)"""


def collect(paths: Sequence[Path], n: int) -> Collection:
    """The first ``n`` passages of these discussions, and made-up ones where they have fewer."""
    found = _joined([_read(path) for path in paths], n)
    return found if len(found.texts) >= n else _more(found, n - len(found.texts))


def _read(path: Path) -> Collection:
    from models import load
    from synth.embedding.vectors import kept_of_passages
    from synth.store import open_store

    with open_store(path, must_exist=True) as store:
        here = store.discussions.all()[0].id
        messages = {m.id: m for m in store.messages.all(here)}
        passages = store.passages.all(here)
        vectors, is_read = kept_of_passages(store, load(), passages)
    of = list(dict.fromkeys(p.message_id for p in passages))
    number = {message_id: row for row, message_id in enumerate(of)}
    return Collection(
        texts=[p.text for p in passages],
        vectors=vectors,
        is_read=is_read,
        message=np.array([number[p.message_id] for p in passages], dtype=np.intp),
        voice=np.array([messages[i].participant_id or -i for i in of], dtype=np.intp),
        languages=[messages[i].language for i in of],
        subjects=[messages[i].subject for i in of],
    )


def _joined(parts: Sequence[Collection], n: int) -> Collection:
    """The first ``n`` passages of all together, of each as large a share."""
    share = min(1.0, n / sum(len(part.texts) for part in parts))
    parts = [_first(part, round(share * len(part.texts))) for part in parts]
    n_messages = np.cumsum([0, *(len(part.voice) for part in parts)]).tolist()
    # Voices of two discussions are two, also where their numbers are the same.
    apart = 1 + max(int(np.abs(part.voice).max(initial=0)) for part in parts)
    return Collection(
        texts=[text for part in parts for text in part.texts],
        vectors=np.vstack([part.vectors for part in parts]),
        is_read=_read_first(np.concatenate([part.is_read for part in parts])),
        message=np.concatenate(
            [part.message + first for part, first in zip(parts, n_messages, strict=False)]
        ),
        voice=np.concatenate(
            [part.voice + np.sign(part.voice) * number * apart for number, part in enumerate(parts)]
        ),
        languages=[language for part in parts for language in part.languages],
        subjects=[subject for part in parts for subject in part.subjects],
    )


def _first(part: Collection, n: int) -> Collection:
    """The first ``n`` passages, with their messages."""
    n_messages = int(part.message[:n].max(initial=-1)) + 1
    return Collection(
        texts=part.texts[:n],
        vectors=part.vectors[:n],
        is_read=part.is_read[:n],
        message=part.message[:n],
        voice=part.voice[:n_messages],
        languages=part.languages[:n_messages],
        subjects=part.subjects[:n_messages],
    )


def _read_first(is_read: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """``READ_AT_MOST`` of those that are read, evenly spread."""
    from synth.embedding.vectors import READ_AT_MOST

    rows = np.flatnonzero(is_read)
    kept = rows[np.unique(np.linspace(0, len(rows) - 1, READ_AT_MOST).round().astype(np.intp))]
    return np.isin(np.arange(len(is_read)), rows if len(rows) <= READ_AT_MOST else kept)


def _more(real: Collection, n_made: int) -> Collection:
    """``real`` and so many made-up passages."""
    random = np.random.default_rng(0)
    drawn = _near_each_other(real, n_made, random)
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
            *(_mixed([real.texts[row].split() for row in rows], random) for rows in drawn),
        ],
        vectors=np.vstack([real.vectors, made]),
        is_read=_read_first(np.concatenate([real.is_read, np.ones(n_made, dtype=np.bool_)])),
        message=np.concatenate([real.message, n_messages + np.arange(n_made) // PER_MESSAGE]),
        voice=np.concatenate([real.voice, real.voice[sources]]),
        languages=real.languages + [real.languages[m] for m in sources],
        subjects=real.subjects + [real.subjects[m] for m in sources],
    )


def _near_each_other(
    real: Collection, n_made: int, random: np.random.Generator
) -> NDArray[np.intp]:
    """(n_made, 3) a passage that was read, and two of its neighbours."""
    import faiss

    rows = np.flatnonzero(real.is_read)
    vectors = np.ascontiguousarray(real.vectors[rows] - real.vectors[rows].mean(axis=0))
    k = min(NEIGHBOURS, len(rows))
    _, near = faiss.knn(vectors, vectors, k, metric=faiss.METRIC_INNER_PRODUCT)
    first = random.integers(len(rows), size=n_made)
    beside = near[first[:, None], random.integers(k, size=(n_made, 2))]
    return np.asarray(rows[np.column_stack([first, beside])], dtype=np.intp)


def _mixed(texts: Sequence[Sequence[str]], random: np.random.Generator) -> str:
    """A few words of each text in turn, as many in all as the first has."""
    words: list[str] = []
    at = [0] * len(texts)
    while len(words) < len(texts[0]):
        for number, text in enumerate(texts):
            n_words = int(random.integers(FEWEST_WORDS, MOST_WORDS + 1))
            start = at[number] % len(text) if text else 0
            words.extend(text[start : start + n_words])
            at[number] = start + n_words
    return " ".join(words[: len(texts[0])])


def run(collection: Collection) -> dict[str, float]:
    """Processor seconds by stage, ``ideas``, how many were found, and ``total``, seconds by the
    clock."""

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
    begun = time.perf_counter()
    languages = [collection.languages[m] for m in collection.message.tolist()]
    with _timed(seconds, "copies"):
        repetition = find_repetition(
            collection.texts, messages=collection.message, voices=collection.voice
        )
    with _timed(seconds, "blend"):
        read = ReadTexts(
            texts=counted(collection.texts),
            vectors=collection.vectors,
            is_read=collection.is_read,
        )
        blend, vectors, blended = fit_blend(read, repetition.passages.group)
        rows = np.unique(repetition.passages.group)
        middle = centred(blended[rows], [languages[row] for row in rows.tolist()])
        del blended
    parts = PartSpaces(
        texts=read.texts,
        vectors=vectors,
        context=_no_context(collection),
        languages=languages,
        static_weight=None if blend is None else blend.static_weight,
    )
    with _timed(seconds, "graph"):
        graph = similarity_graph(middle)
    voices, messages = collection.voice[collection.message[rows]], collection.message[rows]
    with (
        _timed(seconds, "leaves"),
        _apart(seconds, "stability", "stability_of"),
        _apart(seconds, "divide", "with_parts"),
    ):
        written = Authorship(messages=messages, voices=voices)
        refit = Refit(fit=lambda some: parts.fit(rows[some]), neighbours=similarity_graph)
        tree = find_ideas(middle, graph, authorship=written, refit=refit)
    seconds["leaves"] -= seconds["stability"] + seconds["divide"]
    with _timed(seconds, "place"):
        tree = place(middle, tree, messages=messages)
    encode = load().encode
    with _timed(seconds, "titles"):
        name_ideas(_corpus(collection, vectors).take(rows), tree, encode=encode)
    with _timed(seconds, "layout"):
        lay_out(middle, graph, tree, effort=EFFORTS["full"].layout)
    return seconds | {"ideas": _n_leaves(tree), "total": time.perf_counter() - begun}


def _no_context(collection: Collection) -> Context:
    """Messages that have no topic and answer nothing."""
    n = int(collection.message.max()) + 1
    nowhere = np.full(n, -1, dtype=np.intp)
    none = np.zeros((0, collection.vectors.shape[1]), dtype=np.float32)
    return Context(message=collection.message, parent=nowhere, topic=nowhere, topics=none)


def _corpus(collection: Collection, vectors: NDArray[np.float32]) -> Corpus:
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
        vectors=vectors,
        centred=vectors,
    )


def _n_leaves(tree: IdeaTree) -> int:
    return len(set(tree.leaf.tolist()) - {-1})


@contextmanager
def _timed(seconds: dict[str, float], stage: str) -> Iterator[None]:
    begun = _processor_seconds()
    yield
    seconds[stage] = _processor_seconds() - begun
    print(f"{stage}: {seconds[stage]:.1f} s", file=sys.stderr, flush=True)


_SPENT: dict[int, float] = {}
"""Processor seconds of the processes that this one has started, also of those that have ended."""


def _processor_seconds() -> float:
    """Of this process and those it has started."""
    for one in psutil.Process().children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            times = one.cpu_times()
            _SPENT[one.pid] = float(times.user + times.system)
    return time.process_time() + sum(_SPENT.values())


@contextmanager
def _apart(seconds: dict[str, float], stage: str, function: str) -> Iterator[None]:
    """Take the time of a function that ``find_ideas`` calls."""
    from synth import clustering

    work = getattr(clustering, function)

    def timed(*given: object, **named: object) -> object:
        with _timed(seconds, stage):
            return work(*given, **named)

    seconds[stage] = 0.0
    with patch.object(clustering, function, timed):
        yield


def table(points: Sequence[dict[str, float]]) -> str:
    head = ["passages", "ideas", "total s", "CPU s", "CPU s per 1,000", "peak MB", *STAGES]
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    for point in points:
        cpu = sum(point[stage] for stage in STAGES)
        cells = [f"{point['passages']:.0f}", f"{point['ideas']:.0f}", f"{point['total']:.1f}"]
        cells += [f"{cpu:.1f}", f"{1000 * cpu / point['passages']:.2f}", f"{point['peak_mb']:.0f}"]
        cells += [f"{point[stage]:.1f}" for stage in STAGES]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("databases", type=Path, nargs="+")
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--write", action="store_true", help="put the table into the docs")
    parser.add_argument("--point", type=int, help="one size in this process, as JSON")
    chosen = parser.parse_args()
    if chosen.point:
        collection = collect(chosen.databases, chosen.point)
        with in_threads(1):  # as the program makes a map
            print(json.dumps(run(collection) | {"passages": chosen.point}))
        return
    points = []
    for size in chosen.sizes:
        command = [sys.executable, "-m", "benchmarks.scale", *map(str, chosen.databases)]
        found = measured([*command, "--point", str(size)])
        points.append(json.loads(found.stdout) | {"peak_mb": found.peak_mb})
        print(table(points[-1:]).splitlines()[-1], flush=True)
    print(table(points))
    if chosen.write:
        write_between_marks(PAGE, MARK, table(points))


if __name__ == "__main__":
    main()
