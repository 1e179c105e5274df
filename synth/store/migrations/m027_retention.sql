-- For how many days after their last message came the names of participants are kept; nothing: until
-- somebody erases them.
ALTER TABLE discussions ADD COLUMN keeps_names_days INTEGER CHECK (keeps_names_days > 0);
ALTER TABLE discussions ADD COLUMN retention_set_at TEXT;
