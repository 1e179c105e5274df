"""Walk a discussion through the steps: import, build, export."""

from __future__ import annotations

from synth.pipeline.batch import Job, expand_globs, run_batch
from synth.pipeline.build import BuildReport, build
from synth.pipeline.erase import erase_participant, erase_words, last_settings
from synth.pipeline.importing import FileReport, ImportReport, import_files, require_messages
from synth.pipeline.language_model import ProposalReport, propose_titles
from synth.pipeline.removal import delete_discussion, delete_due
from synth.pipeline.run import (
    SAMPLES,
    RunReport,
    choose_discussion,
    demo_db,
    discussion_for,
    require_open,
    require_readable,
    run,
    run_demo,
    sample_path,
    title_of,
    write_results,
)

__all__ = [
    "SAMPLES",
    "BuildReport",
    "FileReport",
    "ImportReport",
    "Job",
    "ProposalReport",
    "RunReport",
    "build",
    "choose_discussion",
    "delete_discussion",
    "delete_due",
    "demo_db",
    "discussion_for",
    "erase_participant",
    "erase_words",
    "expand_globs",
    "import_files",
    "last_settings",
    "propose_titles",
    "require_messages",
    "require_open",
    "require_readable",
    "run",
    "run_batch",
    "run_demo",
    "sample_path",
    "title_of",
    "write_results",
]
