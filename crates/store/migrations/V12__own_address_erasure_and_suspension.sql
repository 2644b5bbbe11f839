-- Addresses that people asked to change themselves. The first fingerprint is of the secret in the mail to the address that
-- they had, which stops or undoes the change; the second of the one in the mail to the new address. Both addresses are sealed.
CREATE TABLE email_changes (
  site_id BIGINT NOT NULL, fingerprint TEXT NOT NULL, confirm_fingerprint TEXT NOT NULL, user_id BIGINT NOT NULL,
  sealed BYTES NOT NULL, created_at BIGINT NOT NULL, expires_at BIGINT NOT NULL, confirmed_at BIGINT,
  PRIMARY KEY (site_id, fingerprint)
) KEYED;
CREATE UNIQUE INDEX email_changes__confirm_fingerprint ON email_changes (site_id, confirm_fingerprint);
CREATE INDEX email_changes_by_user ON email_changes (site_id, user_id, created_at);
CREATE INDEX email_changes_by_expiry ON email_changes (site_id, expires_at);

-- What somebody ordered and was sent, found when they are erased.
CREATE INDEX orders_by_user ON orders (site_id, user_id, id);
CREATE INDEX outgoing_mails_by_user ON outgoing_mails (site_id, user_id, id);

-- Since when a school is suspended: nobody gets in, and nothing leaves.
ALTER TABLE sites ADD COLUMN suspended_at BIGINT;
