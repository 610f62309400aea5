-- History is never changed, whichever program asks. The guards keep mistakes
-- out; the owner of the tables can also remove them.
CREATE TRIGGER history_is_never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON {schema}.events
    FOR EACH STATEMENT EXECUTE FUNCTION {schema}.refuse_change();
