CREATE TABLE discussions (
        id INTEGER PRIMARY KEY, slug TEXT NOT NULL UNIQUE, title TEXT NOT NULL,
        created_at TEXT NOT NULL);
CREATE TABLE sources (
        id INTEGER PRIMARY KEY,
        discussion_id INTEGER NOT NULL REFERENCES discussions(id) ON DELETE CASCADE,
        name TEXT NOT NULL, format TEXT NOT NULL, sha256 TEXT NOT NULL, n_bytes INTEGER NOT NULL,
        n_added INTEGER NOT NULL DEFAULT 0, n_updated INTEGER NOT NULL DEFAULT 0,
        n_unchanged INTEGER NOT NULL DEFAULT 0, n_problems INTEGER NOT NULL DEFAULT 0,
        state TEXT NOT NULL DEFAULT 'running'
            CHECK (state IN ('running', 'done', 'failed', 'interrupted')),
        imported_at TEXT NOT NULL);
CREATE TABLE problems (
        id INTEGER PRIMARY KEY,
        source_file INTEGER NOT NULL REFERENCES sources(id) ON DELETE CASCADE,
        position TEXT NOT NULL, what TEXT NOT NULL, remedy TEXT NOT NULL);
CREATE TABLE participants (
        id INTEGER PRIMARY KEY,
        discussion_id INTEGER NOT NULL REFERENCES discussions(id) ON DELETE CASCADE,
        pseudonym TEXT NOT NULL, UNIQUE (discussion_id, pseudonym));
-- Real names stand here and nowhere else: drop this table and only pseudonyms remain.
CREATE TABLE participant_names (
        participant_id INTEGER PRIMARY KEY REFERENCES participants(id) ON DELETE CASCADE,
        discussion_id INTEGER NOT NULL REFERENCES discussions(id) ON DELETE CASCADE,
        author_key TEXT NOT NULL, name TEXT, UNIQUE (discussion_id, author_key));
CREATE TABLE erasures (
        discussion_id INTEGER NOT NULL REFERENCES discussions(id) ON DELETE CASCADE,
        author_key_sha256 TEXT NOT NULL, erased_at TEXT NOT NULL,
        PRIMARY KEY (discussion_id, author_key_sha256));
CREATE TABLE messages (
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
        UNIQUE (discussion_id, namespace, source_id));
-- The message as it came, and what it says about its place: evidence, not for reading.
CREATE TABLE message_evidence (
        message_id INTEGER PRIMARY KEY REFERENCES messages(id) ON DELETE CASCADE,
        raw TEXT NOT NULL, body_format TEXT NOT NULL, reply_id TEXT,
        parent_namespace TEXT, parent_source_id TEXT, ancestors TEXT NOT NULL DEFAULT '[]',
        thread_source_id TEXT, is_chat INTEGER NOT NULL DEFAULT 0);
CREATE TABLE quotes (
        id INTEGER PRIMARY KEY,
        message_id INTEGER NOT NULL REFERENCES messages(id) ON DELETE CASCADE,
        kind TEXT NOT NULL CHECK (kind IN ('quoted', 'attribution', 'signature')),
        at INTEGER NOT NULL, text TEXT NOT NULL, author TEXT);
CREATE TABLE runs (
        id INTEGER PRIMARY KEY,
        discussion_id INTEGER NOT NULL REFERENCES discussions(id) ON DELETE CASCADE,
        kind TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('running', 'done', 'failed', 'interrupted')),
        started_at TEXT NOT NULL, finished_at TEXT, seed INTEGER NOT NULL,
        settings TEXT NOT NULL DEFAULT '{}', model TEXT NOT NULL DEFAULT '{}',
        versions TEXT NOT NULL DEFAULT '{}', input_sha256 TEXT NOT NULL DEFAULT '',
        outcome TEXT NOT NULL DEFAULT '{}', timings TEXT NOT NULL DEFAULT '{}');
CREATE TABLE passages (
        id INTEGER PRIMARY KEY,
        message_id INTEGER NOT NULL REFERENCES messages(id) ON DELETE CASCADE,
        start INTEGER NOT NULL, "end" INTEGER NOT NULL CHECK ("end" > start),
        content_sha256 TEXT NOT NULL, x REAL, y REAL,
        run_id INTEGER NOT NULL REFERENCES runs(id),
        UNIQUE (message_id, start, "end"));
