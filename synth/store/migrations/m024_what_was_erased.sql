-- What an erasure removed, by kind and number; no word of it. member_id: who was the participant.
CREATE TABLE erasure_records (
        id INTEGER PRIMARY KEY,
        discussion_id INTEGER NOT NULL REFERENCES discussions(id) ON DELETE CASCADE,
        pseudonym TEXT NOT NULL,
        member_id INTEGER REFERENCES members(id) ON DELETE SET NULL,
        actor TEXT NOT NULL, at TEXT NOT NULL, removed TEXT NOT NULL);
CREATE INDEX ix_erasure_records_discussion_id ON erasure_records (discussion_id);
CREATE INDEX ix_erasure_records_member_id ON erasure_records (member_id);
