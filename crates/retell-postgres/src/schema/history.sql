-- The log for people and their SQL: payloads as jsonb, times that can be read,
-- and on every event who did it and why.
CREATE VIEW {schema}.history AS
SELECT
    event.position,
    event.stream,
    split_part(event.stream, '/', 1) AS category,
    event.version,
    event.type,
    event.schema,
    {schema}.as_jsonb(event.payload) AS payload,
    string_to_array(event.tags, E'\n') AS tags,
    'epoch'::timestamptz + event.recorded_at * interval '1 microsecond' AS recorded_at,
    'epoch'::timestamptz + event.effective_at * interval '1 microsecond' AS effective_at,
    first.commit_id,
    metadata.json ->> 'actor' AS actor,
    metadata.json #>> '{command,name}' AS command,
    metadata.json ->> 'reason' AS reason,
    metadata.json AS metadata
FROM {schema}.events AS event
JOIN {schema}.events AS first ON first.position = event.position - event.commit_index
CROSS JOIN LATERAL (SELECT {schema}.as_jsonb(first.metadata) AS json) AS metadata;
