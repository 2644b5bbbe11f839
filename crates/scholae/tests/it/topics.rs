//! The 26 topics: what causes each, and what each says, field by field.

use crate::fixtures::{Things, one_of_everything};
use crate::support::{Reply, TestSchool};
use identity::apps::{App, Kind};
use identity::installs;
use school::bundles::{self, NewBundle};
use school::chapters::{self, NewChapter};
use school::contents::{self, ContentType, NewContent, Settings};
use school::coupons;
use school::courses::{self, NewCourse};
use school::custom_profile_field_definitions::{self as definitions, FieldType};
use school::enrollments::{self, COMPLETE, NewEnrollment};
use school::events::Topic;
use school::leads::{self, NewLead};
use school::orders::{self, NewItem, NewOrder, Status};
use school::products::{self, NewPrice, NewProduct, PaymentType, ProductStatus, Productable};
use school::sites::{self, Plan};
use school::subscriptions::{self, NewSubscription};
use school::{order_transactions, progress};
use school::{product_publish_requests, users};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::str::FromStr;
use store::events::EventRow;
use store::{BundleId, ContentId, CourseId, EnrollmentId, EventId, OrderTransactionId, PageRequest, SiteId, UserId};

/// The keys of each payload in their order, and what each may hold: `?` may be null.
fn shape(topic: Topic) -> Value {
    let text = match topic.resource() {
        "lead" => {
            r#"{"id":"int","email":"text","first_name":"text","last_name":"text?","created_at":"moment",
                "subscribed":"flag"}"#
        }
        "order" => {
            r#"{"affiliate_referral_code":"text?","amount_cents":"int","amount_dollars":"number","billing_name":"text",
                "coupon":{"?":"","id":"int","code":"text","promotion_id":"int"},"created_at":"moment","id":"int",
                "order_number":"int","payment_type":"text","presentment_amount":"int","presentment_currency":"text",
                "product_id":"int","product_name":"text","status":"text",
                "items":[{"product_id":"int","product_name":"text","amount_dollars":"number","amount_cents":"int"}],
                "user":{"email":"text","first_name":"text","id":"int","last_name":"text"}}"#
        }
        "order_transaction" => {
            r#"{"id":"int","created_at":"moment","amount":"int","action":"text","currency":"text",
                "payment_provider":"text","order":{"id":"int","created_at":"moment","order_number":"text",
                "product_name":"text","amount_cents":"int","amount_dollars":"number","billing_name":"text",
                "payment_type":"text","items":[{"amount_dollars":"number","amount_cents":"int","product_id":"int",
                "product_name":"text"}],"user":{"id":"int","first_name":"text","last_name":"text","email":"text"}},
                "refunded":"flag","refunded_amount":"int?","presentment_amount":"int","presentment_currency":"text"}"#
        }
        "subscription" => {
            r#"{"id":"int","created_at":"moment","payment_type":"text","amount":"digits","interval":"text",
                "cancelled_at":"moment?","scheduled_cancellation_at":"moment?","status":"text",
                "user":{"id":"int","email":"text","first_name":"text","last_name":"text"}}"#
        }
        "user" => {
            r#"{"id":"int","gid":"ulid","created_at":"moment","first_name":"text","last_name":"text","company":"text?",
                "email":"text","roles":["text"],"avatar_url":"text?","bio":"text?","headline":"text?",
                "affiliate_code":"text?","external_source":"text?","affiliate_commission":"cents?",
                "affiliate_commission_type":"text","affiliate_payout_email":"text?","administered_course_ids":"null",
                "custom_profile_fields":[{"id":"int?","value":"text?","label":"text",
                "custom_profile_field_definition_id":"int"}]}"#
        }
        "enrollment" => {
            r#"{"activated_at":"moment?","completed_at":"moment?","course":{"id":"int","name":"text"},"course_id":"int",
                "created_at":"moment","expiry_date":"moment?","free_trial":"flag","id":"int",
                "percentage_completed":"fraction","started_at":"moment?","updated_at":"moment",
                "user":{"email":"text","first_name":"text","id":"int","last_name":"text"}}"#
        }
        "lesson" => {
            r#"{"chapter":{"id":"int","name":"text"},"course":{"id":"int","name":"text"},"enrollment":{"id":"int"},
                "lesson":{"id":"int","name":"text","position":"int","type":"text"},
                "user":{"email":"text","first_name":"text","id":"int","last_name":"text"}}"#
        }
        "quiz" => {
            r#"{"attempts":"int","correct_count":"int","grade":"int","incorrect_count":"int","result_id":"int",
                "user":{"id":"int","first_name":"text","last_name":"text","email":"text"},
                "quiz":{"id":"int","name":"text"}}"#
        }
        "course" => {
            r#"{"id":"int","name":"text","slug":"text","subtitle":"text?",
                "product":{"id":"int","name":"text","slug":"text","status":"text"},"description":"text?",
                "course_card_text":"text?","intro_video_youtube":"text?","contact_information":"text?",
                "keywords":"text?","duration":"text?","banner_image_url":"text","course_card_image_url":"text",
                "intro_video_wistia_identifier":"text?","administrator_user_ids":["int"],"chapter_ids":["int"],
                "reviews_enabled":"flag","user_id":"int?","instructor_id":"int?"}"#
        }
        "product" => {
            r#"{"id":"int","created_at":"moment","productable_id":"int","productable_type":"text","price":"decimal",
                "position":"int","status":"text","name":"text","private":"flag","hidden":"flag","subscription":"flag",
                "days_until_expiry":"int?","has_certificate":"flag","keywords":"text?","seo_title":"text?",
                "seo_description":"text?","collection_ids":["int"],"related_product_ids":["int"],
                "description":"text?","card_image_url":"text?","slug":"text","product_prices":[{"id":"int",
                "is_primary":"flag","payment_type":"text","label":"text?","price":"decimal",
                "days_until_expiry":"digits?","pay_button_text":"text?","number_of_payments":"digits?",
                "interval":"text?","interval_count":"digits?","trial_interval":"text?",
                "trial_interval_count":"digits?","custom_first_price":"decimal?","price_name":"text",
                "currency":"text"}],"instructor_names":"text?"}"#
        }
        "app" => r#"{"client_id":"text","name":"text","reason":"text?","uninstalled_at":"moment"}"#,
        "plan" => r#"{"plan":"text","previous_plan":"text","subdomain":"text","name":"text"}"#,
        other => panic!("no shape for {other}"),
    };
    serde_json::from_str(text).expect("a shape")
}

