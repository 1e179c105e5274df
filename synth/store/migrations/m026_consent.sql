-- Whether members are asked to consent to the publication of their words: 'off', 'asked' (a refusal
-- hides them) or 'required' (so does no answer). Answers to texts before consent_from do not count.
ALTER TABLE discussions ADD COLUMN consent TEXT NOT NULL DEFAULT 'off'
        CHECK (consent IN ('off', 'asked', 'required'));
ALTER TABLE discussions ADD COLUMN consent_from INTEGER NOT NULL DEFAULT 1;
-- Every text that members were asked with; it stays, for who consented to it.
CREATE TABLE consent_texts (
        discussion_id INTEGER NOT NULL REFERENCES discussions(id) ON DELETE CASCADE,
        version INTEGER NOT NULL, text TEXT NOT NULL, at TEXT NOT NULL,
        PRIMARY KEY (discussion_id, version)) WITHOUT ROWID;
-- Every answer; the last one of a member is in force.
CREATE TABLE consents (
        id INTEGER PRIMARY KEY,
        discussion_id INTEGER NOT NULL REFERENCES discussions(id) ON DELETE CASCADE,
        member_id INTEGER NOT NULL REFERENCES members(id) ON DELETE CASCADE,
        answer TEXT NOT NULL CHECK (answer IN ('yes', 'no')),
        version INTEGER NOT NULL, at TEXT NOT NULL);
CREATE INDEX ix_consents_discussion_id ON consents (discussion_id, member_id);
CREATE INDEX ix_consents_member_id ON consents (member_id);
