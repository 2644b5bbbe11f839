-- The school: every table that has rows of a school carries its site_id, and every key begins with it.
-- Moments are milliseconds since 1970 in UTC; money is minor units beside its currency; percentages are
-- hundredths of a percent. Unique indexes are named table__column, by which the client's error is found.

CREATE TABLE id_counters (kind TEXT PRIMARY KEY, next BIGINT NOT NULL) KEYED;
CREATE TABLE site_clocks (site_id BIGINT PRIMARY KEY, rev BIGINT NOT NULL, at BIGINT NOT NULL);
CREATE TABLE tallies (
  site_id BIGINT NOT NULL, list BIGINT NOT NULL, scope BIGINT NOT NULL, level BIGINT NOT NULL,
  bucket BIGINT NOT NULL, state BIGINT NOT NULL, n BIGINT NOT NULL,
  PRIMARY KEY (site_id, list, scope, level, bucket, state)
) KEYED;

SEQUENCE sites;
CREATE TABLE sites (
  id BIGINT PRIMARY KEY, gid TEXT NOT NULL, subdomain TEXT NOT NULL, name TEXT NOT NULL, plan TEXT NOT NULL,
  currency TEXT NOT NULL, support_email TEXT NOT NULL, owner_user_id BIGINT,
  requests_per_minute BIGINT, requests_at_once BIGINT,
  api_key_sealed BYTES, api_key_fingerprint TEXT, credentials_rev BIGINT NOT NULL,
  created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX sites__subdomain ON sites (subdomain);
CREATE UNIQUE INDEX sites__api_key_fingerprint ON sites (api_key_fingerprint);

SEQUENCE users;
CREATE TABLE users (
  site_id BIGINT NOT NULL, id BIGINT NOT NULL, rev BIGINT NOT NULL,
  created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,
  gid TEXT NOT NULL, email TEXT NOT NULL, email_key TEXT NOT NULL,
  first_name TEXT NOT NULL, last_name TEXT NOT NULL, company TEXT, bio TEXT, headline TEXT, avatar_url TEXT,
  roles BIGINT NOT NULL, external_source TEXT, affiliate_code TEXT, affiliate_commission BIGINT,
  affiliate_commission_type TEXT NOT NULL, affiliate_payout_email TEXT,
  custom_fields TEXT NOT NULL, administered_course_ids TEXT, password_hash TEXT, express_sign_in BOOLEAN NOT NULL,
  PRIMARY KEY (site_id, id)
) KEYED;
CREATE UNIQUE INDEX users__email_key ON users (site_id, email_key);
CREATE UNIQUE INDEX users__rev ON users (site_id, rev);
CREATE UNIQUE INDEX users__affiliate_code ON users (site_id, affiliate_code);
CREATE INDEX users_by_external_source ON users (site_id, external_source, id);
CREATE TABLE user_roles (
  site_id BIGINT NOT NULL, role BIGINT NOT NULL, user_id BIGINT NOT NULL, PRIMARY KEY (site_id, role, user_id)
) KEYED;
CREATE TABLE authentications (
  site_id BIGINT NOT NULL, provider TEXT NOT NULL, external_id TEXT NOT NULL, user_id BIGINT NOT NULL,
  PRIMARY KEY (site_id, provider, external_id)
) KEYED;
CREATE UNIQUE INDEX authentications__provider ON authentications (site_id, user_id, provider);

SEQUENCE custom_profile_field_definitions;
CREATE TABLE custom_profile_field_definitions (
  site_id BIGINT NOT NULL, id BIGINT NOT NULL, rev BIGINT NOT NULL,
  created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,
  label TEXT NOT NULL, field_type TEXT NOT NULL, required BOOLEAN NOT NULL,
  PRIMARY KEY (site_id, id)
) KEYED;
CREATE UNIQUE INDEX custom_profile_field_definitions__rev ON custom_profile_field_definitions (site_id, rev);
CREATE UNIQUE INDEX custom_profile_field_definitions__label ON custom_profile_field_definitions (site_id, label);
-- Which users have which value: the values themselves are in users.custom_fields.
SEQUENCE custom_profile_field_values;
CREATE TABLE custom_profile_field_values (
  site_id BIGINT NOT NULL, definition_id BIGINT NOT NULL, value_hash BIGINT NOT NULL, user_id BIGINT NOT NULL,
  PRIMARY KEY (site_id, definition_id, value_hash, user_id)
) KEYED;

SEQUENCE groups;
CREATE TABLE groups (
  site_id BIGINT NOT NULL, id BIGINT NOT NULL, rev BIGINT NOT NULL,
  created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,
  name TEXT NOT NULL, token TEXT NOT NULL,
  PRIMARY KEY (site_id, id)
) KEYED;
CREATE UNIQUE INDEX groups__rev ON groups (site_id, rev);
CREATE UNIQUE INDEX groups__name ON groups (site_id, name);
CREATE UNIQUE INDEX groups__token ON groups (site_id, token);
CREATE TABLE group_users (
  site_id BIGINT NOT NULL, group_id BIGINT NOT NULL, user_id BIGINT NOT NULL, PRIMARY KEY (site_id, group_id, user_id)
) KEYED;
CREATE INDEX group_users_by_user ON group_users (site_id, user_id, group_id);
CREATE TABLE group_analysts (
  site_id BIGINT NOT NULL, group_id BIGINT NOT NULL, user_id BIGINT NOT NULL, PRIMARY KEY (site_id, group_id, user_id)
) KEYED;
CREATE INDEX group_analysts_by_user ON group_analysts (site_id, user_id, group_id);

SEQUENCE instructors;
CREATE TABLE instructors (
  site_id BIGINT NOT NULL, id BIGINT NOT NULL, rev BIGINT NOT NULL,
  created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,
  user_id BIGINT, title TEXT, first_name TEXT NOT NULL, last_name TEXT NOT NULL, bio TEXT, slug TEXT NOT NULL,
  avatar_url TEXT, email TEXT,
  PRIMARY KEY (site_id, id)
) KEYED;
CREATE UNIQUE INDEX instructors__rev ON instructors (site_id, rev);
CREATE UNIQUE INDEX instructors__slug ON instructors (site_id, slug);
CREATE INDEX instructors_by_user ON instructors (site_id, user_id);

SEQUENCE courses;
CREATE TABLE courses (
  site_id BIGINT NOT NULL, id BIGINT NOT NULL, rev BIGINT NOT NULL,
  created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,
  product_id BIGINT NOT NULL, name TEXT NOT NULL, slug TEXT NOT NULL, subtitle TEXT, description TEXT,
  course_card_text TEXT, intro_video_youtube TEXT, contact_information TEXT, keywords TEXT, duration TEXT,
  banner_image_url TEXT, course_card_image_url TEXT, intro_video_wistia_identifier TEXT,
  reviews_enabled BOOLEAN NOT NULL, user_id BIGINT, instructor_id BIGINT,
  PRIMARY KEY (site_id, id)
) KEYED;
CREATE UNIQUE INDEX courses__rev ON courses (site_id, rev);
CREATE UNIQUE INDEX courses__slug ON courses (site_id, slug);
CREATE INDEX courses_by_instructor ON courses (site_id, instructor_id);
CREATE INDEX courses_by_user ON courses (site_id, user_id);
CREATE TABLE course_administrators (
  site_id BIGINT NOT NULL, course_id BIGINT NOT NULL, user_id BIGINT NOT NULL,
  PRIMARY KEY (site_id, course_id, user_id)
) KEYED;
CREATE INDEX course_administrators_by_user ON course_administrators (site_id, user_id, course_id);

SEQUENCE chapters;
CREATE TABLE chapters (
  site_id BIGINT NOT NULL, id BIGINT NOT NULL, rev BIGINT NOT NULL,
  created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,
  course_id BIGINT NOT NULL, name TEXT NOT NULL, description TEXT, position BIGINT NOT NULL, folder TEXT NOT NULL,
  PRIMARY KEY (site_id, id)
) KEYED;
CREATE UNIQUE INDEX chapters__rev ON chapters (site_id, rev);
CREATE INDEX chapters_by_course ON chapters (site_id, course_id, position, id);

SEQUENCE contents;
CREATE TABLE contents (
  site_id BIGINT NOT NULL, id BIGINT NOT NULL, rev BIGINT NOT NULL,
  created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,
  course_id BIGINT NOT NULL, chapter_id BIGINT NOT NULL, name TEXT NOT NULL, position BIGINT NOT NULL,
  contentable_type TEXT NOT NULL, free BOOLEAN NOT NULL, duration_in_seconds BIGINT NOT NULL,
  PRIMARY KEY (site_id, id)
) KEYED;
CREATE UNIQUE INDEX contents__rev ON contents (site_id, rev);
CREATE INDEX contents_by_chapter ON contents (site_id, chapter_id, position, id);
CREATE INDEX contents_by_course ON contents (site_id, course_id, id);
-- What a lesson holds, apart from its row so that lists stay small: its Markdown, its settings, its file's name.
CREATE TABLE content_bodies (
  site_id BIGINT NOT NULL, content_id BIGINT NOT NULL, file TEXT NOT NULL, settings TEXT NOT NULL, body TEXT NOT NULL,
  PRIMARY KEY (site_id, content_id)
);

SEQUENCE course_reviews;
CREATE TABLE course_reviews (
  site_id BIGINT NOT NULL, id BIGINT NOT NULL, rev BIGINT NOT NULL,
  created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,
  course_id BIGINT NOT NULL, user_id BIGINT NOT NULL, rating BIGINT NOT NULL, title TEXT NOT NULL,
  review_text TEXT NOT NULL, approved BOOLEAN NOT NULL,
  PRIMARY KEY (site_id, id)
) KEYED;
CREATE UNIQUE INDEX course_reviews__rev ON course_reviews (site_id, rev);
CREATE UNIQUE INDEX course_reviews__course_id ON course_reviews (site_id, user_id, course_id);
CREATE INDEX course_reviews_by_course ON course_reviews (site_id, course_id, id);
CREATE INDEX course_reviews_by_approval ON course_reviews (site_id, course_id, approved, id);

SEQUENCE products;
CREATE TABLE products (
  site_id BIGINT NOT NULL, id BIGINT NOT NULL, rev BIGINT NOT NULL,
  created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,
  productable_type TEXT NOT NULL, productable_id BIGINT NOT NULL, name TEXT NOT NULL, slug TEXT NOT NULL,
  status TEXT NOT NULL, position BIGINT NOT NULL, private BOOLEAN NOT NULL, hidden BOOLEAN NOT NULL,
  has_certificate BOOLEAN NOT NULL, days_until_expiry BIGINT, keywords TEXT, seo_title TEXT, seo_description TEXT,
  description TEXT, card_image_url TEXT, instructor_names TEXT,
  PRIMARY KEY (site_id, id)
) KEYED;
CREATE UNIQUE INDEX products__rev ON products (site_id, rev);
CREATE UNIQUE INDEX products__slug ON products (site_id, slug);
CREATE UNIQUE INDEX products__productable_id ON products (site_id, productable_type, productable_id);
SEQUENCE product_prices;
CREATE TABLE product_prices (
  site_id BIGINT NOT NULL, product_id BIGINT NOT NULL, position BIGINT NOT NULL, id BIGINT NOT NULL,
  is_primary BOOLEAN NOT NULL, payment_type TEXT NOT NULL, label TEXT, price BIGINT NOT NULL, currency TEXT NOT NULL,
  days_until_expiry BIGINT, pay_button_text TEXT, number_of_payments BIGINT, billing_interval TEXT,
  interval_count BIGINT, trial_interval TEXT, trial_interval_count BIGINT, custom_first_price BIGINT,
  PRIMARY KEY (site_id, product_id, position)
) KEYED;
CREATE TABLE related_products (
  site_id BIGINT NOT NULL, product_id BIGINT NOT NULL, related_id BIGINT NOT NULL,
  PRIMARY KEY (site_id, product_id, related_id)
) KEYED;
CREATE INDEX related_products_by_related ON related_products (site_id, related_id, product_id);

SEQUENCE product_publish_requests;
CREATE TABLE product_publish_requests (
  site_id BIGINT NOT NULL, id BIGINT NOT NULL, rev BIGINT NOT NULL,
  created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,
  product_id BIGINT NOT NULL, status TEXT NOT NULL, response_text TEXT, requesting_user_id BIGINT NOT NULL,
  responding_user_id BIGINT, completed_at BIGINT,
  PRIMARY KEY (site_id, id)
) KEYED;
CREATE UNIQUE INDEX product_publish_requests__rev ON product_publish_requests (site_id, rev);
CREATE INDEX product_publish_requests_by_status ON product_publish_requests (site_id, status, id);
CREATE INDEX product_publish_requests_by_product ON product_publish_requests (site_id, product_id, id);

SEQUENCE bundles;
CREATE TABLE bundles (
  site_id BIGINT NOT NULL, id BIGINT NOT NULL, rev BIGINT NOT NULL,
  created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,
  product_id BIGINT NOT NULL, name TEXT NOT NULL, slug TEXT NOT NULL, description TEXT, tagline TEXT,
  banner_image_url TEXT, bundle_card_image_url TEXT,
  PRIMARY KEY (site_id, id)
) KEYED;
CREATE UNIQUE INDEX bundles__rev ON bundles (site_id, rev);
CREATE UNIQUE INDEX bundles__slug ON bundles (site_id, slug);
CREATE TABLE bundle_courses (
  site_id BIGINT NOT NULL, bundle_id BIGINT NOT NULL, course_id BIGINT NOT NULL, position BIGINT NOT NULL,
  PRIMARY KEY (site_id, bundle_id, course_id)
) KEYED;
CREATE INDEX bundle_courses_by_course ON bundle_courses (site_id, course_id, bundle_id);

SEQUENCE collections;
CREATE TABLE collections (
  site_id BIGINT NOT NULL, id BIGINT NOT NULL, rev BIGINT NOT NULL,
  created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,
  name TEXT NOT NULL, description TEXT NOT NULL, slug TEXT NOT NULL, is_default BOOLEAN NOT NULL,
  PRIMARY KEY (site_id, id)
) KEYED;
CREATE UNIQUE INDEX collections__rev ON collections (site_id, rev);
CREATE UNIQUE INDEX collections__slug ON collections (site_id, slug);
CREATE INDEX collections_by_name ON collections (site_id, name, id);
CREATE TABLE collection_memberships (
  site_id BIGINT NOT NULL, collection_id BIGINT NOT NULL, product_id BIGINT NOT NULL,
  PRIMARY KEY (site_id, collection_id, product_id)
) KEYED;
CREATE INDEX collection_memberships_by_product ON collection_memberships (site_id, product_id, collection_id);

SEQUENCE promotions;
CREATE TABLE promotions (
  site_id BIGINT NOT NULL, id BIGINT NOT NULL, rev BIGINT NOT NULL,
  created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,
  name TEXT NOT NULL, description TEXT, starts_at BIGINT, expires_at BIGINT, discount_type TEXT NOT NULL,
  amount BIGINT NOT NULL, duration BIGINT, all_products BOOLEAN NOT NULL,
  PRIMARY KEY (site_id, id)
) KEYED;
CREATE UNIQUE INDEX promotions__rev ON promotions (site_id, rev);
CREATE TABLE promotion_products (
  site_id BIGINT NOT NULL, promotion_id BIGINT NOT NULL, product_id BIGINT NOT NULL,
  PRIMARY KEY (site_id, promotion_id, product_id)
) KEYED;
CREATE INDEX promotion_products_by_product ON promotion_products (site_id, product_id, promotion_id);
SEQUENCE coupons;
CREATE TABLE coupons (
  site_id BIGINT NOT NULL, id BIGINT NOT NULL, rev BIGINT NOT NULL,
  created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,
  promotion_id BIGINT NOT NULL, code TEXT NOT NULL, code_key TEXT NOT NULL, note TEXT, quantity BIGINT,
  quantity_used BIGINT NOT NULL,
  PRIMARY KEY (site_id, id)
) KEYED;
CREATE UNIQUE INDEX coupons__rev ON coupons (site_id, rev);
CREATE UNIQUE INDEX coupons__code_key ON coupons (site_id, code_key);
CREATE INDEX coupons_by_promotion ON coupons (site_id, promotion_id, id);

SEQUENCE enrollments;
CREATE TABLE enrollments (
  site_id BIGINT NOT NULL, id BIGINT NOT NULL, rev BIGINT NOT NULL,
  created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,
  user_id BIGINT NOT NULL, course_id BIGINT NOT NULL, percentage_completed BIGINT NOT NULL,
  free_trial BOOLEAN NOT NULL, completed BOOLEAN NOT NULL,
  started_at BIGINT, activated_at BIGINT, completed_at BIGINT, expiry_date BIGINT,
  PRIMARY KEY (site_id, id)
) KEYED;
CREATE UNIQUE INDEX enrollments__rev ON enrollments (site_id, rev);
CREATE UNIQUE INDEX enrollments__course_id ON enrollments (site_id, user_id, course_id);
CREATE INDEX enrollments_by_user ON enrollments (site_id, user_id, id);
CREATE INDEX enrollments_by_course ON enrollments (site_id, course_id, id);
CREATE INDEX enrollments_by_course_trial ON enrollments (site_id, course_id, free_trial, id);
CREATE INDEX enrollments_by_course_completed ON enrollments (site_id, course_id, completed, id) WHERE completed = TRUE;
CREATE INDEX enrollments_by_trial ON enrollments (site_id, free_trial, id);
CREATE INDEX enrollments_by_completed ON enrollments (site_id, completed, id) WHERE completed = TRUE;
CREATE INDEX enrollments_by_expiry ON enrollments (site_id, expiry_date) WHERE expiry_date IS NOT NULL;
CREATE TABLE bundle_enrollments (
  site_id BIGINT NOT NULL, bundle_id BIGINT NOT NULL, enrollment_id BIGINT NOT NULL,
  PRIMARY KEY (site_id, bundle_id, enrollment_id)
) KEYED;
CREATE INDEX bundle_enrollments_by_enrollment ON bundle_enrollments (site_id, enrollment_id, bundle_id);

SEQUENCE orders;
CREATE TABLE orders (
  site_id BIGINT NOT NULL, id BIGINT NOT NULL, rev BIGINT NOT NULL,
  created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,
  order_number BIGINT NOT NULL, user_id BIGINT NOT NULL, user_email TEXT NOT NULL, user_name TEXT NOT NULL,
  product_id BIGINT NOT NULL, product_name TEXT NOT NULL, amount_cents BIGINT NOT NULL, currency TEXT NOT NULL,
  payment_type TEXT NOT NULL, coupon_id BIGINT, coupon_code TEXT, affiliate_referral_code TEXT, status TEXT NOT NULL,
  PRIMARY KEY (site_id, id)
) KEYED;
CREATE UNIQUE INDEX orders__rev ON orders (site_id, rev);
CREATE UNIQUE INDEX orders__order_number ON orders (site_id, order_number);
-- The number of each school's last order.
CREATE TABLE order_numbers (site_id BIGINT PRIMARY KEY, last BIGINT NOT NULL);
CREATE TABLE order_items (
  site_id BIGINT NOT NULL, order_id BIGINT NOT NULL, position BIGINT NOT NULL, product_id BIGINT NOT NULL,
  product_name TEXT NOT NULL, amount_cents BIGINT NOT NULL,
  PRIMARY KEY (site_id, order_id, position)
) KEYED;

SEQUENCE external_orders;
CREATE TABLE external_orders (
  site_id BIGINT NOT NULL, id BIGINT NOT NULL, rev BIGINT NOT NULL,
  created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,
  payment_provider TEXT NOT NULL, user_id BIGINT NOT NULL, product_id BIGINT NOT NULL, order_type TEXT NOT NULL,
  currency TEXT NOT NULL, paid BIGINT NOT NULL, refunded BIGINT NOT NULL, transactions BIGINT NOT NULL,
  paying_until BIGINT,
  PRIMARY KEY (site_id, id)
) KEYED;
CREATE UNIQUE INDEX external_orders__rev ON external_orders (site_id, rev);
CREATE INDEX external_orders_by_provider ON external_orders (site_id, payment_provider, id);
CREATE INDEX external_orders_by_user ON external_orders (site_id, user_id, id);
CREATE INDEX external_orders_by_product ON external_orders (site_id, product_id, id);
-- Subscriptions that are being paid: all that the report counts them by.
CREATE INDEX external_orders_by_paying
  ON external_orders (site_id, paying_until, payment_provider, currency, created_at) WHERE paying_until IS NOT NULL;
-- The ledger: rows are only ever added.
SEQUENCE external_order_transactions;
CREATE TABLE external_order_transactions (
  site_id BIGINT NOT NULL, order_id BIGINT NOT NULL, id BIGINT NOT NULL, created_at BIGINT NOT NULL,
  payment_provider TEXT NOT NULL, action TEXT NOT NULL, amount BIGINT NOT NULL, currency TEXT NOT NULL, reference TEXT,
  PRIMARY KEY (site_id, order_id, id)
) KEYED;
CREATE UNIQUE INDEX external_order_transactions__reference
  ON external_order_transactions (site_id, payment_provider, action, reference);
CREATE INDEX external_order_transactions_by_reference
  ON external_order_transactions (site_id, reference, order_id) WHERE reference IS NOT NULL;
-- The ledger's sums per provider, currency and day, for the reconciliation report.
CREATE TABLE external_order_days (
  site_id BIGINT NOT NULL, day BIGINT NOT NULL, payment_provider TEXT NOT NULL, currency TEXT NOT NULL,
  gross BIGINT NOT NULL, refunded BIGINT NOT NULL, purchases BIGINT NOT NULL, refunds BIGINT NOT NULL,
  subscriptions_opened BIGINT NOT NULL,
  PRIMARY KEY (site_id, day, payment_provider, currency)
) KEYED;

CREATE TABLE idempotency_keys (
  site_id BIGINT NOT NULL, key TEXT NOT NULL, fingerprint TEXT NOT NULL, status BIGINT NOT NULL, body BYTES NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (site_id, key)
);
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (site_id, created_at);

-- Mail that the school owes somebody, written with its cause.
SEQUENCE outgoing_mails;
CREATE TABLE outgoing_mails (
  site_id BIGINT NOT NULL, id BIGINT NOT NULL, created_at BIGINT NOT NULL, kind TEXT NOT NULL, user_id BIGINT NOT NULL,
  detail TEXT,
  PRIMARY KEY (site_id, id)
) KEYED;
