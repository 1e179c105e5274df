"""Name the ideas: passages per idea → title, keyphrases, summary and who speaks for it.

Beside our own names, what a language model may be asked for (``asking``) and whether its answer
may be used (``answers``).
"""

from __future__ import annotations

from synth.titles.answers import Answer, Refused, checked, title_words
from synth.titles.language_model import (
    FIELDS,
    SYSTEM,
    Names,
    Question,
    fit_to_send,
    ordinary_words,
    prompt_of,
)
from synth.titles.naming import name_ideas

__all__ = [
    "FIELDS",
    "SYSTEM",
    "Answer",
    "Names",
    "Question",
    "Refused",
    "checked",
    "fit_to_send",
    "name_ideas",
    "ordinary_words",
    "prompt_of",
    "title_words",
]
