//! What a school is and may do: one module per thing, each with its types, its operations and its rules.
//!
//! An operation takes a transaction, checks everything first, and then writes; an [`Error`] means that nothing was
//! written. It knows nothing of HTTP, and of SQL only the functions of `store` that carry the same names.

pub mod check;
pub mod email;
pub mod error;
pub mod file_names;
pub mod ids;
pub mod input;
pub mod money;
pub mod slugs;
pub mod text;
pub mod time;

pub mod catalogue;
pub mod events;
pub mod learning;
pub mod mail;
pub mod people;
pub mod sales;
pub mod site;

pub use catalogue::{
    bundles, chapters, collections, contents, course_source, courses, instructors, landing_pages, outline, places,
    product_publish_requests, product_sale, products, rich_text,
};
pub use check::Set;
pub use error::{Error, Result};
pub use learning::{
    course_reviews, enrolling, enrollment_export, enrollments, lesson_locks, progress, single_enrollment,
};
pub use mail::{mail_texts, mails};
pub use people::{
    account_deletion, account_erasure, credentials, custom_profile_field_definitions, external_ids, groups, leads,
    passwords, personal_data, roles, user_export, users,
};
pub use sales::{
    coupons, external_order_export, external_orders, order_export, order_transactions, orders, promotions,
    reconciliation, subscriptions,
};
pub use site::{files, jobs, page_codes, request_log, security_log, sign_up_rules, sites, statistics};
pub use sites::Site;
pub use store::{
    ApiAccessTokenId, AppId, BundleId, ChapterId, ChoiceId, CollectionId, ContentId, CouponId, CourseId, DefinitionId,
    DeliveryId, EnrollmentId, EventId, ExternalOrderId, ExternalOrderTransactionId, FileId, FromStore, GrantId,
    GroupId, InstructorId, JobId, LeadId, MailId, OrderId, OrderTransactionId, Page, PageRequest, PageStart, PriceId,
    ProductId, PromotionId, PublishRequestId, QuestionId, QuizAttemptId, RequestLogId, ReviewId, SecurityLogId,
    ServerKey, SessionId, SigningKeyId, SiteId, Store, StoreError, SubscriptionId, TimeRange, Tx, UserId,
    WebhookNumber, now,
};
