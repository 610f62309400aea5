-- Keyed values beside the log: snapshots, checkpoints, leases. No history.
CREATE TABLE records (
    key      TEXT NOT NULL UNIQUE,
    value    BLOB NOT NULL,
    -- The number of the change that wrote it; rises in the whole store.
    revision INTEGER NOT NULL
) STRICT;
