"""The tables of a discussion file, migration by migration.

A migration is never edited once released: a change is a new function at the end.
Times are ISO 8601 in UTC. ``start`` and ``end`` count characters of ``messages.text``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlite_utils.migrations import Migrations

if TYPE_CHECKING:
    from sqlite_utils import Database

APPLICATION_ID = 0x53594E54  # "SYNT", so that `file` and we recognise our files
migrations = Migrations("synth")


@migrations()
def m001_create_tables(db: Database) -> None:
    for statement in _TABLES:
        db.execute(statement)
    for table, column in _INDEXES:
        db.execute(f"CREATE INDEX ix_{table}_{column} ON {table} ({column})")


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
    db.create_view("outline", _OUTLINE)
    db.create_view("words_behind_ideas", _WORDS)


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
    db.create_view("threads_to_read", _THREADS)
    db.create_view("key_passages", _KEY_PASSAGES)


@migrations()
def m007_reasons_of_the_unplaced(db: Database) -> None:
    """Why the machine put a passage under no idea."""
    db.execute("""ALTER TABLE placements ADD COLUMN reason TEXT
        CHECK (reason IN ('says_little', 'between', 'off_topic'))""")


@migrations()
def m008_corrections(db: Database) -> None:
    """What people changed on the map, so that every rebuild keeps it."""
    for statement in _CORRECTIONS:
        db.execute(statement)


@migrations()
def m009_proposals_of_a_language_model(db: Database) -> None:
    """What a language model was asked about an idea, and what became of its answer.

    ``ideas.title_by`` names the model whose title and summary an idea bears; the program's own
    stay beside them, to ask again with and to go back to.
    """
    db.execute(_PROPOSALS)
    for column in ("idea_id", "run_id"):
        db.execute(f"CREATE INDEX ix_proposals_{column} ON proposals ({column})")
    for column in ("title_by", "own_title", "own_summary"):
        db.execute(f"ALTER TABLE ideas ADD COLUMN {column} TEXT")


@migrations()
def m010_repetitions(db: Database) -> None:
    """Which texts stand in several messages, and who carries each idea."""
    for statement in _REPETITIONS:
        db.execute(statement)


@migrations()
def m011_keep_what_was_fitted(db: Database) -> None:
    """What a map was made with, so that later messages find their place on it."""
    db.execute(_SPACES)


@migrations()
def m012_indexes_for_readers(db: Database) -> None:
    """What every page asks of a discussion is read from indexes, past the texts of messages."""
    for name, columns in _READ:
        db.execute(f"CREATE INDEX ix_messages_{name} ON messages ({columns})")
    # Anonymous messages that say something are voices of their own.
    db.execute("""CREATE INDEX ix_messages_anonymous ON messages (discussion_id)
        WHERE participant_id IS NULL AND text <> ''""")


@migrations()
def m013_how_a_discussion_is_framed(db: Database) -> None:
    """What facilitators say about a discussion: its question, an introduction, who may embed it.

    ``embed`` is ``nobody``, ``anybody``, or the web addresses that may, with spaces between.
    """
    for column in ("question", "introduction"):
        db.execute(f"ALTER TABLE discussions ADD COLUMN {column} TEXT NOT NULL DEFAULT ''")
    db.execute("ALTER TABLE discussions ADD COLUMN embed TEXT NOT NULL DEFAULT 'nobody'")
    db.execute("ALTER TABLE discussions ADD COLUMN synthesis_at TEXT")


_READ = (
    ("in_threads", "discussion_id, thread_id, participant_id, posted_at"),
    ("voices", "discussion_id, participant_id"),
    ("period", "discussion_id, posted_at"),
    ("languages", "discussion_id, language"),
    ("reading_order", "thread_id, rank, participant_id"),
)

_PROPOSALS = """CREATE TABLE proposals (
    id INTEGER PRIMARY KEY,
    discussion_id INTEGER NOT NULL REFERENCES discussions(id) ON DELETE CASCADE,
    idea_id INTEGER REFERENCES ideas(id) ON DELETE SET NULL,
    run_id INTEGER NOT NULL REFERENCES runs(id),
    model TEXT NOT NULL, address TEXT NOT NULL,
    prompt TEXT NOT NULL, prompt_sha256 TEXT NOT NULL, answer TEXT,
    is_accepted INTEGER NOT NULL, refusal TEXT, at TEXT NOT NULL,
    UNIQUE (discussion_id, model, prompt_sha256))"""

_TABLES = (
    """CREATE TABLE discussions (
        id INTEGER PRIMARY KEY, slug TEXT NOT NULL UNIQUE, title TEXT NOT NULL,
        created_at TEXT NOT NULL)""",
    """CREATE TABLE sources (
        id INTEGER PRIMARY KEY,
        discussion_id INTEGER NOT NULL REFERENCES discussions(id) ON DELETE CASCADE,
        name TEXT NOT NULL, format TEXT NOT NULL, sha256 TEXT NOT NULL, n_bytes INTEGER NOT NULL,
        n_added INTEGER NOT NULL DEFAULT 0, n_updated INTEGER NOT NULL DEFAULT 0,
        n_unchanged INTEGER NOT NULL DEFAULT 0, n_problems INTEGER NOT NULL DEFAULT 0,
        state TEXT NOT NULL DEFAULT 'running'
            CHECK (state IN ('running', 'done', 'failed', 'interrupted')),
        imported_at TEXT NOT NULL)""",
    """CREATE TABLE problems (
        id INTEGER PRIMARY KEY,
        source_file INTEGER NOT NULL REFERENCES sources(id) ON DELETE CASCADE,
        position TEXT NOT NULL, what TEXT NOT NULL, remedy TEXT NOT NULL)""",
    """CREATE TABLE participants (
        id INTEGER PRIMARY KEY,
        discussion_id INTEGER NOT NULL REFERENCES discussions(id) ON DELETE CASCADE,
        pseudonym TEXT NOT NULL, UNIQUE (discussion_id, pseudonym))""",
    # Real names live here and nowhere else: drop this table and only pseudonyms remain.
    """CREATE TABLE participant_names (
        participant_id INTEGER PRIMARY KEY REFERENCES participants(id) ON DELETE CASCADE,
        discussion_id INTEGER NOT NULL REFERENCES discussions(id) ON DELETE CASCADE,
        author_key TEXT NOT NULL, name TEXT, UNIQUE (discussion_id, author_key))""",
    """CREATE TABLE erasures (
        discussion_id INTEGER NOT NULL REFERENCES discussions(id) ON DELETE CASCADE,
        author_key_sha256 TEXT NOT NULL, erased_at TEXT NOT NULL,
        PRIMARY KEY (discussion_id, author_key_sha256))""",
    """CREATE TABLE messages (
        id INTEGER PRIMARY KEY,
        discussion_id INTEGER NOT NULL REFERENCES discussions(id) ON DELETE CASCADE,
        source_file INTEGER NOT NULL REFERENCES sources(id),
        namespace TEXT NOT NULL DEFAULT '', source_id TEXT NOT NULL,
        thread_id INTEGER REFERENCES messages(id), parent_id INTEGER REFERENCES messages(id),
        parent_evidence TEXT NOT NULL DEFAULT 'none', depth INTEGER NOT NULL DEFAULT 0,
        rank INTEGER NOT NULL DEFAULT 0,
        participant_id INTEGER REFERENCES participants(id) ON DELETE SET NULL,
        posted_at TEXT, subject TEXT, language TEXT, text TEXT NOT NULL,
        url TEXT, category TEXT, stance TEXT CHECK (stance IN ('for', 'against')),
        n_likes INTEGER, n_for INTEGER, n_against INTEGER,
        is_accepted INTEGER NOT NULL DEFAULT 0, n_attachments INTEGER NOT NULL DEFAULT 0,
        extra TEXT NOT NULL DEFAULT '{}', content_sha256 TEXT NOT NULL,
        UNIQUE (discussion_id, namespace, source_id))""",
    # The message as it came, and what it says about its place: evidence, not for reading.
    """CREATE TABLE message_evidence (
        message_id INTEGER PRIMARY KEY REFERENCES messages(id) ON DELETE CASCADE,
        raw TEXT NOT NULL, body_format TEXT NOT NULL, reply_id TEXT,
        parent_namespace TEXT, parent_source_id TEXT, ancestors TEXT NOT NULL DEFAULT '[]',
        thread_source_id TEXT, is_chat INTEGER NOT NULL DEFAULT 0)""",
    """CREATE TABLE quotes (
        id INTEGER PRIMARY KEY,
        message_id INTEGER NOT NULL REFERENCES messages(id) ON DELETE CASCADE,
        kind TEXT NOT NULL CHECK (kind IN ('quoted', 'attribution', 'signature')),
        at INTEGER NOT NULL, text TEXT NOT NULL, author TEXT)""",
    """CREATE TABLE runs (
        id INTEGER PRIMARY KEY,
        discussion_id INTEGER NOT NULL REFERENCES discussions(id) ON DELETE CASCADE,
        kind TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('running', 'done', 'failed', 'interrupted')),
        started_at TEXT NOT NULL, finished_at TEXT, seed INTEGER NOT NULL,
        settings TEXT NOT NULL DEFAULT '{}', model TEXT NOT NULL DEFAULT '{}',
        versions TEXT NOT NULL DEFAULT '{}', input_sha256 TEXT NOT NULL DEFAULT '',
        outcome TEXT NOT NULL DEFAULT '{}', timings TEXT NOT NULL DEFAULT '{}')""",
    """CREATE TABLE passages (
        id INTEGER PRIMARY KEY,
        message_id INTEGER NOT NULL REFERENCES messages(id) ON DELETE CASCADE,
        start INTEGER NOT NULL, "end" INTEGER NOT NULL CHECK ("end" > start),
        content_sha256 TEXT NOT NULL, x REAL, y REAL,
        run_id INTEGER NOT NULL REFERENCES runs(id),
        UNIQUE (message_id, start, "end"))""",
    """CREATE TABLE vectors (
        content_sha256 TEXT NOT NULL, model TEXT NOT NULL, vector BLOB NOT NULL,
        PRIMARY KEY (content_sha256, model)) WITHOUT ROWID""",
    """CREATE TABLE ideas (
        id INTEGER PRIMARY KEY,
        discussion_id INTEGER NOT NULL REFERENCES discussions(id) ON DELETE CASCADE,
        parent_id INTEGER REFERENCES ideas(id) ON DELETE SET NULL, level INTEGER NOT NULL,
        rank INTEGER NOT NULL, title TEXT NOT NULL, keyphrases TEXT NOT NULL DEFAULT '[]',
        summary TEXT NOT NULL DEFAULT '', language TEXT,
        n_messages INTEGER NOT NULL, n_authors INTEGER NOT NULL, stability REAL,
        status TEXT NOT NULL DEFAULT 'machine'
            CHECK (status IN ('machine', 'confirmed', 'hidden')),
        x REAL NOT NULL DEFAULT 0, y REAL NOT NULL DEFAULT 0,
        origin TEXT NOT NULL CHECK (origin IN ('machine', 'person')),
        run_id INTEGER NOT NULL REFERENCES runs(id))""",
    """CREATE TABLE placements (
        passage_id INTEGER PRIMARY KEY REFERENCES passages(id) ON DELETE CASCADE,
        idea_id INTEGER REFERENCES ideas(id) ON DELETE SET NULL, weight REAL NOT NULL,
        origin TEXT NOT NULL CHECK (origin IN ('machine', 'person')),
        run_id INTEGER NOT NULL REFERENCES runs(id))""",
    """CREATE TABLE representatives (
        idea_id INTEGER NOT NULL REFERENCES ideas(id) ON DELETE CASCADE,
        rank INTEGER NOT NULL,
        passage_id INTEGER NOT NULL REFERENCES passages(id) ON DELETE CASCADE,
        PRIMARY KEY (idea_id, rank)) WITHOUT ROWID""",
    """CREATE TABLE extracts (
        id INTEGER PRIMARY KEY,
        message_id INTEGER NOT NULL REFERENCES messages(id) ON DELETE CASCADE,
        start INTEGER NOT NULL, "end" INTEGER NOT NULL, quote TEXT NOT NULL,
        nature TEXT NOT NULL, score REAL NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('suggested', 'taken', 'rejected')),
        origin TEXT NOT NULL CHECK (origin IN ('machine', 'person')),
        note TEXT NOT NULL DEFAULT '', is_stale INTEGER NOT NULL DEFAULT 0,
        run_id INTEGER REFERENCES runs(id))""",
    """CREATE TABLE extract_tags (
        extract_id INTEGER NOT NULL REFERENCES extracts(id) ON DELETE CASCADE,
        tag TEXT NOT NULL, PRIMARY KEY (extract_id, tag)) WITHOUT ROWID""",
    """CREATE TABLE extract_ideas (
        extract_id INTEGER NOT NULL REFERENCES extracts(id) ON DELETE CASCADE,
        idea_id INTEGER NOT NULL REFERENCES ideas(id) ON DELETE CASCADE,
        PRIMARY KEY (extract_id, idea_id)) WITHOUT ROWID""",
    """CREATE TABLE events (
        id INTEGER PRIMARY KEY,
        discussion_id INTEGER NOT NULL REFERENCES discussions(id) ON DELETE CASCADE,
        at TEXT NOT NULL, actor TEXT NOT NULL, verb TEXT NOT NULL, noun TEXT NOT NULL,
        noun_id INTEGER, before TEXT, after TEXT)""",
)

_INDEXES = (
    ("sources", "discussion_id"),
    ("problems", "source_file"),
    ("messages", "thread_id"),
    ("messages", "parent_id"),
    ("messages", "participant_id"),
    ("messages", "source_file"),
    ("quotes", "message_id"),
    ("passages", "content_sha256"),
    ("ideas", "discussion_id"),
    ("ideas", "parent_id"),
    ("placements", "idea_id"),
    ("representatives", "passage_id"),
    ("extracts", "message_id"),
    ("extract_ideas", "idea_id"),
    ("events", "discussion_id"),
    ("runs", "discussion_id"),
)

_REPETITIONS = (
    # message_id, start and end: where the commonest wording stands.
    """CREATE TABLE repetitions (
        id INTEGER PRIMARY KEY,
        discussion_id INTEGER NOT NULL REFERENCES discussions(id) ON DELETE CASCADE,
        is_message INTEGER NOT NULL,
        message_id INTEGER NOT NULL REFERENCES messages(id) ON DELETE CASCADE,
        start INTEGER NOT NULL, "end" INTEGER NOT NULL CHECK ("end" > start),
        part_of INTEGER REFERENCES repetitions(id) ON DELETE CASCADE,
        run_id INTEGER NOT NULL REFERENCES runs(id))""",
    """CREATE TABLE repeated_messages (
        message_id INTEGER PRIMARY KEY REFERENCES messages(id) ON DELETE CASCADE,
        repetition_id INTEGER NOT NULL REFERENCES repetitions(id) ON DELETE CASCADE)""",
    """CREATE TABLE repeated_passages (
        passage_id INTEGER PRIMARY KEY REFERENCES passages(id) ON DELETE CASCADE,
        repetition_id INTEGER NOT NULL REFERENCES repetitions(id) ON DELETE CASCADE)""",
    """CREATE TABLE idea_voices (
        idea_id INTEGER PRIMARY KEY REFERENCES ideas(id) ON DELETE CASCADE,
        n_repeating INTEGER NOT NULL, n_same INTEGER NOT NULL, n_same_voices INTEGER NOT NULL,
        top_share REAL NOT NULL, effective REAL NOT NULL, is_carried_by_few INTEGER NOT NULL)""",
    "CREATE INDEX ix_repetitions_discussion_id ON repetitions (discussion_id)",
    "CREATE INDEX ix_repetitions_message_id ON repetitions (message_id)",
    "CREATE INDEX ix_repetitions_part_of ON repetitions (part_of)",
    "CREATE INDEX ix_repeated_messages_repetition_id ON repeated_messages (repetition_id)",
    "CREATE INDEX ix_repeated_passages_repetition_id ON repeated_passages (repetition_id)",
)

_SPACES = """CREATE TABLE spaces (
    discussion_id INTEGER NOT NULL REFERENCES discussions(id) ON DELETE CASCADE,
    part TEXT NOT NULL CHECK (part IN ('fitted', 'landmarks')), key TEXT NOT NULL,
    run_id INTEGER NOT NULL REFERENCES runs(id), arrays BLOB NOT NULL,
    PRIMARY KEY (discussion_id, part))"""

_OUTLINE = """
    SELECT d.title AS discussion, i.id AS idea_id, i.parent_id, i.level, i.title, i.keyphrases,
           i.n_messages, i.n_authors, i.stability, i.status, i.origin
    FROM ideas i JOIN discussions d ON d.id = i.discussion_id
    ORDER BY i.discussion_id, i.rank
