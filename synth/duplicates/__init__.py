"""Repetition: the same text posted again, and how many voices carry an idea."""

from __future__ import annotations

from synth.duplicates.near_duplicates import TELLING_WORDS, Copies, Repetition, find_repetition
from synth.duplicates.voices import voices_behind

__all__ = ["TELLING_WORDS", "Copies", "Repetition", "find_repetition", "voices_behind"]
