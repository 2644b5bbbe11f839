-- Which server key everything sealed and every fingerprint is under: the key's fingerprint of a fixed text, from which
-- nobody learns the key. One row at most, made when the first key is used.
CREATE TABLE server_key (id BIGINT PRIMARY KEY, fingerprint TEXT NOT NULL, first_used_at BIGINT NOT NULL);
