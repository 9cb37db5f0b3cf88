-- Time stamps given out, many to a row. records: one entry of fixed form a stamp (serial, time, digest of the TSTInfo).
CREATE TABLE ca_timestamp_batch (
    id TEXT PRIMARY KEY,
    first_serial BIGINT NOT NULL,
    last_serial BIGINT NOT NULL,
    count BIGINT NOT NULL,
    latest BIGINT NOT NULL,
    records BYTEA NOT NULL,
    created BIGINT NOT NULL
);
CREATE INDEX ca_timestamp_batch_serials ON ca_timestamp_batch (first_serial, last_serial);
CREATE INDEX ca_timestamp_batch_latest ON ca_timestamp_batch (latest);
