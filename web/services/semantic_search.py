"""The meaning of discussions, read once in this process and kept while it is asked for."""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from flask import Flask, current_app
from flask_babel import gettext as _

from synth.errors import ModelMissing, SynthError
from synth.search.semantic import Meaning
from synth.search.semantic_index import read_meaning
from synth.store import Discussion, Store, open_store

log = logging.getLogger(__name__)
MOST = 3
"""Discussions that are kept at a time: 60 MB for 40,000 passages."""
PATIENCE = 20.0
"""Seconds that a reader waits where it is being read; a large discussion takes eight."""
AGAIN = 60.0
"""Seconds after which what could not be read is tried again."""
Key = tuple[int, int, int]
"""Discussion, the run that made its map, and how many people were erased since it began."""


class NotReady(Exception):
    """It is still being read."""


class Unreadable(Exception):
    """It cannot be read: no map, no model. Says why."""


@dataclass(slots=True)
class _Reading:
    is_over: threading.Event = field(default_factory=threading.Event)
    meaning: Meaning | None = None
    problem: str = ""
    failed_at: float | None = None

    @property
    def is_stale(self) -> bool:
        return self.failed_at is not None and time.monotonic() - self.failed_at > AGAIN


class Meanings:
    """Of one file. Reading goes on in the background, one discussion at a time; many may wait."""

    def __init__(
        self,
        db: Path,
        *,
        read: Callable[[Store, int], Meaning] = read_meaning,
        patience: float = PATIENCE,
    ) -> None:
        self._db = db
        self.patience = patience
        self._read = read
        self._readings: OrderedDict[Key, _Reading] = OrderedDict()
        self._lock = threading.Lock()
        self._turn = threading.Lock()

    def get(self, key: Key, *, wait: float) -> Meaning:
        """Raises NotReady after ``wait`` seconds, Unreadable where it never will be."""
        reading = self._reading(key)
        if not reading.is_over.wait(wait):
            raise NotReady
        if reading.meaning is None:
            raise Unreadable(reading.problem)
        return reading.meaning

    def _reading(self, key: Key) -> _Reading:
        with self._lock:
            reading = self._readings.get(key)
            if reading is None or reading.is_stale:
                self._forget_before(key)
                reading = self._readings[key] = _Reading()
                threading.Thread(target=self._work, args=(key, reading), daemon=True).start()
            self._readings.move_to_end(key)
            while len(self._readings) > MOST:
                self._readings.popitem(last=False)
        return reading

    def _forget_before(self, key: Key) -> None:
        """Maps of the discussion that were replaced, and with them what was erased."""
        for old in [one for one in self._readings if one[0] == key[0] and one < key]:
            del self._readings[old]

    def _work(self, key: Key, reading: _Reading) -> None:
        with self._turn:
            with self._lock:
                is_wanted = self._readings.get(key) is reading
            if is_wanted:  # otherwise others were asked for since: who still waits hears "not yet"
                self._read_now(key, reading)

    def _read_now(self, key: Key, reading: _Reading) -> None:
        try:
            with open_store(self._db) as store:
                reading.meaning = self._read(store, key[0])
        except (SynthError, ModelMissing) as problem:
            reading.problem = str(problem)
        except Exception:
            log.exception("The meaning of a discussion could not be read")
            reading.problem = "something unforeseen went wrong; the log has the details"
        finally:
            reading.failed_at = time.monotonic() if reading.meaning is None else None
            reading.is_over.set()


def init_app(app: Flask) -> None:
    app.extensions["meanings"] = Meanings(Path(app.config["DB"]))


def meaning_of(store: Store, discussion: Discussion, *, wait: float | None = None) -> Meaning:
    """What the discussion's passages mean to the model of its map; raises as ``Meanings.get``,
    after its patience where ``wait`` says nothing else."""
    run = store.runs.last(discussion.id)
    if run is None:
        raise Unreadable(_("there is no map yet"))
    meanings: Meanings = current_app.extensions["meanings"]
    patience = meanings.patience if wait is None else wait
    n_erased = len(store.participants.erased_keys(discussion.id))
    return meanings.get((discussion.id, run.id, n_erased), wait=patience)


def begin_reading(store: Store, discussion: Discussion) -> None:
    """Have it read in the background: somebody is about to ask."""
    try:
        meaning_of(store, discussion, wait=0.0)
    except (NotReady, Unreadable):
        return
