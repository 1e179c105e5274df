-- People with an account. An actor of an event is 'member:<id>'; 'person' is who works without
-- accounts on the machine itself.
CREATE TABLE members (
        id INTEGER PRIMARY KEY,
        name TEXT NOT NULL, name_key TEXT NOT NULL UNIQUE,
        email TEXT, email_key TEXT UNIQUE,
        password_hash TEXT, oidc_subject TEXT UNIQUE,
        is_owner INTEGER NOT NULL DEFAULT 0, may_start INTEGER NOT NULL DEFAULT 0,
        created_at TEXT NOT NULL, disabled_at TEXT);
CREATE UNIQUE INDEX ix_members_one_owner ON members (is_owner) WHERE is_owner = 1;
-- A member's role in a discussion, and which of its voices they have shown to be theirs.
CREATE TABLE memberships (
        member_id INTEGER NOT NULL REFERENCES members(id) ON DELETE CASCADE,
        discussion_id INTEGER NOT NULL REFERENCES discussions(id) ON DELETE CASCADE,
        role TEXT NOT NULL CHECK (role IN ('participant', 'harvester', 'synthesizer', 'facilitator')),
        joined_at TEXT NOT NULL,
        PRIMARY KEY (member_id, discussion_id));
CREATE INDEX ix_memberships_discussion_id ON memberships (discussion_id);
CREATE TABLE claims (
        participant_id INTEGER PRIMARY KEY REFERENCES participants(id) ON DELETE CASCADE,
        member_id INTEGER NOT NULL REFERENCES members(id) ON DELETE CASCADE,
        claimed_at TEXT NOT NULL, erasure_asked_at TEXT);
CREATE INDEX ix_claims_member_id ON claims (member_id);
-- Only hashes of tokens are kept: who reads the file cannot use them.
CREATE TABLE invitations (
        id INTEGER PRIMARY KEY,
        token_hash TEXT NOT NULL UNIQUE,
        discussion_id INTEGER REFERENCES discussions(id) ON DELETE CASCADE,
        role TEXT NOT NULL CHECK (role IN ('participant', 'harvester', 'synthesizer', 'facilitator')),
        participant_id INTEGER REFERENCES participants(id) ON DELETE CASCADE,
        note TEXT NOT NULL DEFAULT '',
        made_by TEXT NOT NULL, made_at TEXT NOT NULL,
        expires_at TEXT NOT NULL, max_uses INTEGER NOT NULL CHECK (max_uses > 0),
        n_uses INTEGER NOT NULL DEFAULT 0, revoked_at TEXT);
CREATE INDEX ix_invitations_discussion_id ON invitations (discussion_id);
-- Links that open a session once: for a forgotten password, or in place of one. No member: the
-- link that makes the owner.
CREATE TABLE sign_in_links (
        id INTEGER PRIMARY KEY,
        token_hash TEXT NOT NULL UNIQUE,
        member_id INTEGER REFERENCES members(id) ON DELETE CASCADE,
        made_by TEXT NOT NULL, made_at TEXT NOT NULL, expires_at TEXT NOT NULL, used_at TEXT);
CREATE TABLE sessions (
        id INTEGER PRIMARY KEY,
        token_hash TEXT NOT NULL UNIQUE,
        member_id INTEGER NOT NULL REFERENCES members(id) ON DELETE CASCADE,
        device TEXT NOT NULL DEFAULT '',
        begun_at TEXT NOT NULL, seen_on TEXT NOT NULL, expires_at TEXT NOT NULL);
CREATE INDEX ix_sessions_member_id ON sessions (member_id);
-- Every change of an account, a role or a visibility; outlives the discussion it was about.
CREATE TABLE audit (
        id INTEGER PRIMARY KEY,
        at TEXT NOT NULL, actor TEXT NOT NULL, verb TEXT NOT NULL,
        discussion TEXT, member_id INTEGER, facts TEXT NOT NULL DEFAULT '{}');
ALTER TABLE discussions ADD COLUMN visibility TEXT NOT NULL DEFAULT 'public'
        CHECK (visibility IN ('public', 'unlisted', 'private'));
