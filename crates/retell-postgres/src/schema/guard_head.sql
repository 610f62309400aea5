-- The end of the log moves on, and never goes away.
CREATE TRIGGER the_head_stays BEFORE DELETE OR TRUNCATE ON {schema}.head
    FOR EACH STATEMENT EXECUTE FUNCTION {schema}.refuse_change();
