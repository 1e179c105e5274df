-- What the pseudonyms of new participants follow from; empty until the first one comes. Those who are
-- there keep theirs.
ALTER TABLE discussions ADD COLUMN pseudonym_key TEXT NOT NULL DEFAULT '';
