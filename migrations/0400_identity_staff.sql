-- Who works for which institution, and in which roles.
CREATE TABLE staff (
    id TEXT PRIMARY KEY,
    code TEXT NOT NULL,
    given_name TEXT NOT NULL,
    surname TEXT NOT NULL,
    institution TEXT NOT NULL,
    roles TEXT NOT NULL,
    created BIGINT NOT NULL,
    ended BIGINT,
    UNIQUE (code, institution)
);
