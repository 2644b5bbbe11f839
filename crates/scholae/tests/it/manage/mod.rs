//! The admin area: who may open what, and what each page shows and does.

mod bulk;
mod catalogue;
mod courses;
mod courses_in_a_browser;
mod csv_files;
mod deliveries;
mod enrolling;
mod enrollments;
mod external_orders;
mod files;
mod files_in_a_browser;
mod groups;
mod home;
mod hooks;
mod import_in_a_browser;
mod imports;
mod in_a_browser;
mod keys;
mod numbers;
mod orders;
mod people;
mod product_publish_requests;
mod profile_fields;
mod promotions;
mod requests;
mod sales_in_a_browser;
mod second_factor_in_a_browser;
mod search;
mod security_log;
mod settings;
mod users;
mod webhooks;
mod who_gets_what;

pub use people::{Person, manager};
