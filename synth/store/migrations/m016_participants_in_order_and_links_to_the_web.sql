-- The newest participant of a discussion is looked up for every new author.
CREATE INDEX ix_participants_discussion_id ON participants (discussion_id);
-- Whoever reads the file may turn these into links: nothing else may stand there.
UPDATE messages SET url = NULL
    WHERE url NOT LIKE 'http://_%' AND url NOT LIKE 'https://_%';
