"""One SQLite file holds a discussion; only this package speaks SQL."""

from __future__ import annotations

from synth.store.access import Invitation, Offer, Session
from synth.store.change_log import Change
from synth.store.correction_proposals import CorrectionProposal
from synth.store.corrections import HeldIdea, Link
from synth.store.database import Store, Version, Watch, check_file, open_store
from synth.store.discussions import Discussion, Embed, Framing, site_of, version_of_framing
from synth.store.edits import version_of_extract, version_of_text
from synth.store.erasures import Erasure
from synth.store.extracts import ExtractChange, ExtractMark
from synth.store.hidden import HiddenMessage, HiddenParticipant, LogEntry, Ruling
from synth.store.ideas import IdeaRow, PlacementRow
from synth.store.identities import Identity
from synth.store.imported import Imported
from synth.store.jobs import Job, JobState, LogLine, NewJob, Place, Step
from synth.store.jobs_file import open_jobs
from synth.store.masks import MessageMasks, Original
from synth.store.members import AuditEntry, Claim, Member, Membership
from synth.store.messages import Linked
from synth.store.repetitions import RepetitionRow
from synth.store.rows import NO_WORDS
from synth.store.runs import Proposal
from synth.store.search import Hit, Ranked
from synth.store.sides import Answer, SideRow
from synth.store.sources import Source
from synth.store.threads import MessageEvidence
from synth.store.trouble import DatabaseError, problem_of
from synth.store.undo import Correction, built_on
from synth.store.write_queue import WriteQueue

__all__ = [
    "NO_WORDS",
    "Answer",
    "AuditEntry",
    "Change",
    "Claim",
    "Correction",
    "CorrectionProposal",
    "DatabaseError",
    "Discussion",
    "Embed",
    "Erasure",
    "ExtractChange",
    "ExtractMark",
    "Framing",
    "HeldIdea",
    "HiddenMessage",
    "HiddenParticipant",
    "Hit",
    "IdeaRow",
    "Identity",
    "Imported",
    "Invitation",
    "Job",
    "JobState",
    "Link",
    "Linked",
    "LogEntry",
    "LogLine",
    "Member",
    "Membership",
    "MessageEvidence",
    "MessageMasks",
    "NewJob",
    "Offer",
    "Original",
    "Place",
    "PlacementRow",
    "Proposal",
    "Ranked",
    "RepetitionRow",
    "Ruling",
    "Session",
    "SideRow",
    "Source",
    "Step",
    "Store",
    "Version",
    "Watch",
    "WriteQueue",
    "built_on",
    "check_file",
    "open_jobs",
    "open_store",
    "problem_of",
    "site_of",
    "version_of_extract",
    "version_of_framing",
    "version_of_text",
]
