-- Entries of all transactions, unordered until the sequencer gives them a position.
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

-- The one row that a sequencer locks while it works: size and root of the tree.
CREATE TABLE ledger_head (
    name TEXT PRIMARY KEY,
    size BIGINT NOT NULL
);
INSERT INTO ledger_head (name, size) VALUES ('tree', 0);

-- Tiles of the Merkle tree (C2SP tlog-tiles): at most 256 hashes each.
CREATE TABLE ledger_tile (
    level BIGINT NOT NULL,
    number BIGINT NOT NULL,
    content BYTEA NOT NULL,
    PRIMARY KEY (level, number)
);

-- Tree heads; the root is committed before it is signed, so that no two roots of one size are ever signed.
CREATE TABLE ledger_checkpoint (
    size BIGINT PRIMARY KEY,
    root BYTEA NOT NULL,
    note TEXT,
    created BIGINT NOT NULL
);
