"""What is lost where the encoder reads only a part of a discussion's passages.

    python -m benchmarks.partly_read DISCUSSION.db

DISCUSSION.db holds a full build in which every passage was read. A part of the vectors is then
taken away and estimated from the words (``models.Blend``), and the ten nearest passages of
those that were taken away are compared: with what they are when all is read, and by how often
they belong to another message of the same thread, which nobody told the model.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models import Blend, load
from synth.embedding.knn_graph import similarity_graph
from synth.embedding.space import centred
from synth.settings import QUIET
from synth.store import Store, open_store

SHARES = (1.0, 0.5, 0.25, 0.1, 0.01)
"""Parts that are read; the last comes near to the words alone."""


def neighbours(vectors: NDArray[np.float32]) -> list[frozenset[int]]:
    """The neighbours of each row in the graph that ideas are found on."""
    graph = similarity_graph(vectors)
    return [
        frozenset(graph.indices[graph.indptr[row] : graph.indptr[row + 1]].tolist())
        for row in range(len(vectors))
    ]


def table(store: Store) -> list[str]:
    from synth.embedding.vectors import read_texts

    here = store.discussions.all()[0].id
    messages = {message.id: message for message in store.messages.all(here)}
    passages = store.passages.all(here)
    of = [messages[passage.message_id] for passage in passages]
    texts = [passage.text for passage in passages]
    read = read_texts(store, load(), passages, progress=QUIET)
    full, is_read = read.vectors, read.is_read
    lines = [
        f"{is_read.sum()} of {len(passages)} passages read in truth.",
        "| part read | share of the same neighbours | neighbours in the same thread |",
        "|---|---|---|",
    ]
    random = np.random.default_rng(0).random(len(passages))
    truth: list[frozenset[int]] = []
    for share in SHARES:
        is_known = random < share
        known = np.where(is_known[:, None], full, 0)
        _, blended = Blend().fit_transform(known, texts, is_known=is_known)
        found = neighbours(centred(blended, [message.language for message in of]))
        truth = truth or found
        rows = np.flatnonzero(random >= min(SHARES[1], share))
        same = np.mean([len(found[r] & truth[r]) / max(1, len(truth[r])) for r in rows])
        pairs = [(of[r], of[n]) for r in rows for n in found[r]]
        pairs = [(a, b) for a, b in pairs if a.id != b.id]
        thread = np.mean([a.thread_id == b.thread_id for a, b in pairs])
        lines.append(f"| {share:.0%} | {same:.2f} | {thread:.3f} |")
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("database", type=Path)
    with open_store(parser.parse_args().database, must_exist=True) as store:
        print("\n".join(table(store)))


if __name__ == "__main__":
    main()
