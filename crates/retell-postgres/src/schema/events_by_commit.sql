-- Finds a commit, and makes sure that it is stored once.
CREATE UNIQUE INDEX events_by_commit ON {schema}.events (commit_id) WHERE commit_id IS NOT NULL;
