-- Which versions of the format were made here, and when. The newest is the
-- format of the store.
CREATE TABLE {schema}.retell_migrations (
    version    integer NOT NULL PRIMARY KEY,
    name       text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
