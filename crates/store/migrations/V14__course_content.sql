-- What lessons hold beside their text: questions with their choices. Ids are kept when a quiz is written again.
SEQUENCE questions;
CREATE TABLE questions (
  site_id BIGINT NOT NULL, id BIGINT NOT NULL, content_id BIGINT NOT NULL, position BIGINT NOT NULL, kind TEXT NOT NULL,
  prompt TEXT NOT NULL, text TEXT NOT NULL, explanation TEXT NOT NULL, optional BOOLEAN NOT NULL,
  left_label TEXT, middle_label TEXT, right_label TEXT,
  PRIMARY KEY (site_id, id)
) KEYED;
CREATE INDEX questions_by_content ON questions (site_id, content_id, position);
SEQUENCE choices;
CREATE TABLE choices (
  site_id BIGINT NOT NULL, id BIGINT NOT NULL, content_id BIGINT NOT NULL, question_id BIGINT NOT NULL,
  position BIGINT NOT NULL, text TEXT NOT NULL, correct BOOLEAN NOT NULL,
  PRIMARY KEY (site_id, id)
) KEYED;
CREATE INDEX choices_by_content ON choices (site_id, content_id, question_id, position);

-- A draft is shown to nobody who learns. What comes after a prerequisite opens when it is completed.
ALTER TABLE contents ADD COLUMN draft BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE contents ADD COLUMN prerequisite BOOLEAN NOT NULL DEFAULT FALSE;

-- How much of a video must be seen before its lesson is completed, in per cent; none of it where this is NULL.
ALTER TABLE courses ADD COLUMN video_completion_percentage BIGINT;
