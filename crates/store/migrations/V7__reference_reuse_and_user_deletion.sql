-- A reference counts within its order; for a new order, within its provider, user and product. These are what the order
-- says, kept beside the entry so that its reference is found without reading all orders of a buyer. `reuse_of` is the
-- entry that had the reference before, where there was one.
ALTER TABLE external_order_transactions ADD COLUMN user_id BIGINT;
ALTER TABLE external_order_transactions ADD COLUMN product_id BIGINT;
ALTER TABLE external_order_transactions ADD COLUMN reuse_of BIGINT;
UPDATE external_order_transactions SET
  user_id = (SELECT o.user_id FROM external_orders o
    WHERE o.site_id = external_order_transactions.site_id AND o.id = external_order_transactions.order_id),
  product_id = (SELECT o.product_id FROM external_orders o
    WHERE o.site_id = external_order_transactions.site_id AND o.id = external_order_transactions.order_id);
DROP INDEX external_order_transactions__reference;
CREATE INDEX external_order_transactions_by_buyer
  ON external_order_transactions (site_id, user_id, product_id, payment_provider, reference, action, created_at)
  WHERE reference IS NOT NULL;
CREATE INDEX external_order_transactions_by_reuse
  ON external_order_transactions (site_id, created_at, payment_provider, currency, action, reference, amount)
  WHERE reuse_of IS NOT NULL;

-- What somebody asked for and answered, found when they are deleted.
CREATE INDEX product_publish_requests_by_requester ON product_publish_requests (site_id, requesting_user_id, id);
CREATE INDEX product_publish_requests_by_responder ON product_publish_requests (site_id, responding_user_id, id)
  WHERE responding_user_id IS NOT NULL;
