"""The tree of ideas as readers see it."""

from __future__ import annotations

from synth.records import Idea
from web.services.outline import Outline


def idea(n: int, parent: int | None = None, **more: object) -> Idea:
    facts: dict[str, object] = {
        "id": n,
        "parent_id": parent,
        "level": 1 if parent is None else 2,
        "title": f"Idea number {n} about the square",
        "keyphrases": (),
        "summary": "",
        "n_messages": 3,
        "n_authors": n,
        "stability": None,
    }
    return Idea(**{**facts, **more})  # type: ignore[arg-type]


def test_the_outline_is_numbered_and_coloured_by_top_idea() -> None:
    outline = Outline([idea(1), idea(3, 1), idea(2), idea(4, 2)], {1: "fr"})
    assert [(b.number, b.hue, b.language) for b in outline.in_order()] == [
        ("1", "hue-0", "fr"),
        ("1.1", "hue-0", None),
        ("2", "hue-1", None),
        ("2.1", "hue-1", None),
    ]
    assert [b.idea.id for b in outline.path(3)] == [1]
    assert outline.get(99) is None
    top = outline.get(1)
    assert top is not None
    assert top.subtree_ids == (1, 3)
    assert outline.leaves_under() == {1: (1, 3), 3: (3,), 2: (2, 4), 4: (4,)}
