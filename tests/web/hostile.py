"""A discussion in which all that people or files can name tries to break out of its place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from synth.records import (
    CleanText,
    Extract,
    ExtractState,
    IdeaVoices,
    Nature,
    ParentEvidence,
    Problem,
    Quote,
    QuoteKind,
    RawMessage,
    Span,
    Stance,
)
from synth.store import IdeaRow, Imported, Linked, PlacementRow, RepetitionRow, Store

AT = datetime(2024, 3, 1, 9, 30, tzinfo=UTC)
RTL_OVERRIDE = "\u202e"
BIDI = f"{RTL_OVERRIDE}gpj.exe\u2066\u202a\u2067 שלום"
ZALGO = "Z" + "\u0338\u031b\u0355\u0363\u0489" * 12 + "algo"
LONG_WORD = "Donaudampfschifffahrts" * 30
MARKUP = (
    "<script>window.hit=1</script><img src=x onerror=window.hit=1>"
    "<svg onload=window.hit=1><a xlink:href='javascript:window.hit=1'>x</a></svg>"
    "<iframe src=javascript:parent.hit=1></iframe><base href=//evil.example/>"
    "<style>*{color:red}</style><link rel=stylesheet href=//evil.example/x.css>"
    "<form action=//evil.example/><button formaction=javascript:window.hit=1>x</button></form>"
    "<meta http-equiv=refresh content='0;url=//evil.example/'><!-- ]]></script></title></textarea>"
)
BREAKOUT = '" onmouseover="window.hit=1" style="color:red" \' autofocus onfocus=\'window.hit=1\' `'
TEMPLATE = "{{ 7 * 7 }}{% raw %}${7*7}%(n)s%s{0}\\u003cscript\\u003e</script>&lt;b&gt;&#60;"
POISON = f"{MARKUP}{BREAKOUT}{TEMPLATE}{BIDI}\u2069{ZALGO} {LONG_WORD} nul\0byte \r\n\t\x1b[31m"
LINKS = (
    "javascript:window.hit=1",
    "JaVaScRiPt:window.hit=1",
    " java\nscript:window.hit=1",
    "data:text/html,<script>window.hit=1</script>",
    "vbscript:window.hit=1",
    "//evil.example/x",
    'https://example.org/" onmouseover="window.hit=1" x=\'<script>window.hit=1</script>',
)
N_MESSAGES = len(LINKS)
Words = Callable[[int], str]
"""Number of a message → its text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ids:
    """What the addresses of the pages are made with."""

    slug: str
    messages: tuple[int, ...]
    ideas: tuple[int, ...]
    passages: tuple[int, ...]
    extracts: tuple[int, ...]


def words_of(n: int) -> str:
    """The text of message ``n``: each sentence names its place, so that it can be looked for."""
    poison = POISON.replace("\0", "")  # no import lets it into a text: cleaning takes it out
    return f"Message{n} begins. {poison} Message{n} ends."


def _imported(n: int, participant_id: int | None, words: Words) -> Imported:
    text = words(n)
    quotes = (
        Quote(kind=QuoteKind.ATTRIBUTION, text=f"{POISON} wrote:", at=0, author=POISON),
        Quote(kind=QuoteKind.QUOTED, text=f"Quoted{n} {POISON}", at=0),
        Quote(kind=QuoteKind.SIGNATURE, text=f"Signature{n} {POISON}", at=len(text)),
    )
    return Imported(
        raw=RawMessage(
            source_id=f"{n}{POISON}",
            text=text,
            position=POISON,
            posted_at=AT + timedelta(days=n),
            subject=f"Subject{n} {POISON}",
            url=LINKS[n],
            category=f"Category{n} {POISON}",
            stance=(Stance.FOR, Stance.AGAINST, None)[n % 3],
            n_likes=n,
            extra={POISON: POISON},
        ),
        clean=CleanText(text=text, quotes=quotes),
        language=("en", "ar", POISON, None)[n % 4],
        namespace=POISON,
        participant_id=participant_id,
        is_chat=False,
    )


def _idea(key: int, parent: int | None, representative: int) -> IdeaRow:
    return IdeaRow(
        key=key,
        parent_key=parent,
        level=1 if parent is None else 2,
        title=f"Idea{-key} {POISON}",
        keyphrases=(f"Phrase{-key} {POISON}", BIDI),
        summary=f"Summary{-key} {POISON}",
        language=("en", POISON, None)[-key % 3],
        n_messages=2,
        n_authors=2,
        stability=0.3,
        x=0.2 * -key,
        y=0.3,
        representatives=(representative,),
    )


