-- An idea that the machine may not change: locked by a person, or with all others by a sign-off.
ALTER TABLE ideas ADD COLUMN locked_by TEXT CHECK (locked_by IN ('person', 'sign_off'));
-- How one idea stands to another, as a person says; a rebuild keeps both ideas.
CREATE TABLE idea_links (
        one_id INTEGER NOT NULL REFERENCES ideas(id) ON DELETE CASCADE,
        other_id INTEGER NOT NULL REFERENCES ideas(id) ON DELETE CASCADE,
        kind TEXT NOT NULL
            CHECK (kind IN ('supports', 'opposes', 'answers', 'questions', 'related')),
        PRIMARY KEY (one_id, other_id), CHECK (one_id <> other_id)) WITHOUT ROWID;
CREATE INDEX ix_idea_links_other_id ON idea_links (other_id);
-- The ideas of a discussion are confirmed as a whole: its frame stays until this is taken back.
CREATE TABLE sign_offs (
        discussion_id INTEGER PRIMARY KEY REFERENCES discussions(id) ON DELETE CASCADE,
        at TEXT NOT NULL);
-- What people who may not correct ask for. (The table proposals holds those of language models.)
CREATE TABLE correction_proposals (
        id INTEGER PRIMARY KEY,
        discussion_id INTEGER NOT NULL REFERENCES discussions(id) ON DELETE CASCADE,
        verb TEXT NOT NULL,
        idea_id INTEGER NOT NULL,
        passage_id INTEGER REFERENCES passages(id) ON DELETE CASCADE,
        title TEXT NOT NULL DEFAULT '',
        why TEXT NOT NULL DEFAULT '',
        actor TEXT NOT NULL, at TEXT NOT NULL,
        state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'accepted', 'declined')),
        other_id INTEGER NOT NULL DEFAULT 0,
        decided_by TEXT, decided_at TEXT, reason TEXT NOT NULL DEFAULT '',
        event_id INTEGER REFERENCES events(id) ON DELETE SET NULL);
CREATE INDEX ix_correction_proposals_discussion_id ON correction_proposals (discussion_id, state);
CREATE INDEX ix_correction_proposals_passage_id ON correction_proposals (passage_id);
CREATE INDEX ix_correction_proposals_event_id ON correction_proposals (event_id);
