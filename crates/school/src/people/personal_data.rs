//! What a school holds about a person, for the person who asks for it (GDPR, articles 15 and 20).

use crate::custom_profile_field_definitions as definitions;
use crate::error::Result;
use crate::time::Moment;
use crate::user_export;
use crate::users::{self, UserRef};
use serde_json::{Map, Value, json};
use store::personal_data::is_moment;
use store::{SiteId, Tx, UserId};

/// Everything that is said of a user: their profile, and what they did, by table.
///
/// # Errors
/// [`crate::Error::NotFound`] when there is no such user.
pub fn of_user(tx: &mut Tx<'_>, site: SiteId, id: UserId) -> Result<Value> {
    let user = users::get(tx, site, &UserRef::Id(id))?;
    let definitions = definitions::all(tx, site)?;
    let columns = user_export::columns(&definitions, true);
    let profile = columns.iter().cloned().zip(user_export::row(&user, &definitions, &columns));
    let profile: Map<String, Value> = profile.collect();
    let mut all = Map::new();
    all.insert("profile".to_owned(), Value::Object(profile));
    store::personal_data::of_user(tx, site, id, |table, row| {
        let rows = all.entry(table).or_insert_with(|| json!([]));
        if let (Some(rows), Some(row)) = (rows.as_array_mut(), row) {
            let object: Map<String, Value> =
                row.iter().map(|(name, cell)| ((*name).to_owned(), value(name, cell))).collect();
            rows.push(Value::Object(object));
        }
    })?;
    Ok(Value::Object(all))
}

fn value(column: &str, cell: &store::Value<'_>) -> Value {
    match *cell {
        store::Value::Null | store::Value::Bytes(_) => Value::Null,
        store::Value::Int(at) if is_moment(column) => json!(Moment(at)),
        store::Value::Int(number) => json!(number),
        store::Value::Bool(yes) => json!(yes),
        store::Value::Text(text) => json!(text),
    }
}
