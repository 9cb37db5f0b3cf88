-- Long work that was asked for by API, and what came of it: an augmented file, an evidence record. Kept until fetched or forgotten.
CREATE TABLE signing_work (
    id TEXT PRIMARY KEY,
    owner TEXT NOT NULL,
    task TEXT NOT NULL,
    name TEXT NOT NULL,
    blob TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    size BIGINT NOT NULL,
    result TEXT,
    result_name TEXT,
    result_media TEXT,
    result_sha256 TEXT,
    result_size BIGINT,
    expires BIGINT NOT NULL
);
CREATE INDEX signing_work_expires ON signing_work (expires);
