"""The front page, and the page of one discussion: its numbers, map and outline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from flask import Blueprint

from synth.readers import is_shown
from synth.records import Extract, ExtractState, IdeaVoices, Problem, Run
from synth.store import Discussion, Source, Store
from web.map import MapBox, map_box
from web.outline import Branch, Outline, outline_of
from web.pages.repeated import Shown, shown_texts
from web.quoting import Quoted, quote_extracts
from web.rendering import render
from web.store import current_store, find_discussion

discussions = Blueprint("discussions", __name__)
N_KEY = 3
"""Key passages shown beside the outline."""
N_REPEATED = 3
"""Repeated texts shown there."""
N_PROBLEMS = 50
"""Problems shown of one file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontContext:
    template: ClassVar[str] = "front.html"
    discussions: Sequence[Discussion]


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscussionContext:
    template: ClassVar[str] = "discussion.html"
    discussion: Discussion
    branches: Sequence[Branch]
    map: MapBox
    n_passages: int
    n_unplaced: int
    key_passages: Sequence[Quoted]
    n_suggested: int
    n_taken: int
    repeated: Sequence[Shown]
    n_repeated: int
    carriers: Mapping[int, IdeaVoices]
    """Who carries the ideas, by idea id."""
    run: Run | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceProblems:
    source: Source
    problems: Sequence[Problem]
    """The first ``N_PROBLEMS``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AboutContext:
    template: ClassVar[str] = "about.html"
    discussion: Discussion
    run: Run | None
    evidence: dict[str, int]
    sources: Sequence[SourceProblems]


@discussions.get("/")
def front() -> str:
    """Every discussion of this file."""
    return render(FrontContext(discussions=current_store().discussions.all()))


@discussions.get("/d/<slug>/")
def discussion(slug: str) -> str:
    """Numbers, map and outline."""
    found, store = find_discussion(slug), current_store()
    outline = outline_of(store, found)
    extracts = store.extracts.all(found.id)
    repeated, n_repeated = shown_texts(store, found, limit=N_REPEATED)
    return render(
        DiscussionContext(
            discussion=found,
            branches=outline.roots,
            map=map_box(found, outline, "page"),
            n_passages=store.passages.count(found.id),
            n_unplaced=store.ideas.unplaced(found.id, limit=0)[1],
            key_passages=quote_extracts(store, outline, best(extracts, outline)),
            n_suggested=sum(e.state is ExtractState.SUGGESTED for e in extracts),
            n_taken=sum(e.state is ExtractState.TAKEN for e in extracts),
            repeated=repeated,
            n_repeated=n_repeated,
            carriers=store.repetitions.voices(found.id),
            run=store.runs.last(found.id),
        )
    )


@discussions.get("/d/<slug>/about")
def about(slug: str) -> str:
    """How the map was made, from what, and what could not be read."""
    found, store = find_discussion(slug), current_store()
    return render(
        AboutContext(
            discussion=found,
            run=store.runs.last(found.id),
            evidence=dict(store.evidence.counts(found.id)),
            sources=[_with_problems(store, source) for source in store.sources.all(found.id)],
        )
    )


def best(extracts: Sequence[Extract], outline: Outline) -> list[Extract]:
    """What people took, then what scores best; nothing that was rejected, and no suggestion that
    stands under hidden ideas only."""
    kept = [e for e in extracts if e.state is not ExtractState.REJECTED and is_shown(e, outline)]
    return sorted(kept, key=lambda e: (e.state is not ExtractState.TAKEN, -e.score, e.id))[:N_KEY]


def _with_problems(store: Store, source: Source) -> SourceProblems:
    problems = store.sources.problems(source.id) if source.n_problems else []
    return SourceProblems(source=source, problems=problems[:N_PROBLEMS])
