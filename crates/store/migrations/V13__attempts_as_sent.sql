-- What an attempt at a delivery sent and was answered beside the bodies: the request line with the headers, and the
-- headers of the answer. None of attempts from before.
ALTER TABLE delivery_attempts ADD COLUMN request_head TEXT;
ALTER TABLE delivery_attempts ADD COLUMN answer_head TEXT;

-- The user who made an API access token; none of those that were made on the server.
ALTER TABLE api_access_tokens ADD COLUMN created_by_user_id BIGINT;

-- What needs somebody: webhooks whose attempts fail, and mails that could not be sent.
CREATE INDEX webhooks_by_failing ON webhooks (site_id, failing_since, number) WHERE failing_since IS NOT NULL;
CREATE INDEX outgoing_mails_by_failure ON outgoing_mails (site_id, id) WHERE failure IS NOT NULL;
