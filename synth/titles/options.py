"""What each idea could be called, the best first: a heading, a clause, a phrase, two phrases."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from models.clauses import is_aside
from models.keyphrases import key_of
from models.languages import primary
from synth.titles.candidates import Keyphrase, Material, TitleCandidate
from synth.titles.topics import TopicNames
from synth.titles.wording import MAX_CHARS, clipped, names_someone, titled

LONE_WORD = 0.8
"""Share of its fit that one common word keeps beside clauses, which say more."""
SAID = 0.2
"""Share of an idea's voices, less that of all passages, that use a word of a heading that says
enough."""
SURE_BY_MEANING, SURE_BY_WORDS = 0.45, 0.85
"""Fit from which a clause stands for a loose idea, with a model and without. Of eleven below ten
were a detail to a reader, who knew from keyphrases what people speak of (docs/quality.md)."""
OF_ONE_PIECE = 0.52
"""Mean cosine of passages with their idea from which they say one thing."""
LONG_PASSAGE = 150
"""Mean characters of passages from which a clause is only a part of each."""
GOOD_ENOUGH = 0.08
"""Below this fit a clause is no title as long as there is a noun phrase."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TitleOptions:
    """What ideas could be called."""

    material: Material
    candidates: Sequence[Sequence[tuple[TitleCandidate, float]]]
    """By idea the clauses and noun phrases with their fit, best first."""
    keyphrases: Sequence[Sequence[Keyphrase]]
    headings: Mapping[int, str]
    """The ideas that are one thread, with its heading."""
    topics: TopicNames
    sure: float
    """Fit from which a clause stands for its idea."""

    def of(self, idea: int) -> Iterator[str]:
        """What an idea could be called, the best first."""
        if idea in self.headings:
            yield from self._headings(idea)
        yield from self.topics.of_broad(idea)
        candidates = self.candidates[idea]
        own = [surface for _, surface in self.keyphrases[idea] if not is_aside(surface)]
        pairs = list(self.topics.of_phrases(idea, own))
        for one, fit in candidates:
            if fit >= GOOD_ENOUGH:
                if fit < self.sure and not one.is_phrase and self._is_loose(idea):
                    yield from pairs
                yield from self._wordings(idea, one)
        for one, _ in candidates:
            if one.is_phrase:
                yield from self._wordings(idea, one)
        yield from (one.title for one, _ in candidates if not one.is_phrase)
        yield from pairs
        yield from map(titled, own)
        corpus = self.material.corpus
        for row in self.material.representatives[idea]:
            yield clipped(corpus.passages[row].text, self.material.groups.languages[idea])

    def _is_loose(self, idea: int) -> bool:
        """Whether its passages are long and say different things, so that a clause is a detail."""
        material = self.material
        rows: list[int] = material.groups.members[idea].tolist()
        n_letters = sum(len(material.corpus.passages[row].text) for row in rows)
        is_long = n_letters >= LONG_PASSAGE * len(rows)
        return is_long and float(material.groups.centrality(idea).mean()) < OF_ONE_PIECE

    def _headings(self, idea: int) -> Iterator[str]:
        """The heading; where it does not say what people speak of, with a keyphrase behind it:
        "Another newbie question (vignettes)"."""
        heading = self.headings[idea]
        if not self._says_enough(heading, idea):
            for _, surface in self.keyphrases[idea]:
                title = f"{heading} ({surface})"
                is_aside_or_name = is_aside(surface) or names_someone(title, self.material.people)
                if surface.isalpha() and len(title) <= MAX_CHARS and not is_aside_or_name:
                    yield title
        yield heading

    def _says_enough(self, heading: str, idea: int) -> bool:
        """Whether a word of it is used by many voices of the idea, more than elsewhere."""
        material, vocabulary = self.material, self.material.vocabulary
        words = key_of(heading, primary(material.groups.languages[idea])).split()
        columns = vocabulary.columns(words)
        inside = material.voices[idea, columns] / max(1.0, float(material.n_voices[idea]))
        outside = vocabulary.total[columns] / len(material.corpus)
        return bool(((inside - outside) >= SAID).any())

    def _wordings(self, idea: int, candidate: TitleCandidate) -> Iterator[str]:
        """A candidate as a title; a lone word, which says too little, beside another phrase."""
        if _is_plain_word(candidate):
            yield from self.topics.with_another(idea, candidate.key)
        yield candidate.title


def words_last(
    candidates: Sequence[tuple[TitleCandidate, float]],
) -> list[tuple[TitleCandidate, float]]:
    """The candidates, best first, when a lone word counts for less."""
    weighed = [
        (one, fit * LONE_WORD if _is_plain_word(one) and fit > 0 else fit)
        for one, fit in candidates
    ]
    return sorted(weighed, key=lambda pair: -pair[1])


def _is_plain_word(candidate: TitleCandidate) -> bool:
    """Whether it is one common word, and no abbreviation or identifier."""
    return candidate.is_phrase and candidate.title[1:].isalpha() and candidate.title[1:].islower()
