-- Applications for identity cards, from the first question to the card in use. What the application needs of the person is
-- kept as it was when the application was submitted.
CREATE TABLE documents_application (
    id TEXT PRIMARY KEY,
    number TEXT NOT NULL UNIQUE,
    person TEXT NOT NULL,
    code TEXT NOT NULL,
    given TEXT NOT NULL,
    family TEXT NOT NULL,
    born TEXT NOT NULL,
    citizenship TEXT NOT NULL,
    reason TEXT,
    photo TEXT,
    email TEXT,
    phone TEXT,
    state TEXT NOT NULL,
    clerk TEXT NOT NULL,
    clerk_code TEXT NOT NULL,
    clerk_name TEXT NOT NULL,
    institution TEXT NOT NULL,
    decider TEXT,
    rejection TEXT,
    document TEXT UNIQUE,
    not_after BIGINT,
    attention TEXT,
    deadline BIGINT,
    version BIGINT NOT NULL,
    created BIGINT NOT NULL,
    updated BIGINT NOT NULL
);
CREATE INDEX documents_application_state ON documents_application (state, deadline, id);
CREATE INDEX documents_application_person ON documents_application (person, id);

-- What happened to an application, in the order it happened.
CREATE TABLE documents_event (
    id TEXT PRIMARY KEY,
    application TEXT NOT NULL REFERENCES documents_application (id),
    place BIGINT NOT NULL,
    at BIGINT NOT NULL,
    kind TEXT NOT NULL,
    actor TEXT NOT NULL,
    name TEXT NOT NULL,
    detail TEXT,
    UNIQUE (application, place)
);

CREATE TABLE documents_card (
    number TEXT PRIMARY KEY,
    application TEXT NOT NULL UNIQUE REFERENCES documents_application (id),
    code TEXT NOT NULL,
    given TEXT NOT NULL,
    family TEXT NOT NULL,
    state TEXT NOT NULL,
    card TEXT,
    authentication TEXT,
    signature TEXT,
    issued BIGINT,
    not_after BIGINT NOT NULL,
    activated BIGINT
);
CREATE INDEX documents_card_code ON documents_card (code, number);

-- PINs on their way to the holder. `sealed` is emptied when they have been shown, have expired or the card is given up.
CREATE TABLE documents_envelope (
    id TEXT PRIMARY KEY,
    application TEXT NOT NULL UNIQUE REFERENCES documents_application (id),
    state TEXT NOT NULL,
    sealed BYTEA,
    salt BYTEA,
    tries BIGINT NOT NULL,
    expires BIGINT NOT NULL,
    opened BIGINT,
    created BIGINT NOT NULL
);
CREATE INDEX documents_envelope_expires ON documents_envelope (state, expires);
