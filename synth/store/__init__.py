"""One SQLite file holds a discussion; only this package speaks SQL."""

from __future__ import annotations

from synth.store.database import Store, open_store
from synth.store.discussions import Discussion
from synth.store.evidence import MessageEvidence
from synth.store.extracts import ExtractChange
from synth.store.ideas import IdeaRow, PlacementRow
from synth.store.messages import Imported, Linked
from synth.store.proposals import Proposal
from synth.store.repetitions import RepetitionRow
from synth.store.search import Hit
from synth.store.sources import Source

__all__ = [
    "Discussion",
    "ExtractChange",
    "Hit",
    "IdeaRow",
    "Imported",
    "Linked",
    "MessageEvidence",
    "PlacementRow",
    "Proposal",
    "RepetitionRow",
    "Source",
    "Store",
    "open_store",
]
