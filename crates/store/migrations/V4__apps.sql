-- Apps: who they are, which schools have them, and what people granted them. Apps are the platform's, not a school's:
-- their table alone has no site_id.

SEQUENCE apps;
-- `kind`: 0 private, 1 public. `redirect_uris` is a JSON array; `scopes` are names with spaces between. The secret before
-- the last rotation counts until `previous_until`.
CREATE TABLE apps (
  id BIGINT PRIMARY KEY, kind BIGINT NOT NULL, name TEXT NOT NULL, slug TEXT NOT NULL, company TEXT NOT NULL,
  client_id TEXT NOT NULL, secret_sealed BYTES NOT NULL, secret_fingerprint TEXT NOT NULL,
  previous_fingerprint TEXT, previous_until BIGINT,
  redirect_uris TEXT NOT NULL, scopes TEXT NOT NULL, app_url TEXT, install_url TEXT,
  created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX apps__client_id ON apps (client_id);
CREATE UNIQUE INDEX apps__slug ON apps (slug);

-- Which school has which app, and what its admin consented to.
CREATE TABLE installs (
  site_id BIGINT NOT NULL, app_id BIGINT NOT NULL, scopes TEXT NOT NULL,
  installed_by BIGINT NOT NULL, installed_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,
  PRIMARY KEY (site_id, app_id)
) KEYED;
CREATE INDEX installs_by_app ON installs (app_id, site_id);

-- What each person agreed that an app may learn about them.
CREATE TABLE consents (
  site_id BIGINT NOT NULL, app_id BIGINT NOT NULL, user_id BIGINT NOT NULL, scope TEXT NOT NULL, at BIGINT NOT NULL,
  PRIMARY KEY (site_id, app_id, user_id)
) KEYED;
CREATE INDEX consents_by_user ON consents (site_id, user_id, app_id);

-- A grant is what one person let one app do at one time. It begins with a code; once that is redeemed it has access
-- tokens and perhaps a refresh token, and all of them end with it. `expires_at` is none while there is a refresh token.
SEQUENCE grants;
CREATE TABLE grants (
  site_id BIGINT NOT NULL, id BIGINT NOT NULL, app_id BIGINT NOT NULL, user_id BIGINT NOT NULL,
  created_at BIGINT NOT NULL, expires_at BIGINT,
  scope TEXT NOT NULL, nonce TEXT, signed_in_at BIGINT NOT NULL,
  redirect_uri TEXT NOT NULL, code_fingerprint TEXT NOT NULL, code_challenge TEXT, redeemed_at BIGINT,
  family_fingerprint TEXT, refresh_fingerprint TEXT,
  PRIMARY KEY (site_id, id)
) KEYED;
CREATE UNIQUE INDEX grants__code_fingerprint ON grants (site_id, code_fingerprint);
CREATE UNIQUE INDEX grants__family_fingerprint ON grants (site_id, family_fingerprint);
CREATE INDEX grants_by_user ON grants (site_id, user_id, app_id, id);
CREATE INDEX grants_by_app ON grants (site_id, app_id, id);
CREATE INDEX grants_by_expiry ON grants (site_id, expires_at, id);

-- A token says which school it is for; that is why it is found without one.
CREATE TABLE access_tokens (
  site_id BIGINT NOT NULL, fingerprint TEXT NOT NULL, grant_id BIGINT NOT NULL, expires_at BIGINT NOT NULL,
  PRIMARY KEY (site_id, fingerprint)
) KEYED;
CREATE INDEX access_tokens_by_fingerprint ON access_tokens (fingerprint, site_id);
CREATE INDEX access_tokens_by_expiry ON access_tokens (site_id, expires_at);

-- Tokens that a school makes for itself.
SEQUENCE api_access_tokens;
CREATE TABLE api_access_tokens (
  site_id BIGINT NOT NULL, id BIGINT NOT NULL, name TEXT NOT NULL, fingerprint TEXT NOT NULL,
  created_at BIGINT NOT NULL, expires_at BIGINT, last_used_at BIGINT,
  PRIMARY KEY (site_id, id)
) KEYED;
CREATE UNIQUE INDEX api_access_tokens__name ON api_access_tokens (site_id, name);
CREATE INDEX api_access_tokens_by_fingerprint ON api_access_tokens (fingerprint, site_id);

-- The keys that id tokens are signed with: one signs, the next is published before it does, the last as long as tokens
-- of it count.
SEQUENCE signing_keys;
CREATE TABLE signing_keys (
  id BIGINT PRIMARY KEY, kid TEXT NOT NULL, private_sealed BYTES NOT NULL, n TEXT NOT NULL, e TEXT NOT NULL,
  created_at BIGINT NOT NULL, signs_from BIGINT NOT NULL, published_until BIGINT
);
CREATE UNIQUE INDEX signing_keys__kid ON signing_keys (kid);

-- The webhooks of an app in a school.
CREATE INDEX webhooks_by_app ON webhooks (site_id, app_id, number);
