-- Status information and certificates of foreign issuers, fetched for validation and augmentation; used again for a short time.
CREATE TABLE signing_fetched (
    id TEXT PRIMARY KEY,
    body BYTEA NOT NULL,
    expires BIGINT NOT NULL
);
CREATE INDEX signing_fetched_expires ON signing_fetched (expires);
