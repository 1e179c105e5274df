"""The map as a still picture: a drawing on the page, which a script replaces, and a PNG.

The drawing is for paper and for readers without scripts: circles as large as an idea has voices,
with labels that leave each other room. The PNG is for sites that show what a link leads to.
"""

from __future__ import annotations

import colorsys
import math
import struct
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np
from flask_babel import gettext as _
from numpy.typing import NDArray

from synth.records import Stance
from synth.store import Discussion
from web.map.data import GRID, POINT, UNPLACED, MapIdea
from web.services.outline import Branch, Outline
from web.ui.correction_words import LINKED_FROM, LINKS
from web.ui.words import STANCES, counted_forms

WIDTH, HEIGHT = 150.0, 100.0
"""Size of the drawing in its own units; the page scales it."""
MARGIN = 6.0
LETTER = 1.32
LINE = 2.9
"""Mean width of a letter and height of a line of a label, in drawing units."""
LABEL_LETTERS = 21
LABEL_LINES = 3
PNG_WIDTH, PNG_HEIGHT = 1200, 630
"""What sites ask for that show pictures of links."""
PNG_MARGIN = 40
CELL = 3
"""Pixels across a cell of the densities that the regions are made of."""
PAPER = np.array([255, 255, 255], dtype=np.float32)
HUES = (205, 18, 150, 280, 42, 338, 180, 245, 82, 0, 222, 310)
"""In degrees, as in the style sheet."""
_DOT = [(x, y) for x in range(-2, 3) for y in range(-2, 3) if x * x + y * y <= 5]
_STATIC = Path(__file__).parent.parent / "static"
MODULES = ("vendor/d3-zoom-kdbush.js", *sorted(f"map/{p.name}" for p in _STATIC.glob("map/*.js")))
"""The script and what it is made of; browsers may ask for all of it at once."""

Mode = Literal["page", "full", "embed"]
"""A section of a page, the whole window, or a frame of another site."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """Lines of text centred on x; ``y`` is the baseline of each."""

    x: float
    lines: tuple[tuple[float, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bubble:
    branch: Branch
    x: float
    y: float
    radius: float
    label: Label | None
    """None where there is no room; the number in the bubble still says which idea it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    left: float
    top: float
    right: float
    bottom: float

    def shared(self, other: Box) -> float:
        """Area in common."""
        wide = min(self.right, other.right) - max(self.left, other.left)
        high = min(self.bottom, other.bottom) - max(self.top, other.top)
        return max(wide, 0.0) * max(high, 0.0)

    @property
    def is_inside(self) -> bool:
        return self.left >= 0 and self.top >= 0 and self.right <= WIDTH and self.bottom <= HEIGHT


@dataclass(frozen=True, slots=True, kw_only=True)
class IdeaMap:
    width: float
    height: float
    tops: tuple[Bubble, ...]
    subs: tuple[Bubble, ...]


def across(x: float) -> float:
    """Where a layout's x (0..1) stands in the drawing.

    A layout fills the unit square and keeps its places as a map grows, so the whole square is
    drawn, whatever stands in it: a frame around the passages would move with each outlier.
    """
    return MARGIN + (WIDTH - 2 * MARGIN) * min(max(x, 0.0), 1.0)


def down(y: float) -> float:
    return MARGIN + (HEIGHT - 2 * MARGIN) * min(max(y, 0.0), 1.0)


def draw(outline: Outline) -> IdeaMap:
    """Bubbles of the top ideas, with labels, and of the ideas right below them."""
    branches = outline.in_order()
    most = max((b.idea.n_authors for b in branches), default=1) or 1
    return IdeaMap(
        width=WIDTH,
        height=HEIGHT,
        tops=_labelled([_bubble(b, most, scale=6.0) for b in outline.roots]),
        subs=tuple(_bubble(c, most, scale=3.5) for b in outline.roots for c in b.children),
    )


def _bubble(branch: Branch, most: int, *, scale: float) -> Bubble:
    return Bubble(
        branch=branch,
        x=across(branch.idea.x),
        y=down(branch.idea.y),
        radius=1.4 + scale * math.sqrt(branch.idea.n_authors / most),
        label=None,
    )


def _labelled(bubbles: Sequence[Bubble]) -> tuple[Bubble, ...]:
    """Give each bubble the freest place for its label, the largest first."""
    taken = [_box(b.x, b.y, 2 * b.radius, 2 * b.radius) for b in bubbles]
    labels: dict[int, Label] = {}
    for bubble in sorted(bubbles, key=lambda b: -b.branch.idea.n_authors):
        for label, box in _candidates(bubble):
            if box.is_inside and not any(box.shared(other) for other in taken):
                labels[bubble.branch.idea.id] = label
                taken.append(box)
                break
    return tuple(replace(b, label=labels.get(b.branch.idea.id)) for b in bubbles)


