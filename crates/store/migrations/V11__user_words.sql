-- The words by which people are searched for: of their names, company and address, without accents and in lower case.
-- As bytes, because their order must not depend on the database's language.
CREATE TABLE user_words (
  site_id BIGINT NOT NULL, word BYTES NOT NULL, user_id BIGINT NOT NULL, PRIMARY KEY (site_id, word, user_id)
) KEYED;
