-- What the store is: store_id (a UUID as text), created_at (microseconds since
-- 1970 in UTC), format, and last_revision, the number of the last change to a
-- record.
CREATE TABLE meta (
    key   TEXT NOT NULL PRIMARY KEY,
    value ANY NOT NULL
) STRICT, WITHOUT ROWID;
