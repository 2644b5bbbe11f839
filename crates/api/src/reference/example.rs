//! Examples made from schemas: values that look like a school's, the same id for the same thing wherever it occurs.

use super::schema::{Resolved, Schemas, items, type_of};
use serde_json::{Value, json};

/// Examples are nested at most this deep.
const DEEPEST: usize = 7;
/// A request that must have no field shows this many of those it may have.
const SHOWN: usize = 3;

/// Things of a school: what they are called in names of fields and records, an id, a name.
const THINGS: &[(&str, i64, &str)] = &[
    ("user", 1042, "Mira Lind"),
    ("analyst", 1042, "Mira Lind"),
    ("administrator", 1042, "Mira Lind"),
    ("course", 201, "Sourdough at home"),
    ("productable", 201, "Sourdough at home"),
    ("chapter", 1180, "Flour and water"),
    ("content", 5310, "Feeding the starter"),
    ("product", 77, "Sourdough at home"),
    ("bundle", 12, "The baking shelf"),
    ("price", 91, "Sourdough at home"),
    ("collection", 6, "Baking"),
    ("category", 6, "Baking"),
    ("group", 31, "Spring 2026"),
    ("enrollment", 58013, ""),
    ("order", 7301, ""),
    ("transaction", 8120, ""),
    ("promotion", 55, "Spring sale"),
    ("coupon", 410, ""),
    ("instructor", 9, "Mira Lind"),
    ("review", 640, ""),
    ("publishrequest", 18, ""),
    ("definition", 3, "Phone"),
    ("script", 4, "Visitor counter"),
    ("delivery", 90210, ""),
    ("event", 1, ""),
    ("webhook", 1, ""),
];

/// Ids that are texts.
const IDS: &[(&str, &str)] = &[("webhook", "20260115093000125839530"), ("event", "01KF0D3H8XK9T2M4V6B8N0Q2R4")];

/// PathTexts by the end of their field's name: the first that fits counts.
const TEXTS: &[(&str, &str)] = &[
    ("email", "mira@example.com"),
    ("first_name", "Mira"),
    ("last_name", "Lind"),
    ("full_name", "Mira Lind"),
    ("instructor_names", "Mira Lind"),
    ("company", "Lind Bakery"),
    ("headline", "Baker"),
    ("bio", "Bakes bread, and shows how."),
    ("password", "a long pass phrase"),
    ("roles", "course_admin"),
    ("avatar_url", "https://example.com/mira.png"),
    ("target_url", "https://example.com/hooks"),
    ("next_page", "20260115093000125839530"),
    ("cursor", "01KF0D3H8XK9T2M4V6B8N0Q2R4"),
    ("topic", "order.created"),
    ("resource", "order"),
    ("created_by", "1042"),
    ("updated_by", "1042"),
    ("answer", "ok"),
    ("image_url", "https://example.com/loaf.jpg"),
    ("take_url", "https://demo.example.com/courses/take/sourdough-at-home/5310"),
    ("url", "https://example.com/"),
    ("src", "https://example.com/counter.js"),
    ("commission", "25.0"),
    ("percentage_completed", "1.0"),
    ("price", "49.0"),
    ("amount_dollars", "49.0"),
    ("amount", "20.0"),
    ("currency", "usd"),
    ("affiliate_code", "mira25"),
    ("referral_code", "mira25"),
    ("code", "SPRING20"),
    ("token", "k3v9x2pd"),
    ("external_id", "crm-84213"),
    ("external_source", "crm"),
    ("payment_provider", "Example Pay"),
    ("provider", "SSO"),
    ("reference", "pay-20260115-001"),
    ("action", "purchase"),
    ("keywords", "bread, baking, sourdough"),
    ("subtitle", "From flour and water to a loaf"),
    ("tagline", "Everything about bread"),
    ("seo_title", "Sourdough at home"),
    ("description", "From flour and water to a loaf."),
    ("card_text", "From flour and water to a loaf."),
    ("review_text", "My first loaf rose."),
    ("response_text", "Well done, go ahead."),
    ("button_text", "Start baking"),
    ("note", "For the spring newsletter"),
    ("title", "Worth every crumb"),
    ("contact_information", "hello@example.com"),
    ("duration", "6 hours"),
    ("youtube", "https://www.youtube.com/watch?v=example"),
    ("identifier", "abc123def4"),
    ("entries_info", "1-25 of 310"),
    ("field_type", "text"),
    ("contentable_type", "Lesson"),
    ("label", "Phone"),
    ("value", "+1 555 0100"),
    ("status", "complete"),
    ("page_scopes", "landing_pages"),
    ("content", "console.log(\"Hello\");"),
    ("error", "Record not found."),
    ("sort", "-created_at"),
];

