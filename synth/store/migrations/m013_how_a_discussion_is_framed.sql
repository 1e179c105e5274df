ALTER TABLE discussions ADD COLUMN question TEXT NOT NULL DEFAULT '';
ALTER TABLE discussions ADD COLUMN introduction TEXT NOT NULL DEFAULT '';
ALTER TABLE discussions ADD COLUMN embed TEXT NOT NULL DEFAULT 'nobody';
ALTER TABLE discussions ADD COLUMN synthesis_at TEXT;
