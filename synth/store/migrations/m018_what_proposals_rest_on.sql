-- The last correction that had been made when a proposal was: what came later may touch it.
ALTER TABLE correction_proposals ADD COLUMN version INTEGER NOT NULL DEFAULT 0;
