ALTER TABLE ideas ADD COLUMN title_origin TEXT NOT NULL DEFAULT 'machine'
            CHECK (title_origin IN ('machine', 'person'));
ALTER TABLE ideas ADD COLUMN summary_origin TEXT NOT NULL DEFAULT 'machine'
            CHECK (summary_origin IN ('machine', 'person'));
ALTER TABLE ideas ADD COLUMN parent_origin TEXT NOT NULL DEFAULT 'machine'
            CHECK (parent_origin IN ('machine', 'person'));
-- Why a person's placement is a person's: a status that is taken back releases its own only.
ALTER TABLE placements ADD COLUMN because TEXT
        CHECK (because IN ('pinned', 'merged', 'split', 'status'));
-- Passages that carry an idea which a person touched from one map to the next.
CREATE TABLE idea_cores (
        idea_id INTEGER NOT NULL REFERENCES ideas(id) ON DELETE CASCADE,
        passage_id INTEGER NOT NULL REFERENCES passages(id) ON DELETE CASCADE,
        PRIMARY KEY (idea_id, passage_id)) WITHOUT ROWID;
CREATE INDEX ix_idea_cores_passage_id ON idea_cores (passage_id);
CREATE TABLE passage_links (
        one_id INTEGER NOT NULL REFERENCES passages(id) ON DELETE CASCADE,
        other_id INTEGER NOT NULL REFERENCES passages(id) ON DELETE CASCADE,
        kind TEXT NOT NULL CHECK (kind IN ('together', 'apart')),
        PRIMARY KEY (one_id, other_id), CHECK (one_id < other_id)) WITHOUT ROWID;
CREATE INDEX ix_passage_links_other_id ON passage_links (other_id);
-- Their ids are never given again: an address that was sent around leads nowhere else.
CREATE TABLE retired_ideas (
        idea_id INTEGER PRIMARY KEY, into_id INTEGER,
        discussion_id INTEGER NOT NULL REFERENCES discussions(id) ON DELETE CASCADE);
