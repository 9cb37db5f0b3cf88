-- Every certificate, from the moment its content was decided. state: intent (about to be signed), issued.
CREATE TABLE ca_certificate (
    id TEXT PRIMARY KEY,
    request_key TEXT NOT NULL UNIQUE,
    request_digest BYTEA NOT NULL,
    issuer TEXT NOT NULL,
    serial BYTEA NOT NULL,
    profile TEXT NOT NULL,
    holder TEXT,
    key_label TEXT NOT NULL,
    algorithm TEXT NOT NULL,
    tbs BYTEA NOT NULL,
    der BYTEA,
    not_before BIGINT NOT NULL,
    not_after BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('intent', 'issued')),
    status TEXT NOT NULL CHECK (status IN ('pending', 'good', 'suspended', 'revoked')),
    status_since BIGINT NOT NULL,
    reason BIGINT,
    version BIGINT NOT NULL,
    created BIGINT NOT NULL,
    UNIQUE (issuer, serial)
);
CREATE INDEX ca_certificate_listed ON ca_certificate (issuer, serial) WHERE status <> 'good' AND state = 'issued';
CREATE INDEX ca_certificate_holder ON ca_certificate (holder, id);

-- Every change of status, for ever. crl: the first CRL that tells of it.
CREATE TABLE ca_status_change (
    id TEXT PRIMARY KEY,
    certificate TEXT NOT NULL REFERENCES ca_certificate (id),
    issuer TEXT NOT NULL,
    at BIGINT NOT NULL,
    from_status TEXT NOT NULL,
    to_status TEXT NOT NULL,
    reason BIGINT,
    actor TEXT NOT NULL,
    crl BIGINT
);
CREATE INDEX ca_status_change_certificate ON ca_status_change (certificate, id);
CREATE INDEX ca_status_change_waiting ON ca_status_change (issuer) WHERE crl IS NULL;

-- Every CRL, from the moment its content was decided; der is set when it is signed.
CREATE TABLE ca_crl (
    issuer TEXT NOT NULL,
    number BIGINT NOT NULL,
    this_update BIGINT NOT NULL,
    next_update BIGINT NOT NULL,
    tbs BYTEA NOT NULL,
    der BYTEA,
    PRIMARY KEY (issuer, number)
);
