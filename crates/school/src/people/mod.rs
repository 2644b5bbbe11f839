//! The people of a school: users with their roles and profiles, groups, and leads.

pub mod account_deletion;
pub mod account_erasure;
pub mod credentials;
pub mod custom_profile_field_definitions;
pub mod external_ids;
pub mod groups;
pub mod leads;
pub mod passwords;
pub mod personal_data;
pub mod user_export;
pub mod users;

pub use store::roles;
