-- Which store this is: one row.
CREATE TABLE {schema}.store (
    single     boolean NOT NULL PRIMARY KEY DEFAULT true CHECK (single),
    id         uuid NOT NULL,
    -- Microseconds since 1970 in UTC.
    created_at bigint NOT NULL
);
