-- The log. Text is compared byte by byte.
CREATE TABLE {schema}.events (
    -- The place in the log: rises in the order of commits.
    position     bigint NOT NULL PRIMARY KEY,
    -- category/id
    stream       text COLLATE "C" NOT NULL,
    -- The place in the stream: 1, 2, 3 …
    version      bigint NOT NULL,
    type         text COLLATE "C" NOT NULL,
    -- The version of the schema that the payload follows.
    schema       bigint NOT NULL,
    -- When it took effect, where that is not the time of recording.
    effective_at bigint,
    -- Both times are microseconds since 1970 in UTC. This one never falls.
    recorded_at  bigint NOT NULL,
    -- The place in its commit: 0, 1, 2 … So the commit's first event is at
    -- position - commit_index.
    commit_index integer NOT NULL,
    -- How many events the commit has, its id and its metadata (JSON): on its
    -- first event, nowhere else.
    commit_size  integer,
    commit_id    uuid,
    -- One a line.
    tags         text COLLATE "C",
    -- JSON text, to the byte as it was appended. The view history has it as jsonb.
    metadata     text COLLATE "C",
    payload      text COLLATE "C" NOT NULL
);
