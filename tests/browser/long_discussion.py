"""A discussion to be read: one thread over two pages, replies on replies, quotes folded, two ideas
that take turns, one of them with two below it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from synth.records import CleanText, ParentEvidence, Quote, QuoteKind, RawMessage, Span, Stance
from synth.store import IdeaRow, Imported, Linked, PlacementRow, Store

TITLE = "The long talk"
SLUG = "the-long-talk"
BEGIN = datetime(2023, 1, 5, 8, tzinfo=UTC)
N_MESSAGES = 70
"""More than one page of a thread shows."""
KEYS = (-11, -12, -20)
"""Leaf ideas in turn."""
WORDS = {
    -11: "The river path needs lamps, for nobody walks there after dark.",
    -12: "Benches by the river would let old people rest on the way.",
    -20: "The car park should become a square with trees.",
}


def add_long(store: Store) -> None:
    """Add the discussion; its ideas are numbered 1, 1.1, 1.2 and 2."""
    found = store.discussions.add(TITLE)
    source = store.sources.begin(found.id, name="long.csv", format="table")
    voices = [
        store.participants.add(found.id, author_key=f"w{n}", name=f"Walker {n}") for n in range(12)
    ]
    store.messages.add(
        found.id, source, [_message(n, voices[n * n % 12]) for n in range(N_MESSAGES)]
    )
    store.sources.finish(
        source, state="done", sha256="", n_bytes=1, counts=(N_MESSAGES, 0, 0), problems=[],
    )  # fmt: skip
    messages = list(store.messages.all(found.id))
    store.messages.link(_linked([m.id for m in messages]))
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
        _ideas([p.id for p in passages]),
        [
            PlacementRow(passage_id=p.id, idea_key=KEYS[n % 3], weight=0.9 - n / 100)
            for n, p in enumerate(passages)
        ],
        run_id=run_id,
    )
    store.passages.set_positions((p.id, (n % 3) / 3, n / 100) for n, p in enumerate(passages))
    store.runs.finish(run_id, state="done", model={}, outcome={}, timings={})


def _message(n: int, participant_id: int) -> Imported:
    text = f"{WORDS[KEYS[n % 3]]} I said so {n} times."
    said_before = Quote(kind=QuoteKind.QUOTED, text="What was said before.", at=0)
    quotes = (said_before,) if n % 5 == 1 else ()
    raw = RawMessage(
        source_id=f"l{n}",
        text=text,
        position=f"record {n}",
        posted_at=BEGIN + timedelta(days=9 * n),
        subject="The way along the river" if n == 0 else None,
        url=f"https://example.org/{n}",
        stance=(None, Stance.FOR, Stance.AGAINST)[n % 3],
        n_likes=n % 7,
    )
    return Imported(
        raw=raw, clean=CleanText(text=text, quotes=quotes), language="en", namespace="",
        participant_id=participant_id, is_chat=False,
    )  # fmt: skip


def _linked(ids: list[int]) -> list[Linked]:
    """Every message answers the one before, every tenth the first again."""
    links = []
    for n, message_id in enumerate(ids):
        depth = n % 10 if n < 10 else 1 + n % 10
        parent = None if n == 0 else ids[0] if n % 10 == 0 else ids[n - 1]
        links.append(
            Linked(
                message_id=message_id,
                parent_id=parent,
                evidence=ParentEvidence.NONE if n == 0 else ParentEvidence.HEADER,
                thread_id=ids[0],
                depth=depth,
                rank=n,
            )
        )
    return links


def _ideas(passages: list[int]) -> list[IdeaRow]:
    return [
        _idea(-1, None, "The river path", passages[:2]),
        _idea(-11, -1, "Lamps along the river", passages[0::3][:3]),
        _idea(-12, -1, "Benches by the river", passages[1::3][:3]),
        _idea(-20, None, "A square with trees", passages[2::3][:3]),
    ]


def _idea(key: int, parent: int | None, title: str, speaking: list[int]) -> IdeaRow:
    return IdeaRow(
        key=key, parent_key=parent, level=1 if parent is None else 2, title=title,
        keyphrases=("river path", "lamps", "trees"), summary="", language="en",
        n_messages=24, n_authors=9, stability=0.9 if parent is None else 0.4, x=0.3, y=0.3,
        representatives=tuple(speaking),
    )  # fmt: skip
