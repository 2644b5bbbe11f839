//! Every operation of every API, with the scope that an app needs for it; and what each kind of caller gets there.

use super::{NO_SCOPE, UNAUTHENTICATED, admins_token, every_scope, get, install, person, tokens, with};
use crate::site_isolation::{APIS, call, more_things};
use crate::support::{TestSchool, send};
use identity::access::Need;
use identity::api_access_tokens;
use identity::apps::Kind;
use identity::scopes::Scope;
use school::{sites, users};
use std::collections::BTreeMap;
use web::endpoint::Endpoint;

/// What an app needs for each operation of the Admin API.
#[rustfmt::skip]
const ADMIN: &[(&str, &str)] = &[
    ("GET /users", "read:users"),
    ("POST /users", "write:users"),
    ("GET /users/{id}", "read:users"),
    ("PUT /users/{id}", "write:users"),
    ("DELETE /users/{id}", "write:users"),
    ("GET /users/{id}/authentications/{provider}", "read:users"),
    ("GET /custom_profile_field_definitions", "read:custom_profile_fields"),
    ("POST /custom_profile_field_definitions", "write:custom_profile_fields"),
    ("GET /custom_profile_field_definitions/{id}", "read:custom_profile_fields"),
    ("PUT /custom_profile_field_definitions/{id}", "write:custom_profile_fields"),
    ("DELETE /custom_profile_field_definitions/{id}", "write:custom_profile_fields"),
    ("GET /groups", "read:groups"),
    ("POST /groups", "write:groups"),
    ("GET /groups/{id}", "read:groups"),
    ("DELETE /groups/{id}", "write:groups"),
    ("GET /groups/{group_id}/analysts", "read:groups"),
    ("POST /groups/{group_id}/analysts", "write:groups"),
    ("DELETE /groups/{group_id}/analysts/{user_id}", "write:groups"),
    ("POST /group_analysts/{user_id}/groups", "write:groups"),
    ("DELETE /group_analysts/{user_id}/groups/{group_id}", "write:groups"),
    ("POST /group_users", "write:groups"),
    ("GET /courses", "read:courses"),
    ("GET /courses/{id}", "read:courses"),
    ("GET /courses/{id}/chapters", "read:courses"),
    ("GET /chapters/{id}", "read:courses"),
    ("GET /chapters/{id}/contents", "read:courses"),
    ("GET /contents/{id}", "read:courses"),
    ("POST /courses", "write:courses"),
    ("PUT /courses/{id}", "write:courses"),
    ("DELETE /courses/{id}", "write:courses"),
    ("POST /courses/{id}/duplicate", "write:courses"),
    ("GET /course_files/{id}", "read:courses"),
    ("PUT /course_files/{id}", "write:courses"),
    ("POST /courses/{id}/chapters", "write:courses"),
    ("PUT /chapters/{id}", "write:courses"),
    ("DELETE /chapters/{id}", "write:courses"),
    ("POST /chapters/{id}/contents", "write:courses"),
    ("PUT /contents/{id}", "write:courses"),
    ("DELETE /contents/{id}", "write:courses"),
    ("GET /contents/{id}/body", "read:courses"),
    ("POST /contents/{id}/questions", "write:courses"),
    ("PUT /questions/{id}", "write:courses"),
    ("DELETE /questions/{id}", "write:courses"),
    ("PUT /products/{id}", "write:products"),
    ("GET /bundles", "read:bundles"),
    ("POST /bundles", "write:bundles"),
    ("PUT /bundles/{id}", "write:bundles"),
    ("DELETE /bundles/{id}", "write:bundles"),
    ("GET /course_reviews", "read:course_reviews"),
    ("POST /course_reviews", "write:course_reviews"),
    ("GET /course_reviews/{id}", "read:course_reviews"),
    ("GET /instructors", "read:instructors"),
    ("POST /instructors", "write:instructors"),
    ("GET /instructors/{id}", "read:instructors"),
    ("PUT /instructors/{id}", "write:instructors"),
    ("DELETE /instructors/{id}", "write:instructors"),
    ("GET /products", "read:products"),
    ("GET /products/{id}", "read:products"),
    ("GET /products/{id}/related", "read:products"),
    ("GET /collections", "read:collections"),
    ("POST /collections", "write:collections"),
    ("GET /collections/{id}", "read:collections"),
    ("PUT /collections/{id}", "write:collections"),
    ("DELETE /collections/{id}", "write:collections"),
    ("GET /collections/{id}/products", "read:collections"),
    ("POST /collection_memberships/{id}", "write:collections"),
    ("DELETE /collection_memberships/{id}", "write:collections"),
    ("GET /promotions", "read:promotions"),
    ("POST /promotions", "write:promotions"),
    ("GET /promotions/{id}", "read:promotions"),
    ("PUT /promotions/{id}", "write:promotions"),
    ("DELETE /promotions/{id}", "write:promotions"),
    ("GET /promotions/by_coupon", "read:promotions"),
    ("GET /coupons", "read:coupons"),
    ("POST /coupons", "write:coupons"),
    ("POST /coupons/bulk_create", "write:coupons"),
    ("GET /coupons/{id}", "read:coupons"),
    ("PUT /coupons/{id}", "write:coupons"),
    ("DELETE /coupons/{id}", "write:coupons"),
    ("GET /product_publish_requests", "read:product_publish_requests"),
    ("GET /product_publish_requests/{id}", "read:product_publish_requests"),
    ("POST /product_publish_requests/{id}/approve", "write:product_publish_requests"),
    ("POST /product_publish_requests/{id}/deny", "write:product_publish_requests"),
    ("GET /bundles/{id}", "read:bundles"),
    ("GET /bundles/{id}/courses", "read:bundles"),
    ("GET /bundles/{id}/enrollments", "read:bundles"),
    ("POST /bundles/{id}/enrollments", "write:bundles"),
    ("PUT /bundles/{id}/enrollments", "write:bundles"),
    ("GET /enrollments", "read:enrollments"),
    ("POST /enrollments", "write:enrollments"),
    ("GET /enrollments/{id}", "read:enrollments"),
    ("PUT /enrollments/{id}", "write:enrollments"),
    ("GET /orders", "read:orders"),
    ("GET /orders/{id}", "read:orders"),
    ("GET /external_orders", "read:external_orders"),
    ("POST /external_orders", "write:external_orders"),
    ("GET /external_orders/reconciliation", "read:external_orders"),
    ("GET /external_orders/{id}", "read:external_orders"),
    ("POST /external_orders/{id}/transactions/purchase", "write:external_orders"),
    ("POST /external_orders/{id}/transactions/refund", "write:external_orders"),
    ("GET /files", "read:files"),
    ("POST /files", "write:files"),
    ("POST /files/upload", "write:files"),
    ("GET /files/{id}", "read:files"),
    ("PUT /files/{id}", "write:files"),
    ("DELETE /files/{id}", "write:files"),
    ("PUT /files/{id}/parts/{number}", "write:files"),
    ("POST /files/{id}/complete", "write:files"),
    ("GET /security_log", "read:security_log"),
    ("GET /jobs", "read:jobs"),
    ("POST /jobs", "write:jobs"),
    ("GET /jobs/{id}", "read:jobs"),
    ("GET /jobs/{id}/result", "read:jobs"),
    ("POST /jobs/{id}/cancel", "write:jobs"),
    ("DELETE /jobs/{id}", "write:jobs"),
];

