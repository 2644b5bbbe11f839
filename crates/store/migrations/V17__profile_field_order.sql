-- In which order a school asks for its custom profile fields, and from what a value of one is chosen (a JSON list).
ALTER TABLE custom_profile_field_definitions ADD COLUMN position BIGINT NOT NULL DEFAULT 0;
ALTER TABLE custom_profile_field_definitions ADD COLUMN choices TEXT NOT NULL DEFAULT '';
