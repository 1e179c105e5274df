CREATE VIEW "outline" AS 
    SELECT d.title AS discussion, i.id AS idea_id, i.parent_id, i.level, i.title, i.keyphrases,
           i.n_messages, i.n_authors, i.stability, i.status, i.origin
    FROM ideas i JOIN discussions d ON d.id = i.discussion_id
    ORDER BY i.discussion_id, i.rank;
CREATE VIEW "words_behind_ideas" AS 
    SELECT i.title AS idea, substr(m.text, p.start + 1, p."end" - p.start) AS words,
           w.pseudonym AS author, m.posted_at, l.weight, l.origin,
           l.idea_id, m.id AS message_id, p.id AS passage_id
    FROM placements l JOIN passages p ON p.id = l.passage_id
    JOIN messages m ON m.id = p.message_id
    LEFT JOIN ideas i ON i.id = l.idea_id
    LEFT JOIN participants w ON w.id = m.participant_id;
