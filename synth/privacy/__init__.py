"""Privacy: what would tell who somebody is, found in a text."""

from __future__ import annotations

from synth.privacy.contacts import find_contacts
from synth.privacy.finding import find_all
from synth.privacy.names import KnownNames

__all__ = ["KnownNames", "find_all", "find_contacts"]
