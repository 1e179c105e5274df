ALTER TABLE placements ADD COLUMN reason TEXT
        CHECK (reason IN ('says_little', 'between', 'off_topic'));
