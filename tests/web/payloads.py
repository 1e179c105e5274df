"""Words that would run in a page that does not take them for words, and a discussion full of them.

Each names itself when it runs: ``window.hit`` holds its number.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from synth.records import CleanText, Extract, ExtractState, Nature, ParentEvidence, RawMessage, Span
from synth.store import Discussion, IdeaRow, Imported, Linked, PlacementRow, Store

_TEMPLATES = (
    # Elements, whole and broken.
    "<script>window.hit={n}</script>",
    "<ScRiPt >window.hit={n}</sCrIpT>",
    "<scr<script>ipt>window.hit={n}</scr</script>ipt>",
    "<script src=data:,window.hit={n}></script>",
    "<img src=x onerror=window.hit={n}>",
    "<img/src/onerror=window.hit={n}>",
    "<svg onload=window.hit={n}>",
    "<svg><animate onbegin=window.hit={n} attributeName=x>",
    "<svg><script>window.hit={n}</script></svg>",
    "<math><mi xlink:href=javascript:window.hit={n}>x",
    "<iframe srcdoc='<script>parent.hit={n}</script>'>",
    "<iframe src=javascript:parent.hit={n}>",
    "<object data=javascript:window.hit={n}>",
    "<embed src=javascript:window.hit={n}>",
    "<details open ontoggle=window.hit={n}>",
    "<input autofocus onfocus=window.hit={n}>",
    "<video><source onerror=window.hit={n}>",
    "<body onload=window.hit={n}>",
    "<marquee onstart=window.hit={n}>",
    "<link rel=stylesheet href=//evil.example/{n}.css>",
    "<style>@import'//evil.example/{n}'</style>",
    "<meta http-equiv=refresh content=0;url=//evil.example/{n}>",
    "<base href=//evil.example/{n}/>",
    "<form action=//evil.example/{n}><button>x",
    # Out of attributes, scripts, comments and styles.
    '"><script>window.hit={n}</script>',
    "'><img src=x onerror=window.hit={n}>",
    '" onmouseover="window.hit={n}" x="',
    "' autofocus onfocus='window.hit={n}",
    "` onerror=window.hit={n} `",
    "</script><script>window.hit={n}</script>",
    "</textarea><script>window.hit={n}</script>",
    "</title><script>window.hit={n}</script>",
    "--><script>window.hit={n}</script><!--",
    "]]><script>window.hit={n}</script>",
    "\\u003cscript\\u003ewindow.hit={n}\\u003c/script\\u003e",
    "\\';window.hit={n};//",
    # What becomes markup only when it is read twice.
    "&lt;script&gt;window.hit={n}&lt;/script&gt;",
    "&#60;img src=x onerror=window.hit={n}&#62;",
    "%3Cscript%3Ewindow.hit={n}%3C/script%3E",
    "＜script＞window.hit={n}＜/script＞",
    # Markdown and templates.
    "[x](javascript:window.hit={n})",
    "![x](x'onerror='window.hit={n})",
    "<javascript:window.hit={n}>",
    "{{{{window.hit={n}}}}}",
    "${{window.hit={n}}}",
    "{{{{7*7}}}}{{%raw%}}{n}",
)
PAYLOADS = tuple(one.format(n=n + 1) for n, one in enumerate(_TEMPLATES))
LONGEST = max(map(len, PAYLOADS))
BEGUN = datetime(2024, 3, 1, 9, tzinfo=UTC)


def all_in_one(limit: int) -> Iterator[str]:
    """The payloads, as many in a text as ``limit`` letters hold."""
    text = ""
    for one in PAYLOADS:
        if len(text) + len(one) + 1 > limit:
            yield text.strip()
            text = ""
        text += f" {one}"
    yield text.strip()


def _imported(n: int, participant_id: int) -> Imported:
    text = f"{PAYLOADS[n]} is what message {n} says."
    return Imported(
        raw=RawMessage(
            source_id=f"s{n}",
            text=text,
            position=PAYLOADS[n],
            posted_at=BEGUN + timedelta(hours=n),
            subject=PAYLOADS[n] if n % 5 == 0 else None,
            category=PAYLOADS[n],
        ),
        clean=CleanText(text=text, quotes=()),
        language="en",
        namespace="",
        participant_id=participant_id,
        is_chat=False,
    )


def _idea(n: int, representative: int) -> IdeaRow:
    """Every sixth stands at the top, with the five after it below."""
    is_top, above = n % 6 == 0, -(n - n % 6) - 1
    return IdeaRow(
        key=-n - 1, parent_key=None if is_top else above, level=1 if is_top else 2,
        title=f"Idea {n}", keyphrases=(PAYLOADS[n],), summary="", language="en", n_messages=1,
        n_authors=1, stability=0.5, x=0.02 * n, y=0.5, representatives=(representative,),
    )  # fmt: skip


def fill_payloads(store: Store) -> Discussion:
    """A discussion of as many messages, ideas and suggestions as there are payloads."""
    found = store.discussions.add("The market square")
    source = store.sources.begin(found.id, name=f"{PAYLOADS[0]}.csv", format="table")
    voices = [
        store.participants.add(found.id, author_key=f"{one} {n}", name=one)
        for n, one in enumerate(PAYLOADS[:8])
    ]
    imported = [_imported(n, voices[n % 8]) for n in range(len(PAYLOADS))]
    store.messages.add(found.id, source, imported)
    counts = (len(PAYLOADS), 0, 0)
    store.sources.finish(source, state="done", sha256="", n_bytes=1, counts=counts, problems=[])
    messages = list(store.messages.all(found.id))
    for root in range(0, len(messages), 5):
        thread = messages[root : root + 5]
        store.messages.link(
            Linked(
                message_id=one.id,
                parent_id=thread[n - 1].id if n else None,
                evidence=ParentEvidence.HEADER if n else ParentEvidence.NONE,
                thread_id=thread[0].id,
                depth=n,
                rank=n,
            )
            for n, one in enumerate(thread)
        )
    _map(store, found)
    return found


def _map(store: Store, found: Discussion) -> None:
    messages = list(store.messages.all(found.id))
    run_id = store.runs.begin(found.id, kind="build", seed=7, settings={}, versions={})
    spans = {one.id: [Span(start=0, end=len(one.text))] for one in messages}
    texts = {one.id: one.text for one in messages}
    store.passages.replace(found.id, spans, texts=texts, run_id=run_id)
    passages = store.passages.all(found.id)
    ids = store.ideas.replace_machine(
        found.id,
        [_idea(n, one.id) for n, one in enumerate(passages)],
        [
            PlacementRow(passage_id=p.id, idea_key=-n - 1, weight=0.5)
            for n, p in enumerate(passages)
        ],
        run_id=run_id,
    )
    store.passages.set_positions((p.id, 0.02 * n, 0.5) for n, p in enumerate(passages))
    suggestions = [
        Extract(
            id=0, message_id=one.id, start=0, end=len(one.text), quote=one.text,
            nature=Nature.ISSUE, score=0.5, state=ExtractState.SUGGESTED, idea_ids=(ids[-n - 1],),
        )
        for n, one in enumerate(messages)
    ]  # fmt: skip
    store.extracts.replace_suggestions(found.id, suggestions, run_id=run_id)
    outcome = {"n_passages": len(passages), "n_ideas": len(ids), "share_placed": 1.0}
    store.runs.finish(
        run_id, state="done", model={"name": "draft", "sha256": "0"},
        outcome=outcome | {"lineage": {"born": len(ids)}}, timings={},
    )  # fmt: skip
