-- Made-up events, by which somebody tried a webhook.
ALTER TABLE events ADD COLUMN test BOOLEAN NOT NULL DEFAULT FALSE;

-- The deliveries of all webhooks that stand alike.
CREATE INDEX deliveries_of_state ON deliveries (site_id, state, id);
