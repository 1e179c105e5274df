"""Name the ideas: passages per idea → title, keyphrases, summary and who speaks for it.

Beside our own names, what a language model may be asked and whether its answer may be used
stands in ``language_model``.
"""

from __future__ import annotations

from synth.titles.naming import name_ideas

__all__ = ["name_ideas"]
