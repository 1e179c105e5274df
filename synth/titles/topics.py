"""Names made of what an idea speaks of: a phrase that covers it, or two side by side."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product

import numpy as np
from numpy.typing import NDArray

from models.clauses import is_aside
from models.keyphrases import is_vague, key_of
from models.languages import primary
from synth.titles.candidates import MOSTLY_WITHIN, Material
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
"""How many times its share in the sibling that uses it most, and half of that elsewhere."""
LONGER = 0.5
"""Each further word of a phrase adds this share: longer phrases say more."""
SPEAKS_OF = 0.25
"""Share of a sub-idea's passages with a phrase from which the sub-idea speaks of it."""
OF_HEADING = 3.0
"""How many times its share elsewhere a heading is taken to have: it was written to tell apart."""
LARGE_PART = 0.2
"""Share of an idea from which the heading of a sub-idea stands for it."""
LEAST_SHARE, LEAST_ELSEWHERE = 0.01, 0.005
"""Smaller shares, of a sibling and of the rest, are chance."""
LEAST_LIKENESS = 0.05
"""What is taken for the cosine of a phrase's passages with the idea where it is less."""
FEW_VOICES = 3
"""A phrase of fewer voices speaks for none but them."""
LOOKED_AT, COMPARED = 60, 8
"""The best phrases that are looked at, and how many of them are tried beside each other."""
STEM = 6
"""Letters of a word by which another form of it is known."""
SHORT_NAME = 34
SHORT_HEADING = 42
"""Characters of a phrase, and of a heading, that stands beside another name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Topics:
    """What an idea speaks of, the best first."""

    names: list[str]
    weights: NDArray[np.float64]
    """(n_topics,) how much each tells the idea from others."""
    covered: NDArray[np.float64]
    """(n_parts, n_topics) 0..1: how much each part of the idea speaks of it."""
    shares: NDArray[np.float64]
    """(n_parts,) how much of the idea each part is; the sum is 1."""


class TopicNames:
    """Names of one or two topics.

    surfaces: by language and key, how it is written. headings: the ideas that bear the heading of
    a thread.
    """

    def __init__(
        self,
        material: Material,
        *,
        surfaces: Mapping[str, Mapping[str, str]],
        headings: Mapping[int, str],
    ) -> None:
        self._material, self._surfaces, self._headings = material, surfaces, headings
        keys = material.vocabulary.keys
        self._bonus = np.array([1 + LONGER * key.count(" ") for key in keys], np.float64)
        self._longer: dict[str, list[int]] = defaultdict(list)
        """By key the longer keys that it stands in."""
        for column, key in enumerate(keys):
            for part in _parts_of(key):
                self._longer[part].append(column)

    def of_broad(self, idea: int) -> Iterator[str]:
        """For an idea above others, the best first; nothing for other ideas."""
        children = self._children(idea)
        if not children:
            return
        yield from map(titled, self._covering(idea, children))
        yield from self._two_headings(idea, children)
        within = _shares(self._material, children)
        sizes = np.array([len(self._material.groups.members[c]) for c in children], np.float64)
        topics = self._topics(idea, np.minimum(1.0, within / SPEAKS_OF), sizes / sizes.sum())
        yield from self._pairs(idea, self._with_headings(topics, children))

    def of_phrases(self, idea: int, surfaces: Sequence[str]) -> Iterator[str]:
        """Two of the phrases side by side, those that stand first in the list first."""
        short = [surface for surface in surfaces if len(surface) <= SHORT_NAME]
        for one, other in combinations(short, 2):
            yield from self._beside(idea, one, other)

    def with_another(self, idea: int, name: str) -> Iterator[str]:
        """The name of a leaf idea beside a phrase of the passages that it does not stand in."""
        material = self._material
        rows = material.groups.members[idea]
        column = material.vocabulary.row_of.get(name)
        if column is None or not len(rows):
            return
        present = material.vocabulary.present[rows]
        without = rows[np.asarray(present[:, [column]].todense()).ravel() == 0]
        if not len(without):
            return
        left = np.asarray(material.vocabulary.present[without].mean(axis=0), np.float64)
        topics = self._topics(idea, left, np.ones(1))
        written = self._surfaces[primary(material.groups.languages[idea])][name]
        for other in topics.names:
            yield from self._beside(idea, written, other)

    def _children(self, idea: int) -> list[int]:
        """The sub-ideas, largest first."""
        groups = self._material.groups
        children: list[int] = np.flatnonzero(groups.parent == idea).tolist()
        return sorted(children, key=lambda child: -len(groups.members[child]))

    def _covering(self, idea: int, children: Sequence[int]) -> list[str]:
        """Phrases that cover most of the sub-ideas and not the siblings, best first."""
        groups, keys = self._material.groups, self._material.vocabulary.keys
        own, lift = self._own(idea)
        within = _shares(self._material, children)
        sizes = np.array([len(groups.members[child]) for child in children], np.float64)
        is_covered = within >= np.maximum(COVERS_SUB_IDEA, own / 3)
        covered = (sizes @ is_covered) / sizes.sum()
        least = np.where(self._bonus > 1, COVERS, WORD_COVERS)
        is_fit = (own >= least) & (covered >= MOST_COVERED) & (is_covered.sum(axis=0) > 1)
        is_fit &= lift >= APART
        columns = np.flatnonzero(is_fit)
        scores = own[columns] * np.log(lift[columns]) * self._bonus[columns]
        ordered = columns[np.argsort(-scores, kind="stable")]
        meant = [
            column
            for column in dict.fromkeys(self._meant(idea, column) for column in ordered.tolist())
            if is_fit[column]
        ]
        return list(self._named(idea, [keys[column] for column in meant]).values())

    def _two_headings(self, idea: int, children: Sequence[int]) -> Iterator[str]:
        """Those of the two largest sub-ideas, if both are short and most is said in these two."""
        members = self._material.groups.members
        said = sum(len(members[child]) for child in children[:2])
        headings = [self._headings.get(child, "") for child in children[:2]]
        if said >= MOST_COVERED * len(members[idea]) and all(headings):
            yield from self._beside(idea, headings[0], headings[-1])

    def _topics(
        self, idea: int, covered: NDArray[np.float64], shares: NDArray[np.float64]
    ) -> _Topics:
        """Those of the phrases, of which the parts of the idea speak as much as ``covered``."""
        material, keys = self._material, self._material.vocabulary.keys
        _, lift = self._own(idea)
        likeness = material.groups.directions[idea] @ material.vocabulary.meaning.T
        weights = np.log(np.maximum(lift, 1)) * self._bonus * np.maximum(likeness, LEAST_LIKENESS)
        weights *= material.voices[idea] >= min(FEW_VOICES, material.n_voices[idea])
        scores = (shares @ covered) * weights
        told = np.flatnonzero(scores)
        best = told[np.argsort(-scores[told], kind="stable")[:LOOKED_AT]].tolist()
        meant = list(dict.fromkeys(self._meant(idea, column) for column in best))
        named = self._named(idea, [keys[column] for column in meant])
        columns = [material.vocabulary.row_of[key] for key in named]
        return _Topics(
            names=list(named.values()),
            weights=weights[columns],
            covered=covered[..., columns],
            shares=shares,
        )

    def _own(self, idea: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """(n_phrases,) share of the idea's passages that have each, and how many times that is its
        share in the sibling that uses it most, or half of that elsewhere."""
        material, groups = self._material, self._material.groups
        own = _shares(material, [idea])[0]
        beside = groups.siblings(idea)
        outside = _shares(material, beside).max(axis=0) if len(beside) else np.zeros_like(own)
        n_own = len(groups.members[idea])
        rest = (material.vocabulary.total - own * n_own) / max(1, len(material.corpus) - n_own)
        lift = own / np.maximum(outside, LEAST_SHARE)
        return own, np.minimum(lift, own / np.maximum(rest, LEAST_ELSEWHERE) / 2)

    def _with_headings(self, topics: _Topics, children: Sequence[int]) -> _Topics:
        """With the short headings that sub-ideas bear."""
        borne = [
            (place, heading)
            for place, child in enumerate(children)
            if 0 < len(heading := self._headings.get(child, "")) <= SHORT_HEADING
            if topics.shares[place] >= LARGE_PART
        ]
        covered = np.zeros((len(children), len(borne)))
        for number, (place, _) in enumerate(borne):
            covered[place, number] = 1.0
        words = np.array([1 + LONGER * heading.count(" ") for _, heading in borne], np.float64)
        weights = np.log(OF_HEADING) * np.minimum(words, 1 + 2 * LONGER)
        return _Topics(
            names=[*topics.names, *(heading for _, heading in borne)],
            weights=np.concatenate([topics.weights, weights]),
            covered=np.hstack([topics.covered, covered]),
            shares=topics.shares,
        )

    def _pairs(self, idea: int, topics: _Topics) -> Iterator[str]:
        """Two topics that cover most of the idea between them, the best pair first."""
        alone = topics.shares @ topics.covered
        scores = alone * topics.weights
        found: list[tuple[float, str]] = []
        for first in np.argsort(-scores, kind="stable")[:COMPARED].tolist():
            left = np.maximum(0, topics.covered - topics.covered[:, [first]])
            more = (topics.shares @ left) * topics.weights
            for second in np.argsort(-more, kind="stable")[:COMPARED].tolist():
                if more[second] <= 0:
                    continue
                pair = sorted((first, second), key=lambda place: -alone[place])
                one, other = (topics.names[place] for place in pair)
                for title in self._beside(idea, one, other):
                    found.append((-float(scores[first] + more[second]), title))
        yield from dict.fromkeys(title for _, title in sorted(found))

    def _beside(self, idea: int, one: str, other: str) -> Iterator[str]:
        """Two names as one title, if it is short enough and no word stands in it twice."""
        tag = primary(self._material.groups.languages[idea])
        title = side_by_side([one, other])
        shared = _stems(key_of(one, tag)) & _stems(key_of(other, tag))
        if len(title) <= MAX_CHARS and not shared:
            yield title

    def _meant(self, idea: int, column: int) -> int:
        """The longer phrase that a phrase mostly stands in within the idea, or itself."""
        uses, keys = self._material.voices[idea], self._material.vocabulary.keys
        longer = [c for c in self._longer[keys[column]] if uses[c] >= MOSTLY_WITHIN * uses[column]]
        named = self._named(idea, [keys[c] for c in longer])
        return max(
            (c for c in longer if keys[c] in named),
            key=lambda c: (uses[c], len(keys[c]), -c),
            default=column,
        )

    def _named(self, idea: int, keys: Sequence[str]) -> dict[str, str]:
        """Key → how it is written, for those that name something and may stand beside another."""
        tag = primary(self._material.groups.languages[idea])
        written = self._surfaces.get(tag, {})
        people = self._material.people
        return {
            key: surface
            for key in keys
            if (surface := written.get(key, ""))
            if 3 <= len(surface) <= SHORT_NAME and surface[0].isalpha()
            if not (names_someone(surface, people) or is_vague(key, tag) or is_aside(surface))
        }


def _stems(key: str) -> set[str]:
    """The beginnings of its words: "français" and "française" say the same."""
    return {word[:STEM] for word in key.split()}


def _parts_of(key: str) -> Iterator[str]:
    """The runs of words within a key, without the key itself."""
    words = key.split()
    for first, last in product(range(len(words)), range(1, len(words) + 1)):
        if 0 < last - first < len(words):
            yield " ".join(words[first:last])


def _shares(material: Material, ideas: Sequence[int] | NDArray[np.intp]) -> NDArray[np.float64]:
    """(n, n_phrases) share of each idea's passages that have each phrase."""
    groups = material.groups
    rows = np.asarray(ideas, np.intp)
    uses = np.asarray((groups.belongs[rows] @ material.vocabulary.present).todense(), np.float64)
    sizes = np.array([max(1, len(groups.members[row])) for row in rows.tolist()], np.float64)
    return np.asarray(uses / sizes[:, None], np.float64)
