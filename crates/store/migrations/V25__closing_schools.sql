-- When a school is deleted whose owner has closed it; none while it is not closed.
ALTER TABLE sites ADD COLUMN closes_at BIGINT;
