CREATE TABLE proposals (
    id INTEGER PRIMARY KEY,
    discussion_id INTEGER NOT NULL REFERENCES discussions(id) ON DELETE CASCADE,
    idea_id INTEGER REFERENCES ideas(id) ON DELETE SET NULL,
    run_id INTEGER NOT NULL REFERENCES runs(id),
    model TEXT NOT NULL, address TEXT NOT NULL,
    prompt TEXT NOT NULL, prompt_sha256 TEXT NOT NULL, answer TEXT,
    is_accepted INTEGER NOT NULL, refusal TEXT, at TEXT NOT NULL,
    UNIQUE (discussion_id, model, prompt_sha256));
CREATE INDEX ix_proposals_idea_id ON proposals (idea_id);
CREATE INDEX ix_proposals_run_id ON proposals (run_id);
ALTER TABLE ideas ADD COLUMN title_by TEXT;
ALTER TABLE ideas ADD COLUMN own_title TEXT;
ALTER TABLE ideas ADD COLUMN own_summary TEXT;