"""

_WORDS = """
    SELECT i.title AS idea, substr(m.text, p.start + 1, p."end" - p.start) AS words,
           w.pseudonym AS author, m.posted_at, l.weight, l.origin,
           l.idea_id, m.id AS message_id, p.id AS passage_id
    FROM placements l JOIN passages p ON p.id = l.passage_id
    JOIN messages m ON m.id = p.message_id
    LEFT JOIN ideas i ON i.id = l.idea_id
    LEFT JOIN participants w ON w.id = m.participant_id
"""

_THREADS = """
    SELECT d.title AS discussion, coalesce(r.subject, substr(r.text, 1, 90)) AS thread,
           w.pseudonym AS author, m.posted_at, m.text, v.pseudonym AS in_reply_to,
           m.parent_evidence AS because_of, m.depth, m.language, m.url,
           m.thread_id, m.id AS message_id, m.parent_id
    FROM messages m JOIN discussions d ON d.id = m.discussion_id
    LEFT JOIN messages r ON r.id = m.thread_id
    LEFT JOIN messages p ON p.id = m.parent_id
    LEFT JOIN participants w ON w.id = m.participant_id
    LEFT JOIN participants v ON v.id = p.participant_id
    ORDER BY m.discussion_id, m.thread_id, m.rank
"""

_KEY_PASSAGES = """
    SELECT d.title AS discussion, e.quote, e.nature, e.state, e.score, w.pseudonym AS author,
           m.posted_at,
           (SELECT group_concat(i.title, '; ') FROM extract_ideas x
            JOIN ideas i ON i.id = x.idea_id WHERE x.extract_id = e.id) AS ideas,
           e.note, e.origin, m.url, e.id AS extract_id, e.message_id
    FROM extracts e JOIN messages m ON m.id = e.message_id
    JOIN discussions d ON d.id = m.discussion_id
    LEFT JOIN participants w ON w.id = m.participant_id
    WHERE e.is_stale = 0
    ORDER BY m.discussion_id, e.score DESC, e.id
