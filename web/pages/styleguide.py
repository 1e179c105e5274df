"""Every component in its states on one page, for those who work on the viewer.

Served in debug mode, or with ``STYLEGUIDE`` in the configuration; ``docs/design.md`` has the rules.
Its own words are English only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import ClassVar

from flask import Blueprint

from synth.records import Idea, IdeaStatus, IdeaVoices, Stance, Unplaced
from web.http.permission import open_to_all
from web.services.outline import N_HUES, Branch, Outline
from web.services.quotes import Quoted
from web.services.snapshot import IdeaFacts
from web.services.trends import Spark
from web.ui.query import Paging
from web.ui.templates import render

styleguide = Blueprint("styleguide", __name__)
SURFACES = ("paper", "card", "mark", "taken", "good", "bad")
AT = datetime(2024, 3, 1, 9, 30, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class StyleguideContext:
    template: ClassVar[str] = "debug/styleguide.html"
    surfaces: Sequence[str]
    n_hues: int
    branches: Sequence[Branch]
    facts: Mapping[int, IdeaFacts]
    carried_by_few: IdeaVoices
    quotes: Sequence[tuple[str, Quoted]]
    """(what it shows, quote)."""
    paging: Paging
    at: datetime


@styleguide.get("/styleguide")
@open_to_all
def components() -> str:
    """Type, colours and components."""
    outline = _outline()
    return render(
        StyleguideContext(
            surfaces=SURFACES,
            n_hues=N_HUES,
            branches=outline.roots,
            facts=_facts(outline),
            carried_by_few=_FEW,
            quotes=_quotes(outline.roots[0]),
            paging=Paging(page=2, size=30, total=1234),
            at=AT,
        )
    )


_FEW = IdeaVoices(
    n_repeating=12, n_same=9, n_same_voices=2, top_share=0.48, effective=1.7,
    is_carried_by_few=True,
)  # fmt: skip


_IDEA = Idea(
    id=0,
    parent_id=None,
    level=1,
    title="A protected cycle lane on the bridge",
    keyphrases=("cycle lane", "bridge", "kerb"),
    summary="",
    n_messages=1204,
    n_authors=87,
    stability=0.82,
)
_QUOTE = Quoted(
    text="The cycle lane must be separated from the cars by a kerb, paint is not enough.",
    message_id=1,
    author="Participant 12",
    posted_at=AT,
    language="en",
    stance=None,
    n_likes=None,
    weight=0.8,
    passage_id=1,
)


def _outline() -> Outline:
    below = replace(_IDEA, parent_id=1, level=2)
    long = "Room for stalls by the water, whatever the car park says about it and about "
    long += "the people who have to carry their shopping from there"
    ideas = [
        replace(_IDEA, id=1, status=IdeaStatus.CONFIRMED),
        replace(below, id=2, title="Kerbs, not paint", n_messages=61, n_authors=20),
        replace(below, id=3, title="Count the bicycles first", n_messages=1, n_authors=1),
        replace(_IDEA, id=4, title=long, stability=0.3),
        replace(
            _IDEA, id=5, title="خط للدراجات على الجسر", title_by="a language model",
            keyphrases=("الجسر",),
        ),
    ]  # fmt: skip
    return Outline(ideas, {1: "en", 2: "en", 3: "en", 4: "en", 5: "ar"})


def _facts(outline: Outline) -> dict[int, IdeaFacts]:
    bars = " ".join(f"M{6 * n} {16 - n % 7 * 2}h5V16h-5z" for n in range(16))
    line = Spark(path=bars, width=96, height=16, gist="mostly March to June, quiet since")
    return {
        branch.idea.id: IdeaFacts(
            spark=line if n != 2 else None,
            carriers=_FEW if n == 3 else None,
            n_new=7 if n == 0 else None,
        )
        for n, branch in enumerate(outline.in_order())
    }


def _quotes(idea: Branch) -> list[tuple[str, Quoted]]:
    return [
        ("With all there may be", replace(_QUOTE, stance=Stance.FOR, n_likes=12, idea=idea)),
        ("Against, by nobody known", replace(_QUOTE, stance=Stance.AGAINST, author=None)),
        (
            "Under no idea",
            replace(_QUOTE, text="Thanks, all.", reason=Unplaced.THANKS, posted_at=None),
        ),
        (
            "In another direction",
            replace(_QUOTE, text="يجب أن يُفصل الخط عن السيارات بحافة.", language="ar"),
        ),
        ("A word without end", replace(_QUOTE, text="Donaudampfschifffahrtsgesellschaft" * 6)),
    ]
