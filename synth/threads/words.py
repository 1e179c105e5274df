"""Quoted words found again in earlier messages, by runs of five words."""

from __future__ import annotations

from collections.abc import Sequence

from models.text import shingles

RUN = 5
_MAX_HOLDERS = 30

Run = tuple[str, ...]


class QuotedWords:
    """Which messages hold the runs of words that some other messages quote.

    Runs held by more than 30 messages (set phrases, pasted boilerplate) say nothing
    about where a quote comes from and do not count.
    """

    def __init__(self, texts: Sequence[str], wanted: set[Run]) -> None:
        self._holders: dict[Run, list[int]] = {}
        for i, text in enumerate(texts):
            for run in wanted.intersection(shingles(text, RUN)):
                self._holders.setdefault(run, []).append(i)

    def matches(self, runs: set[Run]) -> dict[int, tuple[float, int]]:
        """Message -> (weight, number) of the runs it shares; one held by n messages weighs 1/n."""
        shared: dict[int, tuple[float, int]] = {}
        for run in runs:
            holders = self._holders.get(run, ())
            if len(holders) <= _MAX_HOLDERS:
                for i in holders:
                    weight, n_runs = shared.get(i, (0.0, 0))
                    shared[i] = (weight + 1.0 / len(holders), n_runs + 1)
        return shared
