-- Which side a message takes of what it answers, where its platform does not say: read from the
-- words by a run of the machine, or set by a person. What the platform says stands in messages.stance
-- and counts before this. No side: it cannot be told, or none is taken.
CREATE TABLE sides (
        message_id INTEGER PRIMARY KEY REFERENCES messages(id) ON DELETE CASCADE,
        side TEXT CHECK (side IN ('for', 'against')),
        confidence REAL NOT NULL CHECK (confidence BETWEEN 0 AND 1),
        origin TEXT NOT NULL DEFAULT 'machine' CHECK (origin IN ('machine', 'person')),
        read_sha256 TEXT,
        run_id INTEGER REFERENCES runs(id) ON DELETE SET NULL);
