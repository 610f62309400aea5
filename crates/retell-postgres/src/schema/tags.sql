-- The events that have a tag.
CREATE TABLE {schema}.tags (
    tag      text COLLATE "C" NOT NULL,
    position bigint NOT NULL,
    PRIMARY KEY (tag, position)
);
