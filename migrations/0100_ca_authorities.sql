-- The PKI of this installation: one row, made once. Its address stands in every certificate.
CREATE TABLE ca_pki (
    id TEXT PRIMARY KEY,
    public_url TEXT NOT NULL,
    created BIGINT NOT NULL
);

-- Certification authorities: the root and those below it.
CREATE TABLE ca_authority (
    name TEXT PRIMARY KEY,
    place BIGINT NOT NULL,
    parent TEXT NOT NULL,
    key_label TEXT NOT NULL,
    certificate TEXT NOT NULL,
    der BYTEA NOT NULL,
    crl_number BIGINT NOT NULL,
    created BIGINT NOT NULL
);

-- Keys of the authorities' own services, with their certificates: OCSP responders and time-stamping units.
CREATE TABLE ca_service_key (
    label TEXT PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('ocsp', 'tsu')),
    authority TEXT NOT NULL,
    certificate TEXT NOT NULL,
    der BYTEA NOT NULL,
    not_before BIGINT NOT NULL,
    not_after BIGINT NOT NULL
);
CREATE INDEX ca_service_key_kind ON ca_service_key (kind, authority, not_after);
