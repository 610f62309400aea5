-- The streams by name. A name is category/id; text is compared byte by byte,
-- so the streams of a category stand together. A stream has at least one event.
CREATE TABLE streams (
    id       INTEGER PRIMARY KEY,
    name     TEXT NOT NULL UNIQUE,
    category TEXT NOT NULL
) STRICT;
