"""What readers see of a map: the ideas and suggestions that no person hid, and no words twice."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence

from synth.records import Extract, ExtractState, Idea, IdeaStatus


def shown(ideas: Sequence[Idea]) -> list[Idea]:
    """The ideas of an outline that are for readers: not hidden, nor under a hidden one."""
    hidden: set[int | None] = set()
    for idea in ideas:
        if idea.status is IdeaStatus.HIDDEN or idea.parent_id in hidden:
            hidden.add(idea.id)
    return [idea for idea in ideas if idea.id not in hidden]


def is_shown(extract: Extract, ideas: Container[int]) -> bool:
    """Whether readers see it, where they see ``ideas``: not what nobody took and what stands
    under hidden ideas only."""
    is_taken = extract.state is ExtractState.TAKEN
    return is_taken or not extract.idea_ids or any(i in ideas for i in extract.idea_ids)


def summary_beside(summary: str, quotes: Iterable[str]) -> str:
    """An idea's summary, unless the ``quotes`` shown with it hold all its sentences already."""
    said = " ".join(" ".join(quote.split()) for quote in quotes)
    lines = (" ".join(line.split()) for line in summary.splitlines())
    return "" if all(line in said for line in lines) else summary
