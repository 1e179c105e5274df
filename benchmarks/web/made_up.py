"""A discussion of any size, made up through the store alone: ``... made_up 50000 FILE.db``.

For the viewer under load: as many passages as asked for, in threads, by voices and under a tree of
ideas as uneven as people's are. The words mean nothing; the same number makes the same words.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from pathlib import Path

from synth.records import CleanText, ParentEvidence, RawMessage, Span
from synth.store import IdeaRow, Imported, Linked, PlacementRow, Store, open_store

PER_MESSAGE = 2.5
PER_THREAD = 6
N_TOPS, N_BELOW = 24, 5
SHARE_UNPLACED = 0.1
BEGIN = datetime(2020, 1, 6, 9, tzinfo=UTC)
SYLLABLES = [c + v for c in "bcdfglmnprstvz" for v in "aeiou"]


def words(chance: random.Random, n: int) -> str:
    return " ".join(chance.choices(VOCABULARY, cum_weights=WEIGHTS, k=n)).capitalize() + "."


_FIXED = random.Random(0)
VOCABULARY = ["".join(_FIXED.choices(SYLLABLES, k=_FIXED.randint(2, 4))) for _ in range(4000)]
WEIGHTS = list(accumulate(1 / (rank + 3) for rank in range(len(VOCABULARY))))
"""Summed up: a few words are said all the time, most of them hardly ever."""


def fill(store: Store, n_passages: int) -> None:
    """Raises StoreProblem where the file holds such a discussion already."""
    chance = random.Random(n_passages)
    found = store.discussions.add(f"{n_passages} passages made up")
    n_messages = int(n_passages / PER_MESSAGE)
    texts, spans = _texts(chance, n_messages, n_passages)
    source = store.sources.begin(found.id, name="made_up.csv", format="table")
    voices = [
        store.participants.add(found.id, author_key=f"v{n}", name=None)
        for n in range(max(2, n_messages // 15))
    ]
    store.messages.add(
        found.id,
        source,
        [_imported(chance, n, text, voices) for n, text in enumerate(texts)],
    )
    store.sources.finish(
        source, state="done", sha256="", n_bytes=0, counts=(n_messages, 0, 0),
        problems=[],
    )  # fmt: skip
    ids = [m.id for m in store.messages.all(found.id)]
    store.messages.link(_linked(ids))
    run_id = store.runs.begin(found.id, kind="build", seed=0, settings={}, versions={})
    store.passages.replace(
        found.id,
        dict(zip(ids, spans, strict=True)),
        texts=dict(zip(ids, texts, strict=True)),
        run_id=run_id,
    )
    _place(store, found.id, chance, run_id)
    store.runs.finish(run_id, state="done", model={"name": "made up"}, outcome={}, timings={})


def _texts(
    chance: random.Random, n_messages: int, n_passages: int
) -> tuple[list[str], list[list[Span]]]:
    """Texts, and where their passages stand."""
    texts, spans = [], []
    left = n_passages
    for n in range(n_messages):
        wanted = max(
            1, min(left - (n_messages - n - 1), round(chance.expovariate(1 / PER_MESSAGE)))
        )
        wanted = left if n == n_messages - 1 else wanted
        left -= wanted
        parts = [words(chance, chance.randint(15, 60)) for _ in range(wanted)]
        starts = [sum(len(part) + 2 for part in parts[:k]) for k in range(wanted)]
        texts.append("\n\n".join(parts))
        spans.append([Span(start=s, end=s + len(p)) for s, p in zip(starts, parts, strict=True)])
    return texts, spans


def _imported(chance: random.Random, n: int, text: str, voices: Sequence[int]) -> Imported:
    voice = voices[min(int(len(voices) * chance.random() ** 2), len(voices) - 1)]
    return Imported(
        raw=RawMessage(
            source_id=str(n),
            text=text,
            position=f"record {n}",
            posted_at=BEGIN + timedelta(minutes=37 * n),
            subject=words(chance, 6) if n % PER_THREAD == 0 else None,
            n_likes=int(chance.expovariate(0.5)),
        ),
        clean=CleanText(text=text),
        language="en",
        namespace="",
        participant_id=voice,
        is_chat=False,
    )


def _linked(ids: Sequence[int]) -> list[Linked]:
    return [
        Linked(
            message_id=message_id,
            parent_id=ids[n - 1] if n % PER_THREAD else None,
            evidence=ParentEvidence.HEADER if n % PER_THREAD else ParentEvidence.NONE,
            thread_id=ids[n - n % PER_THREAD],
            depth=n % PER_THREAD,
            rank=n % PER_THREAD,
        )
        for n, message_id in enumerate(ids)
    ]


def _place(store: Store, discussion_id: int, chance: random.Random, run_id: int) -> None:
    passages = store.passages.all(discussion_id)
    keys = [-(1 + n) for n in range(N_TOPS * (1 + N_BELOW))]
    middles = [(chance.random(), chance.random()) for _ in range(N_TOPS)]
    leaves = keys[N_TOPS:]
    under = [
        None
        if chance.random() < SHARE_UNPLACED
        else leaves[int(len(leaves) * chance.random() ** 1.6)]
        for _ in passages
    ]
    sizes = {key: max(1, under.count(key)) for key in leaves}
    first = {key: passages[under.index(key)].id for key in leaves if key in under}
    rows = [
        IdeaRow(
            key=key,
            parent_key=None if n < N_TOPS else keys[(n - N_TOPS) // N_BELOW],
            level=1 if n < N_TOPS else 2,
            title=words(chance, 5),
            keyphrases=tuple(words(chance, 2)[:-1] for _ in range(3)),
            summary=words(chance, 20),
            language="en",
            n_messages=sizes.get(key, len(passages) // N_TOPS),
            n_authors=max(1, sizes.get(key, len(passages) // N_TOPS) // 4),
            stability=chance.random(),
            x=middles[_top(n)][0],
            y=middles[_top(n)][1],
            representatives=(first[key],) if key in first else (),
        )
        for n, key in enumerate(keys)
    ]
    placements = [
        PlacementRow(passage_id=p.id, idea_key=key, weight=chance.random())
        for p, key in zip(passages, under, strict=True)
    ]
    store.ideas.replace_machine(discussion_id, rows, placements, run_id=run_id)
    store.passages.set_positions(
        (p.id, *_near(chance, middles, key)) for p, key in zip(passages, under, strict=True)
    )


def _top(n: int) -> int:
    """Place of the top idea that the ``n``-th stands under."""
    return n if n < N_TOPS else (n - N_TOPS) // N_BELOW


def _near(
    chance: random.Random, middles: Sequence[tuple[float, float]], key: int | None
) -> tuple[float, float]:
    x, y = (0.5, 0.5) if key is None else middles[_top(-key - 1)]
    wide = 0.3 if key is None else 0.03
    return chance.gauss(x, wide), chance.gauss(y, wide)


def main() -> None:
    with open_store(Path(sys.argv[2])) as store:
        fill(store, int(sys.argv[1]))


if __name__ == "__main__":
    main()
