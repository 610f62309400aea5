-- Reads a stream, tells its version, and makes sure of one event per version.
CREATE UNIQUE INDEX events_by_stream ON {schema}.events (stream, version);
