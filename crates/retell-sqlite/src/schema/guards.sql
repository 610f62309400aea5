-- History is never changed, whichever program asks. These triggers keep
-- mistakes out; whoever may write the file can also remove them.
CREATE TRIGGER events_are_never_updated BEFORE UPDATE ON events
BEGIN SELECT RAISE(ABORT, 'history is never changed: append a new event instead of updating one'); END;

CREATE TRIGGER events_are_never_deleted BEFORE DELETE ON events
BEGIN SELECT RAISE(ABORT, 'history is never changed: append a new event instead of deleting one'); END;

-- INSERT OR REPLACE deletes what is in its way, and no trigger is told. So
-- nothing may be in the way: an event comes to the end of the log and of its
-- stream, with a new commit id.
CREATE TRIGGER events_are_only_appended BEFORE INSERT ON events
WHEN new.position <> 1 + (SELECT coalesce(max(position), 0) FROM events)
    OR new.version <> 1 + (SELECT coalesce(max(version), 0) FROM events WHERE stream = new.stream)
    OR (new.commit_id IS NOT NULL AND EXISTS (SELECT 1 FROM events WHERE commit_id = new.commit_id))
BEGIN SELECT RAISE(ABORT, 'history is never changed: an event comes to the end of the log and of its stream'); END;

CREATE TRIGGER streams_are_never_updated BEFORE UPDATE ON streams
BEGIN SELECT RAISE(ABORT, 'history is never changed: a stream keeps its name'); END;

CREATE TRIGGER streams_are_never_deleted BEFORE DELETE ON streams
BEGIN SELECT RAISE(ABORT, 'history is never changed: a stream stays'); END;

CREATE TRIGGER streams_are_never_replaced BEFORE INSERT ON streams
WHEN EXISTS (SELECT 1 FROM streams WHERE id = new.id OR name = new.name)
BEGIN SELECT RAISE(ABORT, 'history is never changed: a stream keeps its name'); END;

CREATE TRIGGER tags_are_never_updated BEFORE UPDATE ON tags
BEGIN SELECT RAISE(ABORT, 'history is never changed: an event keeps its tags'); END;

CREATE TRIGGER tags_are_never_deleted BEFORE DELETE ON tags
BEGIN SELECT RAISE(ABORT, 'history is never changed: an event keeps its tags'); END;