/// What a caller needs for each operation of the Webhooks API: `app` any app, for what is its own; `school` no app.
const WEBHOOKS: &[(&str, &str)] = &[
    ("GET /webhooks", "app"),
    ("POST /webhooks", "app"),
    ("GET /webhooks/{id}", "app"),
    ("PUT /webhooks/{id}", "app"),
    ("DELETE /webhooks/{id}", "app"),
    ("POST /webhooks/{id}/test", "app"),
    ("POST /webhooks/{id}/recover", "app"),
    ("POST /webhooks/{id}/replay", "app"),
    ("GET /events", "school"),
    ("GET /events/stream", "school"),
    ("GET /events/{id}", "app"),
    ("GET /deliveries", "app"),
    ("GET /deliveries/{id}", "app"),
    ("POST /deliveries/{id}/resend", "app"),
];

fn needs(endpoints: Vec<Endpoint>) -> BTreeMap<String, &'static str> {
    let need = |endpoint: &Endpoint| match endpoint.access {
        Need::Scope(scope) => scope.name(),
        Need::App => "app",
        Need::School => "school",
    };
    endpoints.iter().map(|endpoint| (format!("{} {}", endpoint.method, endpoint.path), need(endpoint))).collect()
}

#[test]
fn every_operation_stands_in_the_table_with_what_it_needs() {
    for (endpoints, table) in [(api::rest::endpoints(), ADMIN), (api::webhooks::endpoints(), WEBHOOKS)] {
        let known: BTreeMap<String, &str> = table.iter().map(|(name, need)| ((*name).to_owned(), *need)).collect();
        assert_eq!(needs(endpoints), known);
    }
}

