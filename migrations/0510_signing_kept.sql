-- Signed files that a person has kept valid for long: their time stamps are renewed before an algorithm or a unit's certificate ends.
CREATE TABLE signing_kept (
    id TEXT PRIMARY KEY,
    owner TEXT NOT NULL,
    name TEXT NOT NULL,
    media TEXT NOT NULL,
    blob TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    origin TEXT NOT NULL,
    size BIGINT NOT NULL,
    renewals BIGINT NOT NULL,
    renewed BIGINT,
    due BIGINT NOT NULL,
    refusal TEXT,
    created BIGINT NOT NULL
);
CREATE INDEX signing_kept_due ON signing_kept (due);
CREATE INDEX signing_kept_owner ON signing_kept (owner, created);
-- The file as it was signed is kept once.
CREATE UNIQUE INDEX signing_kept_origin ON signing_kept (owner, origin);
