"""Name the ideas: passages per idea → title, keyphrases, summary and representatives.

The module ``language_model`` holds what a language model is asked about an idea, and the checks
of its answer.
"""

from __future__ import annotations

from synth.titles.candidates import Encode
from synth.titles.naming import name_ideas

__all__ = ["Encode", "name_ideas"]
