"""Name the ideas: passages per idea → title, keyphrases, summary and who speaks for it."""

from __future__ import annotations

from synth.titles.naming import name_ideas

__all__ = ["name_ideas"]