const ENVELOPE: &str = r#"{"id":"ulid","resource":"text","action":"text","tenant_id":"digits",
    "tenant_global_id":"text","created_at":"moment","timestamp":"int","payload":"any"}"#;

/// Whether a value is what a shape says: its keys in their order, and the type of each.
#[track_caller]
fn hold(value: &Value, shape: &Value, at: &str) {
    match (value, shape) {
        (Value::Object(value), Value::Object(shape)) => {
            let keys: Vec<_> = shape.keys().filter(|key| *key != "?").collect();
            assert_eq!(value.keys().collect::<Vec<_>>(), keys, "the keys of {at}");
            for key in keys {
                hold(&value[key], &shape[key], &format!("{at}.{key}"));
            }
        }
        (Value::Null, Value::Object(shape)) => assert!(shape.contains_key("?"), "{at} is null"),
        (Value::Array(items), Value::Array(shape)) => items.iter().for_each(|item| hold(item, &shape[0], at)),
        (value, Value::String(kind)) => assert!(is(value, kind), "{at} is {value}, no {kind}"),
        (value, shape) => panic!("{at} is {value}, not {shape}"),
    }
}

fn is(value: &Value, kind: &str) -> bool {
    if let Some(kind) = kind.strip_suffix('?') {
        return value.is_null() || is(value, kind);
    }
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let decimal = |text: &str, most: usize| {
        let parts = text.split_once('.');
        parts.is_some_and(|(whole, part)| digits(whole) && digits(part) && part.len() <= most)
    };
    let text = value.as_str().unwrap_or_default();
    match kind {
        "any" => true,
        "null" => value.is_null(),
        "flag" => value.is_boolean(),
        "int" => value.is_i64(),
        // A whole number is written without a fraction: `50`, never `50.0`.
        "number" => value.is_i64() || value.as_f64().is_some_and(|number| number.fract() != 0.0),
        "text" => value.is_string(),
        "digits" => digits(text),
        "decimal" => decimal(text, 2),
        "cents" => decimal(text, 2) && text.split_once('.').is_some_and(|(_, part)| part.len() == 2),
        "fraction" => decimal(text, 4) && text.parse::<f64>().is_ok_and(|number| (0.0..=1.0).contains(&number)),
        "ulid" => text.len() == 26 && text.bytes().all(|b| b"0123456789ABCDEFGHJKMNPQRSTVWXYZ".contains(&b)),
        "moment" => text.len() == 24 && text.ends_with('Z') && text.parse::<jiff::Timestamp>().is_ok(),
        other => panic!("no kind {other}"),
    }
}

/// Every event since the one with this number, once each was found to be what its topic says.
async fn since(school: &TestSchool, last: EventId) -> Vec<(Topic, Value, EventRow)> {
    let site = school.site;
    let page = school.store.read(move |tx| store::events::page(tx, site, None, &PageRequest::first(10_000)));
    let rows: Vec<EventRow> = page.await.expect("events").items.into_iter().filter(|row| row.id > last).collect();
    let gid = school.store.read(move |tx| store::sites::gid(tx, site)).await.expect("a school").expect("its gid");
    let envelope: Value = serde_json::from_str(ENVELOPE).expect("a shape");
    let event = |row: EventRow| {
        let topic = Topic::numbered(row.topic).expect("a topic");
        let body: Value = serde_json::from_str(&row.body).expect("JSON");
        assert_eq!(serde_json::to_string(&body).expect("JSON"), row.body, "a receiver writes what it has read");
        hold(&body, &envelope, topic.name());
        assert_eq!(body["id"], row.ulid);
        assert_eq!((&body["resource"], &body["action"]), (&json!(topic.resource()), &json!(topic.action())));
        assert_eq!((&body["tenant_id"], &body["tenant_global_id"]), (&json!(site.to_string()), &json!(gid)));
        let created: jiff::Timestamp = body["created_at"].as_str().expect("text").parse().expect("a moment");
        assert_eq!(created.as_millisecond(), row.created_at);
        assert_eq!(json!(row.created_at.div_euclid(1000)), body["timestamp"]);
        hold(&body["payload"], &shape(topic), topic.name());
        (topic, body["payload"].clone(), row)
    };
    rows.into_iter().map(event).collect()
}

async fn last(school: &TestSchool) -> EventId {
    since(school, EventId::default()).await.last().map_or(EventId::default(), |(.., row)| row.id)
}

/// The topics and payloads that something causes, in their order.
macro_rules! caused {
    ($school:ident, |$tx:ident, $site:ident| $work:expr) => {
        caused!($school, $school.arrange(move |$tx, $site| $work).await)
    };
    ($school:ident, $work:expr) => {{
        let before = last($school).await;
        let result = $work;
        let events: Vec<(&str, Value)> =
            since($school, before).await.into_iter().map(|(topic, payload, _)| (topic.name(), payload)).collect();
        (result, events)
    }};
}

