-- The trusted lists in use as they were fetched, byte for byte: what was read from them can be read again.
CREATE TABLE signing_list_source (
    sha256 TEXT PRIMARY KEY,
    territory TEXT NOT NULL,
    url TEXT NOT NULL,
    blob TEXT NOT NULL
);
