-- Changes a record if it is as expected and the lease has not moved on. Tells
-- 'done' and the new revision, or 'changed' and the revision that the record
-- has, or 'fenced'. It works under READ COMMITTED alone: what is looked at
-- after the lock is what was committed before it.
CREATE FUNCTION {schema}.change_record(
    the_key text, new_value bytea, expects text, expected bigint, lease text, lease_revision bigint,
    OUT outcome text, OUT current bigint
) LANGUAGE plpgsql AS $$
BEGIN
    -- Not a lock of the row: a change that is refused then writes nothing, and
    -- its transaction costs no sync.
    PERFORM pg_advisory_xact_lock(hashtextextended('retell.records.{schema}', 0));
    IF lease IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM {schema}.records r WHERE r.key = lease AND r.revision = lease_revision
    ) THEN
        outcome := 'fenced';
        RETURN;
    END IF;
    SELECT r.revision INTO current FROM {schema}.records r WHERE r.key = the_key;
    IF expects = 'absent' AND current IS NOT NULL
        OR expects = 'revision' AND current IS DISTINCT FROM expected
    THEN
        outcome := 'changed';
        RETURN;
    END IF;
    outcome := 'done';
    IF new_value IS NULL THEN
        DELETE FROM {schema}.records r WHERE r.key = the_key;
        RETURN;
    END IF;
    UPDATE {schema}.revision SET last = last + 1 RETURNING last INTO current;
    INSERT INTO {schema}.records AS r (key, value, revision) VALUES (the_key, new_value, current)
        ON CONFLICT (key) DO UPDATE SET value = excluded.value, revision = excluded.revision;
END
$$;
