-- Messages whose words are shown to moderators only. The words, and all that stood on them, are
-- kept here as JSON and nowhere else, so that no page, search or export can show them.
CREATE TABLE hidden_messages (
        message_id INTEGER PRIMARY KEY REFERENCES messages(id) ON DELETE CASCADE,
        discussion_id INTEGER NOT NULL REFERENCES discussions(id) ON DELETE CASCADE,
        reason TEXT NOT NULL, note TEXT NOT NULL DEFAULT '',
        actor TEXT NOT NULL, at TEXT NOT NULL, kept TEXT NOT NULL);
CREATE INDEX ix_hidden_messages_discussion_id ON hidden_messages (discussion_id);
-- Participants whose messages are hidden, later ones too.
CREATE TABLE hidden_participants (
        participant_id INTEGER PRIMARY KEY REFERENCES participants(id) ON DELETE CASCADE,
        discussion_id INTEGER NOT NULL REFERENCES discussions(id) ON DELETE CASCADE,
        reason TEXT NOT NULL, note TEXT NOT NULL DEFAULT '',
        actor TEXT NOT NULL, at TEXT NOT NULL);
CREATE INDEX ix_hidden_participants_discussion_id ON hidden_participants (discussion_id);
-- What elsewhere repeated hidden words: how it was, and what is shown in its place.
CREATE TABLE covered_words (
        id INTEGER PRIMARY KEY,
        discussion_id INTEGER NOT NULL REFERENCES discussions(id) ON DELETE CASCADE,
        place TEXT NOT NULL, row_id INTEGER NOT NULL, original TEXT, shown TEXT,
        UNIQUE (place, row_id));
CREATE INDEX ix_covered_words_discussion_id ON covered_words (discussion_id);
-- What is hidden and why, in the facilitators' words; empty: the usual text.
ALTER TABLE discussions ADD COLUMN policy TEXT NOT NULL DEFAULT '';
