//! What every HTML page of a school shares: who is looking and what they may read and change ([`visitor`]), what they
//! send ([`form`]), how a page is laid out ([`layout`]), its fields, cookies, assets and errors.

pub mod address;
pub mod assets;
mod authority;
pub mod closed_school;
pub mod components;
pub mod cookies;
pub mod csrf;
mod csrf_field;
pub mod device;
mod document;
pub mod error;
pub mod error_page;
pub mod fields;
pub mod form;
pub mod frame;
mod impersonation_banner;
pub mod layout;
mod path_id;
pub mod receive_file;
pub mod return_to;
pub mod school_page;
pub mod session;
pub mod upload;
pub mod visitor;

pub use error::PageError;
pub use form::{QueryFields, ReceivedForm, SubmittedForm};
pub use path_id::PathId;
pub use return_to::to_sign_in;
pub use session::Session;
pub use visitor::{SignedInVisitor, Visitor};

use axum::response::Response;

/// What a handler of a page gives.
pub type PageResult = Result<Response, PageError>;
