-- The log for people and their SQL: names instead of numbers, times that can
-- be read, and on every event who did it and why.
CREATE VIEW history AS
SELECT
    event.position,
    stream.name AS stream,
    stream.category,
    event.version,
    event.type,
    event.schema,
    event.payload,
    event.tags,
    strftime('%Y-%m-%dT%H:%M:%S', (event.recorded_at - (event.recorded_at % 1000000 + 1000000) % 1000000) / 1000000, 'unixepoch')
        || format('.%06dZ', (event.recorded_at % 1000000 + 1000000) % 1000000) AS recorded_at,
    strftime('%Y-%m-%dT%H:%M:%S', (event.effective_at - (event.effective_at % 1000000 + 1000000) % 1000000) / 1000000, 'unixepoch')
        || format('.%06dZ', (event.effective_at % 1000000 + 1000000) % 1000000) AS effective_at,
    lower(substr(hex(first.commit_id), 1, 8) || '-' || substr(hex(first.commit_id), 9, 4) || '-'
        || substr(hex(first.commit_id), 13, 4) || '-' || substr(hex(first.commit_id), 17, 4) || '-'
        || substr(hex(first.commit_id), 21)) AS commit_id,
    first.metadata ->> '$.actor' AS actor,
    first.metadata ->> '$.command.name' AS command,
    first.metadata ->> '$.reason' AS reason,
    first.metadata
FROM events AS event
JOIN streams AS stream ON stream.id = event.stream
JOIN events AS first ON first.position = event.position - event.commit_index;
