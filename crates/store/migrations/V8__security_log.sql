-- What happens to the ways into a school: who did what, from where. `hour` counts hours since 1970 in rows that stand for
-- many of one kind (refused sign-ins), of which there is one for each address and hour; it is none in all others.
SEQUENCE security_log;
CREATE TABLE security_log (
  site_id BIGINT NOT NULL, id BIGINT NOT NULL, rev BIGINT NOT NULL,
  created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,
  kind TEXT NOT NULL, actor TEXT NOT NULL, actor_user_id BIGINT, actor_name TEXT,
  user_id BIGINT, detail TEXT NOT NULL, address TEXT NOT NULL, user_agent TEXT NOT NULL,
  hour BIGINT, times BIGINT NOT NULL,
  PRIMARY KEY (site_id, id)
) KEYED;
CREATE UNIQUE INDEX security_log__rev ON security_log (site_id, rev);
CREATE UNIQUE INDEX security_log__hour ON security_log (site_id, hour, kind, detail, address);
CREATE INDEX security_log_by_kind ON security_log (site_id, kind, id);
CREATE INDEX security_log_by_user ON security_log (site_id, user_id, id);
CREATE INDEX security_log_by_actor ON security_log (site_id, actor_user_id, id);

-- Refresh tokens. `refresh_fingerprint` is the one that was given last. `other_refresh_tokens` are the fingerprints of the
-- others that count, which were given for one that was used twice at nearly the same time; `used_refresh_tokens` are those
-- that were used in the last minute, each with the moment of its first use.
ALTER TABLE grants ADD COLUMN other_refresh_tokens TEXT NOT NULL DEFAULT '';
ALTER TABLE grants ADD COLUMN used_refresh_tokens TEXT NOT NULL DEFAULT '';

-- The API key and the client secret before the last rotation, while they still count.
ALTER TABLE sites ADD COLUMN previous_key_sealed BYTES;
ALTER TABLE sites ADD COLUMN previous_key_fingerprint TEXT;
ALTER TABLE sites ADD COLUMN previous_key_until BIGINT;
CREATE UNIQUE INDEX sites__previous_key_fingerprint ON sites (previous_key_fingerprint);
ALTER TABLE apps ADD COLUMN previous_sealed BYTES;
