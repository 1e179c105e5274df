"""The whole job against BERTopic with the same embedding model, and the embedding alone.

    python -m benchmarks.against_bertopic DISCUSSION.db --python VENV/bin/python
        [--sizes N ...] [--jobs-only] [--write]

DISCUSSION.db gives the cleaned texts: both sides read the first so many messages from the same CSV
file, in processes of their own, one after the other, and start from nothing but converted weights.
``--python`` has ``bertopic``, ``sentence-transformers`` and ``torch``; the default is the one that
runs this. Ours reads, stores, finds ideas, names them, draws the map, suggests key passages and
writes its files; BERTopic finds topics and names them.
"""

from __future__ import annotations

import argparse
import csv
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.pages import DOCS, write_between_marks
from benchmarks.processes import Measured, measured

ROOT = Path(__file__).resolve().parent.parent
PAGE = DOCS / "performance.md"
RESULTS = Path(__file__).resolve().parent / "results"
FOLDER = RESULTS / "e5-torch"
SIZES = (2_000, 0)
"""Messages; 0 for all."""
N_EMBEDDED = 2_000
N_NEIGHBOURS = 10
COLUMNS = ("id", "parent_id", "author", "created_at", "title", "text")


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    path: Path
    n_messages: int


def write_texts(database: Path, n: int, folder: Path) -> Texts:
    """The first ``n`` messages with words, cleaned, as CSV; 0 for all."""
    from synth.store import open_store

    with open_store(database, must_exist=True) as store:
        here = store.discussions.all()[0].id
        messages = [m for m in store.messages.all(here) if m.text.strip()][: n or None]
    ids = {message.id for message in messages}
    path = folder / f"texts-{len(messages)}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for m in messages:
            at = m.posted_at.isoformat() if m.posted_at else ""
            parent = m.parent_id if m.parent_id in ids else ""
            writer.writerow((m.id, parent, m.author, at, m.subject, m.text))
    return Texts(path=path, n_messages=len(messages))


def jobs(database: Path, sizes: Sequence[int], python: str) -> str:
    """Both jobs at each size."""
    lines = [
        "| messages | BERTopic s | CPU s | peak MB | ours, full s | CPU s | peak MB | times faster "
        "| by CPU | ours, draft s | CPU s | times faster | by CPU |",
        "|---|---|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for size in sizes:
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch)
            texts = write_texts(database, size, folder)
            theirs = _theirs(python, texts, folder)
            full, draft = (_ours(texts, folder, quality) for quality in ("full", "draft"))
        lines.append(
            f"| {texts.n_messages} | {_cost(theirs)} | {theirs.peak_mb:.0f} "
            f"| {_cost(full)} | {full.peak_mb:.0f} | {_times(theirs, full)} "
            f"| {_cost(draft)} | {_times(theirs, draft)} |"
        )
        print(lines[-1], flush=True)
    return "\n".join(lines)


def _cost(run: Measured) -> str:
    return f"{run.seconds:.1f} | {run.cpu_seconds:.1f}"


def _times(slow: Measured, fast: Measured) -> str:
    return f"{slow.seconds / fast.seconds:.1f} | {slow.cpu_seconds / fast.cpu_seconds:.1f}"


def _theirs(python: str, texts: Texts, folder: Path) -> Measured:
    command = [python, "-m", "benchmarks.bertopic_job", str(texts.path), str(folder / "topics.csv")]
    return measured([*command, "--model", str(FOLDER)])


def _ours(texts: Texts, folder: Path, quality: str) -> Measured:
    command = [sys.executable, "-m", "synth", "run", str(texts.path), "--quality", quality]
    return measured([*command, "--out", str(folder / quality), "--json"])


