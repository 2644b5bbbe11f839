-- Long work that goes on after the answer to who asked for it: what, how far it has come, who does it until when.
-- `position` says where it goes on: the number of the next row of the input, or the last id that was written out.
SEQUENCE jobs;
CREATE TABLE jobs (
  site_id BIGINT NOT NULL, id BIGINT NOT NULL, rev BIGINT NOT NULL,
  created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,
  kind TEXT NOT NULL, actor TEXT NOT NULL, user_id BIGINT, app_id BIGINT, token_id BIGINT,
  state TEXT NOT NULL, params TEXT NOT NULL, column_names TEXT NOT NULL,
  total BIGINT NOT NULL, done BIGINT NOT NULL, failed BIGINT NOT NULL, position BIGINT NOT NULL,
  result_bytes BIGINT NOT NULL, started_at BIGINT, ended_at BIGINT, expires_at BIGINT NOT NULL, error TEXT,
  holder TEXT, lease_until BIGINT,
  PRIMARY KEY (site_id, id)
) KEYED;
CREATE UNIQUE INDEX jobs__rev ON jobs (site_id, rev);
CREATE INDEX jobs_by_user ON jobs (site_id, user_id, id);
CREATE INDEX jobs_by_state ON jobs (site_id, state, id);
CREATE INDEX jobs_by_expiry ON jobs (site_id, expires_at);

-- Rows of the input and of the result of a job, many in one: a JSON list of them. `first_row` counts from zero.
CREATE TABLE job_chunks (
  site_id BIGINT NOT NULL, job_id BIGINT NOT NULL, part TEXT NOT NULL, first_row BIGINT NOT NULL, rows TEXT NOT NULL,
  PRIMARY KEY (site_id, job_id, part, first_row)
) KEYED;
