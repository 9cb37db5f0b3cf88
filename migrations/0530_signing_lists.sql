-- The trusted lists in use: one row, its content (verified lists in their compact form) in the blob store. A list that fails verification
-- never replaces a good one, so the content changes only for the better.
CREATE TABLE signing_lists (
    id TEXT PRIMARY KEY,
    blob TEXT,
    troubles TEXT NOT NULL,
    tried BIGINT NOT NULL
);
