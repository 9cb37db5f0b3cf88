-- Programs that may use the API. A token names the generation it was made in; suspending or changing a client begins a new one.
CREATE TABLE api_client (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    institution TEXT NOT NULL,
    rights TEXT NOT NULL,
    keys TEXT,
    certificate TEXT UNIQUE,
    requests BIGINT NOT NULL,
    bytes BIGINT NOT NULL,
    generation BIGINT NOT NULL,
    registered BIGINT NOT NULL,
    suspended BIGINT
);

-- What a client has used on a day (UTC, days since 1970).
CREATE TABLE api_usage (
    client TEXT NOT NULL REFERENCES api_client (id),
    day BIGINT NOT NULL,
    requests BIGINT NOT NULL,
    bytes BIGINT NOT NULL,
    PRIMARY KEY (client, day)
);

-- Long work asked for by API, and who may ask how it goes.
CREATE TABLE api_job (
    job TEXT PRIMARY KEY,
    owner TEXT NOT NULL,
    done BIGINT,
    total BIGINT,
    created BIGINT NOT NULL
);
CREATE INDEX api_job_created ON api_job (created);
