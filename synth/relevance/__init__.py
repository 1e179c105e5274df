"""What is not about the question: greetings, thanks, "nothing to add", bots, talk beside it.

Such passages stay in the discussion and stand under no idea, with the reason. Set phrases and
quotations are told by their words (:func:`reason_of`), the rest by what it is like
(:func:`find_no_answers`, :func:`find_off_topic`).
"""

from __future__ import annotations

from synth.records import Unplaced
from synth.relevance.likeness import Examples, Turns, example_texts
from synth.relevance.no_answer import find_no_answers
from synth.relevance.off_topic import find_off_topic, takes_up
from synth.relevance.quotations import is_bibliography, is_law
from synth.relevance.set_phrases import reason_in_words

__all__ = [
    "Examples",
    "Turns",
    "example_texts",
    "find_no_answers",
    "find_off_topic",
    "reason_of",
    "takes_up",
]


def reason_of(text: str, language: str | None = None, *, is_whole: bool) -> Unplaced | None:
    """Why these words are not about the question; None where nothing in them says so.

    ``is_whole``: whether they are all that the message says; an article of a law that stands among
    somebody's own words is an argument. ``language``: ISO 639-1 where known.
    """
    reason = reason_in_words(text, language)
    if reason is None and (is_bibliography(text) or (is_whole and is_law(text))):
        return Unplaced.QUOTATION
    return reason