/// A request that every caller is answered the same way, whatever is in the school.
fn anywhere(operation: &str) -> (reqwest::Method, String) {
    let (method, path) = operation.split_once(' ').expect("a method and a path");
    let path: Vec<&str> = path.split('/').map(|part| if part.starts_with('{') { "7" } else { part }).collect();
    (method.parse().expect("a method"), path.join("/"))
}

on_both_engines! {
    async fn what_each_caller_gets_from_each_operation(school: &TestSchool) {
        let everything = every_scope();
        let (app, token) = admins_token(school, Kind::Private, &everything).await;
        // The security log is for the owner alone.
        let fingerprint = school.key.fingerprint(&token);
        school
            .arrange(move |tx, site| {
                let owner = store::grants::token(tx, &fingerprint)?.map(|token| token.user_id);
                let site = store::sites::get(tx, site)?.ok_or(school::Error::NotFound)?;
                sites::update(tx, &site.into(), |site| site.owner_user_id = owner)
            })
            .await;
        let key = school.key.clone();
        let own =
            school.arrange(move |tx, site| api_access_tokens::create(tx, &key, site, "own", None)).await.1;
        let mut refused = Vec::new();
        for role in [None, Some("course_admin"), Some("group_analyst"), Some("affiliate")] {
            let user = person(school, role).await;
            refused.push(tokens(school, &app, user).await.access);
        }
        // For each scope an app that has all the others.
        let mut without = BTreeMap::new();
        for scope in Scope::ALL.iter().map(|scope| scope.name()) {
            let general = if scope.starts_with("read:users") || scope == "write:users" { scope } else { "" };
            let others: Vec<&str> = everything
                .iter()
                .copied()
                .filter(|other| *other != scope && (general.is_empty() || !other.contains(":users")))
                .collect();
            without.insert(scope, admins_token(school, Kind::Private, &others).await.1);
        }
        let lacking_users = without["read:users"].clone();
        without.insert("write:users", lacking_users);

        for (operation, need) in ADMIN {
            let requests = APIS[0].1.iter().find(|(known, _)| known == operation).map(|(_, requests)| *requests);
            let request = requests.unwrap_or_else(|| panic!("{operation} has no request"))[0];
            // The same request of three who may, each on things of its own.
            let mut statuses = Vec::new();
            for who in ["key", &own, &token] {
                let things = more_things(school).await;
                let call = call(APIS[0].0, operation, request, &things, &things);
                let begun = if who == "key" {
                    school.request(call.method.clone(), &call.path)
                } else {
                    with(school, who, call.method.clone(), &call.path)
                };
                let begun = begun.header("Content-Type", "application/json");
                statuses.push(send(begun.body(call.body.unwrap_or_default())).await.status);
            }
            assert!(statuses[0] < 300 && statuses.iter().all(|status| *status == statuses[0]), "{operation} {statuses:?}");
            let (method, path) = anywhere(operation);
            for token in &refused {
                let reply = send(with(school, token, method.clone(), &path)).await.expect(401);
                assert_eq!(reply.text, UNAUTHENTICATED, "{operation}");
            }
            let reply = send(with(school, &without[need], method, &path)).await;
            assert_eq!((reply.status, reply.text.as_str()), (403, NO_SCOPE), "{operation} without {need}");
        }
        for (operation, need) in WEBHOOKS {
            let (method, path) = anywhere(operation);
            let path = format!("{}/api/v2{path}", school.url);
            let own = send(with(school, &own, method.clone(), &path)).await.status;
            assert!(![401, 403].contains(&own), "{operation} {own}");
            for token in &refused {
                send(with(school, token, method.clone(), &path)).await.expect(401);
            }
            let reply = send(with(school, &token, method, &path)).await;
            assert_eq!(reply.status == 403, *need == "school", "{operation} {}", reply.text);
        }
        // A partner is one who runs the school.
        let partner = person(school, None).await;
        school.arrange(move |tx, site| users::set_partner(tx, site, partner, true)).await;
        install(school, &app, partner).await;
        let token = tokens(school, &app, partner).await.access;
        get(school, &token, "/users").await.expect(200);
    }
}
