//! Who somebody is, and what they may do: people by passwords, links, single sign-on and sessions; apps by OAuth 2.0 and
//! OpenID Connect; programs by API keys and tokens; and the rights and scopes of each.
//!
//! It stands above `school`, whose operations do not ask who calls them. An operation here takes a transaction, as
//! theirs do, and hashes nothing in it: hashing passwords takes tens of milliseconds, and is done before or between.

pub mod access;
pub mod actor;
pub mod api_access_tokens;
pub mod apps;
pub mod attempts;
mod device;
pub mod email_changes;
pub mod impersonation;
pub mod installs;
pub mod jobs;
mod known_devices;
pub mod mailed_links;
pub mod managed_courses;
pub mod managed_files;
pub mod managed_users;
pub mod oauth;
pub mod own_account;
pub mod own_second_factor;
pub mod owners;
pub mod passwords;
pub mod redirects;
pub mod rights;
pub mod school_closing;
pub mod scopes;
pub mod second_factor;
mod seen_as;
pub mod sent_links;
pub mod sessions;
pub mod sign_in;
pub mod sign_up;
pub mod sso;
pub mod staff;
pub mod totp;
