-- message_id, start and end: where the commonest wording stands.
CREATE TABLE repetitions (
        id INTEGER PRIMARY KEY,
        discussion_id INTEGER NOT NULL REFERENCES discussions(id) ON DELETE CASCADE,
        is_message INTEGER NOT NULL,
        message_id INTEGER NOT NULL REFERENCES messages(id) ON DELETE CASCADE,
        start INTEGER NOT NULL, "end" INTEGER NOT NULL CHECK ("end" > start),
        part_of INTEGER REFERENCES repetitions(id) ON DELETE CASCADE,
        run_id INTEGER NOT NULL REFERENCES runs(id));
CREATE TABLE repeated_messages (
        message_id INTEGER PRIMARY KEY REFERENCES messages(id) ON DELETE CASCADE,
        repetition_id INTEGER NOT NULL REFERENCES repetitions(id) ON DELETE CASCADE);
CREATE TABLE repeated_passages (
        passage_id INTEGER PRIMARY KEY REFERENCES passages(id) ON DELETE CASCADE,
        repetition_id INTEGER NOT NULL REFERENCES repetitions(id) ON DELETE CASCADE);
CREATE TABLE idea_voices (
        idea_id INTEGER PRIMARY KEY REFERENCES ideas(id) ON DELETE CASCADE,
        n_repeating INTEGER NOT NULL, n_same INTEGER NOT NULL, n_same_voices INTEGER NOT NULL,
        top_share REAL NOT NULL, effective REAL NOT NULL, is_carried_by_few INTEGER NOT NULL);
CREATE INDEX ix_repetitions_discussion_id ON repetitions (discussion_id);
CREATE INDEX ix_repetitions_message_id ON repetitions (message_id);
CREATE INDEX ix_repetitions_part_of ON repetitions (part_of);
CREATE INDEX ix_repeated_messages_repetition_id ON repeated_messages (repetition_id);
CREATE INDEX ix_repeated_passages_repetition_id ON repeated_passages (repetition_id);
