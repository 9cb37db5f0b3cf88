-- Natural persons. register_person is what holds now, for finding; register_fact is all that was ever held, in two times:
-- valid_from/valid_to (days since 1970-01-01) say when it was so, recorded/superseded when the register said so.
CREATE TABLE register_person (
    id TEXT PRIMARY KEY,
    code TEXT NOT NULL UNIQUE,
    given TEXT NOT NULL,
    family TEXT NOT NULL,
    sort_key TEXT NOT NULL,
    family_key TEXT NOT NULL,
    given_key TEXT NOT NULL,
    born TEXT NOT NULL,
    birthplace TEXT NOT NULL,
    citizenship TEXT NOT NULL,
    address TEXT,
    email TEXT,
    phone TEXT,
    version BIGINT NOT NULL,
    created BIGINT NOT NULL
);
CREATE INDEX register_person_sort ON register_person (sort_key, id);
CREATE INDEX register_person_family ON register_person (family_key, given_key);
CREATE INDEX register_person_given ON register_person (given_key);

-- Every code a person has or had; a code is never given to another person.
CREATE TABLE register_code (
    code TEXT PRIMARY KEY,
    person TEXT NOT NULL REFERENCES register_person (id),
    recorded BIGINT NOT NULL
);
CREATE INDEX register_code_person ON register_code (person);

CREATE TABLE register_fact (
    id TEXT PRIMARY KEY,
    person TEXT NOT NULL REFERENCES register_person (id),
    kind TEXT NOT NULL,
    value TEXT NOT NULL,
    valid_from BIGINT NOT NULL,
    valid_to BIGINT,
    recorded BIGINT NOT NULL,
    superseded BIGINT,
    correction BIGINT NOT NULL,
    ground TEXT NOT NULL,
    actor TEXT NOT NULL,
    institution TEXT NOT NULL
);
CREATE INDEX register_fact_person ON register_fact (person, recorded, id);

-- Every look at a person's data.
CREATE TABLE register_use (
    id TEXT PRIMARY KEY,
    person TEXT NOT NULL REFERENCES register_person (id),
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    institution TEXT NOT NULL,
    purpose TEXT NOT NULL,
    scope TEXT NOT NULL,
    case_number TEXT
);
CREATE INDEX register_use_person ON register_use (person, id);

-- Answers of a clerk who is entering a person, until the person is entered.
CREATE TABLE register_draft (
    id TEXT PRIMARY KEY,
    actor TEXT NOT NULL,
    answers TEXT NOT NULL,
    person TEXT,
    updated BIGINT NOT NULL
);

-- Idempotency of registrations over the contract.
CREATE TABLE register_request (
    key TEXT PRIMARY KEY,
    person TEXT NOT NULL REFERENCES register_person (id)
);
