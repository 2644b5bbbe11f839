//! What a person is known by, and texts without it.

use super::{ERASED, NOWHERE};
use crate::users::User;
use serde_json::{Map, Value};
use store::UserId;

/// The fields in which answers and events say something of a person.
const PERSONAL: &[&str] = &[
    "first_name",
    "last_name",
    "full_name",
    "user_name",
    "billing_name",
    "company",
    "headline",
    "bio",
    "avatar_url",
    "affiliate_code",
    "external_id",
    "external_source",
];
/// The fields in which an address of theirs stands.
const ADDRESSES: &[&str] = &["email", "user_email", "affiliate_payout_email"];

/// What a person who is erased is found by.
pub(super) struct Person {
    pub id: UserId,
    /// Their addresses, in lower case, their own first: wherever one stands in a text, it is theirs.
    pub emails: Vec<String>,
}

/// The address that an event says the user with this id has, if it does.
pub(super) fn email_of(body: &str, id: UserId) -> Option<String> {
    if !body.contains(&id.to_string()) {
        return None;
    }
    users_in(body).into_iter().find(|(found, _)| *found == id).map(|(_, email)| email)
}

/// The ids of the users of whom an event says that they have this address, in lower case.
pub(super) fn ids_with(body: &str, email: &str) -> Vec<UserId> {
    if !body.to_lowercase().contains(email) {
        return Vec::new();
    }
    users_in(body).into_iter().filter(|(_, found)| found.to_lowercase() == email).map(|(id, _)| id).collect()
}

/// Every user in a text of JSON, with their address.
fn users_in(json: &str) -> Vec<(UserId, String)> {
    fn collect(value: &Value, name: &str, found: &mut Vec<(UserId, String)>) {
        match value {
            Value::Object(fields) => {
                let id = fields.get("id").and_then(Value::as_i64);
                let email = fields.get("email").and_then(Value::as_str);
                if let (Some(id), Some(email)) = (id, email)
                    && (name == "user" || fields.contains_key("roles"))
                {
                    found.push((UserId::new(id), email.to_owned()));
                }
                fields.iter().for_each(|(name, value)| collect(value, name, found));
            }
            Value::Array(items) => items.iter().for_each(|item| collect(item, name, found)),
            _ => {}
        }
    }
    let mut found = Vec::new();
    if let Ok(value) = serde_json::from_str(json) {
        collect(&value, "", &mut found);
    }
    found
}

impl Person {
    /// By what a user is found.
    pub fn of(user: &User) -> Self {
        let emails = [Some(&user.email), user.affiliate_payout_email.as_ref()];
        let emails = emails.into_iter().flatten().map(|email| email.to_lowercase()).filter(|email| !email.is_empty());
        Self { id: user.id, emails: emails.collect() }
    }

    /// The address that is theirs alone, if they have one.
    pub fn email(&self) -> Option<&str> {
        self.emails.first().map(String::as_str)
    }

    /// The address that stands where theirs was.
    pub fn replacement_email(&self) -> String {
        format!("user-{}@{NOWHERE}", self.id)
    }

    /// Whether an address of theirs stands in a text.
    pub fn is_in(&self, text: &str) -> bool {
        let text = text.to_lowercase();
        self.emails.iter().any(|email| text.contains(email.as_str()))
    }

    /// A text of JSON with what is said of the person replaced; none when nothing in it is. Ids, amounts and the shape
    /// stay. What they were called before goes too, because it stands beside their id.
    pub fn replaced_in(&self, json: &str) -> Option<String> {
        // Most texts are about somebody else, and need not be parsed.
        if !self.is_in(json) && !json.contains(&self.id.to_string()) {
            return None;
        }
        let mut value: Value = serde_json::from_str(json).ok()?;
        let before = value.clone();
        self.replace(&mut value, "");
        (value != before).then(|| value.to_string())
    }

