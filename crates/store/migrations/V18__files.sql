-- Files of a school. Their bytes are elsewhere, in objects; a row names them, and is there before they are. `token` is a
-- random part of the file's address. `due_at` is when somebody must see to it: an upload that was left, a check that was
-- cut off.
SEQUENCE files;
CREATE TABLE files (
  site_id BIGINT NOT NULL, id BIGINT NOT NULL, rev BIGINT NOT NULL,
  created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,
  token TEXT NOT NULL, avatar_of_user_id BIGINT, created_by_user_id BIGINT,
  name TEXT NOT NULL, name_key TEXT NOT NULL, visibility TEXT NOT NULL, state TEXT NOT NULL,
  size BIGINT NOT NULL, part_size BIGINT NOT NULL, kind BIGINT NOT NULL, content_type TEXT NOT NULL, checksum TEXT,
  width BIGINT, height BIGINT, duration_ms BIGINT, problem TEXT, due_at BIGINT,
  PRIMARY KEY (site_id, id)
) KEYED;
CREATE UNIQUE INDEX files__rev ON files (site_id, rev);
CREATE INDEX files_by_kind ON files (site_id, kind, id);
CREATE INDEX files_by_name ON files (site_id, name_key, id);
CREATE INDEX files_by_due ON files (site_id, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX files_by_avatar ON files (site_id, avatar_of_user_id) WHERE avatar_of_user_id IS NOT NULL;
CREATE INDEX files_by_creator ON files (site_id, created_by_user_id) WHERE created_by_user_id IS NOT NULL;

-- What a file's bytes are made of, in order. Every part but the last has the file's part_size. Its object is named by its
-- token: a part that is sent twice has two objects, of which the row names one.
CREATE TABLE file_parts (
  site_id BIGINT NOT NULL, file_id BIGINT NOT NULL, number BIGINT NOT NULL, token TEXT NOT NULL, size BIGINT NOT NULL,
  PRIMARY KEY (site_id, file_id, number)
) KEYED;

-- What a file is used in: `thing` says what kind of thing, `thing_id` which.
CREATE TABLE file_uses (
  site_id BIGINT NOT NULL, thing BIGINT NOT NULL, thing_id BIGINT NOT NULL, file_id BIGINT NOT NULL,
  PRIMARY KEY (site_id, thing, thing_id, file_id)
) KEYED;
CREATE INDEX file_uses_by_file ON file_uses (site_id, file_id);

-- Files that are gone and whose bytes are still to be removed.
CREATE TABLE removed_files (site_id BIGINT NOT NULL, file_id BIGINT NOT NULL, PRIMARY KEY (site_id, file_id)) KEYED;

-- How many bytes the files of a school take, those of uploads that have begun included.
CREATE TABLE file_usage (site_id BIGINT PRIMARY KEY, bytes BIGINT NOT NULL);

-- How many bytes a school's files may take; none takes the server's number.
ALTER TABLE sites ADD COLUMN file_quota BIGINT;
