-- Keyed values beside the log: snapshots, checkpoints, leases. No history.
CREATE TABLE {schema}.records (
    key      text COLLATE "C" NOT NULL PRIMARY KEY,
    value    bytea NOT NULL,
    -- The number of the change that wrote it; rises in the whole store.
    revision bigint NOT NULL
);
