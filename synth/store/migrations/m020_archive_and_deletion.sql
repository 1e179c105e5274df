-- Since when a discussion is only read, and when it will be deleted; nothing where neither is so.
ALTER TABLE discussions ADD COLUMN archived_at TEXT;
ALTER TABLE discussions ADD COLUMN goes_at TEXT;
-- Numbers of discussions that are gone: none is given again, so that no job, page or cache of one
-- is ever taken for another's.
CREATE TABLE deleted_discussions (id INTEGER PRIMARY KEY, deleted_at TEXT NOT NULL);
