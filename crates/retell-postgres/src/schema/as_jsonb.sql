-- JSON text as jsonb. What jsonb cannot hold (the character U+0000, a half of
-- a surrogate pair, a number beyond its range) is given as a string that holds
-- the whole text, so that one such event does not break every query.
CREATE FUNCTION {schema}.as_jsonb(json_text text) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE STRICT AS $$
BEGIN
    RETURN json_text::jsonb;
EXCEPTION WHEN data_exception OR program_limit_exceeded THEN
    RETURN to_jsonb(json_text);
END
$$;
