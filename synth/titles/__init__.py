"""Name the ideas: passages per idea → title, keyphrases, summary and who speaks for it.

Beside our own names, what a language model may be asked and whether its answer may be used
(``language_model``).
"""

from __future__ import annotations

from synth.titles.language_model import (
    FIELDS,
    SYSTEM,
    Answer,
    Names,
    Question,
    Refused,
    checked,
    fit_to_send,
    ordinary_words,
    prompt_of,
    title_words,
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
