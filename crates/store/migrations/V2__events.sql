-- Events and webhooks: what happened, who asked to hear of it, and how telling them went.

SEQUENCE events;
CREATE TABLE events (
  site_id BIGINT NOT NULL, id BIGINT NOT NULL, created_at BIGINT NOT NULL,
  ulid TEXT NOT NULL, topic BIGINT NOT NULL, body TEXT NOT NULL,
  PRIMARY KEY (site_id, id)
) KEYED;
CREATE UNIQUE INDEX events__ulid ON events (site_id, ulid);
CREATE INDEX events_by_topic ON events (site_id, topic, id);

SEQUENCE webhooks;
-- `number` is ours and small; `id` is the 23 digits that clients see. Nanoseconds since 1970 where clients see them.
CREATE TABLE webhooks (
  site_id BIGINT NOT NULL, number BIGINT NOT NULL, id TEXT NOT NULL, app_id BIGINT,
  topic BIGINT NOT NULL, target_url TEXT NOT NULL, active BOOLEAN NOT NULL, off_reason TEXT,
  created_at_ns BIGINT NOT NULL, created_by TEXT NOT NULL, updated_at_ns BIGINT NOT NULL, updated_by TEXT NOT NULL,
  failing_since BIGINT,
  PRIMARY KEY (site_id, number)
) KEYED;
CREATE UNIQUE INDEX webhooks__id ON webhooks (site_id, id);
CREATE INDEX webhooks_by_topic ON webhooks (site_id, topic, active, number);

SEQUENCE deliveries;
-- `state`: 0 waiting, 1 delivered, 2 failed for good, 3 given up because the webhook was switched off or removed.
CREATE TABLE deliveries (
  site_id BIGINT NOT NULL, id BIGINT NOT NULL, created_at BIGINT NOT NULL,
  event_id BIGINT NOT NULL, webhook BIGINT NOT NULL, state BIGINT NOT NULL, attempts BIGINT NOT NULL,
  due_at BIGINT NOT NULL, finished_at BIGINT,
  PRIMARY KEY (site_id, id)
) KEYED;
CREATE UNIQUE INDEX deliveries__webhook ON deliveries (site_id, event_id, webhook);
CREATE INDEX deliveries_by_webhook ON deliveries (site_id, webhook, id);
CREATE INDEX deliveries_by_state ON deliveries (site_id, webhook, state, id);
CREATE INDEX deliveries_waiting ON deliveries (site_id, webhook, due_at, id) WHERE state = 0;
CREATE TABLE delivery_attempts (
  site_id BIGINT NOT NULL, delivery_id BIGINT NOT NULL, number BIGINT NOT NULL, at BIGINT NOT NULL,
  milliseconds BIGINT NOT NULL, status BIGINT, error TEXT, answer TEXT,
  PRIMARY KEY (site_id, delivery_id, number)
) KEYED;

-- People who left their address without signing up.
SEQUENCE leads;
CREATE TABLE leads (
  site_id BIGINT NOT NULL, id BIGINT NOT NULL, created_at BIGINT NOT NULL, email TEXT NOT NULL, email_key TEXT NOT NULL,
  first_name TEXT NOT NULL, last_name TEXT, subscribed BOOLEAN NOT NULL,
  PRIMARY KEY (site_id, id)
) KEYED;
CREATE UNIQUE INDEX leads__email_key ON leads (site_id, email_key);

-- Payments of orders that the school takes itself, and subscriptions that come of them.
SEQUENCE order_transactions;
CREATE TABLE order_transactions (
  site_id BIGINT NOT NULL, id BIGINT NOT NULL, created_at BIGINT NOT NULL, order_id BIGINT NOT NULL,
  amount BIGINT NOT NULL, currency TEXT NOT NULL, succeeded BOOLEAN NOT NULL, refunded_amount BIGINT,
  PRIMARY KEY (site_id, id)
) KEYED;
CREATE INDEX order_transactions_by_order ON order_transactions (site_id, order_id, id);
SEQUENCE subscriptions;
CREATE TABLE subscriptions (
  site_id BIGINT NOT NULL, id BIGINT NOT NULL, created_at BIGINT NOT NULL, user_id BIGINT NOT NULL,
  product_id BIGINT NOT NULL, amount BIGINT NOT NULL, billing_interval TEXT NOT NULL, status TEXT NOT NULL,
  cancelled_at BIGINT, scheduled_cancellation_at BIGINT,
  PRIMARY KEY (site_id, id)
) KEYED;
CREATE INDEX subscriptions_by_user ON subscriptions (site_id, user_id, id);

-- Which lessons a student has completed, and how they did in quizzes.
CREATE TABLE lesson_completions (
  site_id BIGINT NOT NULL, enrollment_id BIGINT NOT NULL, content_id BIGINT NOT NULL, at BIGINT NOT NULL,
  PRIMARY KEY (site_id, enrollment_id, content_id)
) KEYED;
SEQUENCE quiz_attempts;
CREATE TABLE quiz_attempts (
  site_id BIGINT NOT NULL, enrollment_id BIGINT NOT NULL, content_id BIGINT NOT NULL, id BIGINT NOT NULL,
  at BIGINT NOT NULL, correct_count BIGINT NOT NULL, incorrect_count BIGINT NOT NULL, grade BIGINT NOT NULL,
  PRIMARY KEY (site_id, enrollment_id, content_id, id)
) KEYED;
