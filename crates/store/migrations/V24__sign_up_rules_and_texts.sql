-- Who may sign up by themselves, and at which hosts of addresses where these are named (one on each line).
ALTER TABLE sites ADD COLUMN sign_up_rule TEXT NOT NULL DEFAULT 'open';
ALTER TABLE sites ADD COLUMN sign_up_domains TEXT NOT NULL DEFAULT '';

-- What a school adds to the pages of its students: code for the head or the foot of each.
CREATE TABLE page_codes (
  site_id BIGINT NOT NULL, place TEXT NOT NULL, code TEXT NOT NULL, updated_at BIGINT NOT NULL,
  PRIMARY KEY (site_id, place)
) KEYED;

-- Mails that a school has found words of its own for.
CREATE TABLE mail_texts (
  site_id BIGINT NOT NULL, kind TEXT NOT NULL, subject TEXT NOT NULL, body TEXT NOT NULL, updated_at BIGINT NOT NULL,
  PRIMARY KEY (site_id, kind)
) KEYED;