"""

_CORRECTIONS = (
    *(
        f"""ALTER TABLE ideas ADD COLUMN {column} TEXT NOT NULL DEFAULT 'machine'
            CHECK ({column} IN ('machine', 'person'))"""
        for column in ("title_origin", "summary_origin", "parent_origin")
    ),
    # Why a person's placement is a person's: a status that is taken back releases its own only.
    """ALTER TABLE placements ADD COLUMN because TEXT
        CHECK (because IN ('pinned', 'merged', 'split', 'status'))""",
    # Passages that carry an idea which a person touched from one map to the next.
    """CREATE TABLE idea_cores (
        idea_id INTEGER NOT NULL REFERENCES ideas(id) ON DELETE CASCADE,
        passage_id INTEGER NOT NULL REFERENCES passages(id) ON DELETE CASCADE,
        PRIMARY KEY (idea_id, passage_id)) WITHOUT ROWID""",
    "CREATE INDEX ix_idea_cores_passage_id ON idea_cores (passage_id)",
    """CREATE TABLE passage_links (
        one_id INTEGER NOT NULL REFERENCES passages(id) ON DELETE CASCADE,
        other_id INTEGER NOT NULL REFERENCES passages(id) ON DELETE CASCADE,
        kind TEXT NOT NULL CHECK (kind IN ('together', 'apart')),
        PRIMARY KEY (one_id, other_id), CHECK (one_id < other_id)) WITHOUT ROWID""",
    "CREATE INDEX ix_passage_links_other_id ON passage_links (other_id)",
    # Their ids are never given again: an address that was sent around leads nowhere else.
    """CREATE TABLE retired_ideas (
        idea_id INTEGER PRIMARY KEY, into_id INTEGER,
        discussion_id INTEGER NOT NULL REFERENCES discussions(id) ON DELETE CASCADE)""",
)
