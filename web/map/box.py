"""A map on a page: its still picture, and what the script that takes its place must know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from flask_babel import gettext as _

from synth.records import Stance
from synth.store import Discussion
from web.map.drawing import IdeaMap, draw
from web.services.outline import Outline
from web.ui.words import STANCES, counted_forms

_STATIC = Path(__file__).parent.parent / "static"
MODULES = ("vendor/d3-zoom-kdbush.js", *sorted(f"map/{p.name}" for p in _STATIC.glob("map/*.js")))
"""The script and what it is made of; browsers may ask for all of it at once."""

Mode = Literal["page", "full", "embed"]
"""A section of a page, the whole window, or a frame of another site."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MapBox:
    slug: str
    mode: Mode
    drawing: IdeaMap
    words: Mapping[str, object]
    modules: tuple[str, ...] = MODULES


def map_box(discussion: Discussion, outline: Outline, mode: Mode) -> MapBox:
    return MapBox(slug=discussion.slug, mode=mode, drawing=draw(outline), words=_words())


def _words() -> dict[str, object]:
    """The words of the script, in the language of the page; ``{n}`` is filled in there."""
    return {
        "voice": counted_forms("voice"),
        "message": counted_forms("message"),
        "new": counted_forms("new passage"),
        "balance": _(
            "%(n_for)s for, %(n_against)s against", n_for="{n_for}", n_against="{n_against}"
        ),
        "for": str(STANCES[Stance.FOR]),
        "against": str(STANCES[Stance.AGAINST]),
        "anonymous": _("Anonymous"),
        "under_no_idea": _("Under no idea"),
        "read_passage": _("Read in the thread"),
        "read_idea": _("Read this idea"),
        "zoom_to_it": _("Zoom to it"),
        "close": _("Close"),
    }
