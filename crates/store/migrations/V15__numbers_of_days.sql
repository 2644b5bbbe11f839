-- The numbers of days that the home page of the admin area shows. Days begin at midnight UTC and are numbered from 1970-01-01.

-- On which days a student did something in a course. `gap` says how many days before they had last: 367 for more than
-- 366, or never. Who was active in a period of days is who has a day in it with a gap that reaches beyond its beginning.
CREATE TABLE student_days (
  site_id BIGINT NOT NULL, user_id BIGINT NOT NULL, day BIGINT NOT NULL, gap BIGINT NOT NULL,
  PRIMARY KEY (site_id, user_id, day)
) KEYED;
INSERT INTO student_days (site_id, user_id, day, gap)
  SELECT site_id, user_id, day, CASE WHEN last_day IS NULL OR day - last_day > 366 THEN 367 ELSE day - last_day END
  FROM (
    SELECT site_id, user_id, day, lag(day) OVER (PARTITION BY site_id, user_id ORDER BY day) AS last_day FROM (
      SELECT e.site_id, e.user_id, l.at / 86400000 AS day FROM lesson_completions l
        JOIN enrollments e ON e.site_id = l.site_id AND e.id = l.enrollment_id
      UNION
      SELECT e.site_id, e.user_id, q.at / 86400000 FROM quiz_attempts q
        JOIN enrollments e ON e.site_id = q.site_id AND e.id = q.enrollment_id
      UNION
      SELECT site_id, user_id, started_at / 86400000 FROM enrollments WHERE started_at IS NOT NULL
      UNION
      SELECT site_id, user_id, completed_at / 86400000 FROM enrollments WHERE completed_at IS NOT NULL
    ) AS active
  ) AS days;

-- What was ordered on each day, in the hundredths that orders count, without what is not paid yet.
CREATE TABLE order_days (
  site_id BIGINT NOT NULL, day BIGINT NOT NULL, currency TEXT NOT NULL, amount BIGINT NOT NULL, orders BIGINT NOT NULL,
  PRIMARY KEY (site_id, day, currency)
) KEYED;
INSERT INTO order_days (site_id, day, currency, amount, orders)
  SELECT site_id, created_at / 86400000, currency, CAST(sum(amount_cents) AS BIGINT), count(*)
  FROM orders WHERE status <> 'pending' GROUP BY site_id, created_at / 86400000, currency;

-- Orders are looked for by how they stand and by their product.
CREATE INDEX orders_by_status ON orders (site_id, status, id);
CREATE INDEX orders_by_product ON orders (site_id, product_id, id);
CREATE INDEX orders_by_product_status ON orders (site_id, product_id, status, id);

-- The counts of what was there before there were these lists, as `store::lists` has them.
INSERT INTO tallies (site_id, list, scope, level, bucket, state, n)
  SELECT site_id, list, scope, level,
    CASE level WHEN 0 THEN place >> 7 WHEN 1 THEN place >> 14 WHEN 2 THEN place >> 21 ELSE 0 END, state, count(*)
  FROM (
    SELECT site_id, 60 AS list, 0 AS scope, 0 AS state, created_at / 86400000 * 128 AS place FROM users
    UNION ALL
    SELECT site_id, 61, 0, 0, created_at / 86400000 * 128 FROM enrollments
    UNION ALL
    SELECT site_id, 62, 0, 0, completed_at / 86400000 * 128 FROM enrollments WHERE completed_at IS NOT NULL
    UNION ALL
    SELECT site_id, 63, 0, gap, day * 128 FROM student_days
    UNION ALL
    SELECT site_id, 64, 0, CASE status WHEN 'complete' THEN 0 WHEN 'refunded' THEN 1 ELSE 2 END, id FROM orders
    UNION ALL
    SELECT site_id, 65, product_id, CASE status WHEN 'complete' THEN 0 WHEN 'refunded' THEN 1 ELSE 2 END, id FROM orders
  ) AS counted
  CROSS JOIN (SELECT 0 AS level UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3) AS levels
  GROUP BY 1, 2, 3, 4, 5, 6;
