-- A store stays the store that it is.
CREATE TRIGGER the_store_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON {schema}.store
    FOR EACH STATEMENT EXECUTE FUNCTION {schema}.refuse_change();