/// Numbers by the end of their field's name: the first that fits counts.
const NUMBERS: &[(&str, f64)] = &[
    ("amount_cents", 4900.0),
    ("price", 49.0),
    ("amount_dollars", 49.0),
    ("amount", 20.0),
    ("commission", 25.0),
    ("percentage_completed", 1.0),
    ("quantity_used", 3.0),
    ("quantity_per_coupon", 1.0),
    ("bulk_quantity", 50.0),
    ("quantity", 100.0),
    ("code_length", 10.0),
    ("rating", 5.0),
    ("duration_in_seconds", 540.0),
    ("duration", 3.0),
    ("days_until_expiry", 365.0),
    ("number_of_payments", 4.0),
    ("trial_interval_count", 7.0),
    ("total_items", 310.0),
    ("total_pages", 13.0),
    ("next_page", 2.0),
    ("limit", 25.0),
    ("paid", 9800.0),
    ("gross", 9800.0),
    ("refunded", 4900.0),
    ("balance", 4900.0),
    ("net", 4900.0),
    ("purchases", 2.0),
];

/// Flags that are more often true.
const TRUE: &[&str] = &[
    "has_next",
    "is_primary",
    "required",
    "completed",
    "approved",
    "enabled",
    "certificate",
    "default",
    "notify_requester",
];

/// What an example is of.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'p> {
    /// The record, or the path before a parameter.
    pub owner: &'p str,
    /// The field or parameter.
    pub name: &'p str,
    /// What it means: backticks at the beginning hold a value.
    pub about: &'p str,
}

/// Makes examples of a document's schemas.
#[derive(Debug, Clone, Copy)]
pub(super) struct Examples<'d>(pub Schemas<'d>);

impl<'d> Examples<'d> {
    /// An answer: every field, a value also where it may be null.
    pub fn answer(&self, schema: &'d Value) -> Value {
        self.value(schema, Place { owner: "", name: "", about: "" }, DEEPEST)
    }