CREATE TABLE vectors (
        content_sha256 TEXT NOT NULL, model TEXT NOT NULL, vector BLOB NOT NULL,
        PRIMARY KEY (content_sha256, model)) WITHOUT ROWID;
CREATE TABLE ideas (
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
        run_id INTEGER NOT NULL REFERENCES runs(id));
CREATE TABLE placements (
        passage_id INTEGER PRIMARY KEY REFERENCES passages(id) ON DELETE CASCADE,
        idea_id INTEGER REFERENCES ideas(id) ON DELETE SET NULL, weight REAL NOT NULL,
        origin TEXT NOT NULL CHECK (origin IN ('machine', 'person')),
        run_id INTEGER NOT NULL REFERENCES runs(id));
CREATE TABLE representatives (
        idea_id INTEGER NOT NULL REFERENCES ideas(id) ON DELETE CASCADE,
        rank INTEGER NOT NULL,
        passage_id INTEGER NOT NULL REFERENCES passages(id) ON DELETE CASCADE,
        PRIMARY KEY (idea_id, rank)) WITHOUT ROWID;
CREATE TABLE extracts (
        id INTEGER PRIMARY KEY,
        message_id INTEGER NOT NULL REFERENCES messages(id) ON DELETE CASCADE,
        start INTEGER NOT NULL, "end" INTEGER NOT NULL, quote TEXT NOT NULL,
        nature TEXT NOT NULL, score REAL NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('suggested', 'taken', 'rejected')),
        origin TEXT NOT NULL CHECK (origin IN ('machine', 'person')),
        note TEXT NOT NULL DEFAULT '', is_stale INTEGER NOT NULL DEFAULT 0,
        run_id INTEGER REFERENCES runs(id));
CREATE TABLE extract_tags (
        extract_id INTEGER NOT NULL REFERENCES extracts(id) ON DELETE CASCADE,
        tag TEXT NOT NULL, PRIMARY KEY (extract_id, tag)) WITHOUT ROWID;
CREATE TABLE extract_ideas (
        extract_id INTEGER NOT NULL REFERENCES extracts(id) ON DELETE CASCADE,
        idea_id INTEGER NOT NULL REFERENCES ideas(id) ON DELETE CASCADE,
        PRIMARY KEY (extract_id, idea_id)) WITHOUT ROWID;
CREATE TABLE events (
        id INTEGER PRIMARY KEY,
        discussion_id INTEGER NOT NULL REFERENCES discussions(id) ON DELETE CASCADE,
        at TEXT NOT NULL, actor TEXT NOT NULL, verb TEXT NOT NULL, noun TEXT NOT NULL,
        noun_id INTEGER, before TEXT, after TEXT);
CREATE INDEX ix_sources_discussion_id ON sources (discussion_id);
CREATE INDEX ix_problems_source_file ON problems (source_file);
CREATE INDEX ix_messages_thread_id ON messages (thread_id);
CREATE INDEX ix_messages_parent_id ON messages (parent_id);
CREATE INDEX ix_messages_participant_id ON messages (participant_id);
CREATE INDEX ix_messages_source_file ON messages (source_file);
CREATE INDEX ix_quotes_message_id ON quotes (message_id);
CREATE INDEX ix_passages_content_sha256 ON passages (content_sha256);
CREATE INDEX ix_ideas_discussion_id ON ideas (discussion_id);
CREATE INDEX ix_ideas_parent_id ON ideas (parent_id);
CREATE INDEX ix_placements_idea_id ON placements (idea_id);
CREATE INDEX ix_representatives_passage_id ON representatives (passage_id);
CREATE INDEX ix_extracts_message_id ON extracts (message_id);
CREATE INDEX ix_extract_ideas_idea_id ON extract_ideas (idea_id);
CREATE INDEX ix_events_discussion_id ON events (discussion_id);
CREATE INDEX ix_runs_discussion_id ON runs (discussion_id);
