"""What a language model is told of each idea, read from the stored map."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from synth.records import Idea, IdeaStatus, Origin
from synth.store import Store
from synth.titles import Names, Question, fit_to_send, ordinary_words

N_BEST = 40
"""Best-fitting passages among which those to send are looked for, after the representatives."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IdeaQuestion:
    """A question about one idea, and the names that no answer may hold."""

    question: Question
    names: Names


def idea_questions(store: Store, discussion_id: int) -> dict[int, IdeaQuestion]:
    """Idea id → what is asked about it, in reading order.

    Left out are ideas that a person made, named or hid, and those of which every passage names a
    participant.
    """
    reader = _Reader(store, discussion_id)
    found = {idea.id: reader.about(idea) for idea in reader.ideas if _is_machines(idea)}
    return {idea_id: asked for idea_id, asked in found.items() if asked.question.passages}


def _is_machines(idea: Idea) -> bool:
    is_named = Origin.PERSON in (idea.origin, idea.title_origin)
    return not is_named and idea.status is not IdeaStatus.HIDDEN


class _Reader:
    """Reads once what all questions are made of."""

    def __init__(self, store: Store, discussion_id: int) -> None:
        self._store = store
        self.ideas = store.ideas.outline(discussion_id)
        self._titles = store.ideas.own_titles(discussion_id)
        self._languages = store.ideas.languages(discussion_id)
        self._representatives = store.ideas.representatives(discussion_id)
        people = list(store.participants.names(discussion_id).values())
        ordinary = ordinary_words(people, (m.text for m in store.messages.all(discussion_id)))
        self._names = {
            language: Names(people, language, ordinary=ordinary)
            for language in {None, *self._languages.values()}
        }

    def about(self, idea: Idea) -> IdeaQuestion:
        language = self._languages.get(idea.id)
        names = self._names[language]
        spoken = self._spoken(idea, self._representatives.get(idea.id, ()))
        others = [
            (other.parent_id, self._titles[other.id])
            for other in self.ideas
            if other.id != idea.id and not names.one_in(self._titles[other.id])
        ]
        question = Question(
            language=language,
            passages=fit_to_send(spoken, names=names),
            keyphrases=tuple(key for key in idea.keyphrases if not names.one_in(key)),
            beside=tuple(title for parent, title in others if parent == idea.parent_id),
            within=tuple(title for parent, title in others if parent == idea.id),
        )
        return IdeaQuestion(question=question, names=names)

    def _spoken(self, idea: Idea, first: Sequence[int]) -> list[tuple[str, str | None]]:
        """(text, author) of the representatives, then of the passages that fit best."""
        there = self._store.ideas.passages(first)
        best, _ = self._store.ideas.placements_under(idea.id, limit=N_BEST)
        placed = [*(there[i] for i in first if i in there), *best]
        messages = self._store.messages.many([p.message_id for p in placed])
        return [
            (messages[p.message_id].text[p.start : p.end], messages[p.message_id].author)
            for p in placed
        ]
