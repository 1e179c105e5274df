"""Jobs: long work that was asked for, how far it is, and what came of it."""

from __future__ import annotations

from collections.abc import Collection as Several
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from synth.store.rows import IN, Collection, json_text, now, record, time_text


class JobState(StrEnum):
    """How far a job is."""

    PREPARING = "preparing"
    """Its files are still being put in their place."""
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    INTERRUPTED = "interrupted"
    """It ended before its time too often; a person may start it again."""


class Step(StrEnum):
    """What a job does next, or does now."""

    IMPORT = "import"
    DRAFT = "draft"
    FULL = "full"
    TIDY = "tidy"
    """Take back what was half done, after it was cancelled or interrupted too often."""


OVER = frozenset({JobState.DONE, JobState.FAILED, JobState.CANCELLED, JobState.INTERRUPTED})


@dataclass(frozen=True, slots=True, kw_only=True)
class NewJob:
    """What is asked for."""

    kind: str
    """``upload`` or ``build``."""
    title: str
    asked_by: str
    settings: Mapping[str, object]
    uploads: str | None = None
    """Name of the folder that holds its files."""
    files: tuple[str, ...] = ()
    """Their names as people sent them."""
    is_first: bool = False
    """Whether a discussion is opened for it, which does not stay if this fails."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a job begins: the discussion, and the first thing to do."""

    discussion_id: int
    slug: str
    title: str
    step: Step


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Long work over one discussion."""

    id: int
    kind: str
    discussion_id: int | None
    """None before it is opened, and once an upload that failed left nothing behind."""
    slug: str
    title: str
    asked_by: str
    asked_at: datetime
    settings: Mapping[str, object]
    uploads: str | None
    files: tuple[str, ...]
    is_first: bool
    state: JobState
    step: Step
    ends_as: JobState | None
    """How it ends once it is tidied up; set as soon as somebody cancels it."""
    n_attempts: int
    """How often the step was begun."""
    started_at: datetime | None
    finished_at: datetime | None
    report: str
    """How far it is, in the words of who carries it out."""
    error: str

    @property
    def is_over(self) -> bool:
        return self.state in OVER


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLine:
    """Something that happened to a job."""

    at: datetime
    event: str
    facts: Mapping[str, object] = field(default_factory=dict)


_FAIR = """SELECT * FROM jobs j WHERE state = 'waiting' AND step IN (SELECT value FROM json_each(?))
    AND NOT EXISTS (SELECT 1 FROM jobs other WHERE other.state = 'running'
                    AND other.discussion_id = j.discussion_id)
    ORDER BY (SELECT max(turn) FROM jobs WHERE asked_by = j.asked_by),
             (SELECT max(turn) FROM jobs WHERE discussion_id = j.discussion_id), id LIMIT 1"""
"""Whoever was served longest ago comes first; among the jobs of one person, the discussion that
was. A discussion is worked on by one job at a time."""


class Jobs(Collection):
    """The jobs of one file, running, waiting and over."""

    def add(self, new: NewJob) -> int:
        """Note what is asked for. It waits for ``queue``; its number is never given again."""
        with self._db.atomic():
            number = self._insert(
                "jobs",
                {
                    "kind": new.kind,
                    "title": new.title,
                    "asked_by": new.asked_by,
                    "asked_at": time_text(now()),
                    "settings": json_text(new.settings),
                    "uploads": new.uploads,
                    "files": json_text(list(new.files)),
                    "is_first": new.is_first,
                    "state": JobState.PREPARING,
                    "step": Step.IMPORT,
                },
            )
            self.note(number, "asked", by=new.asked_by)
        return number

    def queue(self, number: int, place: Place) -> None:
        """The job is ready to be carried out."""
        self._write(
            """UPDATE jobs SET state = 'waiting', step = ?, discussion_id = ?, slug = ?, title = ?
               WHERE id = ? AND state = 'preparing'""",
            *(place.step, place.discussion_id, place.slug, place.title, number),
        )

    def forget(self, number: int) -> None:
        """Drop a job that nobody was told of."""
        self._write("DELETE FROM jobs WHERE id = ? AND state = 'preparing'", number)

    def get(self, number: int) -> Job | None:
        row = self._row("SELECT * FROM jobs WHERE id = ?", number)
        return None if row is None else record(Job, row)

    def last(self, *, limit: int) -> list[Job]:
        """Those that are not over, then the others; the newest first."""
        rows = self._rows(
            """SELECT * FROM jobs WHERE state <> 'preparing'
               ORDER BY state IN ('waiting', 'running') DESC, id DESC LIMIT ?""",
            limit,
        )
        return [record(Job, row) for row in rows]

    def in_state(self, state: JobState) -> list[Job]:
        """The oldest first."""
        rows = self._rows("SELECT * FROM jobs WHERE state = ? ORDER BY id", state)
        return [record(Job, row) for row in rows]

    def counts(self) -> dict[str, int]:
        """How many there are in each state."""
        return self._mapping("SELECT state, count(*) FROM jobs GROUP BY state")

    def n_before(self, number: int) -> int:
        """How many jobs wait or run that were asked for before this one."""
        return self._count(
            "SELECT count(*) FROM jobs WHERE state IN ('waiting', 'running') AND id < ?", number
        )

    def log(self, number: int) -> list[LogLine]:
        """What happened to a job, in order."""
        rows = self._rows(
            "SELECT at, event, facts FROM job_log WHERE job_id = ? ORDER BY id", number
        )
        return [record(LogLine, row) for row in rows]

    def take(self, steps: Iterable[Step]) -> Job | None:
        """The job whose turn it is among those that wait for one of ``steps``; it runs now."""
        wanted = list(steps)
        if self._row(_FAIR, wanted) is None:  # asked often, and seldom worth a writer's lock
            return None
        with self._db.atomic():
            row = self._row(_FAIR, wanted)
            if row is None:
                return None
            self._write(
                """UPDATE jobs SET state = 'running', n_attempts = n_attempts + 1,
                   started_at = coalesce(started_at, ?), turn = (SELECT max(turn) + 1 FROM jobs)
                   WHERE id = ?""",
                *(time_text(now()), row["id"]),
            )
            taken = self.get(row["id"])
            assert taken is not None
            self.note(taken.id, "begun", step=taken.step, attempt=taken.n_attempts)
        return taken

    def tell(self, number: int, *, step: Step, report: str) -> None:
        """How far a running job is. With another step, its attempts count anew."""
        self._write(
            """UPDATE jobs SET report = ?1, n_attempts = iif(step = ?2, n_attempts, 1), step = ?2
               WHERE id = ?3""",
            *(report, step, number),
        )

    def wait_again(self, number: int, step: Step, *, is_counted: bool) -> None:
        """A running job waits for ``step``, or to be tidied up where somebody cancelled it.

        ``is_counted``: whether the last attempt was one.
        """
        self._write(
            """UPDATE jobs SET state = 'waiting', step = iif(ends_as IS NULL, ?1, 'tidy'),
               n_attempts = CASE WHEN step <> iif(ends_as IS NULL, ?1, 'tidy') THEN 0
                 WHEN ?2 THEN n_attempts ELSE max(0, n_attempts - 1) END WHERE id = ?3""",
            *(step, is_counted, number),
        )

    def finish(self, number: int, state: JobState, *, error: str = "") -> None:
        """The job is over."""
        with self._db.atomic():
            self._write(
                """UPDATE jobs SET state = ?1, finished_at = ?2, error = iif(?3 = '', error, ?3)
                   WHERE id = ?4""",
                *(state, time_text(now()), error, number),
            )
            self.note(number, state)

    def leave_discussion(self, discussion_id: int) -> None:
        """The discussion is gone; its number may be given to another one."""
        self._write("UPDATE jobs SET discussion_id = NULL WHERE discussion_id = ?", discussion_id)

    def open_of(self, discussion_id: int) -> list[int]:
        """The numbers of its jobs that are not over."""
        return self._column(
            """SELECT id FROM jobs WHERE discussion_id = ?
               AND state IN ('preparing', 'waiting', 'running') ORDER BY id""",
            discussion_id,
        )

    def forget_discussions(self, discussion_ids: Several[int]) -> list[str]:
        """Drop the jobs of discussions that were deleted, with their logs; returns the names of the
        folders in which their uploads stand."""
        of_these = f"discussion_id {IN} AND state NOT IN ('preparing', 'waiting', 'running')"
        with self._db.atomic():
            folders = self._column(
                f"SELECT uploads FROM jobs WHERE uploads IS NOT NULL AND {of_these}",
                list(discussion_ids),
            )
            self._write(f"DELETE FROM jobs WHERE {of_these}", list(discussion_ids))
        return folders

    def drop_uploads(self, number: int) -> None:
        """The job's files are no longer there."""
        self._write("UPDATE jobs SET uploads = NULL WHERE id = ?", number)

    def end_as(self, number: int, state: JobState, *, error: str = "") -> None:
        """Have the job tidied up and ended; one that runs is stopped first."""
        self._write(
            """UPDATE jobs SET ends_as = ?1, error = ?2,
               step = iif(state = 'waiting', 'tidy', step),
               n_attempts = iif(state = 'waiting', 0, n_attempts)
               WHERE id = ?3 AND state IN ('waiting', 'running')""",
            *(state, error, number),
        )

    def withdraw(self, number: int) -> bool:
        """Cancel a job that waits and of which nothing is half done; False where it is not one."""
        n_changed = self._write(
            """UPDATE jobs SET state = 'cancelled' WHERE id = ? AND state = 'waiting'
               AND ends_as IS NULL AND (turn = 0 OR (step <> 'import' AND n_attempts = 0))""",
            number,
        )
        return bool(n_changed)

    def ending(self) -> dict[int, JobState]:
        """Jobs that run and are to be stopped, with how they end."""
        found = self._mapping(
            "SELECT id, ends_as FROM jobs WHERE state = 'running' AND ends_as IS NOT NULL"
        )
        return {number: JobState(state) for number, state in found.items()}

    def restart(self, number: int, place: Place, *, actor: str) -> bool:
        """Let a job that ended without success wait again; False where it is not one."""
        with self._db.atomic():
            n_changed = self._write(
                """UPDATE jobs SET state = 'waiting', step = ?, discussion_id = ?, slug = ?,
                   title = ?, ends_as = NULL, n_attempts = 0, finished_at = NULL, error = '',
                   report = iif(step = 'import', '', report)
                   WHERE id = ? AND state IN ('failed', 'cancelled', 'interrupted')""",
                *(place.step, place.discussion_id, place.slug, place.title, number),
            )
            if n_changed:
                self.note(number, "restarted", by=actor)
        return bool(n_changed)

    def note(self, number: int, event: str, **facts: object) -> None:
        """Write a line of the job's log."""
        line = {"job_id": number, "at": time_text(now()), "event": str(event)}
        self._insert("job_log", line | {"facts": json_text(facts)})

    def uploads_in_use(self) -> set[str]:
        """Names of the folders whose files are still needed."""
        found = self._column(
            """SELECT uploads FROM jobs WHERE uploads IS NOT NULL
               AND state NOT IN ('done', 'failed', 'cancelled')"""
        )
        return set(found)
