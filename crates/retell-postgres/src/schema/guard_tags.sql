-- An event keeps its tags.
CREATE TRIGGER history_is_never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON {schema}.tags
    FOR EACH STATEMENT EXECUTE FUNCTION {schema}.refuse_change();
