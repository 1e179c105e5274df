"""The still picture of the map."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from synth.records import Idea
from web.map.drawing import HEIGHT, MARGIN, WIDTH, across, down, draw, wrap
from web.services.outline import Outline


def idea(n: int, **more: object) -> Idea:
    facts: dict[str, object] = {
        "id": n,
        "parent_id": None,
        "level": 1,
        "title": f"Idea number {n} about the square",
        "keyphrases": (),
        "summary": "",
        "n_messages": 3,
        "n_authors": n,
        "stability": None,
    }
    return Idea(**{**facts, **more})  # type: ignore[arg-type]


def test_labels_stay_inside_and_apart() -> None:
    """Thirty ideas on one heap: not all get a label, but no two labels meet."""
    spread = [idea(n, x=(n * 0.37) % 1, y=(n * 0.61) % 1) for n in range(1, 31)]
    drawn = draw(Outline(spread, {}))
    labels = [b.label for b in drawn.tops if b.label]
    assert 3 <= len(labels) < 31
    rows = [(label.x, y, line) for label in labels for y, line in label.lines]
    assert len(set(rows)) == len(rows)
    for x, y, _ in rows:
        assert 0 <= x <= WIDTH
        assert 0 <= y <= HEIGHT


def test_the_picture_shows_the_whole_layout_wherever_passages_lie() -> None:
    """One passage far out moves nothing: the frame is the layout's unit square."""
    assert MARGIN == across(0.0) == WIDTH - across(1.0)
    assert down(0.5) == HEIGHT / 2
    assert across(1.2) == across(1.0)


@given(st.text(max_size=200))
def test_a_label_is_a_few_short_lines(title: str) -> None:
    lines = wrap(title)
    assert 1 <= len(lines) <= 3
    assert all(len(line) <= 32 for line in lines)
