-- The pool of its quiz from which a question is drawn; one without is always asked.
ALTER TABLE questions ADD COLUMN pool TEXT;
