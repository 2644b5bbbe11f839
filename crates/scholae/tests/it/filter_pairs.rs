//! Two filters at once: whatever a list is asked for, a pair of filters leaves what both of them leave, and counts it.
//! The lists and their parameters are those of the APIs themselves, so that one that is added is noticed.

use crate::fixtures::{Things, one_of_everything};
use crate::site_isolation::call;
use crate::support::TestSchool;
use school::bundles::{self, NewBundle};
use school::course_reviews::{self, NewReview};
use school::enrollments;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use store::deliveries::{AttemptRow, Next};
use store::{CourseId, EnrollmentId, UserId};
use web::definition::ApiDefinition;

/// Noon of the first day: 2024-01-01T12:00:00.000Z.
const NOON: i64 = 1_704_110_400_000;
const DAY: i64 = 86_400_000;

/// A list with its filters. `<user>` and the like are things of the second day.
type List = (&'static ApiDefinition, &'static str, &'static str, &'static [&'static str]);

const REST: &ApiDefinition = &api::rest::API;
const V2: &ApiDefinition = &api::webhooks::API;

/// Every list that has filters of its own, by its path in the description and in the school.
const LISTS: &[List] = &[
    (
        REST,
        "/users",
        "/users",
        &[
            "query[email]=<email>",
            "query[role]=group_analyst",
            "query[external_source]=<source>",
            "query[custom_profile_field_label]=<label>&query[custom_profile_field_value]=<value>",
            "query[group_id]=<group>",
        ],
    ),
    (REST, "/enrollments", "/enrollments", ENROLLMENTS),
    (REST, "/bundles/{id}/enrollments", "/bundles/<together>/enrollments", ENROLLMENTS),
    (
        REST,
        "/external_orders",
        "/external_orders",
        &[
            "query[payment_provider]=<provider>",
            "query[user_id]=<user>",
            "query[product_id]=<product>",
            "query[order_type]=subscription",
            "query[currency]=USD",
            "query[reference]=<reference>",
        ],
    ),
    (REST, "/course_reviews", "/course_reviews?course_id=<reviewed>", &["approved=true"]),
    (V2, "/events", "/events", &["query[topic]=user.signup", "query[topic]=order.created"]),
    (
        V2,
        "/deliveries",
        "/deliveries",
        &["query[webhook_id]=<webhook>", "query[event_id]=<event>", "query[status]=waiting", "query[status]=delivered"],
    ),
];

const ENROLLMENTS: &[&str] = &[
    "query[user_id]=<user>",
    "query[course_id]=<course>",
    "query[email]=<email>",
    "query[free_trial]=true",
    "query[full]=true",
    "query[completed]=true",
    "query[expired]=true",
    "query[expired]=false",
];

/// When things were made, and changed; the REST API alone has the latter.
const CREATED: &[&str] = &[
    "query[created_on]=2024-01-02",
    "query[created_before]=2024-01-03T12:00:00Z",
    "query[created_on_or_before]=2024-01-02T12:00:00Z",
    "query[created_after]=2024-01-01T12:00:00Z",
    "query[created_on_or_after]=2024-01-02T12:00:00Z",
];
const UPDATED: &[&str] = &[
    "query[updated_on]=2024-01-03",
    "query[updated_before]=2024-01-03T12:00:00Z",
    "query[updated_on_or_before]=2024-01-02T12:00:00Z",
    "query[updated_after]=2024-01-02T12:00:00Z",
    "query[updated_on_or_after]=2024-01-03T12:00:00Z",
];

/// Three days, on each of which everything was made once, and what tells the filters apart: the things of the second.
async fn three_days(school: &TestSchool) -> Things {
    let mut days: Vec<Things> = Vec::new();
    for day in 0..3 {
        // The course of the first day is reviewed on each.
        let reviewed = days.first().map(|first| first["course"].parse().expect("a number"));
        days.push(
            school
                .arrange(move |tx, site| {
                    tx.backdate(NOON + day * DAY);
                    let things = one_of_everything(tx, site, &format!("day{day}"))?;
                    if let Some(course) = reviewed {
                        let user_id = things["user"].parse().ok().map(UserId::new);
                        let text = Some("R".to_owned());
                        let review = NewReview {
                            user_id,
                            rating: Some(3),
                            title: text.clone(),
                            review_text: text,
                            approved: day > 1,
                        };
                        course_reviews::create(tx, site, Some(CourseId::new(course)), &review)?;
                    }
                    Ok(things)
                })
                .await,
        );
    }
    let done = days[1]["enrollment"].parse().expect("a number");
    school
        .arrange(move |tx, site| {
            tx.backdate(NOON + 2 * DAY + 1);
            enrollments::set_progress(tx, site, EnrollmentId::new(done), 10_000).map(|_| ())
        })
        .await;
    let [first, second, third] = [&days[0], &days[1], &days[2]];
    let id = |things: &Things, name: &str| things[name].parse::<i64>().expect("a number");
    // Somebody of one day has something of another day: it meets one filter, and not the other.
    let in_course = |of: &Things, with: &Things, more: Value| {
        let mut body = json!({ "user_id": id(of, "user"), "course_id": id(with, "course") });
        body.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        body
    };
    let past = json!({ "activated_at": "2024-01-01T00:00:00Z", "expiry_date": "2024-02-01T00:00:00Z" });
    for body in [
        in_course(second, first, json!({})),
        in_course(second, third, past.clone()),
        in_course(first, second, past),
        in_course(third, second, json!({})),
    ] {
        school.post("/enrollments", body).await.expect(201);
    }
    let courses = [first, second, third].map(|day| CourseId::new(id(day, "course")));
    let together = school
        .arrange(move |tx, site| {
            let course_ids = courses.to_vec();
            bundles::create(tx, site, &NewBundle { name: "Together".to_owned(), course_ids, ..NewBundle::default() })
        })
        .await;
    let activated = "2024-01-01T00:00:00Z";
    for body in [
        json!({ "user_id": id(first, "user") }),
        json!({ "user_id": id(second, "user"), "activated_at": activated }),
        json!({ "user_id": id(third, "user"), "activated_at": activated, "expiry_date": "2024-02-01T00:00:00Z" }),
    ] {
        school.post(&format!("/bundles/{}/enrollments", together.id), body).await.expect(201);
    }
    let once = |of: &Things, with: &Things| {
        json!({
            "payment_provider": second["provider"], "user_id": id(of, "user"), "product_id": id(with, "product"),
            "order_type": "one-time", "transaction": { "amount": 5, "currency": "EUR", "reference": second["reference"] },
        })
    };
    for body in [once(second, first), once(third, second)] {
        school.post("/external_orders", body).await.expect(201);
    }
    let groups =
        json!({ "user_id": id(second, "analyst"), "group_names": [first["group_name"], second["group_name"]] });
    school.post("/group_users", groups).await.expect(201);
    for (name, source) in [("visitor", "elsewhere"), ("analyst", "nowhere")] {
        let path = format!("/users/{}", second[name]);
        school.put(&path, json!({ "external_source": source })).await.expect(204);
    }
    let answered = AttemptRow {
        number: 0,
        at: NOON,
        milliseconds: 1,
        status: Some(200),
        error: None,
        answer: None,
        request_head: None,
        answer_head: None,
    };
    let delivery = second["delivery"].parse().expect("a number");
    school
        .arrange(move |tx, site| Ok(store::deliveries::record(tx, site, delivery, &answered, Next::Delivered)?))
        .await;
    let (reviewed, together) = (first["course"].clone(), together.id.to_string());
    let mut things = days.swap_remove(1);
    things.extend([("reviewed", reviewed), ("together", together)]);
    things
}

/// What a list has, with a further piece of query, and how many it says there are.
async fn found(school: &TestSchool, (api, _, path, _): &List, things: &Things, query: &str) -> BTreeSet<String> {
    let mark = if path.contains('?') { '&' } else { '?' };
    let request = call(api, "GET /", &format!("{path}{mark}{query}&limit=250"), things, things);
    let json = request.send(school).await.expect(200).json();
    let items = json["items"].as_array().expect("items");
    let total = &json["meta"].pointer("/pagination/total_items").or(json["meta"].pointer("/page/total_items"));
    assert_eq!(total.and_then(Value::as_u64), Some(items.len() as u64), "{path} {query}");
    items.iter().map(|item| item["id"].to_string()).collect()
}

on_both_engines! {
    async fn two_filters_leave_what_both_of_them_leave(school: &TestSchool) {
        let things = three_days(school).await;
        let mut wrong = Vec::new();
        for list in LISTS {
            let dates = CREATED.iter().chain(if std::ptr::eq(list.0, REST) { UPDATED } else { &[] });
            let filters: Vec<&str> = list.3.iter().chain(dates).copied().collect();
            let all = found(school, list, &things, "x=1").await;
            let mut alone = Vec::new();
            for filter in &filters {
                let ids = found(school, list, &things, filter).await;
                if ids.is_empty() || ids == all {
                    wrong.push(format!("{} {filter} tells nothing: {} of {}", list.2, ids.len(), all.len()));
                }
                alone.push((*filter, ids));
            }
            for (number, (one, of_one)) in alone.iter().enumerate() {
                for (other, of_other) in &alone[..number] {
                    if one.split('=').next() == other.split('=').next() {
                        continue;
                    }
                    let both = found(school, list, &things, &format!("{one}&{other}")).await;
                    let expected: BTreeSet<String> = of_one.intersection(of_other).cloned().collect();
                    if both != expected {
                        wrong.push(format!("{} {one}&{other}: {both:?} instead of {expected:?}", list.2));
                    }
                }
                let meets_one = |(other, ids): &&(&str, BTreeSet<String>)| *other != *one && ids != of_one;
                if !alone.iter().any(|pair| meets_one(&pair)) {
                    wrong.push(format!("{} {one}: no row meets it and not another", list.2));
                }
            }
        }
        assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
    }
}

#[test]
fn every_filter_of_every_list_is_in_the_table() {
    let mut missing = Vec::new();
    for api in [REST, V2] {
        // What happened to a school's safety cannot be arranged as one likes: its filters are tried in `security_log.rs`.
        // A file must have been uploaded to have a kind: that is tried in `resources/files`.
        let elsewhere = |path: &str| ["/security_log", "/files"].contains(&path);
        for endpoint in (api.endpoints)().iter().filter(|endpoint| endpoint.is_list && !elsewhere(endpoint.path)) {
            let filters = endpoint.query.iter().filter(|param| !param.required);
            for param in filters {
                let begins = format!("{}=", param.name);
                let listed = LISTS.iter().find(|list| list.1 == endpoint.path && list.0.root == api.root);
                let tried =
                    listed.is_some_and(|list| list.3.iter().chain(CREATED).any(|filter| filter.contains(&begins)));
                if !tried {
                    missing.push(format!("{} {}", endpoint.path, param.name));
                }
            }
        }
    }
    assert_eq!(missing, Vec::<String>::new());
}
