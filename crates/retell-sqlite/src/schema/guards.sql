-- History is never changed, whichever program asks. These triggers keep
-- mistakes out; whoever may write the file can also remove them.
CREATE TRIGGER events_are_never_updated BEFORE UPDATE ON events
BEGIN SELECT RAISE(ABORT, 'history is never changed: append a new event instead of updating one'); END;

CREATE TRIGGER events_are_never_deleted BEFORE DELETE ON events
BEGIN SELECT RAISE(ABORT, 'history is never changed: append a new event instead of deleting one'); END;

CREATE TRIGGER streams_are_never_updated BEFORE UPDATE ON streams
BEGIN SELECT RAISE(ABORT, 'history is never changed: a stream keeps its name'); END;

CREATE TRIGGER streams_are_never_deleted BEFORE DELETE ON streams
BEGIN SELECT RAISE(ABORT, 'history is never changed: a stream stays'); END;

CREATE TRIGGER tags_are_never_updated BEFORE UPDATE ON tags
BEGIN SELECT RAISE(ABORT, 'history is never changed: an event keeps its tags'); END;

CREATE TRIGGER tags_are_never_deleted BEFORE DELETE ON tags
BEGIN SELECT RAISE(ABORT, 'history is never changed: an event keeps its tags'); END;
