-- As whom somebody who runs the school looks at it in a session of theirs, and until when at most.
ALTER TABLE sessions ADD COLUMN acting_as_user_id BIGINT;
ALTER TABLE sessions ADD COLUMN acting_until BIGINT;
CREATE INDEX sessions_by_acting_as ON sessions (site_id, acting_as_user_id) WHERE acting_as_user_id IS NOT NULL;