    /// `name` is what the value is called by what it stands in.
    fn replace(&self, value: &mut Value, name: &str) {
        match value {
            Value::Object(fields) => {
                let is_themselves = self.is(fields, name);
                let is_theirs = is_themselves || self.owns(fields);
                for (name, value) in fields.iter_mut() {
                    match value {
                        Value::String(text) if self.is_in(text) => *text = self.replacement_email(),
                        Value::String(text) if is_theirs && ADDRESSES.contains(&name.as_str()) => {
                            *text = self.replacement_email();
                        }
                        Value::String(text) if is_theirs && PERSONAL.contains(&name.as_str()) => {
                            ERASED.clone_into(text);
                        }
                        Value::Array(said) if is_themselves && name == "custom_profile_fields" => {
                            said.iter_mut().for_each(forget_value);
                        }
                        value => self.replace(value, name),
                    }
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.replace(item, name)),
            Value::String(text) if self.is_in(text) => *text = self.replacement_email(),
            _ => {}
        }
    }

    /// Whether an object is the person: it has their id, and other things have the same numbers.
    fn is(&self, fields: &Map<String, Value>, name: &str) -> bool {
        let has_email = || fields.get("email").and_then(Value::as_str).is_some_and(|email| self.is_in(email));
        fields.get("id").is_some_and(|id| self.is_id(id))
            && (name == "user" || fields.contains_key("roles") || has_email())
    }

    /// Whether an object says whose it is, and it is theirs: an order, an enrollment, a lead.
    fn owns(&self, fields: &Map<String, Value>) -> bool {
        fields.iter().any(|(name, value)| match value {
            Value::Object(user) => name == "user" && self.is(user, name),
            Value::String(text) if self.is_in(text) => true,
            value => name == "user_id" && self.is_id(value),
        })
    }

    fn is_id(&self, value: &Value) -> bool {
        match value {
            Value::Number(number) => number.as_i64() == Some(self.id.get()),
            Value::String(text) => text.parse::<UserId>().is_ok_and(|id| id == self.id),
            _ => false,
        }
    }
}

/// Of a custom profile field stays which it was.
fn forget_value(field: &mut Value) {
    if let Some(Value::String(text)) = field.get_mut("value") {
        ERASED.clone_into(text);
    }
}

#[cfg(test)]
mod tests {
    use super::{Person, UserId};
    use serde_json::{Value, json};

    fn ann() -> Person {
        Person { id: UserId::new(7), emails: vec!["ann@example.com".to_owned()] }
    }

    fn replaced(value: &Value) -> Value {
        let text = ann().replaced_in(&value.to_string()).expect("something is replaced");
        serde_json::from_str(&text).expect("JSON")
    }

    #[test]
    fn names_and_addresses_go_and_ids_and_amounts_stay() {
        let order = json!({
            "id": "01J", "tenant_id": "7", "payload": {
                "id": 3, "billing_name": "Ann Example", "amount_cents": 500, "product_name": "Example",
                "user": { "id": 7, "email": "Ann@Example.com", "first_name": "Ann", "last_name": "Example" },
            },
        });
        let user = json!({ "id": 7, "email": "user-7@erased.invalid", "first_name": "Erased", "last_name": "Erased" });
        let mut expected = order.clone();
        expected["payload"]["user"] = user;
        expected["payload"]["billing_name"] = json!("Erased");
        assert_eq!(replaced(&order), expected);
    }

    #[test]
    fn what_they_were_called_before_goes_too() {
        let before = json!({
            "id": 7, "email": "maiden@example.com", "first_name": "Maiden", "roles": [], "company": null,
            "custom_profile_fields": [{ "id": 1, "label": "Phone", "value": "555" }],
        });
        let after = replaced(&before);
        assert_eq!((&after["email"], &after["first_name"]), (&json!("user-7@erased.invalid"), &json!("Erased")));
        assert_eq!(after["custom_profile_fields"][0], json!({ "id": 1, "label": "Phone", "value": "Erased" }));
        assert_eq!(after["company"], Value::Null);
    }

    #[test]
    fn somebody_else_of_the_same_name_or_number_stays() {
        let lead = json!({ "id": 7, "email": "ann@example.org", "first_name": "Ann" });
        assert_eq!(ann().replaced_in(&lead.to_string()), None);
        let both = json!([{ "id": 7, "email": "ann@example.com", "first_name": "Ann" }, lead]);
        let after = replaced(&both);
        assert_eq!((&after[0]["first_name"], &after[1]["first_name"]), (&json!("Erased"), &json!("Ann")));
    }

    #[test]
    fn a_course_keeps_its_name() {
        let event = json!({ "user": { "id": 7, "email": "ann@example.com" }, "course": { "id": 7, "name": "Ann" } });
        assert_eq!(replaced(&event)["course"], json!({ "id": 7, "name": "Ann" }));
    }
}
