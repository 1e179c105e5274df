"""The migrations that make and change the tables of a discussion file.

A migration is never edited once released: a change is a new function at the end, with its SQL in
``migrations/``. Times are ISO 8601 in UTC. ``start`` and ``end`` count characters of
``messages.text``.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from importlib import resources
from typing import TYPE_CHECKING

from sqlite_utils.migrations import Migrations

if TYPE_CHECKING:
    from sqlite_utils import Database

APPLICATION_ID = 0x53594E54  # "SYNT", so that `file` and we recognise our files
migrations = Migrations("synth")


@migrations()
def m001_create_tables(db: Database) -> None:
    _execute(db, "m001_create_tables.sql")


@migrations()
def m002_index_words(db: Database) -> None:
    """Full-text search over subjects and texts, accents folded."""
    db.table("messages").enable_fts(
        ["subject", "text"], tokenize="unicode61 remove_diacritics 2", create_triggers=True
    )


@migrations()
def m003_guard_quotes(db: Database) -> None:
    """A quote that is not the message's own words cannot be stored."""
    for event in ("INSERT", 'UPDATE OF quote, start, "end", message_id'):
        db.execute(f"""
            CREATE TRIGGER extracts_quote_{event.split()[0].lower()} BEFORE {event} ON extracts
            WHEN NEW.is_stale = 0 AND NEW.quote IS NOT (
                SELECT substr(text, NEW.start + 1, NEW.end - NEW.start)
                FROM messages WHERE id = NEW.message_id)
            BEGIN SELECT RAISE(ABORT, 'the quote does not stand at that place of the message'); END
        """)


@migrations()
def m004_views_for_readers(db: Database) -> None:
    """What a reader in Datasette wants to see first."""
    _execute(db, "m004_views_for_readers.sql")


@migrations()
def m005_index_words_only_when_edited(db: Database) -> None:
    """Linking threads rewrites every message's place, and need not index its words anew."""
    (statement,) = db.execute(
        "SELECT sql FROM sqlite_master WHERE type = 'trigger' AND name = 'messages_au'"
    ).fetchone()
    db.execute("DROP TRIGGER messages_au")
    db.execute(statement.replace("AFTER UPDATE ON", "AFTER UPDATE OF subject, text ON"))


@migrations()
def m006_views_of_threads_and_extracts(db: Database) -> None:
    """With names where the tables have numbers: who says what, in answer to whom."""
    _execute(db, "m006_views_of_threads_and_extracts.sql")


@migrations()
def m007_reasons_of_the_unplaced(db: Database) -> None:
    """Why the machine put a passage under no idea."""
    _execute(db, "m007_reasons_of_the_unplaced.sql")


@migrations()
def m008_corrections(db: Database) -> None:
    """What people changed on the map, so that every rebuild keeps it."""
    _execute(db, "m008_corrections.sql")


@migrations()
def m009_proposals_of_a_language_model(db: Database) -> None:
    """What a language model was asked about an idea, and what became of its answer.

    ``ideas.title_by`` names the model whose title and summary an idea bears; the program's own
    stay beside them, to ask again with and to go back to.
    """
    _execute(db, "m009_proposals_of_a_language_model.sql")


@migrations()
def m010_repetitions(db: Database) -> None:
    """Which texts stand in several messages, and who carries each idea."""
    _execute(db, "m010_repetitions.sql")


@migrations()
def m011_keep_what_was_fitted(db: Database) -> None:
    """What a map was made with, so that later messages find their place on it."""
    _execute(db, "m011_keep_what_was_fitted.sql")


@migrations()
def m012_indexes_for_readers(db: Database) -> None:
    """What every page asks of a discussion is read from indexes, without the messages' texts."""
    _execute(db, "m012_indexes_for_readers.sql")


@migrations()
def m013_how_a_discussion_is_framed(db: Database) -> None:
    """What facilitators say about a discussion: its question, an introduction, who may embed it.

    ``embed`` is ``nobody``, ``anybody``, or the web addresses that may, with spaces between.
    """
    _execute(db, "m013_how_a_discussion_is_framed.sql")


@migrations()
def m014_not_about_the_question(db: Database) -> None:
    """Why a passage is not about the question, beside why one fits no idea."""
    _execute(db, "m014_not_about_the_question.sql")


@migrations()
def m015_sides_from_the_words(db: Database) -> None:
    """Which side a message takes, read from its words or set by a person."""
    _execute(db, "m015_sides_from_the_words.sql")


@migrations()
def m016_participants_in_order_and_links_to_the_web(db: Database) -> None:
    """The newest participant is found without reading all; no address but of the web is kept."""
    _execute(db, "m016_participants_in_order_and_links_to_the_web.sql")


@migrations()
def m017_links_locks_and_sign_off(db: Database) -> None:
    """Ideas that people link and lock, the sign-off of all of them, and proposed corrections."""
    _execute(db, "m017_links_locks_and_sign_off.sql")


@migrations()
def m018_what_proposals_rest_on(db: Database) -> None:
    """Which corrections had been made when a correction was proposed."""
    _execute(db, "m018_what_proposals_rest_on.sql")


@migrations()
def m019_members(db: Database) -> None:
    """Accounts, roles in discussions, invitations, sessions; who may read a discussion."""
    _execute(db, "m019_members.sql")


@migrations()
def m020_archive_and_deletion(db: Database) -> None:
    """Discussions that are only read, and those that will be deleted."""
    _execute(db, "m020_archive_and_deletion.sql")


@migrations()
def m021_masks(db: Database) -> None:
    """What would tell who somebody is stands apart from the texts that people read."""
    _execute(db, "m021_masks.sql")


@migrations()
def m022_pseudonym_keys(db: Database) -> None:
    """Pseudonyms follow from a secret key, and no longer from who came first."""
    _execute(db, "m022_pseudonym_keys.sql")


@migrations()
def m023_moderation(db: Database) -> None:
    """Messages that facilitators hide, and what elsewhere repeats their words."""
    _execute(db, "m023_moderation.sql")


@migrations()
def m024_what_was_erased(db: Database) -> None:
    """What erasures removed, counted."""
    _execute(db, "m024_what_was_erased.sql")


@migrations()
def m025_left_out(db: Database) -> None:
    """How many records each problem of an import leaves out."""
    _execute(db, "m025_left_out.sql")


@migrations()
def m026_consent(db: Database) -> None:
    """Whether members consent to the publication of their words."""
    _execute(db, "m026_consent.sql")


@migrations()
def m027_retention(db: Database) -> None:
    """How long the names of participants are kept."""
    _execute(db, "m027_retention.sql")


def _execute(db: Database, file: str) -> None:
    """Run the statements of a file in ``migrations/``."""
    # Not by executescript(): that would commit what the migrations before this one did.
    path = resources.files(__package__) / "migrations" / file
    for statement in _statements(path.read_text(encoding="utf-8")):
        db.execute(statement)


def _statements(text: str) -> Iterator[str]:
    """The statements of an SQL text, each of which ends with its line."""
    statement = ""
    for line in text.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
