"""``report.html``: one file that opens offline, with outline, map, quotes and numbers."""

from __future__ import annotations

import base64
import colorsys
import gettext
import struct
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from synth.export.tables import replace_file
from synth.outline import shown, summary_beside
from synth.records import Idea, IdeaVoices, Placement, ReadSide, RepeatedText, Run, Stance, Unplaced
from synth.store import Discussion, Source, Store

N_QUOTES = 3
N_UNPLACED = 12
N_KEY = 24
N_REPEATED = 12
MOST_LETTERS = 600
"""Of a repeated text; messages.csv has the rest."""
GRID = 4095
"""Points are written as two 16-bit numbers on a grid of this size."""
LANGUAGES = ("en", "fr")
"""Of the report; the words are English, and translated by the catalogues."""
TRANSLATIONS = Path(__file__).parent.parent / "translations"
"""The catalogues of the report and of the viewer."""


def N_(text: str) -> str:  # noqa: N802 - the name that gettext gives it
    """Mark a text to be translated where it is shown."""
    return text


UNPLACED_WORDS: Mapping[Unplaced, str] = {
    Unplaced.SAYS_LITTLE: N_("says little by itself"),
    Unplaced.BETWEEN: N_("between two ideas"),
    Unplaced.NEAR_NONE: N_("near no idea"),
    Unplaced.GREETING: N_("a greeting"),
    Unplaced.THANKS: N_("thanks or a courtesy"),
    Unplaced.TEST: N_("a test"),
    Unplaced.LIST_MATTER: N_("a matter of the list or forum"),
    Unplaced.NO_ANSWER: N_("no answer of its own"),
    Unplaced.DUPLICATE: N_("says that something is a duplicate"),
    Unplaced.BOT: N_("written by a program"),
    Unplaced.ADDRESS: N_("an address only"),
    Unplaced.QUOTATION: N_("copied from a law or a bibliography"),
    Unplaced.OFF_TOPIC: N_("off the topic"),
}
"""Why a passage stands under no idea: it fits none, or is not about the question."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quoted:
    """Verbatim words with where they stand."""

    text: str
    author: str | None
    posted_at: datetime | None
    message_id: int
    url: str | None
    language: str | None
    stance: Stance | None
    """As the platform says."""
    read_side: ReadSide | None
    """As the words or a person tell."""
    nature: str | None = None
    reason: Unplaced | None = None
    """Why it stands under no idea."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportIdea:
    """An idea with its quotes and sub-ideas."""

    idea: Idea
    language: str | None
    summary: str
    """Empty where the quotes say the same."""
    quotes: Sequence[Quoted]
    children: Sequence[ReportIdea]
    colour: str
    voices: IdeaVoices | None
    """None where the map was built by an earlier version."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeated:
    """A text that stands in several messages."""

    text: RepeatedText
    quote: Quoted


@dataclass(frozen=True, slots=True, kw_only=True)
class Bubble:
    """An idea on the map, in percent of its sides."""

    idea: Idea
    x: float
    y: float
    radius: float
    colour: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportContext:
    """All that the template shows."""

    language: str
    reasons: Mapping[Unplaced, str]
    discussion: Discussion
    branches: Sequence[ReportIdea]
    bubbles: Sequence[Bubble]
    points: str
    """Base64 of little-endian (x, y, colour index) triples of 16-bit numbers."""
    palette: Sequence[str]
    share_placed: float
    n_unplaced: int
    unplaced: Sequence[Quoted]
    not_about: Mapping[Unplaced, int]
    """How many passages are not about the question, by reason, those of most first."""
    aside: Sequence[Quoted]
    """Some of them."""
    key_passages: Sequence[Quoted]
    repeated: Sequence[Repeated]
    n_repeated: int
    run: Run | None
    sources: Sequence[Source]
    evidence: Mapping[str, int]
    n_hidden: int
    """Messages that facilitators hide."""


def write_report(
    store: Store, discussion_id: int, path: Path, *, names: Mapping[str, str] | None = None
) -> Path:
    """Write the report of a discussion in its main language (English or French)."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("synth.export"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    context = _ReportReader(store, discussion_id, names or {}).context()
    words = gettext.translation("messages", TRANSLATIONS, [context.language], fallback=True)
    environment.globals["_"] = words.gettext
    page = environment.get_template("report.html.j2")
    return replace_file(path, page.render({k: getattr(context, k) for k in context.__slots__}))


