"""Walk a discussion through the steps: import, build, export."""

from __future__ import annotations

from synth.corrections import (
    confirm_idea,
    hide_idea,
    link_passages,
    merge_ideas,
    move_idea,
    part_passages,
    passages_of,
    pin_passages,
    release_idea,
    rename_idea,
    split_idea,
    undo_correction,
    unplace_passages,
)
from synth.pipeline.batch import Job, expand_globs, run_batch
from synth.pipeline.build import BuildReport, build
from synth.pipeline.erase import erase_participant
from synth.pipeline.importing import FileReport, ImportReport, import_files, require_messages
from synth.pipeline.language_model import ProposalReport, propose_titles
from synth.pipeline.run import (
    SAMPLES,
    RunReport,
    choose_discussion,
    demo_db,
    discussion_for,
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
    "confirm_idea",
    "demo_db",
    "discussion_for",
    "erase_participant",
    "expand_globs",
    "hide_idea",
    "import_files",
    "link_passages",
    "merge_ideas",
    "move_idea",
    "part_passages",
    "passages_of",
    "pin_passages",
    "propose_titles",
    "release_idea",
    "rename_idea",
    "require_messages",
    "require_readable",
    "run",
    "run_batch",
    "run_demo",
    "sample_path",
    "split_idea",
    "title_of",
    "undo_correction",
    "unplace_passages",
    "write_results",
]
