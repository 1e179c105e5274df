"""What is due by itself: discussions whose grace time is over go, and names kept long enough."""

from __future__ import annotations

import logging
import time
from pathlib import Path

from synth.store import open_store
from web.jobs.folder import JobFolder

log = logging.getLogger(__name__)
EVERY = 3600.0
"""Seconds between two looks."""
ACTOR = "viewer"
"""Who does what is due, as the audit names it."""


class Upkeep:
    """Looks at a discussion file now and then, first when it is asked first."""

    def __init__(self, db: Path, folder: JobFolder) -> None:
        self._db = db
        self._folder = folder
        self._next = 0.0

    def look(self) -> None:
        """Carry out what is due, unless it was looked for a short while ago."""
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + EVERY
        if self._db.is_file():
            self.carry_out()

    def carry_out(self) -> None:
        """Carry out what is due now."""
        from synth.pipeline import delete_due
        from synth.pipeline.retention import erase_due_names

        with open_store(self._db) as store:
            if store.removals.due():
                for slug in delete_due(store, actor=ACTOR, uploads=self._folder.uploads):
                    log.info("the discussion %s was deleted", slug)
            for slug, n in erase_due_names(store, actor=ACTOR).items():
                log.info("%s names were erased in the discussion %s", n, slug)
