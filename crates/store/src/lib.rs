//! The school's tables: rows, SQL, migrations, and the table of counted lists. One module per table.
//!
//! A unit of work is one synchronous closure with a transaction in hand ([`Store::read`], [`Store::write`]); what runs it
//! is in the crate `database`, of which this re-exports what callers need.
//!
//! No rule of the school lives here, and no shape of any API.

mod enums;
mod expired;
mod ids;
mod migrations;
mod pairs;
mod short_list;
mod store;
mod table;

pub mod addresses;
pub mod api_access_tokens;
pub mod apps;
pub mod attempts;
pub mod books;
pub mod bundles;
pub mod chapters;
pub mod clocks;
pub mod collections;
pub mod contents;
pub mod coupons;
pub mod course_reviews;
pub mod courses;
pub mod custom_profile_field_definitions;
pub mod day_counts;
pub mod deliveries;
pub mod dump;
pub mod email_changes;
pub mod enrollments;
pub mod erasure;
pub mod events;
mod external_order_audit;
mod external_order_days;
pub mod external_order_references;
pub mod external_orders;
pub mod files;
pub mod grants;
pub mod groups;
pub mod idempotency;
pub mod instructors;
pub mod job_chunks;
pub mod jobs;
pub mod known_devices;
pub mod leads;
pub mod lists;
pub mod mail_texts;
pub mod mailbox;
pub mod mailed_links;
pub mod mails;
pub mod order_days;
pub mod order_transactions;
pub mod orders;
pub mod page_codes;
pub mod pending_sign_ins;
pub mod personal_data;
pub mod product_prices;
pub mod product_publish_requests;
pub mod products;
pub mod progress;
pub mod promotions;
pub mod questions;
pub mod reconciliation;
pub mod recovery_codes;
pub mod request_log;
pub mod roles;
pub mod second_factors;
pub mod security_log;
pub mod server_key;
pub mod sessions;
pub mod sign_ups;
pub mod signing_keys;
pub mod sites;
pub mod sso_tokens;
pub mod student_days;
pub mod subscriptions;
mod user_words;
pub mod users;
pub mod webhooks;

pub use database::{
    ALL_STATES, CountSelection, CountedList, CountedRow, Cursor, Engine, Filter, FromColumn, FromStore, ListQuery,
    Location, Order, Page, PageRequest, PageStart, Row, ServerKey, Stamp, StoreError, TimeRange, Tx, Value, now,
    params, secrets,
};
pub use ids::{
    ApiAccessTokenId, AppId, BundleId, ChapterId, ChoiceId, CollectionId, ContentId, CouponId, CourseId, DefinitionId,
    DeliveryId, EnrollmentId, EventId, ExternalOrderId, ExternalOrderTransactionId, FileId, GrantId, GroupId,
    InstructorId, JobId, LeadId, MailId, OrderId, OrderTransactionId, PriceId, ProductId, PromotionId,
    PublishRequestId, QuestionId, QuizAttemptId, RequestLogId, ReviewId, SecurityLogId, SessionId, SigningKeyId,
    SiteId, SubscriptionId, UserId, WebhookNumber,
};
pub use store::{EventSubscription, Store};
