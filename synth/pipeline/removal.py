"""Delete discussions: from the file, from its list of jobs, and what was uploaded for them."""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path

from synth.errors import StoreProblem, StoreTrouble
from synth.pipeline.erase import PATIENCE, forget_unused_vectors
from synth.store import JobState, Store, open_jobs
from synth.store.jobs_file import jobs_folder
from synth.store.rows import now


def delete_discussion(
    store: Store,
    discussion_id: int,
    *,
    actor: str,
    uploads: Path | None = None,
    patience: float = PATIENCE,
    due_at: datetime | None = None,
) -> bool:
    """Delete a discussion with all that is made of it, its jobs and their uploads.

    ``uploads``: the folder in which uploads stand; else the usual one beside the file. ``due_at``:
    only if its time is over at this moment. Returns whether the words have left the file already:
    not while somebody reads an earlier state for longer than ``patience`` seconds. Raises
    StoreProblem while a job works on it, and where somebody has just taken the deletion back.
    """
    _stop_jobs(store, discussion_id, actor=actor)
    if not store.removals.carry_out(discussion_id, actor=actor, due_at=due_at):
        raise StoreProblem("somebody has just taken the deletion back")
    forget_jobs(store, uploads=uploads)
    forget_unused_vectors(store)
    return store.vacuum(patience=patience)


def delete_due(
    store: Store, *, actor: str, at: datetime | None = None, uploads: Path | None = None
) -> list[str]:
    """Delete the discussions whose grace time is over at a moment (now); returns their addresses.

    One that a job works on waits for the next time; the job is told to stop.
    """
    moment = at or now()
    slugs = {found.id: found.slug for found in store.discussions.all()}
    deleted: list[str] = []
    for discussion_id in store.removals.due(at=moment):
        try:
            delete_discussion(store, discussion_id, actor=actor, uploads=uploads, due_at=moment)
        except StoreProblem as problem:
            if problem.trouble is not StoreTrouble.OTHER:
                raise
        else:
            deleted.append(slugs[discussion_id])
    return deleted


def forget_jobs(store: Store, *, uploads: Path | None = None) -> None:
    """Drop the jobs of discussions that were deleted, and the files that were uploaded for them."""
    gone, folder = store.removals.gone(), jobs_folder(store.path)
    file = folder / "jobs.db"
    if not gone or not file.exists():
        return
    with open_jobs(file) as jobs:
        names = jobs.forget_discussions(gone)
    for name in names:
        shutil.rmtree((uploads or folder / "uploads") / name, ignore_errors=True)


def _stop_jobs(store: Store, discussion_id: int, *, actor: str) -> None:
    """Tell the jobs of a discussion to stop; raises StoreProblem while one does not."""
    file = jobs_folder(store.path) / "jobs.db"
    if not file.exists():
        return
    with open_jobs(file) as jobs:
        for number in jobs.open_of(discussion_id):
            jobs.note(number, "cancelling", by=actor)
            if not jobs.withdraw(number):
                jobs.end_as(number, JobState.CANCELLED)
        left = jobs.open_of(discussion_id)
    if left:
        raise StoreProblem(
            f"job {left[0]} works on this discussion; it is told to stop: try again in a minute"
        )
