"""Titles of ideas above others: what most of their sub-ideas speak of, or two of them by name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product

import numpy as np
from numpy.typing import NDArray

from models.clauses import is_aside
from models.keyphrases import is_vague, key_of
from models.languages import primary
from synth.titles.candidates import FEW_VOICES, Material, TitleCandidate
from synth.titles.wording import MAX_CHARS, names_someone, side_by_side, titled

COVERS = 0.2
"""Share of the passages of a broad idea that a phrase must stand in to be its title."""
WORD_COVERS = 0.4
"""The same for a single word, which says less."""
COVERS_SUB_IDEA = 0.08
"""The same for a sub-idea to be covered; at least a third of its share in all of the idea."""
MOST_COVERED = 0.6
"""Share of the passages, by sub-idea, that lie in covered ones."""
APART = 2.5
"""How many times its share in the sibling that uses it most."""
LONGER = 0.25
"""Each further word of a phrase adds this share: longer phrases say more."""
SHORT_NAME = 34
SHORT_HEADING = 42
"""Characters of a phrase, and of a heading, that stands beside another name."""
NOT_ELSEWHERE, NOT_BESIDE = 2.5, 1.5
"""How many times its share in the rest of the discussion, and in the ideas beside it, is the share
of a name in its sub-idea."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BroadNames:
    """What broad ideas can be called.

    ``proposed``: what else each idea could be called, best first. ``headings``: the ideas that bear
    the heading of a thread.
    """

    material: Material
    proposed: Sequence[Sequence[tuple[TitleCandidate, float]]]
    surfaces: Mapping[str, Mapping[str, str]]
    """By language and key, how it is written."""
    headings: Mapping[int, str]

    def options(self, idea: int) -> Iterator[str]:
        """For an idea above others, the best first."""
        children = self._children(idea)
        if not children:
            return
        for key in self._covering(idea, children):
            yield titled(key)
        yield from self._pairs(idea, children)

    def _children(self, idea: int) -> list[int]:
        """The sub-ideas, largest first."""
        groups = self.material.groups
        children: list[int] = np.flatnonzero(groups.parent == idea).tolist()
        return sorted(children, key=lambda child: -len(groups.members[child]))

    def _covering(self, idea: int, children: Sequence[int]) -> list[str]:
        """Phrases that cover most of the sub-ideas and not the siblings, best first."""
        material = self.material
        groups, vocabulary = material.groups, material.vocabulary
        written = self.surfaces.get(primary(groups.languages[idea]), {})
        own = _shares(material, [idea])[0]
        within = _shares(material, children)
        sizes = np.array([len(groups.members[child]) for child in children], np.float64)
        is_covered = within >= np.maximum(COVERS_SUB_IDEA, own / 3)
        covered = (sizes @ is_covered) / sizes.sum()
        beside = groups.siblings(idea)
        outside = _shares(material, beside).max(axis=0) if len(beside) else np.zeros_like(own)
        lift = own / np.maximum(outside, 0.01)
        least = np.array([COVERS if " " in key else WORD_COVERS for key in vocabulary.keys])
        is_fit = (own >= least) & (covered >= MOST_COVERED) & (is_covered.sum(axis=0) > 1)
        is_fit &= lift >= APART
        columns = np.flatnonzero(is_fit)
        n_words = np.array([vocabulary.keys[column].count(" ") + 1 for column in columns])
        scores = own[columns] * np.log(lift[columns]) * (1 + LONGER * (n_words - 1))
        keys = [vocabulary.keys[columns[place]] for place in np.argsort(-scores, kind="stable")]
        names = (written[key] for key in keys if key in written)
        return [name for name in names if self._is_name(idea, name)]

    def _pairs(self, idea: int, children: Sequence[int]) -> Iterator[str]:
        """Two sub-ideas by name, the largest first; where one is alone, what else is said."""
        tag = primary(self.material.groups.languages[idea])
        names = [list(self._short_names(owner, tag)) for owner in (*children, idea)]
        for first, second in combinations(names, 2):
            for one, other in product(first, second):
                title = side_by_side([one, other])
                if len(title) <= MAX_CHARS and not _share_a_word(one, other, tag):
                    yield title

    def _short_names(self, idea: int, tag: str) -> Iterator[str]:
        """What a sub-idea may be called beside another, in the language ``tag``."""
        material = self.material
        if primary(material.groups.languages[idea]) != tag:
            return
        heading = self.headings.get(idea, "")
        if 0 < len(heading) <= SHORT_HEADING:
            yield heading
        children = self._children(idea)
        if children:
            yield from self._covering(idea, children)[:1]
        is_telling = self._telling(idea)
        for candidate, _ in self.proposed[idea]:
            if not candidate.is_phrase or not self._is_name(idea, candidate.title):
                continue
            column = material.vocabulary.row_of[candidate.key]
            is_shared = material.voices[idea, column] > 1 or material.n_voices[idea] < FEW_VOICES
            if is_shared and is_telling[column]:
                yield candidate.title
        if len(heading) > SHORT_HEADING:
            yield heading

    def _telling(self, idea: int) -> NDArray[np.bool_]:
        """(n_phrases,) whether the idea uses each so much more than the rest of the discussion,
        and than the other ideas under the same one, that it is called by it."""
        material, groups = self.material, self.material.groups
        n, own = len(groups.members[idea]), _shares(material, [idea])[0]
        rest = (material.vocabulary.total - own * n) / max(1, len(material.corpus) - n)
        is_telling = own >= NOT_ELSEWHERE * rest
        above = int(groups.parent[idea])
        if above >= 0 and (n_above := len(groups.members[above])) > n:
            beside = (_shares(material, [above])[0] * n_above - own * n) / (n_above - n)
            is_telling &= own >= NOT_BESIDE * beside
        return np.asarray(is_telling)

    def _is_name(self, idea: int, surface: str) -> bool:
        """Whether a phrase names something that may stand beside another name."""
        tag = primary(self.material.groups.languages[idea])
        is_short = 3 <= len(surface) <= min(SHORT_NAME, MAX_CHARS)
        is_plain = surface[0].isalpha() and not names_someone(surface, self.material.people)
        key = key_of(surface, tag)
        return is_short and is_plain and not is_vague(key, tag) and not is_aside(surface)


def _shares(material: Material, ideas: Sequence[int] | NDArray[np.intp]) -> NDArray[np.float64]:
    """(n, n_phrases) share of each idea's passages that have each phrase."""
    groups = material.groups
    rows = np.asarray(ideas, np.intp)
    uses = np.asarray((groups.belongs[rows] @ material.vocabulary.present).todense(), np.float64)
    sizes = np.array([max(1, len(groups.members[row])) for row in rows.tolist()], np.float64)
    return np.asarray(uses / sizes[:, None], np.float64)


def _share_a_word(one: str, other: str, language: str) -> bool:
    return bool(set(key_of(one, language).split()) & set(key_of(other, language).split()))
