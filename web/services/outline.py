"""The tree of ideas as pages show it: numbered, coloured, in reading order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from synth.outline import shown as not_hidden
from synth.records import Idea, Lock

N_HUES = 12
"""The style sheet has this many; a top idea and all below it share one."""
NO_HUE = "hue-none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """An idea of the outline with the ideas under it."""

    idea: Idea
    number: str
    """``2`` or ``2.1``: its place in the outline."""
    hue: str
    """A class of the style sheet."""
    language: str | None
    children: tuple[Branch, ...]
    is_new: bool = False
    """Whether it came after all ideas had been signed off."""

    @property
    def subtree_ids(self) -> tuple[int, ...]:
        """The idea and all ideas under it: its passages stand right under one of these."""
        return (self.idea.id, *(i for child in self.children for i in child.subtree_ids))


class Outline:
    """The ideas that are not hidden. Looked up by idea id."""

    def __init__(self, ideas: Sequence[Idea], languages: Mapping[int, str]) -> None:
        self._languages = languages
        self._below: dict[int | None, list[Idea]] = {}
        self._is_signed_off = any(idea.locked_by is Lock.SIGN_OFF for idea in ideas)
        for idea in not_hidden(ideas):
            self._below.setdefault(idea.parent_id, []).append(idea)
        # What came after a sign-off stands after the ideas that were signed off.
        self._below.get(None, []).sort(key=self._is_new)
        self._by_id: dict[int, Branch] = {}
        self.roots = tuple(
            self._branch(idea, str(n), f"hue-{(n - 1) % N_HUES}")
            for n, idea in enumerate(self._below.get(None, ()), 1)
        )

    def get(self, idea_id: int | None) -> Branch | None:
        return None if idea_id is None else self._by_id.get(idea_id)

    def shown(self, idea_ids: Iterable[int | None]) -> list[Branch]:
        """Those of these ideas that readers see, each once."""
        found = (self.get(idea_id) for idea_id in idea_ids)
        return list(dict.fromkeys(branch for branch in found if branch is not None))

    def __contains__(self, idea_id: object) -> bool:
        return idea_id in self._by_id

    def path(self, idea_id: int) -> tuple[Branch, ...]:
        """From the top idea down to the parent of this one."""
        found: list[Branch] = []
        branch = self.get(self._by_id[idea_id].idea.parent_id)
        while branch is not None:
            found.append(branch)
            branch = self.get(branch.idea.parent_id)
        return tuple(reversed(found))

    def leaves_under(self) -> dict[int, Sequence[int]]:
        """Idea → it and all ideas under it, for every idea."""
        return {branch.idea.id: branch.subtree_ids for branch in self.in_order()}

    def in_order(self) -> tuple[Branch, ...]:
        """Every idea, parents before children, as one reads the outline."""
        return tuple(self._walk(self.roots))

    def _walk(self, branches: Sequence[Branch]) -> list[Branch]:
        return [each for b in branches for each in (b, *self._walk(b.children))]

    def _is_new(self, idea: Idea) -> bool:
        return self._is_signed_off and idea.locked_by is None

    def _branch(self, idea: Idea, number: str, hue: str) -> Branch:
        branch = Branch(
            idea=idea,
            number=number,
            hue=hue,
            language=self._languages.get(idea.id),
            is_new=self._is_new(idea),
            children=tuple(
                self._branch(child, f"{number}.{n}", hue)
                for n, child in enumerate(self._below.get(idea.id, ()), 1)
            ),
        )
        self._by_id[idea.id] = branch
        return branch
