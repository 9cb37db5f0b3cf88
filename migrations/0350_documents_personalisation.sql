-- The making of a card, step by step: what has been done is never done twice, what was cut off goes on.
CREATE TABLE documents_making (
    application TEXT PRIMARY KEY,
    chip TEXT NOT NULL UNIQUE,
    kid BIGINT NOT NULL,
    authentication_point BYTEA,
    signature_point BYTEA,
    authentication TEXT,
    signature TEXT,
    authentication_der BYTEA,
    signature_der BYTEA,
    error TEXT,
    begun BIGINT NOT NULL
);

CREATE TABLE documents_making_step (
    application TEXT NOT NULL REFERENCES documents_making (application),
    name TEXT NOT NULL,
    done BIGINT NOT NULL,
    PRIMARY KEY (application, name)
);