    /// A request: the fields that it must have; where the document marks none, those that cannot be null; or else the
    /// first few.
    pub fn request(&self, schema: &'d Value) -> Value {
        let resolved = self.0.resolve(schema);
        if let Some(example) = given(resolved.schema) {
            return example;
        }
        let fields = self.0.properties(schema);
        let marked = fields.iter().any(|(.., required)| *required);
        let mut shown: Vec<&(&str, &'d Value, bool)> = fields
            .iter()
            .filter(|(_, schema, required)| if marked { *required } else { !self.0.resolve(schema).nullable })
            .collect();
        if shown.is_empty() {
            shown = fields.iter().take(SHOWN).collect();
        }
        let owner = resolved.name.unwrap_or_default();
        let field = |(name, schema, _): &(&str, &'d Value, bool)| {
            ((*name).to_owned(), self.field(schema, owner, name, DEEPEST))
        };
        shown.into_iter().map(field).collect()
    }

    /// A parameter; of `query[email]` the `email` counts.
    pub fn parameter(&self, schema: &'d Value, place: Place<'_>) -> Value {
        let name = place.name.trim_end_matches(']').rsplit('[').next().unwrap_or_default();
        self.value(schema, Place { name, ..place }, DEEPEST)
    }

    fn field(&self, schema: &'d Value, owner: &str, name: &str, depth: usize) -> Value {
        self.value(schema, Place { owner, name, about: self.0.resolve(schema).about.unwrap_or_default() }, depth)
    }

    fn value(&self, schema: &'d Value, place: Place<'_>, depth: usize) -> Value {
        let Resolved { schema, name, nullable, .. } = self.0.resolve(schema);
        if let Some(example) = given(schema) {
            return example;
        }
        let Some(depth) = depth.checked_sub(1) else { return Value::Null };
        if nullable && place.name == "prev_page" {
            return Value::Null;
        }
        let fields = self.0.properties(schema);
        if !fields.is_empty() {
            let owner = name.unwrap_or(if place.name.is_empty() { place.owner } else { place.name });
            let field =
                |(name, schema, _): (&str, &'d Value, bool)| (name.to_owned(), self.field(schema, owner, name, depth));
            return fields.into_iter().map(field).collect();
        }
        match type_of(schema) {
            Some("array") => self.list(schema, place, depth),
            Some("integer") => json!(integer(place)),
            Some("number") => number(place.name).map_or(json!(10.5), |number| json!(number)),
            Some("boolean") => json!(TRUE.iter().any(|end| place.name.ends_with(end))),
            Some("string") => json!(text(place, schema["format"].as_str().unwrap_or_default())),
            Some("object") => match schema.get("additionalProperties").filter(|inner| inner.is_object()) {
                Some(inner) => json!({ "name": self.value(inner, place, depth) }),
                None => json!({}),
            },
            _ => match items(&schema["oneOf"]).first().or(items(&schema["anyOf"]).first()) {
                Some(first) => self.value(first, place, depth),
                None => Value::String(text(place, "")),
            },
        }
    }

    fn list(&self, schema: &'d Value, place: Place<'_>, depth: usize) -> Value {
        let Some(inner) = schema.get("items") else { return json!([]) };
        let one = self.value(inner, place, depth);
        match one.as_i64() {
            // Ids come in numbers: two show that it is a list.
            Some(id) => json!([id, id + 1]),
            None => json!([one]),
        }
    }
}

/// What the schema itself gives as an example.
fn given(schema: &Value) -> Option<Value> {
    let first = |key: &str| items(&schema[key]).iter().find(|value| !value.is_null()).cloned();
    schema
        .get("example")
        .cloned()
        .or_else(|| first("examples"))
        .or_else(|| schema.get("const").cloned())
        .or_else(|| first("enum"))
}

/// The thing whose word comes last in a name.
fn thing(name: &str) -> Option<&'static (&'static str, i64, &'static str)> {
    let name: String = name.chars().filter(|c| c.is_ascii_alphanumeric()).collect::<String>().to_ascii_lowercase();
    let end = |word: &str| name.rfind(word).map(|at| at + word.len());
    THINGS.iter().filter(|(word, ..)| name.contains(word)).max_by_key(|(word, ..)| (end(word), word.len()))
}

fn integer(place: Place<'_>) -> i64 {
    let id = |name: &str| thing(name).map(|(_, id, _)| *id);
    let name = place.name;
    if name == "amount" {
        // A whole number is an amount in minor units.
        return 4900;
    }
    if let Some(other) = name.strip_prefix("related_") {
        return id(other).map_or(1, |id| id + 2);
    }
    let of_a_thing = name.ends_with("_id") || name.ends_with("_ids") || name.ends_with("analysts");
    let found = if name == "id" {
        id(place.owner)
    } else if of_a_thing {
        id(name)
    } else {
        number(name).map(|number| number as i64)
    };
    found.unwrap_or(1)
}

fn number(name: &str) -> Option<f64> {
    NUMBERS.iter().find(|(end, _)| name.ends_with(end)).map(|(_, number)| *number)
}

fn text(Place { owner, name, about }: Place<'_>, format: &str) -> String {
    let named = |name: &str| thing(name).map(|(.., name)| *name).filter(|name| !name.is_empty());
    if matches!(format, "date-time" | "date") {
        return moment(name, format == "date").to_owned();
    }
    if name == "payment_type" {
        // Not the first word, which is `free`: the examples have a price.
        return "one-time".to_owned();
    }
    // `fixed` or `percentage`: the first word that the meaning offers.
    let mut offered = about.split('`');
    if let (Some(""), Some(value), Some(_)) = (offered.next(), offered.next(), offered.next()) {
        return value.to_owned();
    }
    let known = TEXTS.iter().find(|(end, _)| name.ends_with(end)).map(|(_, text)| *text);
    let of = if name == "id" { owner } else { name };
    let id = IDS.iter().find(|(word, _)| thing(of).is_some_and(|(found, ..)| found == word)).map(|(_, id)| *id);
    if let Some(id) = id.filter(|_| name == "id" || name.ends_with("_id")) {
        return id.to_owned();
    }
    if name == "id" || name.ends_with("_id") && known.is_none() {
        return integer(Place { owner, name, about }).to_string();
    }
    let found = match name {
        "slug" => return named(owner).unwrap_or("baking").to_lowercase().replace(' ', "-"),
        "title" if !owner.to_lowercase().contains("review") => Some("Baker"),
        "description" if owner.to_lowercase().contains("promotion") => Some("For everybody who begins in spring."),
        "name" => named(owner),
        "action" if owner.to_lowercase().contains("event") => Some("created"),
        "status" if owner.to_lowercase().contains("product") => Some("published"),
        "keywords" | "password" => known,
        _ if name.ends_with("_name") || name.ends_with("_names") => known.or_else(|| named(name)),
        _ => known,
    };
    match (found, number(name)) {
        (Some(text), _) => text.to_owned(),
        // Numbers that travel as text.
        (None, Some(number)) => number.to_string(),
        (None, None) if name.ends_with("count") => "1".to_owned(),
        (None, None) => "text".to_owned(),
    }
}

/// The moments of an example, in an order that could be.
fn moment(name: &str, day: bool) -> &'static str {
    let moment = if ["expires_at", "expiry_date"].iter().any(|end| name.ends_with(end)) {
        "2027-01-15T09:30:00.000Z"
    } else if ["updated_at", "completed_at"].iter().any(|end| name.ends_with(end)) {
        "2026-02-03T14:05:12.418Z"
    } else {
        "2026-01-15T09:30:00.000Z"
    };
    if day { &moment[..10] } else { moment }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_thing_has_the_same_id_everywhere() {
        let document = json!({ "components": { "schemas": {
            "EnrollmentResponse": { "type": "object", "properties": {
                "id": { "type": "integer" },
                "user_id": { "type": "integer" },
                "user": { "$ref": "#/components/schemas/UserResponse" },
                "course_ids": { "type": "array", "items": { "type": "integer" } }
            } },
            "UserResponse": { "type": "object", "properties": {
                "id": { "type": "integer" }, "email": { "type": "string" }, "price": { "type": "string" },
                "kind": { "type": "string", "description": "`fixed` or `percentage`." },
                "created_at": { "type": "string", "format": "date-time", "nullable": true }
            } }
        } } });
        let examples = Examples(Schemas::of(&document));
        let schema = json!({ "$ref": "#/components/schemas/EnrollmentResponse" });
        assert_eq!(
            examples.answer(&schema),
            json!({
                "id": 58013,
                "user_id": 1042,
                "user": {
                    "id": 1042,
                    "email": "mira@example.com",
                    "price": "49.0",
                    "kind": "fixed",
                    "created_at": "2026-01-15T09:30:00.000Z"
                },
                "course_ids": [201, 202]
            })
        );
    }

    #[test]
    fn a_request_shows_what_it_must_have_or_a_little_of_what_it_may() {
        let of = |required: Value, nullable: bool| {
            json!({ "type": "object", "required": required, "properties": {
                "name": { "type": "string" },
                "a": { "type": "boolean", "nullable": true },
                "b": { "type": "boolean", "nullable": true },
                "c": { "type": "boolean", "nullable": nullable }
            } })
        };
        let shown = |schema: &Value| -> Vec<String> {
            Examples(Schemas::of(schema))
                .request(schema)
                .as_object()
                .into_iter()
                .flat_map(serde_json::Map::keys)
                .cloned()
                .collect()
        };
        assert_eq!(shown(&of(json!(["c"]), true)), ["c"]);
        assert_eq!(shown(&of(json!([]), false)), ["name", "c"]);
        let loose = json!({ "properties": {
            "a": { "nullable": true }, "b": { "nullable": true }, "c": { "nullable": true }, "d": { "nullable": true }
        } });
        assert_eq!(shown(&loose), ["a", "b", "c"]);
    }
}
