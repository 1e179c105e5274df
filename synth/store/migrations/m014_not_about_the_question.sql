-- What stands under no idea because it is not about the question. The reasons known so far were those of
-- passages that fit no idea; 'off_topic' among them meant 'near to none'.
ALTER TABLE placements ADD COLUMN why TEXT CHECK (why IN (
        'says_little', 'between', 'near_none', 'greeting', 'thanks', 'test', 'list_matter', 'no_answer',
        'duplicate', 'bot', 'address', 'quotation', 'off_topic'));
UPDATE placements SET why = CASE reason WHEN 'off_topic' THEN 'near_none' ELSE reason END
        WHERE reason IS NOT NULL;
ALTER TABLE placements DROP COLUMN reason;
ALTER TABLE placements RENAME COLUMN why TO reason;
-- Corrections bring back rows as they were.
UPDATE events SET before = replace(before, '"reason": "off_topic"', '"reason": "near_none"'),
        after = replace(after, '"reason": "off_topic"', '"reason": "near_none"')
        WHERE before LIKE '%"reason": "off_topic"%' OR after LIKE '%"reason": "off_topic"%';