def embedding(database: Path, python: str) -> str:
    """Speed on the discussion's passages, and what it costs in neighbours and agreement."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        passages = _passages(database)
        topics = _argkp()
        texts = [*passages, *(text for topic, _ in topics for text in topic)]
        theirs, n_theirs = _torch_vectors(python, texts, len(passages), folder)
        ours, n_ours = _our_vectors(texts, len(passages))
    n = len(passages)
    overlap = _overlap(theirs[:n], ours[:n])
    lines = [
        "| | passages/s | the same 10 neighbours | ARI, ArgKP dev |",
        "|---|---|---|---|",
        f"| sentence-transformers on PyTorch, float32 | {n_theirs:.1f} | 1 "
        f"| {_agreement(theirs[n:], topics)} |",
        f"| ours, 8 bits on ONNX Runtime | {n_ours:.1f} ({n_ours / n_theirs:.1f} times) "
        f"| {overlap:.2f} | {_agreement(ours[n:], topics)} |",
    ]
    return "\n".join(lines)


def _passages(database: Path) -> list[str]:
    """Evenly many from all of the discussion."""
    from synth.store import open_store

    with open_store(database, must_exist=True) as store:
        passages = store.passages.all(store.discussions.all()[0].id)
    rows = np.linspace(0, len(passages) - 1, min(N_EMBEDDED, len(passages))).astype(int)
    return [passages[row].text for row in rows.tolist()]


def _torch_vectors(
    python: str, texts: Sequence[str], n_timed: int, folder: Path
) -> tuple[NDArray[np.float32], float]:
    """Vectors by PyTorch in another process, and its speed on the first ``n_timed`` a second."""
    np.save(folder / "texts.npy", np.array(texts, dtype=object), allow_pickle=True)
    program = (
        "import sys, time, numpy as np\n"
        "from pathlib import Path\n"
        "from benchmarks.e5_torch import TorchE5\n"
        "folder, n = Path(sys.argv[1]), int(sys.argv[3])\n"
        "texts = np.load(folder / 'texts.npy', allow_pickle=True).tolist()\n"
        "model = TorchE5(Path(sys.argv[2]))\n"
        "model.encode(texts[:8])\n"
        "begun = time.perf_counter()\n"
        "timed = model.encode(texts[:n])\n"
        "print(n / (time.perf_counter() - begun))\n"
        "rest = model.encode(texts[n:]) if texts[n:] else timed[:0]\n"
        "np.save(folder / 'vectors.npy', np.vstack([timed, rest]))\n"
    )
    command = [python, "-c", program, str(folder), str(FOLDER), str(n_timed)]
    out = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT).stdout
    return np.load(folder / "vectors.npy"), float(out)


def _our_vectors(texts: Sequence[str], n_timed: int) -> tuple[NDArray[np.float32], float]:
    from models import load

    model = load()
    model.encode(texts[:8])
    begun = time.perf_counter()
    timed = model.encode(texts[:n_timed])
    rate = n_timed / (time.perf_counter() - begun)
    return np.vstack([timed, model.encode(texts[n_timed:])]), rate


def _overlap(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    """Mean share of the nearest passages that two kinds of vectors agree on."""
    near = []
    for vectors in (one, other):
        likeness = (vectors - vectors.mean(axis=0)) @ (vectors - vectors.mean(axis=0)).T
        np.fill_diagonal(likeness, -np.inf)
        near.append(np.argpartition(-likeness, N_NEIGHBOURS, axis=1)[:, :N_NEIGHBOURS])
    return float(np.mean([len(set(a) & set(b)) / N_NEIGHBOURS for a, b in zip(*near, strict=True)]))


def _argkp() -> list[tuple[list[str], list[str | None]]]:
    from benchmarks.embedding import ARGKP, topics

    return list(topics("dev")) if ARGKP.is_dir() else []


def _agreement(
    vectors: NDArray[np.float32], topics: Sequence[tuple[list[str], list[str | None]]]
) -> str:
    """Louvain on nearest neighbours against the key points, as ``benchmarks.embedding`` does."""
    from benchmarks.embedding import ari

    scores, at = [], 0
    for texts, labels in topics:
        scores.append(ari(vectors[at : at + len(texts)], labels))
        at += len(texts)
    return f"{np.mean(scores):.3f}" if scores else "not measured"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("database", type=Path)
    parser.add_argument("--python", default=sys.executable, help="an interpreter with bertopic")
    parser.add_argument("--sizes", type=int, nargs="*", default=list(SIZES))
    parser.add_argument("--jobs-only", action="store_true", help="without the embedding alone")
    parser.add_argument("--write", action="store_true", help="put the tables into the docs")
    chosen = parser.parse_args()
    # The other interpreter finds our modules here.
    os.environ["PYTHONPATH"] = str(ROOT)
    _prepare(chosen.python)
    tables = {}
    if not chosen.jobs_only:
        tables["embedding"] = embedding(chosen.database, chosen.python)
        print(tables["embedding"], flush=True)
    if chosen.sizes:
        tables["bertopic"] = jobs(chosen.database, chosen.sizes, chosen.python)
    for mark, text in tables.items():
        print(text)
        if chosen.write:
            write_between_marks(PAGE, mark, text)


def _prepare(python: str) -> None:
    """Convert the weights on both sides, and let UMAP compile, before any clock starts."""
    from models import load

    load().encode(["the weights are converted now"])
    program = (
        "import sys\nfrom pathlib import Path\nimport numpy as np\n"
        "from benchmarks.e5_torch import TorchE5\n"
        "TorchE5(Path(sys.argv[1])).encode(['the weights are converted now'])\n"
    )
    subprocess.run([python, "-c", program, str(FOLDER)], check=True, cwd=ROOT)


if __name__ == "__main__":
    main()
