-- What is masked in the texts of a discussion. Texts and subjects are stored masked; what was there
-- before stands here and in message_evidence, as evidence. start and end count characters of the
-- masked text.
ALTER TABLE discussions ADD COLUMN masking TEXT NOT NULL DEFAULT 'contacts'
        CHECK (masking IN ('nothing', 'contacts', 'names'));
CREATE TABLE masks (
        message_id INTEGER NOT NULL REFERENCES messages(id) ON DELETE CASCADE,
        field TEXT NOT NULL CHECK (field IN ('subject', 'text')),
        start INTEGER NOT NULL, "end" INTEGER NOT NULL CHECK ("end" > start),
        kind TEXT NOT NULL, original TEXT NOT NULL,
        PRIMARY KEY (message_id, field, start)) WITHOUT ROWID;
-- By which rules a message was masked; empty: not yet.
ALTER TABLE message_evidence ADD COLUMN masked_for TEXT NOT NULL DEFAULT '';
