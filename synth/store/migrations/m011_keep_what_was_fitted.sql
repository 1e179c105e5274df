CREATE TABLE spaces (
    discussion_id INTEGER NOT NULL REFERENCES discussions(id) ON DELETE CASCADE,
    part TEXT NOT NULL CHECK (part IN ('fitted', 'landmarks')), key TEXT NOT NULL,
    run_id INTEGER NOT NULL REFERENCES runs(id), arrays BLOB NOT NULL,
    PRIMARY KEY (discussion_id, part));
