-- The number of the last change to a record: one row. A number is never used
-- again.
CREATE TABLE {schema}.revision (
    single boolean NOT NULL PRIMARY KEY DEFAULT true CHECK (single),
    last bigint NOT NULL
) WITH (fillfactor = 10);
