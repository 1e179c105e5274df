CREATE VIEW "threads_to_read" AS 
    SELECT d.title AS discussion, coalesce(r.subject, substr(r.text, 1, 90)) AS thread,
           w.pseudonym AS author, m.posted_at, m.text, v.pseudonym AS in_reply_to,
           m.parent_evidence AS because_of, m.depth, m.language, m.url,
           m.thread_id, m.id AS message_id, m.parent_id
    FROM messages m JOIN discussions d ON d.id = m.discussion_id
    LEFT JOIN messages r ON r.id = m.thread_id
    LEFT JOIN messages p ON p.id = m.parent_id
    LEFT JOIN participants w ON w.id = m.participant_id
    LEFT JOIN participants v ON v.id = p.participant_id
    ORDER BY m.discussion_id, m.thread_id, m.rank;
CREATE VIEW "key_passages" AS 
    SELECT d.title AS discussion, e.quote, e.nature, e.state, e.score, w.pseudonym AS author,
           m.posted_at,
           (SELECT group_concat(i.title, '; ') FROM extract_ideas x
            JOIN ideas i ON i.id = x.idea_id WHERE x.extract_id = e.id) AS ideas,
           e.note, e.origin, m.url, e.id AS extract_id, e.message_id
    FROM extracts e JOIN messages m ON m.id = e.message_id
    JOIN discussions d ON d.id = m.discussion_id
    LEFT JOIN participants w ON w.id = m.participant_id
    WHERE e.is_stale = 0
    ORDER BY m.discussion_id, e.score DESC, e.id;
