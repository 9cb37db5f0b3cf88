-- Errands of signing, from the upload to the signed file. Bound to the person and to the session that began them; what a
-- signature was prepared from never leaves the server. States: open, prepared, signed, done, failed.
CREATE TABLE signing_errand (
    id TEXT PRIMARY KEY,
    owner TEXT NOT NULL,
    session BYTEA NOT NULL,
    state TEXT NOT NULL,
    format TEXT,
    prepared TEXT,
    signature BYTEA,
    refusal TEXT,
    result TEXT,
    result_name TEXT,
    result_sha256 TEXT,
    result_size BIGINT,
    report_lv TEXT,
    report_en TEXT,
    created BIGINT NOT NULL,
    changed BIGINT NOT NULL,
    expires BIGINT NOT NULL
);
CREATE INDEX signing_errand_expires ON signing_errand (expires);

CREATE TABLE signing_file (
    errand TEXT NOT NULL REFERENCES signing_errand (id),
    place BIGINT NOT NULL,
    name TEXT NOT NULL,
    media TEXT NOT NULL,
    blob TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    size BIGINT NOT NULL,
    seen TEXT NOT NULL,
    PRIMARY KEY (errand, place)
);

-- Verdicts that a visitor may still look at; the judged file itself is not kept.
CREATE TABLE signing_report (
    id TEXT PRIMARY KEY,
    session BYTEA NOT NULL,
    name TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    size BIGINT NOT NULL,
    report_lv TEXT NOT NULL,
    report_en TEXT NOT NULL,
    created BIGINT NOT NULL,
    expires BIGINT NOT NULL
);
CREATE INDEX signing_report_expires ON signing_report (expires);
