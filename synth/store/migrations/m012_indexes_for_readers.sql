CREATE INDEX ix_messages_in_threads ON messages (discussion_id, thread_id, participant_id, posted_at);
CREATE INDEX ix_messages_voices ON messages (discussion_id, participant_id);
CREATE INDEX ix_messages_period ON messages (discussion_id, posted_at);
CREATE INDEX ix_messages_languages ON messages (discussion_id, language);
CREATE INDEX ix_messages_reading_order ON messages (thread_id, rank, participant_id);
-- Anonymous messages that say something are voices of their own.
CREATE INDEX ix_messages_anonymous ON messages (discussion_id)
        WHERE participant_id IS NULL AND text <> '';
