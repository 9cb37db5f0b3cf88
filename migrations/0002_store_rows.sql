-- Answers to creating requests, by Idempotency-Key.
CREATE TABLE idempotency (
    scope TEXT NOT NULL,
    key TEXT NOT NULL,
    request BYTEA NOT NULL,
    status BIGINT,
    answer BYTEA,
    created BIGINT NOT NULL,
    PRIMARY KEY (scope, key)
);
CREATE INDEX idempotency_created ON idempotency (created);

-- Tokens that work once, and values already used; only digests are kept.
CREATE TABLE token (
    purpose TEXT NOT NULL,
    digest BYTEA NOT NULL,
    body TEXT NOT NULL,
    expires BIGINT NOT NULL,
    PRIMARY KEY (purpose, digest)
);
CREATE INDEX token_expires ON token (expires);

CREATE TABLE counter (
    name TEXT PRIMARY KEY,
    value BIGINT NOT NULL
);

-- Who holds a blob; one that nobody holds is collected.
CREATE TABLE blob_hold (
    blob TEXT NOT NULL,
    holder TEXT NOT NULL,
    size BIGINT NOT NULL,
    created BIGINT NOT NULL,
    PRIMARY KEY (blob, holder)
);
