-- The second factor by which people sign in beside their password (RFC 6238). The secret is sealed under the server's
-- key; it counts once a code has confirmed it. The last step whose code was taken lets no code count twice.
CREATE TABLE second_factors (
  site_id BIGINT NOT NULL, user_id BIGINT NOT NULL, sealed BYTES NOT NULL,
  created_at BIGINT NOT NULL, confirmed_at BIGINT, last_step BIGINT NOT NULL,
  PRIMARY KEY (site_id, user_id)
) KEYED;

-- Codes that stand for the second factor when its device is lost, each once: fingerprints of the code and its user.
CREATE TABLE recovery_codes (
  site_id BIGINT NOT NULL, fingerprint TEXT NOT NULL, user_id BIGINT NOT NULL, created_at BIGINT NOT NULL,
  PRIMARY KEY (site_id, fingerprint)
) KEYED;
CREATE INDEX recovery_codes_by_user ON recovery_codes (site_id, user_id);

-- People who have shown the first of two factors, and are asked for the second. The fingerprint is of a secret that only
-- their browser has.
CREATE TABLE pending_sign_ins (
  site_id BIGINT NOT NULL, fingerprint TEXT NOT NULL, user_id BIGINT NOT NULL, kind TEXT NOT NULL,
  remembered BOOLEAN NOT NULL, return_to TEXT NOT NULL, created_at BIGINT NOT NULL, expires_at BIGINT NOT NULL,
  PRIMARY KEY (site_id, fingerprint)
) KEYED;
CREATE INDEX pending_sign_ins_by_user ON pending_sign_ins (site_id, user_id);
CREATE INDEX pending_sign_ins_by_expiry ON pending_sign_ins (site_id, expires_at);

-- Whether everybody with a role must have a second factor.
ALTER TABLE sites ADD COLUMN requires_second_factor BOOLEAN NOT NULL DEFAULT FALSE;
