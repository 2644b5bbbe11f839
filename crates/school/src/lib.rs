//! What a school is and may do: one module per thing, each with its operations and rules.
//!
//! An operation takes a transaction in hand, checks everything first, and then writes; an [`Error`] means that
//! nothing was written. It knows nothing of HTTP, and of SQL only the functions of `store` that carry the same names.

pub mod access;
pub mod actor;
pub mod api_access_tokens;
pub mod apps;
pub mod attempts;
pub mod bundles;
pub mod chapters;
pub mod check;
pub mod collections;
pub mod contents;
pub mod coupons;
pub mod course_reviews;
pub mod courses;
pub mod custom_profile_field_definitions;
pub mod enrollments;
pub mod error;
pub mod events;
pub mod external_orders;
pub mod groups;
pub mod ids;
pub mod instructors;
pub mod leads;
pub mod mailed_links;
pub mod mails;
pub mod money;
pub mod oauth;
pub mod order_transactions;
pub mod orders;
pub mod own_account;
pub mod owners;
pub mod passwords;
pub mod product_publish_requests;
pub mod products;
pub mod progress;
pub mod promotions;
pub mod reconciliation;
pub mod redirects;
pub mod rights;
pub mod scopes;
pub mod sessions;
pub mod sign_in;
pub mod sign_up;
pub mod sites;
pub mod sso;
pub mod subscriptions;
pub mod time;
pub mod users;
pub mod webhooks;

pub use check::Set;
pub use error::{Error, Result};
pub use sites::Site;