def _map(store: Store, discussion_id: int, run_id: int, words: Words) -> tuple[int, ...]:
    passages = store.passages.all(discussion_id)
    first = passages[0].id
    ids = store.ideas.replace_machine(
        discussion_id,
        [_idea(-1, None, first), _idea(-2, -1, passages[1].id), _idea(-3, None, passages[2].id)],
        [
            PlacementRow(passage_id=p.id, idea_key=(-1, -2, -3, None)[n % 4], weight=0.5)
            for n, p in enumerate(passages)
        ],
        run_id=run_id,
    )
    store.passages.set_positions((p.id, 0.1 * n, 0.2) for n, p in enumerate(passages))
    store.ideas.retitle(
        ids[-3], title=f"Idea3 {POISON}", summary=f"Summary3 {POISON}", by=f"Model {POISON}"
    )
    store.repetitions.replace(
        discussion_id,
        [
            RepetitionRow(
                is_message=True,
                message_id=passages[0].message_id,
                start=0,
                end=len(words(0)),
                members=[p.message_id for p in passages[:3]],
            )
        ],
        run_id=run_id,
    )
    voices = IdeaVoices(
        n_repeating=2, n_same=2, n_same_voices=1, top_share=0.6, effective=1.5,
        is_carried_by_few=True,
    )  # fmt: skip
    store.repetitions.put_voices(dict.fromkeys(ids.values(), voices))
    return tuple(ids.values())


def _key_passages(
    store: Store, discussion_id: int, idea_id: int, *, run_id: int, words: Words
) -> tuple[int, ...]:
    messages = list(store.messages.all(discussion_id))
    store.extracts.replace_suggestions(
        discussion_id,
        [
            Extract(
                id=0,
                message_id=messages[n].id,
                start=0,
                end=len(words(n)),
                quote=words(n),
                nature=Nature.ISSUE,
                score=0.5,
                state=ExtractState.SUGGESTED,
                idea_ids=(idea_id,),
            )
            for n in (0, 1)
        ],
        run_id=run_id,
    )
    store.extracts.take(
        messages[2].id,
        Span(start=0, end=len(words(2))),
        nature=Nature.SOLUTION,
        tags=(f"Tag {POISON}", BIDI),
        actor=POISON,
    )
    return tuple(e.id for e in store.extracts.all(discussion_id))


def _link(store: Store, messages: tuple[int, ...]) -> None:
    """One thread of five, and one of the rest."""
    for root, part in ((0, messages[:5]), (5, messages[5:])):
        store.messages.link(
            Linked(
                message_id=message_id,
                parent_id=part[n - 1] if n else None,
                evidence=ParentEvidence.QUOTE if n else ParentEvidence.NONE,
                thread_id=messages[root],
                depth=n,
                rank=n,
            )
            for n, message_id in enumerate(part)
        )


def fill_hostile(store: Store, *, words: Words = words_of) -> Ids:
    """Seven messages in two threads, three ideas, three key passages, one repeated text."""
    found = store.discussions.add(f"Discussion {POISON}")
    source = store.sources.begin(found.id, name=f"file {POISON}.csv", format="table")
    people = [store.participants.add(found.id, author_key=POISON + k, name=POISON) for k in "ab"]
    voices = (people[0], people[1], None)
    store.messages.add(
        found.id, source, [_imported(n, voices[n % 3], words) for n in range(N_MESSAGES)]
    )
    problem = Problem(source=POISON, position=POISON, what=POISON, remedy=POISON)
    store.sources.finish(
        source, state="done", sha256="", n_bytes=1, counts=(N_MESSAGES, 0, 0),
        problems=[problem],
    )  # fmt: skip
    messages = tuple(m.id for m in store.messages.all(found.id))
    _link(store, messages)
    run_id = store.runs.begin(
        found.id, kind="build", seed=7, settings={"quality": POISON, POISON: POISON},
        versions={POISON: POISON},
    )  # fmt: skip
    store.passages.replace(
        found.id,
        {m: [Span(start=0, end=len(words(n)))] for n, m in enumerate(messages)},
        texts={m: words(n) for n, m in enumerate(messages)},
        run_id=run_id,
    )
    ideas = _map(store, found.id, run_id, words)
    extracts = _key_passages(store, found.id, ideas[0], run_id=run_id, words=words)
    model = {"name": POISON, "sha256": POISON}
    outcome = {"n_passages": 7, "n_ideas": 3, "share_placed": 0.8, "lineage": {"born": 3}}
    store.runs.finish(run_id, state="done", model=model, outcome=outcome, timings={"cut": 0.2})
    return Ids(
        slug=found.slug,
        messages=messages,
        ideas=ideas,
        passages=tuple(p.id for p in store.passages.all(found.id)),
        extracts=extracts,
    )
