"""Walk a discussion through the steps: import, build, export."""

from __future__ import annotations

from synth.pipeline.batch import Job, expand_globs, run_batch
from synth.pipeline.building import BuildReport, build
from synth.pipeline.demo import SAMPLES, demo_db, run_demo, sample_path
from synth.pipeline.erasing import erase_participant
from synth.pipeline.importing import FileReport, ImportReport, import_files, require_messages
from synth.pipeline.proposing import ProposalReport, propose_titles
from synth.pipeline.running import (
    RunReport,
    bring_in,
    choose_discussion,
    require_readable,
    run,
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
    "bring_in",
    "build",
    "choose_discussion",
    "demo_db",
    "erase_participant",
    "expand_globs",
    "import_files",
    "propose_titles",
    "require_messages",
    "require_readable",
    "run",
    "run_batch",
    "run_demo",
    "sample_path",
    "title_of",
    "write_results",
]
