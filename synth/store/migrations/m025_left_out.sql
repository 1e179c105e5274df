-- How many records of the file a problem leaves out: those with a place of their own were one.
ALTER TABLE problems ADD COLUMN n_left_out INTEGER NOT NULL DEFAULT 0;
UPDATE problems SET n_left_out = 1 WHERE position <> '' AND position NOT LIKE 'first at %'
        AND position NOT LIKE 'after %' AND remedy NOT LIKE 'kept %';
