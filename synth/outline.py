"""The outline of a map: its ideas as a tree, in reading order, with counts; what readers see of it.

A tree is given as a mapping: idea → the idea it stands under, None at the top.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

from synth.records import Extract, ExtractState, Idea, IdeaStatus, IdeaTree

Member = TypeVar("Member")
Counts = tuple[int, int]
"""(messages, voices)"""


def path_up(idea_id: int | None, parents: Mapping[int, int | None]) -> Iterator[int]:
    """The idea, the one it stands under, and so on up to the top; nothing for None."""
    while idea_id is not None:
        yield idea_id
        idea_id = parents[idea_id]


def members_under(
    parents: Mapping[int, int | None], members: Iterable[tuple[int | None, Member]]
) -> dict[int, list[Member]]:
    """Idea → all that stands under it and its sub-ideas, in the order given.

    ``members``: (leaf idea or None, what stands there).
    """
    found: dict[int, list[Member]] = {idea_id: [] for idea_id in parents}
    for leaf, member in members:
        for idea_id in path_up(leaf, parents):
            found[idea_id].append(member)
    return found


def parents_of(tree: IdeaTree) -> dict[int, int | None]:
    """The tree of a map as a mapping: row of an idea → row of the one above it."""
    return {row: None if above < 0 else above for row, above in enumerate(tree.parent.tolist())}


def rows_under(tree: IdeaTree) -> dict[int, list[int]]:
    """Row of an idea → rows of the passages under it and its sub-ideas, ascending."""
    leaves = (None if leaf < 0 else leaf for leaf in tree.leaf.tolist())
    return members_under(parents_of(tree), ((leaf, row) for row, leaf in enumerate(leaves)))


def counts_under(
    parents: Mapping[int, int | None], passages: Iterable[tuple[int | None, int, int]]
) -> dict[int, Counts]:
    """Idea → distinct messages and distinct voices under it and its sub-ideas.

    ``passages``: (leaf idea or None, message, voice) of each; see ``Message.voice``.
    """
    under = members_under(parents, ((leaf, (message, voice)) for leaf, message, voice in passages))
    return {
        idea_id: (len({m for m, _ in said}), len({v for _, v in said}))
        for idea_id, said in under.items()
    }


def reading_order(
    parents: Mapping[int, int | None], counts: Mapping[int, Counts] | None = None
) -> list[tuple[int, int]]:
    """(idea, level) of every idea, depth first; the top ideas have level 1.

    Siblings with the most voices, then messages, come first; equals, and all where there are no
    counts, stay in the order of ``parents``.
    """
    children: dict[int | None, list[int]] = {}
    for idea_id, parent in parents.items():
        children.setdefault(parent, []).append(idea_id)
    if counts is not None:
        for siblings in children.values():
            siblings.sort(key=lambda i: (-counts[i][1], -counts[i][0]))
    order: list[tuple[int, int]] = []
    waiting = [(idea_id, 1) for idea_id in reversed(children.get(None, []))]
    while waiting:
        idea_id, level = waiting.pop()
        order.append((idea_id, level))
        waiting += [(child, level + 1) for child in reversed(children.get(idea_id, []))]
    return order


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


_ATTRIBUTED = re.compile(r"^[“„«]\s*(.*?)\s*[”“»](?: — .+)?$")
"""A line of a summary: a sentence in quote marks, and who said it."""


def summary_beside(summary: str, quotes: Iterable[str]) -> str:
    """An idea's summary, unless the ``quotes`` shown with it hold all its sentences already."""
    said = " ".join(" ".join(quote.split()) for quote in quotes)
    lines = (" ".join(_ATTRIBUTED.sub(r"\1", line).split()) for line in summary.splitlines())
    return "" if all(line in said for line in lines) else summary