fn names(events: &[(&'static str, Value)]) -> Vec<&'static str> {
    events.iter().map(|(name, _)| *name).collect()
}

/// A payload as it is sent, with whatever differs from run to run taken out.
fn said(payload: &Value) -> String {
    fn redact(value: &mut Value) {
        match value {
            Value::Object(map) => {
                for (key, value) in map.iter_mut() {
                    match value {
                        Value::Number(_) if key == "id" || key.ends_with("_id") => *value = json!(7),
                        Value::String(text) if key == "gid" => *text = "[gid]".to_owned(),
                        Value::String(text) if is(&json!(text), "moment") => *text = "[moment]".to_owned(),
                        _ => redact(value),
                    }
                }
            }
            Value::Array(items) => items.iter_mut().for_each(redact),
            _ => {}
        }
    }
    let mut payload = payload.clone();
    redact(&mut payload);
    payload.to_string()
}

/// Whether a payload is this one, to the byte; lines are joined.
#[track_caller]
fn says(payload: &Value, expected: &str) {
    assert_eq!(said(payload), expected.lines().map(str::trim_start).collect::<String>());
}

fn id<T: FromStr>(things: &Things, name: &str) -> T {
    things[name].parse().unwrap_or_else(|_| panic!("{name} has no id"))
}

async fn things(school: &TestSchool) -> Things {
    school.arrange(|tx, site| one_of_everything(tx, site, "mark")).await
}

/// A course of four lessons: a free one, a video, a quiz that asks for 80 per cent, and a quiz that asks for nothing.
async fn course(school: &TestSchool) -> (CourseId, Vec<ContentId>) {
    school
        .arrange(|tx, site| {
            let course = courses::create(tx, site, &NewCourse::named("Bread"))?.id;
            let chapter = NewChapter { name: "Dough".to_owned(), ..NewChapter::default() };
            let chapter = chapters::create(tx, site, course, &chapter)?.id;
            let lessons = [
                ("Hello", ContentType::HtmlItem, true, None),
                ("Kneading", ContentType::Lesson, false, None),
                ("Check", ContentType::Quiz, false, Some(80)),
                ("Look back", ContentType::Quiz, false, None),
            ];
            let mut ids = vec![];
            for (name, content_type, free, passing_grade) in lessons {
                let new = NewContent {
                    name: name.to_owned(),
                    content_type,
                    free,
                    settings: Settings { passing_grade, ..Settings::default() },
                    text: "…".to_owned(),
                    ..NewContent::default()
                };
                ids.push(contents::create(tx, site, chapter, &new)?.id);
            }
            Ok((course, ids))
        })
        .await
}

/// An app that the school has.
async fn installed(school: &TestSchool) -> App {
    let (app, _) = crate::apps::app(school, Kind::Private, &["read:users"]).await;
    let admin = crate::apps::person(school, Some("site_admin")).await;
    crate::apps::install(school, &app, admin).await;
    app
}

/// What the school says against something, and that it is no event.
async fn refused<T: Send + std::fmt::Debug + 'static>(
    school: &TestSchool,
    work: impl Fn(&mut store::Tx<'_>, SiteId) -> school::Result<T> + Send + 'static,
) {
    let (before, site) = (last(school).await, school.site);
    school.store.write(site, move |tx| work(tx, site)).await.expect_err("the school refuses");
    assert_eq!(last(school).await, before, "what was refused is no event");
}

async fn refused_reply(school: &TestSchool, before: EventId, reply: Reply) {
    assert!((400..500).contains(&reply.status), "{}", reply.text);
    assert_eq!(last(school).await, before, "what was refused is no event");
}

on_both_engines! {
    async fn every_topic_has_a_cause(school: &TestSchool) {
        let things = things(school).await;
        let (user, order, product) = (id(&things, "user"), id(&things, "order"), id(&things, "product"));
        let (enrollment, content, own_quiz) = (id(&things, "enrollment"), id(&things, "content"), id(&things, "quiz"));
        let (course, lessons) = course(school).await;
        school.post("/enrollments", json!({ "user_id": id::<UserId>(&things, "visitor"), "course_id": course })).await.expect(201);
        school.put(&format!("/users/{user}"), json!({ "first_name": "Bea" })).await.expect(204);
        let path = format!("/product_publish_requests/{}/approve", things["publish_request"]);
        school.post(&path, json!({ "user_id": user })).await;
        let quiz = lessons[3];
        let app = installed(school).await;
        school.arrange(move |tx, site| {
            users::signed_in(tx, site, user)?;
            leads::create(tx, site, &NewLead { email: "lead@example.com".to_owned(), ..NewLead::default() })?;
            let paid = order_transactions::succeeded(tx, site, order, None)?;
            order_transactions::failed(tx, site, order, None)?;
            order_transactions::refunded(tx, site, paid.id, None)?;
            let new = NewSubscription { user_id: user, product_id: product, ..NewSubscription::default() };
            let open = subscriptions::open(tx, site, &new)?.id;
            subscriptions::past_due(tx, site, open)?;
            subscriptions::unpaid(tx, site, open)?;
            subscriptions::cancel(tx, site, open, None)?;
            progress::complete_lesson(tx, site, enrollment, content)?;
            progress::attempt_quiz(tx, site, enrollment, own_quiz, 1, 0)?;
            let (user_id, course_id) = (Some(user), Some(course));
            let new = NewEnrollment { user_id, course_id, activated_at: Some(0), expiry_date: None };
            let enrolled = enrollments::create(tx, site, &new)?.id;
            progress::attempt_quiz(tx, site, enrolled, quiz, 1, 0)?;
            let mut new = NewCourse::named("Bread");
            new.prices = vec![NewPrice::primary(PaymentType::OneTime, 10_00, "usd")];
            courses::update(tx, site, course, &new)?;
            courses::delete(tx, site, course)?;
            installs::uninstall(tx, site, &app, None)?;
            let academy = sites::by_subdomain(tx, "academy")?;
            sites::set_plan(tx, &academy, Plan::Grow)
        }).await;
        school.delete(&format!("/users/{user}")).await.expect(204);
        let seen: BTreeSet<&str> = since(school, EventId::default()).await.iter().map(|(topic, ..)| topic.name()).collect();
        assert_eq!(seen, Topic::ALL.iter().map(|topic| topic.name()).collect());
        assert_eq!(Topic::ALL.len(), 26);
        school.get(&format!("/bundles/{}", things["bundle"])).await.expect(200);
    }

    async fn a_user_signs_up_signs_in_changes_and_leaves(school: &TestSchool) {
        for label in ["Phone", "Country"] {
            school.arrange(move |tx, site| definitions::create(tx, site, label, FieldType::Text, false)).await;
        }
        let (id, events) = caused!(school, school.post("/users", json!({
            "first_name": "Änn", "last_name": "O'Neil <b>", "email": "ann@example.com", "roles": ["affiliate"],
            "affiliate_code": "ann", "affiliate_commission": "15", "affiliate_payout_email": "ann@example.com",
            "custom_profile_fields": [{ "custom_profile_field_definition_id": 2, "value": "Peru" }],
        })).await.expect(201).id());
        assert_eq!(names(&events), ["user.signup"]);
        says(
            &events[0].1,
            r#"{"id":7,"gid":"[gid]","created_at":"[moment]","first_name":"Änn","last_name":"O'Neil <b>",
            "company":null,"email":"ann@example.com","roles":["affiliate"],"avatar_url":null,"bio":null,
            "headline":null,"affiliate_code":"ann","external_source":null,"affiliate_commission":"15.00",
            "affiliate_commission_type":"%","affiliate_payout_email":"ann@example.com",
            "administered_course_ids":null,"custom_profile_fields":[{"id":null,"value":null,"label":"Phone",
            "custom_profile_field_definition_id":7},{"id":7,"value":"Peru","label":"Country",
            "custom_profile_field_definition_id":7}]}"#,
        );
        let (id, path) = (UserId::new(id), format!("/users/{id}"));
        let (_, quiet) = caused!(school, {
            school.put(&path, json!({ "company": "ACME", "first_name": "Änn" })).await.expect(204)
        });
        assert_eq!(quiet, []);
        for change in [json!({ "email": "a@example.com" }), json!({ "last_name": "X" }), json!({ "roles": [] })] {
            let (_, events) = caused!(school, school.put(&path, change.clone()).await.expect(204));
            assert_eq!(names(&events), ["user.updated"], "{change}");
        }
        let (_, signin) = caused!(school, |tx, site| users::signed_in(tx, site, id));
        assert_eq!(names(&signin), ["user.signin"]);
        let (_, deleted) = caused!(school, school.delete(&path).await.expect(204));
        assert_eq!(names(&deleted), ["user.deleted"]);
        assert_eq!(deleted[0].1, signin[0].1, "as they were before");
        let before = last(school).await;
        refused_reply(school, before, school.post("/users", json!({ "email": "no address" })).await).await;
        refused_reply(school, before, school.put(&path, json!({ "last_name": "Y" })).await).await;
        refused_reply(school, before, school.delete(&path).await).await;
        refused(school, move |tx, site| users::signed_in(tx, site, id)).await;
    }

    async fn an_enrollment_is_tried_activated_progressed_and_completed(school: &TestSchool) {
        let user = school.user("ann@example.com").await;
        let (course, _) = course(school).await;
        let new = json!({ "user_id": user, "course_id": course });
        let (id, trial) = caused!(school, school.post("/enrollments", new.clone()).await.expect(201).id());
        assert_eq!(names(&trial), ["enrollment.trial"]);
        assert_eq!(trial[0].1["free_trial"], true);
        let before = last(school).await;
        refused_reply(school, before, school.post("/enrollments", new.clone()).await).await;
        let (id, path) = (EnrollmentId::new(id), format!("/enrollments/{id}"));
        let later = json!({ "expiry_date": "2099-01-01T00:00:00Z" });
        let (_, quiet) = caused!(school, school.put(&path, later).await.expect(204));
        assert_eq!(quiet, []);
        let at = json!({ "activated_at": "2024-01-01T00:00:00Z" });
        let (_, created) = caused!(school, school.put(&path, at.clone()).await.expect(204));
        assert_eq!(names(&created), ["enrollment.created"]);
        let (_, quiet) = caused!(school, school.put(&path, at.clone()).await.expect(204));
        assert_eq!(quiet, []);
        let (_, half) = caused!(school, |tx, site| enrollments::set_progress(tx, site, id, 33_33));
        assert_eq!(names(&half), ["enrollment.progress"]);
        says(
            &half[0].1,
            r#"{"activated_at":"[moment]","completed_at":null,"course":{"id":7,"name":"Bread"},"course_id":7,
            "created_at":"[moment]","expiry_date":"[moment]","free_trial":false,"id":7,
            "percentage_completed":"0.3333","started_at":"[moment]","updated_at":"[moment]",
            "user":{"email":"ann@example.com","first_name":"Ann","id":7,"last_name":"Example"}}"#,
        );
        let (_, quiet) = caused!(school, |tx, site| enrollments::set_progress(tx, site, id, 20_00));
        assert_eq!(quiet, [], "backwards is no progress");
        let (_, done) = caused!(school, |tx, site| enrollments::set_progress(tx, site, id, COMPLETE));
        assert_eq!(names(&done), ["enrollment.progress", "enrollment.completed"]);
        assert_eq!(done[1].1["percentage_completed"], "1.0");
        assert!(done[1].1["completed_at"].is_string());
        refused(school, move |tx, site| enrollments::set_progress(tx, site, id, COMPLETE + 1)).await;
        // What has ended is renewed in place.
        school.put(&path, json!({ "expiry_date": "2024-01-02T00:00:00Z" })).await.expect(204);
        let new = json!({ "user_id": user, "course_id": course, "activated_at": "2024-01-01T00:00:00Z" });
        let (again, renewed) = caused!(school, school.post("/enrollments", new).await.expect(201).id());
        assert_eq!((again, names(&renewed)), (id.get(), vec!["enrollment.created"]));
        assert_eq!(renewed[0].1["expiry_date"], Value::Null);
    }

    async fn a_bundle_enrolls_once_per_course(school: &TestSchool) {
        let user = school.user("ann@example.com").await;
        let (bundle, ids) = school.arrange(|tx, site| {
            let mut ids = vec![];
            for name in ["A", "B", "C"] {
                ids.push(courses::create(tx, site, &NewCourse::named(name))?.id);
            }
            let new = NewBundle { name: "All".to_owned(), course_ids: ids.clone(), ..NewBundle::default() };
            Ok((bundles::create(tx, site, &new)?.id, ids))
        }).await;
        school.post("/enrollments", json!({ "user_id": user, "course_id": ids[0] })).await.expect(201);
        let at = "2024-01-01T00:00:00Z";
        let full = json!({ "user_id": user, "course_id": ids[1], "activated_at": at });
        school.post("/enrollments", full).await.expect(201);
        let path = format!("/bundles/{bundle}/enrollments");
        let body = json!({ "user_id": user, "activated_at": at });
        let (_, events) = caused!(school, school.post(&path, body.clone()).await.expect(201));
        assert_eq!(names(&events), ["enrollment.created"; 2], "a trial is activated, one is kept, one is new");
        assert_eq!((&events[0].1["course"]["name"], &events[1].1["course"]["name"]), (&json!("A"), &json!("C")));
        assert_eq!(events[1].1["user"]["email"], "ann@example.com");
        let (_, quiet) = caused!(school, school.post(&path, body.clone()).await.expect(201));
        assert_eq!(quiet, []);
        let trial = json!({ "user_id": user, "activated_at": "" });
        let (_, quiet) = caused!(school, school.put(&path, trial).await.expect(204));
        assert_eq!(quiet, []);
        let (_, events) = caused!(school, school.put(&path, body).await.expect(204));
        assert_eq!(names(&events), ["enrollment.created"; 3]);
        let before = last(school).await;
        refused_reply(school, before, school.post(&path, json!({ "user_id": 99 })).await).await;
    }

    async fn lessons_and_quizzes_bring_an_enrollment_forward(school: &TestSchool) {
        let user = school.user("ann@example.com").await;
        let (course, lessons) = course(school).await;
        let enrollment = school.post("/enrollments", json!({ "user_id": user, "course_id": course })).await.id();
        let enrollment = EnrollmentId::new(enrollment);
        let lesson = |content: ContentId| {
            move |tx: &mut store::Tx<'_>, site| progress::complete_lesson(tx, site, enrollment, content)
        };
        let quiz = |content: ContentId, right: i64, wrong: i64| {
            move |tx: &mut store::Tx<'_>, site| progress::attempt_quiz(tx, site, enrollment, content, right, wrong)
        };
        refused(school, lesson(lessons[1])).await;
        let (_, free) = caused!(school, school.arrange(lesson(lessons[0])).await);
        assert_eq!(names(&free), ["lesson.completed", "enrollment.progress"]);
        assert_eq!(free[0].1["lesson"]["type"], "Text");
        assert_eq!(free[1].1["percentage_completed"], "0.25");
        school.put(&format!("/enrollments/{enrollment}"), json!({ "activated_at": "2024-01-01" })).await.expect(204);
        let (_, video) = caused!(school, school.arrange(lesson(lessons[1])).await);
        assert_eq!(names(&video), ["lesson.completed", "enrollment.progress"]);
        says(
            &video[0].1,
            r#"{"chapter":{"id":7,"name":"Dough"},"course":{"id":7,"name":"Bread"},"enrollment":{"id":7},
            "lesson":{"id":7,"name":"Kneading","position":2,"type":"Video"},"user":{"email":"ann@example.com",
            "first_name":"Ann","id":7,"last_name":"Example"}}"#,
        );
        let (_, quiet) = caused!(school, school.arrange(lesson(lessons[1])).await);
        assert_eq!(quiet, [], "nobody completes a lesson twice");
        let (_, failed) = caused!(school, school.arrange(quiz(lessons[2], 1, 4)).await);
        assert_eq!(names(&failed), ["quiz.attempted"]);
        let (_, passed) = caused!(school, school.arrange(quiz(lessons[2], 4, 1)).await);
        assert_eq!(names(&passed), ["quiz.attempted", "lesson.completed", "enrollment.progress"]);
        says(
            &passed[0].1,
            r#"{"attempts":2,"correct_count":4,"grade":80,"incorrect_count":1,"result_id":7,"user":{"id":7,
            "first_name":"Ann","last_name":"Example","email":"ann@example.com"},"quiz":{"id":7,"name":"Check"}}"#,
        );
        let (_, again) = caused!(school, school.arrange(quiz(lessons[2], 5, 0)).await);
        assert_eq!(names(&again), ["quiz.attempted"]);
        assert_eq!((&again[0].1["attempts"], &again[0].1["grade"]), (&json!(3), &json!(100)));
        let (_, done) = caused!(school, school.arrange(quiz(lessons[3], 0, 2)).await);
        assert_eq!(
            names(&done),
            ["quiz.attempted", "lesson.completed", "enrollment.progress", "enrollment.completed"]
        );
        for refusal in [lesson(lessons[2]), lesson(ContentId::new(999))] {
            refused(school, refusal).await;
        }
        for (content, right, wrong) in [(1, 1, 0), (2, 0, 0), (2, -1, 1), (2, i64::MAX, 1)] {
            refused(school, quiz(lessons[content], right, wrong)).await;
        }
        school.put(&format!("/enrollments/{enrollment}"), json!({ "expiry_date": "2024-01-02" })).await.expect(204);
        refused(school, quiz(lessons[2], 1, 0)).await;
    }

    async fn a_lesson_never_takes_progress_away(school: &TestSchool) {
        let user = school.user("ann@example.com").await;
        let (course, lessons) = course(school).await;
        let at = "2024-01-01T00:00:00Z";
        let body = json!({ "user_id": user, "course_id": course, "activated_at": at });
        let id = EnrollmentId::new(school.post("/enrollments", body).await.id());
        school.arrange(move |tx, site| enrollments::set_progress(tx, site, id, 75_00)).await;
        let (row, events) =
            caused!(school, |tx, site| progress::complete_lesson(tx, site, id, lessons[0]));
        assert_eq!((names(&events), row.percentage_completed), (vec!["lesson.completed"], 75_00));
    }

    async fn courses_and_their_products_are_made_changed_and_removed(school: &TestSchool) {
        let things = things(school).await;
        let mut new = NewCourse::named("Bread & butter");
        new.keywords = Some("food".to_owned());
        let made = new.clone();
        let (id, events) = caused!(school, |tx, site| Ok(courses::create(tx, site, &made)?.id));
        assert_eq!(names(&events), ["product.created", "course.created"]);
        says(
            &events[1].1,
            r#"{"id":7,"name":"Bread & butter","slug":"bread-butter","subtitle":null,"product":{"id":7,
            "name":"Bread & butter","slug":"bread-butter","status":"published"},"description":null,
            "course_card_text":null,"intro_video_youtube":null,"contact_information":null,"keywords":"food",
            "duration":null,"banner_image_url":"/assets/tenant/default-course-banner.jpg",
            "course_card_image_url":"/assets/defaults/default-product-card.png",
            "intro_video_wistia_identifier":null,"administrator_user_ids":[],"chapter_ids":[],
            "reviews_enabled":false,"user_id":null,"instructor_id":null}"#,
        );
        says(
            &events[0].1,
            r#"{"id":7,"created_at":"[moment]","productable_id":7,"productable_type":"Course","price":"0.0",
            "position":3,"status":"published","name":"Bread & butter","private":false,"hidden":false,
            "subscription":false,"days_until_expiry":null,"has_certificate":false,"keywords":"food",
            "seo_title":null,"seo_description":null,"collection_ids":[],"related_product_ids":[],"description":null,
            "card_image_url":null,"slug":"bread-butter","product_prices":[{"id":7,"is_primary":true,
            "payment_type":"free","label":null,"price":"0.0","days_until_expiry":null,"pay_button_text":null,
            "number_of_payments":null,"interval":null,"interval_count":null,"trial_interval":null,
            "trial_interval_count":null,"custom_first_price":null,"price_name":"Bread & butter","currency":"usd"}],
            "instructor_names":null}"#,
        );
        // What the API shows is what is sent, but for the product's place in the course.
        let product = events[0].1["id"].clone();
        assert_eq!(school.get(&format!("/products/{product}")).await.json(), events[0].1);
        let mut shown = school.get(&format!("/courses/{id}")).await.json();
        let shown = shown.as_object_mut().expect("a course");
        assert_eq!(shown.remove("product_id"), Some(product.clone()));
        let mut sent = events[1].1.clone();
        let sent = sent.as_object_mut().expect("a course");
        assert_eq!(sent.remove("product").expect("a product")["id"], product);
        // Events have what their topics have always had.
        for more in ["banner_image_file_id", "course_card_image_file_id"] {
            assert_eq!(shown.remove(more), Some(Value::Null));
        }
        assert_eq!(shown, sent);

        let update = |new: NewCourse| move |tx: &mut store::Tx<'_>, site| courses::update(tx, site, id, &new);
        new.slug = "bread-butter".to_owned();
        let (_, quiet) = caused!(school, school.arrange(update(new.clone())).await);
        assert_eq!(quiet, [], "nothing was changed");
        new.subtitle = Some("For everyone".to_owned());
        let (_, events) = caused!(school, school.arrange(update(new.clone())).await);
        assert_eq!(names(&events), ["course.updated"]);
        new.prices = vec![NewPrice::primary(PaymentType::OneTime, 10_50, "USD")];
        let (_, events) = caused!(school, school.arrange(update(new.clone())).await);
        assert_eq!(names(&events), ["product.updated", "course.updated"]);
        assert_eq!(events[0].1["product_prices"][0]["price"], "10.5");
        let (_, quiet) = caused!(school, school.arrange(update(new.clone())).await);
        assert_eq!(quiet, []);
        new.administrator_user_ids = vec![self::id(&things, "analyst")];
        let (_, events) = caused!(school, school.arrange(update(new.clone())).await);
        assert_eq!(names(&events), ["course.updated"]);
        new.slug = "Not A Slug".to_owned();
        refused(school, update(new)).await;
        refused(school, |tx, site| courses::create(tx, site, &NewCourse::named(" "))).await;

        let (_, events) = caused!(school, |tx, site| courses::delete(tx, site, id));
        assert_eq!(names(&events), ["course.deleted", "product.deleted"]);
        assert_eq!(events[1].1["productable_id"], id.get());
        school.get(&format!("/courses/{id}")).await.expect(404);
        refused(school, move |tx, site| courses::delete(tx, site, id)).await;
    }

    async fn a_removed_course_takes_everything_of_it_along(school: &TestSchool) {
        let things = things(school).await;
        let (course, enrollment, content) = (id(&things, "course"), id(&things, "enrollment"), id(&things, "content"));
        school.arrange(move |tx, site| {
            progress::complete_lesson(tx, site, enrollment, content)?;
            courses::delete(tx, site, course)
        }).await;
        for name in ["course", "chapter", "content", "enrollment", "product"] {
            school.get(&format!("/{name}s/{}", things[name])).await.expect(404);
        }
        school.get(&format!("/orders/{}", things["order"])).await.expect(200);
        assert_eq!(school.get(&format!("/bundles/{}/courses", things["bundle"])).await.expect(200).ids(), [0; 0]);
        assert_eq!(school.get("/enrollments").await.expect(200).ids(), [0; 0]);
        let left = school.arrange(|tx, _| {
            let mut left = 0;
            let tables = ["lesson_completions", "course_reviews", "bundle_enrollments", "content_bodies"];
            for table in tables.into_iter().chain(["course_administrators", "bundle_courses", "contents", "chapters"]) {
                left += tx.first(&format!("SELECT count(*) FROM {table}"), &[], |row| row.get::<i64>(0))?.unwrap_or(0);
            }
            Ok(left)
        }).await;
        assert_eq!(left, 0);
    }

    async fn products_are_published_priced_and_renamed(school: &TestSchool) {
        let things = things(school).await;
        let id = school.arrange(|tx, site| {
            let mut new = NewProduct::of(Productable::Bundle(BundleId::new(77)), "Draft");
            new.status = ProductStatus::Draft;
            Ok(products::create(tx, site, &new)?.id)
        }).await;
        let user: UserId = self::id(&things, "user");
        let request = move |tx: &mut store::Tx<'_>, site| product_publish_requests::create(tx, site, id, user);
        let request = school.arrange(request).await.id;
        let answer = json!({ "user_id": user });
        let path = format!("/product_publish_requests/{request}/approve");
        let (reply, events) = caused!(school, school.post(&path, answer.clone()).await);
        assert!(reply.status < 300, "{}", reply.text);
        assert_eq!(names(&events), ["product.updated"]);
        assert_eq!((&events[0].1["status"], &events[0].1["productable_type"]), (&json!("published"), &json!("Bundle")));
        let before = last(school).await;
        refused_reply(school, before, school.post(&path, answer).await).await;
        // An instructor's names stand on the products of their courses; the courses lose one who leaves.
        let path = format!("/instructors/{}", things["instructor"]);
        let (_, events) = caused!(school, school.put(&path, json!({ "first_name": "Ida" })).await);
        assert_eq!(names(&events), ["product.updated"]);
        let (_, events) = caused!(school, school.delete(&path).await);
        assert_eq!(names(&events), ["product.updated", "course.updated"]);
        assert_eq!(events[1].1["instructor_id"], Value::Null);
        let (_, events) = caused!(school, school.delete(&format!("/users/{}", things["analyst"])).await.expect(204));
        assert_eq!(names(&events), ["course.updated", "user.deleted"]);
        assert_eq!((&events[0].1["user_id"], &events[0].1["administrator_user_ids"]), (&Value::Null, &json!([])));
        let (_, events) = caused!(school, |tx, site| products::delete(tx, site, id));
        assert_eq!(names(&events), ["product.deleted"]);
        assert_eq!((&events[0].1["productable_type"], &events[0].1["productable_id"]), (&json!("Bundle"), &json!(77)));
    }

    async fn an_order_completes_and_its_payments_succeed_fail_and_are_refunded(school: &TestSchool) {
        let things = things(school).await;
        let (user, product) = (id(&things, "user"), id(&things, "product"));
        let new = move |amount: i64, status| NewOrder {
            user_id: user,
            items: vec![NewItem { product_id: product, amount_cents: Some(amount) }],
            coupon_code: Some("code-mark".to_owned()),
            status,
            ..NewOrder::default()
        };
        let order = |amount, status| {
            move |tx: &mut store::Tx<'_>, site| Ok(orders::create(tx, site, &new(amount, status))?.id)
        };
        let (_, events) = caused!(school, school.arrange(order(50_00, Status::Complete)).await);
        assert_eq!(names(&events), ["order.created"]);
        says(
            &events[0].1,
            r#"{"affiliate_referral_code":null,"amount_cents":5000,"amount_dollars":50,
            "billing_name":"first-mark last-mark","coupon":{"id":7,"code":"code-mark","promotion_id":7},
            "created_at":"[moment]","id":7,"order_number":1002,"payment_type":"subscription",
            "presentment_amount":5000,"presentment_currency":"usd","product_id":7,"product_name":"course-mark",
            "status":"Complete","items":[{"product_id":7,"product_name":"course-mark","amount_dollars":50,
            "amount_cents":5000}],"user":{"email":"user-mark@example.com","first_name":"first-mark","id":7,
            "last_name":"last-mark"}}"#,
        );
        let (id, quiet) = caused!(school, school.arrange(order(99_50, Status::Pending)).await);
        assert_eq!(quiet, [], "nobody has paid");
        refused(school, order(-1, Status::Complete)).await;

        let pay = move |amount: Option<i64>| {
            move |tx: &mut store::Tx<'_>, site| Ok(order_transactions::succeeded(tx, site, id, amount)?.id)
        };
        let fail = move |tx: &mut store::Tx<'_>, site| Ok(order_transactions::failed(tx, site, id, None)?.id);
        let (failed, events) = caused!(school, school.arrange(fail).await);
        assert_eq!(names(&events), ["order_transaction.failed"]);
        let (paid, events) = caused!(school, school.arrange(pay(None)).await);
        assert_eq!(names(&events), ["order.created", "order_transaction.succeeded"]);
        assert_eq!(events[0].1["status"], "Complete");
        assert_eq!(events[0].1["coupon"]["code"], "code-mark");
        says(
            &events[1].1,
            r#"{"id":7,"created_at":"[moment]","amount":9950,"action":"purchase","currency":"usd",
            "payment_provider":"thinkific_payments","order":{"id":7,"created_at":"[moment]",
            "order_number":"ORD001003","product_name":"course-mark","amount_cents":9950,"amount_dollars":99.5,
            "billing_name":"first-mark last-mark","payment_type":"subscription","items":[{"amount_dollars":99.5,
            "amount_cents":9950,"product_id":7,"product_name":"course-mark"}],"user":{"id":7,
            "first_name":"first-mark","last_name":"last-mark","email":"user-mark@example.com"}},"refunded":false,
            "refunded_amount":null,"presentment_amount":9950,"presentment_currency":"usd"}"#,
        );
        let refund = |id: OrderTransactionId, amount| {
            move |tx: &mut store::Tx<'_>, site| order_transactions::refunded(tx, site, id, amount)
        };
        let (_, events) = caused!(school, school.arrange(refund(paid, Some(50))).await);
        assert_eq!(names(&events), ["order_transaction.refunded"]);
        let payload = &events[0].1;
        assert_eq!((&payload["refunded"], &payload["refunded_amount"]), (&json!(true), &json!(50)));
        assert_eq!(school.get(&format!("/orders/{id}")).await.json()["status"], "complete");
        for refusal in [refund(failed, None), refund(paid, Some(99_01)), refund(paid, Some(0)), refund(OrderTransactionId::new(999), None)] {
            refused(school, refusal).await;
        }
        school.arrange(refund(paid, None)).await;
        assert_eq!(school.get(&format!("/orders/{id}")).await.json()["status"], "refunded");
        refused(school, refund(paid, None)).await;
        refused(school, pay(None)).await;
        // Whoever has left the school has still paid.
        school.delete(&format!("/users/{user}")).await.expect(204);
        let (_, events) = caused!(school, {
            let first = self::id(&things, "order");
            school.arrange(move |tx, site| order_transactions::succeeded(tx, site, first, Some(1))).await
        });
        assert_eq!(events[0].1["order"]["user"]["last_name"], "last-mark");
        let coupon = school.arrange(|tx, site| coupons::by_code(tx, site, "code-mark")).await;
        assert_eq!(coupon.map(|coupon| coupon.quantity_used), Some(3));
    }

    async fn a_subscription_falls_behind_and_ends(school: &TestSchool) {
        let things = things(school).await;
        let (user, product) = (id(&things, "user"), id(&things, "product"));
        let open = move |tx: &mut store::Tx<'_>, site| {
            let new = NewSubscription { user_id: user, product_id: product, ..NewSubscription::default() };
            Ok(subscriptions::open(tx, site, &new)?.id)
        };
        let (id, quiet) = caused!(school, school.arrange(open).await);
        assert_eq!(quiet, []);
        let (_, events) = caused!(school, |tx, site| subscriptions::past_due(tx, site, id));
        assert_eq!(names(&events), ["subscription.past_due"]);
        refused(school, move |tx, site| subscriptions::past_due(tx, site, id)).await;
        let (_, events) = caused!(school, |tx, site| subscriptions::unpaid(tx, site, id));
        assert_eq!(names(&events), ["subscription.unpaid"]);
        let ends = Some(4_000_000_000_000);
        let (_, events) = caused!(school, |tx, site| subscriptions::cancel(tx, site, id, ends));
        assert_eq!(names(&events), ["subscription.cancelled"]);
        says(
            &events[0].1,
            r#"{"id":7,"created_at":"[moment]","payment_type":"subscription","amount":"1900","interval":"month",
            "cancelled_at":"[moment]","scheduled_cancellation_at":"[moment]","status":"cancelled","user":{"id":7,
            "email":"user-mark@example.com","first_name":"first-mark","last_name":"last-mark"}}"#,
        );
        refused(school, move |tx, site| subscriptions::cancel(tx, site, id, None)).await;
        refused(school, move |tx, site| subscriptions::unpaid(tx, site, id)).await;
        refused(school, |tx, site| subscriptions::open(tx, site, &NewSubscription::default())).await;
        // Who leaves no longer pays.
        school.arrange(open).await;
        let (_, events) = caused!(school, school.delete(&format!("/users/{user}")).await.expect(204));
        assert_eq!(names(&events), ["subscription.cancelled", "user.deleted"]);
    }

    async fn a_lead_leaves_an_address_once(school: &TestSchool) {
        let lead = |email: &str| {
            let (email, first_name) = (email.to_owned(), "John".to_owned());
            let new = NewLead { email, first_name, last_name: None, subscribed: true };
            move |tx: &mut store::Tx<'_>, site| leads::create(tx, site, &new)
        };
        let (_, events) = caused!(school, school.arrange(lead("john@example.com")).await);
        assert_eq!(names(&events), ["lead.created"]);
        says(
            &events[0].1,
            r#"{"id":7,"email":"john@example.com","first_name":"John","last_name":null,"created_at":"[moment]",
            "subscribed":true}"#,
        );
        refused(school, lead("JOHN@example.com")).await;
        refused(school, lead("nowhere")).await;
    }

    async fn a_school_changes_its_plan_and_loses_an_app(school: &TestSchool) {
        let set = |plan| {
            move |tx: &mut store::Tx<'_>, _| {
                let academy = sites::by_subdomain(tx, "academy")?;
                sites::set_plan(tx, &academy, plan)
            }
        };
        let (_, events) = caused!(school, school.arrange(set(Plan::ProGrowth)).await);
        assert_eq!(names(&events), ["plan.updated"]);
        let plan = r#"{"plan":"pro_growth","previous_plan":"plus","subdomain":"academy","name":"School academy"}"#;
        assert_eq!(events[0].1.to_string(), plan);
        let (_, quiet) = caused!(school, school.arrange(set(Plan::ProGrowth)).await);
        assert_eq!(quiet, []);
        let app = installed(school).await;
        let gone = app.clone();
        let (_, events) = caused!(school, |tx, site| installs::uninstall(tx, site, &gone, Some("Too loud")));
        assert_eq!(names(&events), ["app.uninstalled"]);
        let expected = format!(
            r#"{{"client_id":"{}","name":"{}","reason":"Too loud","uninstalled_at":"[moment]"}}"#,
            app.client_id, app.name
        );
        assert_eq!(said(&events[0].1), expected);
        refused(school, move |tx, site| installs::uninstall(tx, site, &app, None)).await;
    }
}
