-- The end of the log: one row. Whoever appends locks it first and holds it
-- until the commit, so positions rise in the order in which commits become
-- visible. The free space keeps its new versions on the same page.
CREATE TABLE {schema}.head (
    single      boolean NOT NULL PRIMARY KEY DEFAULT true CHECK (single),
    -- The position of the last event; 0 where there is none.
    position    bigint NOT NULL,
    -- When the last event was recorded, in microseconds since 1970 in UTC.
    recorded_at bigint NOT NULL
) WITH (fillfactor = 10);
