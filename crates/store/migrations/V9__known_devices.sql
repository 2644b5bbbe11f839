-- Browsers that somebody has signed in with: what strangers try does not shut them out. The fingerprint is of the
-- browser's secret and the user together.
CREATE TABLE known_devices (
  site_id BIGINT NOT NULL, fingerprint TEXT NOT NULL, user_id BIGINT NOT NULL,
  created_at BIGINT NOT NULL, expires_at BIGINT NOT NULL,
  PRIMARY KEY (site_id, fingerprint)
) KEYED;
CREATE INDEX known_devices_by_user ON known_devices (site_id, user_id, created_at);
CREATE INDEX known_devices_by_expiry ON known_devices (site_id, expires_at);

-- Where a link goes on to stands here and not in the mail, because whoever asks for the mail chooses it.
ALTER TABLE mailed_links ADD COLUMN return_to TEXT NOT NULL DEFAULT '';

-- Whether somebody has shown that their address is theirs; until then mail to it holds no word of anybody's.
ALTER TABLE users ADD COLUMN email_confirmed BOOLEAN NOT NULL DEFAULT FALSE;
