-- What programs called: one row for each request of an API by a credential of the school. Neither bodies nor the query of
-- the address are here. `credential` says what was shown: the key, the key before, a token of the school, or an app's.
SEQUENCE request_log;
CREATE TABLE request_log (
  site_id BIGINT NOT NULL, id BIGINT NOT NULL, created_at BIGINT NOT NULL,
  credential TEXT NOT NULL, token_id BIGINT, app_id BIGINT, user_id BIGINT,
  method TEXT NOT NULL, route TEXT NOT NULL, path TEXT NOT NULL, status BIGINT NOT NULL, microseconds BIGINT NOT NULL,
  request_id TEXT NOT NULL, address TEXT NOT NULL,
  PRIMARY KEY (site_id, id)
) KEYED;
CREATE INDEX request_log_by_request ON request_log (site_id, request_id, id);
CREATE INDEX request_log_by_status ON request_log (site_id, status, id);
CREATE INDEX request_log_by_route ON request_log (site_id, route, id);
CREATE INDEX request_log_by_credential ON request_log (site_id, credential, token_id, app_id, id);
CREATE INDEX request_log_by_user ON request_log (site_id, user_id, id) WHERE user_id IS NOT NULL;
