-- Sessions are sealed cookies; these rows only say which ended before their time.
CREATE TABLE session_epoch (
    subject TEXT PRIMARY KEY,
    epoch BIGINT NOT NULL
);
CREATE TABLE session_ended (
    sid TEXT PRIMARY KEY,
    forget BIGINT NOT NULL
);
CREATE INDEX session_ended_forget ON session_ended (forget);
