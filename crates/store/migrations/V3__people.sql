-- People: who is signed in, links sent by mail, tokens of single sign-on that were used, attempts that are counted;
-- and mail on its way out. Secrets are kept as fingerprints under the server's key.

SEQUENCE sessions;
CREATE TABLE sessions (
  site_id BIGINT NOT NULL, id BIGINT NOT NULL, fingerprint TEXT NOT NULL, user_id BIGINT NOT NULL,
  created_at BIGINT NOT NULL, signed_in_at BIGINT NOT NULL, seen_at BIGINT NOT NULL, expires_at BIGINT NOT NULL,
  ends_at BIGINT NOT NULL, remembered BOOLEAN NOT NULL, user_agent TEXT NOT NULL, address TEXT NOT NULL,
  PRIMARY KEY (site_id, id)
) KEYED;
CREATE UNIQUE INDEX sessions__fingerprint ON sessions (site_id, fingerprint);
CREATE INDEX sessions_by_user ON sessions (site_id, user_id, id);
CREATE INDEX sessions_by_expiry ON sessions (site_id, expires_at);

-- Links that work once: to choose a password, to sign in, to change an address.
CREATE TABLE mailed_links (
  site_id BIGINT NOT NULL, fingerprint TEXT NOT NULL, purpose TEXT NOT NULL, user_id BIGINT NOT NULL,
  created_at BIGINT NOT NULL, expires_at BIGINT NOT NULL,
  PRIMARY KEY (site_id, fingerprint)
) KEYED;
CREATE INDEX mailed_links_by_user ON mailed_links (site_id, user_id, purpose);
CREATE INDEX mailed_links_by_expiry ON mailed_links (site_id, expires_at);

-- People who have signed up and not yet shown that the address is theirs. What they wrote is sealed.
CREATE TABLE sign_ups (
  site_id BIGINT NOT NULL, fingerprint TEXT NOT NULL, visitor_fingerprint TEXT NOT NULL, sealed BYTES NOT NULL,
  created_at BIGINT NOT NULL, expires_at BIGINT NOT NULL,
  PRIMARY KEY (site_id, fingerprint)
) KEYED;
CREATE INDEX sign_ups_by_expiry ON sign_ups (site_id, expires_at);

CREATE TABLE sso_tokens (
  site_id BIGINT NOT NULL, fingerprint TEXT NOT NULL, expires_at BIGINT NOT NULL,
  PRIMARY KEY (site_id, fingerprint)
) KEYED;
CREATE INDEX sso_tokens_by_expiry ON sso_tokens (site_id, expires_at);

-- How often something was tried since a moment: by whom and what is in the fingerprint.
CREATE TABLE attempts (
  site_id BIGINT NOT NULL, fingerprint TEXT NOT NULL, tries BIGINT NOT NULL, expires_at BIGINT NOT NULL,
  PRIMARY KEY (site_id, fingerprint)
) KEYED;
CREATE INDEX attempts_by_expiry ON attempts (site_id, expires_at);

-- Mail on its way out: due_at is when it is tried next, null once it was sent or given up. Mail to somebody who is no
-- user (user_id 0) has its address in what is sealed, and so have links their secret.
ALTER TABLE outgoing_mails ADD COLUMN sealed BYTES;
ALTER TABLE outgoing_mails ADD COLUMN due_at BIGINT DEFAULT 0;
ALTER TABLE outgoing_mails ADD COLUMN tries BIGINT NOT NULL DEFAULT 0;
ALTER TABLE outgoing_mails ADD COLUMN ended_at BIGINT;
ALTER TABLE outgoing_mails ADD COLUMN outcome TEXT;
CREATE INDEX outgoing_mails_by_due ON outgoing_mails (site_id, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX outgoing_mails_by_end ON outgoing_mails (site_id, ended_at) WHERE ended_at IS NOT NULL;

-- Where mail goes in development: it is read in the browser.
CREATE TABLE mailbox (
  site_id BIGINT NOT NULL, mail_id BIGINT NOT NULL, created_at BIGINT NOT NULL, sealed BYTES NOT NULL,
  PRIMARY KEY (site_id, mail_id)
) KEYED;
