-- Entries of all transactions, unordered until the sequencer gives them a place.
CREATE TABLE ledger_entry (
    id TEXT PRIMARY KEY,
    position BIGINT UNIQUE,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    body TEXT,
    personal TEXT,
    body_salt BYTEA,
    body_commitment BYTEA NOT NULL,
    personal_salt BYTEA,
    personal_commitment BYTEA,
    created BIGINT NOT NULL
);
CREATE INDEX ledger_entry_waiting ON ledger_entry (id) WHERE position IS NULL;
CREATE INDEX ledger_entry_subject ON ledger_entry (subject, id);
CREATE INDEX ledger_entry_kind ON ledger_entry (kind, id);

-- Tiles of the Merkle tree (C2SP tlog-tiles): 256 hashes each; level -1 holds the leaves themselves.
CREATE TABLE ledger_tile (
    level BIGINT NOT NULL,
    number BIGINT NOT NULL,
    width BIGINT NOT NULL,
    content BYTEA NOT NULL,
    PRIMARY KEY (level, number)
);

-- Signed tree heads, the last one being the present.
CREATE TABLE ledger_checkpoint (
    size BIGINT PRIMARY KEY,
    root BYTEA NOT NULL,
    note TEXT NOT NULL,
    created BIGINT NOT NULL
);

-- One sequencer at a time.
CREATE TABLE ledger_lease (
    name TEXT PRIMARY KEY,
    owner TEXT NOT NULL,
    until BIGINT NOT NULL
);