def _some(placements: Sequence[Placement]) -> Sequence[Placement]:
    """A few, evenly drawn."""
    return placements[:: max(1, len(placements) // N_UNPLACED)][:N_UNPLACED]


class _ReportReader:
    """Reads what the report needs from the store, once."""

    def __init__(self, store: Store, discussion_id: int, names: Mapping[str, str]) -> None:
        self._store = store
        self._names = names
        self._discussion_id = discussion_id
        self._discussion = next(d for d in store.discussions.all() if d.id == discussion_id)
        self._ideas = shown(store.ideas.outline(discussion_id))
        self._placements = store.ideas.placements(discussion_id)
        self._voices = store.repetitions.voices(discussion_id)
        self._colours = _colours(self._ideas)

    def context(self) -> ReportContext:
        store = self._store
        main = self._discussion.languages[0][0] if self._discussion.languages else "en"
        nowhere = [p for p in self._placements if p.idea_id is None]
        unplaced = [p for p in nowhere if p.reason is None or p.reason.is_about]
        aside = [p for p in nowhere if p.reason is not None and not p.reason.is_about]
        n = len(self._placements) - len(aside)
        repeated, n_repeated = self._repeated()
        return ReportContext(
            reasons=UNPLACED_WORDS,
            language=main if main in LANGUAGES else "en",
            discussion=self._discussion,
            branches=self._branches(),
            bubbles=self._bubbles(),
            points=self._points(),
            palette=["#8a8f98", *dict.fromkeys(self._colours.values())],
            share_placed=(n - len(unplaced)) / n if n else 0.0,
            n_unplaced=len(unplaced),
            unplaced=self._quoted(_some(unplaced)),
            not_about=dict(Counter(p.reason for p in aside if p.reason).most_common()),
            aside=self._quoted(_some(aside)),
            key_passages=self._key_passages(),
            repeated=repeated,
            n_repeated=n_repeated,
            run=store.runs.last(self._discussion_id),
            sources=store.sources.all(self._discussion_id),
            evidence=store.evidence.counts(self._discussion_id),
            n_hidden=sum(store.hidden.counts(self._discussion_id).values()),
        )

    def _branches(self) -> Sequence[ReportIdea]:
        representatives = self._store.ideas.representatives(self._discussion_id)
        wanted = {idea: ids[:N_QUOTES] for idea, ids in representatives.items()}
        by_passage = {p.passage_id: p for p in self._placements}
        languages = self._store.ideas.languages(self._discussion_id)
        children: dict[int | None, list[Idea]] = {}
        for idea in self._ideas:
            children.setdefault(idea.parent_id, []).append(idea)

        def branch(idea: Idea) -> ReportIdea:
            placed = [by_passage[i] for i in wanted.get(idea.id, ()) if i in by_passage]
            quotes = self._quoted(placed)
            return ReportIdea(
                idea=idea,
                language=languages.get(idea.id),
                summary=summary_beside(idea.summary, (quote.text for quote in quotes)),
                quotes=quotes,
                children=[branch(child) for child in children.get(idea.id, ())],
                colour=self._colours[idea.id],
                voices=self._voices.get(idea.id),
            )

        return [branch(idea) for idea in children.get(None, ())]

    def _quoted(self, placements: Sequence[Placement]) -> Sequence[Quoted]:
        quoted = self._at([(p.message_id, p.start, p.end, None) for p in placements])
        return [replace(one, reason=p.reason) for one, p in zip(quoted, placements, strict=True)]

    def _key_passages(self) -> Sequence[Quoted]:
        best = self._store.extracts.best(self._discussion_id, limit=N_KEY)
        return self._at([(e.message_id, e.start, e.end, e.nature) for e in best])

    def _repeated(self) -> tuple[Sequence[Repeated], int]:
        texts, total = self._store.repetitions.all(self._discussion_id, limit=N_REPEATED)
        places = [(t.message_id, t.start, min(t.end, t.start + MOST_LETTERS), None) for t in texts]
        return [
            Repeated(text=text, quote=quote)
            for text, quote in zip(texts, self._at(places), strict=True)
        ], total

    def _at(self, places: Sequence[tuple[int, int, int, str | None]]) -> Sequence[Quoted]:
        messages = self._store.messages.many([place[0] for place in places])
        return [
            Quoted(
                text=messages[i].text[start:end],
                author=self._names.get(messages[i].author or "", messages[i].author),
                posted_at=messages[i].posted_at,
                message_id=i,
                url=messages[i].url if _is_web(messages[i].url) else None,
                language=messages[i].language,
                stance=messages[i].stance,
                read_side=messages[i].read_side,
                nature=nature,
            )
            for i, start, end, nature in places
        ]

    def _bubbles(self) -> Sequence[Bubble]:
        most = max((idea.n_authors for idea in self._ideas), default=1) or 1
        return [
            Bubble(
                idea=idea,
                x=100 * idea.x,
                y=100 * idea.y,
                radius=1.2 + 5 * (idea.n_authors / most) ** 0.5,
                colour=self._colours[idea.id],
            )
            for idea in self._ideas
            if idea.level <= 2
        ]

    def _points(self) -> str:
        palette = {c: i + 1 for i, c in enumerate(dict.fromkeys(self._colours.values()))}
        places = self._store.passages.positions(self._discussion_id)
        packed = bytearray()
        for placement, (x, y) in zip(self._placements, places, strict=True):
            if x is None or y is None:
                continue
            colour = palette.get(self._colours.get(placement.idea_id or 0, ""), 0)
            packed += struct.pack("<HHH", round(x * GRID), round(y * GRID), colour)
        return base64.b64encode(bytes(packed)).decode("ascii")


def _is_web(url: str | None) -> bool:
    return url is not None and url.lower().startswith(("https://", "http://"))


def _colours(ideas: Sequence[Idea]) -> dict[int, str]:
    """One hue for each top idea; its sub-ideas share it."""
    tops = [idea.id for idea in ideas if idea.parent_id is None]
    found: dict[int, str] = {}
    for rank, idea_id in enumerate(tops):
        red, green, blue = colorsys.hls_to_rgb((rank * 0.381966) % 1, 0.42, 0.55)
        found[idea_id] = f"#{round(red * 255):02x}{round(green * 255):02x}{round(blue * 255):02x}"
    for idea in ideas:
        if idea.parent_id is not None:
            found[idea.id] = found[idea.parent_id]
    return found
