"""A discussion whose map is set down by hand: three ideas with two below each, voices for and
against, passages under no idea, and a later import."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

from synth.records import CleanText, ParentEvidence, RawMessage, Span, Stance
from synth.store import Embed, Framing, IdeaRow, Imported, Linked, PlacementRow, Store

TITLE = "The ring road"
SLUG = "the-ring-road"
BEGIN = datetime(2024, 5, 1, 8, tzinfo=UTC)
TOPS = (("Noise at night", 0.25, 0.3), ("Trees along the road", 0.75, 0.35), ("Buses", 0.45, 0.8))
PER_LEAF = 14
N_UNPLACED = 6
STANCES = (Stance.FOR, Stance.AGAINST, None)


def add_drawn(store: Store) -> None:
    """Add the discussion; its ideas are numbered 1, 1.1, 1.2, 2, …"""
    found = store.discussions.add(TITLE)
    framing = Framing(embed=Embed(is_open=True), synthesis_at=BEGIN + timedelta(days=3))
    store.discussions.frame(found.id, framing, actor="a person")
    source = store.sources.begin(found.id, name="ring.csv", format="table")
    voices = [
        store.participants.add(found.id, author_key=f"v{n}", name=f"Voice {n}") for n in range(9)
    ]
    n_messages = 6 * PER_LEAF + N_UNPLACED
    store.messages.add(
        found.id, source, [_message(n, voices[n % len(voices)]) for n in range(n_messages)]
    )
    store.sources.finish(
        source, state="done", sha256="", n_bytes=1, counts=(n_messages, 0, 0), problems=[],
    )  # fmt: skip
    messages = list(store.messages.all(found.id))
    store.messages.link([_alone(m.id) for m in messages])
    run_id = store.runs.begin(found.id, kind="build", seed=1, settings={}, versions={})
    store.passages.replace(
        found.id,
        {m.id: [Span(start=0, end=len(m.text))] for m in messages},
        texts={m.id: m.text for m in messages},
        run_id=run_id,
    )
    passages = store.passages.all(found.id)
    store.ideas.replace_machine(
        found.id,
        _ideas(),
        [
            PlacementRow(passage_id=p.id, idea_key=_leaf(n), weight=0.8)
            for n, p in enumerate(passages)
        ],
        run_id=run_id,
    )
    store.passages.set_positions((p.id, *_place(n)) for n, p in enumerate(passages))
    store.runs.finish(run_id, state="done", model={}, outcome={}, timings={})


def _message(n: int, participant_id: int) -> Imported:
    text = f"Statement number {n} says what voice {n % 9} thinks of the ring road."
    raw = RawMessage(
        source_id=f"s{n}",
        text=text,
        position=f"record {n}",
        posted_at=BEGIN + timedelta(hours=n),
        stance=STANCES[n % 3],
    )
    return Imported(
        raw=raw, clean=CleanText(text=text), language="en", namespace="",
        participant_id=participant_id, is_chat=False,
    )  # fmt: skip


def _alone(message_id: int) -> Linked:
    return Linked(
        message_id=message_id, parent_id=None, evidence=ParentEvidence.NONE,
        thread_id=message_id, depth=0, rank=0,
    )  # fmt: skip


def _leaf(n: int) -> int | None:
    """Key of the leaf idea of the nth passage; the last ones stand under none."""
    leaf = n // PER_LEAF
    return None if leaf >= 6 else -(10 * (leaf // 2 + 1) + leaf % 2 + 1)


def _middle(leaf: int) -> tuple[float, float]:
    _, x, y = TOPS[leaf // 2]
    return x + (0.09 if leaf % 2 else -0.09), y


def _place(n: int) -> tuple[float, float]:
    leaf, turn = n // PER_LEAF, 2.4 * n
    x, y = (0.9, 0.85) if leaf >= 6 else _middle(leaf)
    far = 0.012 * math.sqrt(1 + n % PER_LEAF)
    return x + far * math.cos(turn), y + far * math.sin(turn)


def _ideas() -> list[IdeaRow]:
    rows: list[IdeaRow] = []
    for n, (title, x, y) in enumerate(TOPS, 1):
        rows.append(_idea(-10 * n, None, title, x=x, y=y, n_authors=10 - n))
        for side in (1, 2):
            left, top = _middle(2 * (n - 1) + side - 1)
            below = f"{title}, side {side}"
            rows.append(_idea(-10 * n - side, -10 * n, below, x=left, y=top, n_authors=5 - side))
    return rows


def _idea(
    key: int, parent: int | None, title: str, *, x: float, y: float, n_authors: int
) -> IdeaRow:
    return IdeaRow(
        key=key, parent_key=parent, level=1 if parent is None else 2, title=title,
        keyphrases=("road",), summary=f"What is said of {title.lower()}.", language="en",
        n_messages=PER_LEAF, n_authors=n_authors, stability=0.9, x=x, y=y, representatives=(),
    )  # fmt: skip
