-- The log. The small columns stand first, so that whoever looks for events
-- without their payloads does not read the payloads.
CREATE TABLE events (
    -- The place in the log: 1, 2, 3 … in the order of commits.
    position     INTEGER PRIMARY KEY,
    stream       INTEGER NOT NULL REFERENCES streams (id),
    -- The place in the stream: 1, 2, 3 …
    version      INTEGER NOT NULL,
    type         TEXT NOT NULL,
    -- The version of the schema that the payload follows.
    schema       INTEGER NOT NULL,
    -- When it took effect, where that is not the time of recording.
    effective_at INTEGER,
    -- Both times are microseconds since 1970 in UTC. This one never falls.
    recorded_at  INTEGER NOT NULL,
    -- The place in its commit: 0, 1, 2 … So the commit's first event is at
    -- position - commit_index.
    commit_index INTEGER NOT NULL,
    -- How many events the commit has, its id (16 bytes of a UUID) and its
    -- metadata (JSON): on its first event, nowhere else.
    commit_size  INTEGER,
    commit_id    BLOB,
    -- One a line.
    tags         TEXT,
    metadata     TEXT,
    -- JSON.
    payload      TEXT NOT NULL
) STRICT;
