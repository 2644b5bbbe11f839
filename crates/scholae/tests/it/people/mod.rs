//! People at the school's own pages: who they are, and that nobody else can be them.

mod account;
pub mod browser;
mod forms;
mod hashing;
mod in_a_browser;
mod known_devices;
mod landing_pages;
mod leaving;
mod links;
mod mail;
mod own_address;
mod second_factor;
mod second_factor_attacks;
pub mod sign_in;
mod sign_up;
pub mod sso;
mod strangers_mail;
mod text;
