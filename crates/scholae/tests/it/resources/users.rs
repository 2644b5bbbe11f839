//! Users.

mod changing;
mod creating;
mod filters;
mod identities;
mod profile_values;
mod removing;
mod scopes;

use serde_json::{Value, json};

/// The least that makes a user.
fn bob() -> Value {
    json!({ "first_name": "Bob", "last_name": "Smith", "email": "bob@example.com" })
}