def _candidates(bubble: Bubble) -> Iterator[tuple[Label, Box]]:
    """Below, above, right, left of the bubble, then the same a little farther."""
    lines = wrap(bubble.branch.idea.title)
    wide, high = LETTER * max(map(len, lines)), LINE * len(lines)
    for gap in (0.6, 3.0):
        off = bubble.radius + gap
        for dx, dy in (
            (0.0, off + high / 2),
            (0.0, -off - high / 2),
            (off + wide / 2, 0.0),
            (-off - wide / 2, 0.0),
        ):
            x, y = bubble.x + dx, bubble.y + dy
            x = min(max(x, wide / 2), WIDTH - wide / 2) if dx == 0 else x
            first = y - high / 2 + 0.76 * LINE
            rows = tuple((first + LINE * n, line) for n, line in enumerate(lines))
            yield Label(x=x, lines=rows), _box(x, y, wide, high)


def wrap(title: str) -> list[str]:
    """The title in a few short lines, cut with an ellipsis where it is longer."""
    lines = [""]
    for word in title.split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > LABEL_LETTERS:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    lines = [
        line if len(line) <= 1.4 * LABEL_LETTERS else line[:LABEL_LETTERS] + "…" for line in lines
    ]
    if len(lines) > LABEL_LINES:
        lines = [*lines[: LABEL_LINES - 1], lines[LABEL_LINES - 1].rstrip(",;:. ") + "…"]
    return lines


def _box(x: float, y: float, wide: float, high: float) -> Box:
    return Box(left=x - wide / 2, top=y - high / 2, right=x + wide / 2, bottom=y + high / 2)


def picture_png(packed: bytes, ideas: tuple[MapIdea, ...]) -> bytes:
    """A PNG of the regions and passages; ``packed`` as ``pack_points`` gives them."""
    points = np.frombuffer(packed, dtype=POINT)
    hues = np.array([int(one.branch.hue.removeprefix("hue-")) for one in ideas] or [0])
    is_placed = points["idea"] != UNPLACED
    hue = np.where(is_placed, hues[np.where(is_placed, points["idea"], 0)], len(HUES))
    left = PNG_MARGIN + points["x"].astype(np.int64) * (PNG_WIDTH - 2 * PNG_MARGIN) // GRID
    top = PNG_MARGIN + points["y"].astype(np.int64) * (PNG_HEIGHT - 2 * PNG_MARGIN) // GRID
    inks = np.array([_ink(degrees) for degrees in HUES] + [(138, 143, 150)], dtype=np.float32)
    picture = _regions(left[is_placed], top[is_placed], hue[is_placed], inks)
    for x, y in _DOT:
        picture[top + y, left + x] = 0.25 * picture[top + y, left + x] + 0.75 * inks[hue]
    return _png(np.rint(picture).astype(np.uint8))


def _regions(
    left: NDArray[np.int64], top: NDArray[np.int64], hue: NDArray[np.int64],
    inks: NDArray[np.float32],
) -> NDArray[np.float32]:  # fmt: skip
    """float32 (PNG_HEIGHT, PNG_WIDTH, 3): where passages of one hue lie densest, tinted with it."""
    from scipy.ndimage import gaussian_filter

    high, wide = PNG_HEIGHT // CELL, PNG_WIDTH // CELL
    densities = np.zeros((len(HUES), high, wide), dtype=np.float32)
    np.add.at(densities, (hue, np.minimum(top // CELL, high - 1), left // CELL), 1.0)
    spread = 5 + 50 / np.sqrt(len(left) + 12)
    densities = gaussian_filter(densities, (0, spread, spread))
    floor = (0.3 + len(left) / 9000) / (2 * np.pi * spread**2)
    greatest = densities.max(axis=0)
    share = np.where(greatest > floor, 0.16 + 0.14 * greatest / max(greatest.max(), 1e-9), 0.0)
    tint = PAPER + share[..., None] * (inks[densities.argmax(axis=0)] - PAPER)
    return np.asarray(np.kron(tint, np.ones((CELL, CELL, 1))), dtype=np.float32)


def _ink(degrees: int) -> tuple[float, ...]:
    return tuple(255 * part for part in colorsys.hls_to_rgb(degrees / 360, 0.4, 0.52))


def _png(pixels: NDArray[np.uint8]) -> bytes:
    """uint8 (height, width, 3) as a PNG (ISO/IEC 15948): no filters, one block of pixels."""
    height, width, _ = pixels.shape
    lines = np.zeros((height, 1 + 3 * width), dtype=np.uint8)
    lines[:, 1:] = pixels.reshape(height, 3 * width)
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(lines.tobytes(), 6)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in parts
    )


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
        "read_by_machine": _("from the words"),
        "read_by_person": _("set by a person"),
        "anonymous": _("Anonymous"),
        "under_no_idea": _("Under no idea"),
        "read_passage": _("Read in the thread"),
        "read_idea": _("Read this idea"),
        "zoom_to_it": _("Zoom to it"),
        "close": _("Close"),
        "links": {kind.value: str(words) for kind, words in LINKS.items()},
        "linked_from": {kind.value: str(words) for kind, words in LINKED_FROM.items()},
        "since_sign_off": _("new since the sign-off"),
        "correct": _("Correct"),
        "correct_idea": _("Correct idea %(id)s", id="{id}"),
    }
