//! What a `PUT` does with a field that is null, and with one that is empty: programs send null for whatever was not set,
//! and an empty text to say that there is none. Tried with every field of every `PUT` there is.

use crate::support::{Reply, TestSchool, send};
use reqwest::Method;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

mod courses;

/// What an empty text does.
enum Empty {
    /// The field then reads as this.
    Reads(Value),
    /// What the record then has at these places; nothing at all where the field stays as it is.
    Become(Vec<(&'static str, Value)>),
    /// It is refused, since it can't be blank.
    Refused,
    /// It is refused under another field's name, with this text.
    RefusedAs(&'static str, &'static str),
}
use Empty::{Become, Reads, Refused, RefusedAs};

/// A record with every field set, where it is read and changed, and what each field of its `PUT` does when it is empty.
/// `settings/url` is a field of the object in `settings`.
struct Case {
    operation: &'static str,
    put: String,
    get: String,
    /// What is read beside it, and compared too, under these names.
    beside: Vec<(&'static str, String)>,
    /// Sent with every change.
    always: Value,
    /// What it is filled with first.
    full: Value,
    fields: Vec<(&'static str, Empty)>,
}

fn none() -> Empty {
    Reads(Value::Null)
}

async fn people(school: &TestSchool) -> Vec<Case> {
    let label = school.arrange(|tx, site| {
        let kind = school::custom_profile_field_definitions::FieldType::Text;
        school::custom_profile_field_definitions::create(tx, site, "Country", kind, false)
    });
    let country = label.await.get();
    let size = json!({ "label": "Size", "field_type": "select" });
    let size = school.post("/custom_profile_field_definitions", size).await.expect(201).id();
    let user = school.user("ann@example.com").await;
    let first = json!({ "first_name": "Ruth", "last_name": "Abend" });
    let instructor = school.post("/instructors", first).await.expect(201).id();
    vec![
        Case {
            operation: "updateUserByID",
            put: format!("/users/{user}"),
            get: format!("/users/{user}"),
            beside: Vec::new(),
            always: json!({}),
            full: json!({
                "first_name": "Ann", "last_name": "Example", "email": "ann@example.com", "password": "a long secret",
                "roles": ["group_analyst", "site_admin"], "bio": "B", "company": "C", "headline": "H",
                "avatar_url": "https://example.com/a", "external_source": "fair", "affiliate_code": "ann",
                "affiliate_commission": 10, "affiliate_commission_type": "$",
                "affiliate_payout_email": "pay@example.com",
                "custom_profile_fields": [{ "custom_profile_field_definition_id": country, "value": "Peru" }],
            }),
            fields: vec![
                ("first_name", Refused),
                ("last_name", Refused),
                ("email", Refused),
                ("bio", none()),
                ("company", none()),
                ("headline", none()),
                ("avatar_url", none()),
                ("external_source", none()),
                ("password", Become(vec![])),
                ("roles", Reads(json!([]))),
                ("affiliate_code", none()),
                ("affiliate_commission", none()),
                ("affiliate_commission_type", Reads(json!("%"))),
                ("affiliate_payout_email", none()),
            ],
        },
        Case {
            operation: "updateCustomProfileFieldByID",
            put: format!("/custom_profile_field_definitions/{size}"),
            get: format!("/custom_profile_field_definitions/{size}"),
            beside: Vec::new(),
            always: json!({}),
            full: json!({ "label": "Size", "field_type": "select", "required": true, "choices": ["S"], "position": 1 }),
            fields: vec![
                ("label", Refused),
                ("field_type", Reads(json!("select"))),
                ("required", Reads(json!(false))),
                ("choices", Reads(json!([]))),
            ],
        },
        Case {
            operation: "updateInstructor",
            put: format!("/instructors/{instructor}"),
            get: format!("/instructors/{instructor}"),
            beside: Vec::new(),
            always: json!({}),
            full: json!({
                "first_name": "Ruth", "last_name": "Abend", "slug": "ruth", "title": "T", "bio": "B",
                "avatar_url": "https://example.com/a", "email": "ruth@example.com", "user_id": user,
            }),
            fields: vec![
                ("first_name", Refused),
                ("last_name", Refused),
                ("slug", Reads(json!("ruth-abend"))),
                ("title", none()),
                ("bio", none()),
                ("avatar_url", none()),
                ("email", none()),
                ("user_id", none()),
            ],
        },
    ]
}

async fn catalogue(school: &TestSchool) -> Vec<Case> {
    let collection = school.post("/collections", json!({ "name": "Bread" })).await.expect(201).id();
    let product = school
        .arrange(|tx, site| {
            Ok(school::courses::create(tx, site, &school::courses::NewCourse::named("Bread"))?.product_id)
        })
        .await;
    let new = json!({ "name": "Spring", "discount_type": "fixed", "amount": 5 });
    let promotion = school.post("/promotions", new).await.expect(201).id();
    let new = json!({ "code": "SPRING", "promotion_id": promotion });
    let coupon = school.post("/coupons", new).await.expect(201).id();
    vec![
        Case {
            operation: "updateCollectioByID",
            put: format!("/collections/{collection}"),
            get: format!("/collections/{collection}"),
            beside: Vec::new(),
            always: json!({}),
            full: json!({ "name": "Bread", "description": "D", "slug": "b" }),
            fields: vec![("name", Refused), ("description", Reads(json!(""))), ("slug", Reads(json!("bread")))],
        },
        Case {
            operation: "updatePromotionByID",
            put: format!("/promotions/{promotion}"),
            get: format!("/promotions/{promotion}"),
            beside: Vec::new(),
            always: json!({}),
            full: json!({
                "name": "Spring", "description": "D", "starts_at": "2030-01-01T00:00:00Z",
                "expires_at": "2031-01-01T00:00:00Z", "discount_type": "percentage", "amount": 7.5,
                "product_ids": [product], "coupon_ids": [coupon], "duration": 3,
            }),
            fields: vec![
                ("name", Refused),
                ("description", none()),
                ("starts_at", none()),
                ("expires_at", none()),
                ("discount_type", Refused),
                ("amount", Refused),
                ("product_ids", Reads(json!([]))),
                ("coupon_ids", Reads(json!([coupon]))),
                ("duration", none()),
            ],
        },
        Case {
            operation: "updateCoupon",
            put: format!("/coupons/{coupon}"),
            get: format!("/coupons/{coupon}"),
            beside: Vec::new(),
            always: json!({}),
            full: json!({ "code": "SPRING", "note": "N", "quantity": 9, "quantity_used": 4 }),
            fields: vec![
                ("code", Refused),
                ("note", none()),
                ("quantity_used", Reads(json!(0))),
                ("quantity", Reads(json!(2_147_483_647))),
            ],
        },
    ]
}

async fn learning(school: &TestSchool) -> Vec<Case> {
    let user = school.user("dan@example.com").await;
    let (course, bundle) = school
        .arrange(|tx, site| {
            let course = school::courses::create(tx, site, &school::courses::NewCourse::named("Cake"))?.id;
            let new = school::bundles::NewBundle {
                name: "All".to_owned(),
                course_ids: vec![course],
                ..school::bundles::NewBundle::default()
            };
            Ok((course, school::bundles::create(tx, site, &new)?.id))
        })
        .await;
    let path = format!("/bundles/{bundle}/enrollments");
    school.post(&path, json!({ "user_id": user })).await.expect(201);
    let list = format!("/enrollments?query[user_id]={user}&query[course_id]={course}");
    let enrollment = school.get(&list).await.ids()[0];
    let full = json!({ "activated_at": "2024-01-01T00:00:00.000Z", "expiry_date": "2090-01-01T00:00:00.000Z" });
    let case = |operation, put: String, always: Value| Case {
        operation,
        put,
        get: format!("/enrollments/{enrollment}"),
        beside: Vec::new(),
        always,
        full: full.clone(),
        fields: vec![
            ("activated_at", Become(vec![("/activated_at", Value::Null), ("/is_free_trial", json!(true))])),
            ("expiry_date", none()),
        ],
    };
    vec![
        case("updateEnrollment", format!("/enrollments/{enrollment}"), json!({})),
        case("updateEnrollmentsInBundle", path, json!({ "user_id": user })),
    ]
}

async fn cases(school: &TestSchool) -> Vec<Case> {
    let mut cases = people(school).await;
    cases.extend(catalogue(school).await);
    cases.extend(learning(school).await);
    cases
}

fn merged(one: &Value, other: &Value) -> Value {
    let fields = [one, other].into_iter().flat_map(|value| value.as_object().cloned().unwrap_or_default());
    Value::Object(fields.collect::<Map<_, _>>())
}

/// The record and what is beside it, without what every change and every moment moves.
async fn record(school: &TestSchool, case: &Case) -> Value {
    let mut record = school.get(&case.get).await.expect(200).json();
    for (name, path) in &case.beside {
        record[*name] = school.get(path).await.expect(200).json();
    }
    // Another price has another id.
    if let Some(price) = record.pointer_mut("/product_prices/0").and_then(Value::as_object_mut) {
        price.remove("id");
    }
    if let Some(fields) = record.as_object_mut() {
        fields.remove("updated_at");
        if case.operation == "updateFile" {
            fields.retain(|name, _| !["url", "url_expires_at"].contains(&name.as_str()));
        }
    }
    record
}

/// A change that is carried out.
async fn put(school: &TestSchool, case: &Case, fields: &Value) {
    let reply = school.put(&case.put, merged(&case.always, fields)).await;
    assert!([200, 204].contains(&reply.status), "{} {fields}: {} {}", case.operation, reply.status, reply.text);
}

/// The record with every field set.
async fn filled(school: &TestSchool, case: &Case) -> Value {
    put(school, case, &case.full).await;
    record(school, case).await
}

/// Sends fields, as JSON or as a form.
async fn change(school: &TestSchool, case: &Case, fields: &Value, form: bool) -> Reply {
    let fields = merged(&case.always, fields);
    let request = school.request(Method::PUT, &case.put);
    if !form {
        return send(request.json(&fields)).await;
    }
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let fields = fields.as_object().expect("fields").iter();
    send(request.form(&fields.map(|(name, value)| (name.clone(), text(value))).collect::<Vec<_>>())).await
}

/// A request with one field, which may be one of an object.
fn one(name: &str, value: &Value) -> Value {
    match name.split_once('/') {
        Some((object, field)) => json!({ object: { field: value } }),
        None => json!({ name: value }),
    }
}

/// Null leaves every field as it is, each by itself and all at once, as the vendor's own library sends them.
async fn null_leaves(school: &TestSchool, cases: Vec<Case>) {
    for case in cases {
        let mut all = Map::new();
        let mut names: Vec<String> = case.full.as_object().expect("fields").keys().cloned().collect();
        names.extend(case.fields.iter().map(|(name, _)| (*name).to_owned()).filter(|name| name.contains('/')));
        let full = filled(school, &case).await;
        for name in names {
            let named = format!("{} {name}", case.operation);
            let reply = change(school, &case, &one(&name, &Value::Null), false).await;
            let mut expected = full.clone();
            if name == "expiry_date" {
                expected[&name] = Value::Null;
            }
            // A course as code has no other field, which must be there.
            let written = if name == "files" { [422; 2] } else { [200, 204] };
            assert!(written.contains(&reply.status), "{named}: {}", reply.text);
            assert_eq!(record(school, &case).await, expected, "{named}");
            put(school, &case, &case.full).await;
            if !name.contains('/') && name != "files" {
                all.insert(name, Value::Null);
            }
        }
        let mut full = filled(school, &case).await;
        if all.is_empty() {
            continue;
        }
        put(school, &case, &Value::Object(all)).await;
        if full.get("expiry_date").is_some() {
            full["expiry_date"] = Value::Null;
        }
        assert_eq!(record(school, &case).await, full, "{}", case.operation);
    }
}

/// An empty text clears whatever may be missing, in JSON and in a form.
async fn empty_clears(school: &TestSchool, cases: Vec<Case>) {
    for case in cases {
        for (name, empty) in &case.fields {
            for form in [false, true] {
                // Forms have no objects.
                if form && name.contains('/') {
                    continue;
                }
                let mut expected = filled(school, &case).await;
                let reply = change(school, &case, &one(name, &json!("")), form).await;
                let named = format!("{} {name}, form: {form}: {}", case.operation, reply.text);
                let refused = |field: &str| {
                    assert_eq!(reply.status, 422, "{named}");
                    reply.json()["errors"][field][0].as_str().unwrap_or_default().to_owned()
                };
                match empty {
                    Refused => assert_eq!(refused(name).to_lowercase(), "can't be blank", "{named}"),
                    RefusedAs(field, text) => assert_eq!(refused(field), *text, "{named}"),
                    Reads(value) => expected[*name] = value.clone(),
                    Become(places) => {
                        for (pointer, value) in places {
                            *expected.pointer_mut(pointer).unwrap_or_else(|| panic!("{named}: {pointer}")) =
                                value.clone();
                        }
                    }
                }
                if matches!(empty, Reads(_) | Become(_)) {
                    assert!([200, 204].contains(&reply.status), "{named}");
                }
                assert_eq!(record(school, &case).await, expected, "{named}");
            }
        }
    }
}

on_both_engines! {
    async fn the_table_has_every_put_and_every_field(school: &TestSchool) {
        let document = school.get(&format!("{}/openapi.json", school.url)).await.expect(200).json();
        let mut described: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for operations in document["paths"].as_object().expect("paths").values() {
            let put = &operations["put"];
            let schema = &put["requestBody"]["content"]["application/json"]["schema"]["$ref"];
            if let (Some(operation), Some(name)) = (put["operationId"].as_str(), schema.as_str()) {
                let name = name.rsplit('/').next().expect("a name");
                let fields = &document["components"]["schemas"][name]["properties"];
                let fields = fields.as_object().expect("fields").keys().cloned();
                described.entry(operation.to_owned()).or_default().extend(fields);
            }
        }
        let mut tried: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for case in cases(school).await.into_iter().chain(courses::cases(school).await) {
            let names = merged(&case.always, &case.full);
            let fields = names.as_object().expect("fields").keys().cloned();
            tried.entry(case.operation.to_owned()).or_default().extend(fields);
        }
        assert_eq!(tried, described);
    }

    async fn null_leaves_every_field_as_it_is_but_for_the_end_of_an_enrollment(school: &TestSchool) {
        null_leaves(school, cases(school).await).await;
    }

    async fn null_leaves_every_field_of_courses_and_what_is_sold_as_it_is(school: &TestSchool) {
        null_leaves(school, courses::cases(school).await).await;
    }

    async fn an_empty_text_clears_whatever_may_be_missing(school: &TestSchool) {
        empty_clears(school, cases(school).await).await;
    }

    async fn an_empty_text_clears_whatever_courses_and_what_is_sold_may_lack(school: &TestSchool) {
        empty_clears(school, courses::cases(school).await).await;
    }

    async fn a_null_takes_no_password_and_no_value_of_a_profile_field_away(school: &TestSchool) {
        let case = people(school).await.swap_remove(0);
        let definition = case.full["custom_profile_fields"][0]["custom_profile_field_definition_id"].clone();
        let value = async || school.get(&case.get).await.json()["custom_profile_fields"][0]["value"].clone();
        let field = |value: Value| json!({ "custom_profile_fields": [
            { "custom_profile_field_definition_id": definition, "value": value }] });
        filled(school, &case).await;
        change(school, &case, &field(Value::Null), false).await.expect(204);
        assert_eq!(value().await, "Peru");
        let nothing = json!({ "custom_profile_fields": null, "password": null });
        change(school, &case, &nothing, false).await.expect(204);
        assert_eq!(value().await, "Peru");
        change(school, &case, &field(json!("")), false).await.expect(204);
        assert_eq!(value().await, Value::Null);
        // A form has no other way to say that there are none.
        let roles = "roles[]=";
        let request = school.request(Method::PUT, &case.put).header("Content-Type", "application/x-www-form-urlencoded");
        send(request.body(roles)).await.expect(204);
        assert_eq!(school.get(&case.get).await.json()["roles"], json!([]));
    }
}
