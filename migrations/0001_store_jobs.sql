-- Work to do: leased by one UPDATE, kept after its end for whoever asks how it went.
CREATE TABLE job (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    key TEXT,
    body TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'done', 'dead')),
    due BIGINT NOT NULL,
    leased BIGINT NOT NULL,
    owner TEXT,
    attempts BIGINT NOT NULL,
    most BIGINT NOT NULL,
    reason TEXT,
    result TEXT,
    created BIGINT NOT NULL,
    finished BIGINT,
    UNIQUE (kind, key)
);
CREATE INDEX job_due ON job (kind, due, id) WHERE state = 'waiting';
CREATE INDEX job_finished ON job (finished) WHERE state = 'done';

-- One row for each slot of each schedule: whoever inserts it has it.
CREATE TABLE schedule (
    kind TEXT NOT NULL,
    slot BIGINT NOT NULL,
    PRIMARY KEY (kind, slot)
);

-- Facts for others.
CREATE TABLE event (
    id TEXT PRIMARY KEY,
    topic TEXT NOT NULL,
    subject TEXT NOT NULL,
    body TEXT NOT NULL,
    created BIGINT NOT NULL
);
CREATE INDEX event_topic ON event (topic, id);
CREATE INDEX event_created ON event (created);
CREATE TABLE event_delivery (
    event TEXT NOT NULL,
    subscriber TEXT NOT NULL,
    PRIMARY KEY (event, subscriber)
);
