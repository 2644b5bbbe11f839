//! People at the school's own pages: who they are, and that nobody else can be them.

mod browser;
mod sign_in;
