"""The map as a still picture, for paper and for readers without scripts.

Circles as large as an idea has voices, with labels that leave each other room.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from web.services.outline import Branch, Outline

WIDTH, HEIGHT = 150.0, 100.0
"""Size of the drawing in its own units; the page scales it."""
MARGIN = 6.0
LETTER = 1.32
LINE = 2.9
"""Mean width of a letter and height of a line of a label, in drawing units."""
LABEL_LETTERS = 21
LABEL_LINES = 3


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
    return tuple(
        Bubble(branch=b.branch, x=b.x, y=b.y, radius=b.radius, label=labels.get(b.branch.idea.id))
        for b in bubbles
    )


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
