//! Lists that are read page after page while their records change: none is lost, by number and by cursor.

use super::arrange::arrange;
use super::every_list::{Listed, every_list};
use super::lists::next;
use crate::support::TestSchool;
use serde_json::{Value, json};
use store::CourseId;

/// Changes one record of a list, each time otherwise; whether there is a way to.
async fn change(school: &TestSchool, list: &Listed, id: i64, time: usize) -> bool {
    match (&list.change, list.template) {
        (Some((method, path, body)), _) => {
            let path = &path[..=path.rfind('/').expect("an id")];
            let anew = |value: &Value| match value.as_str() {
                Some(text) if text.starts_with("20") => json!(format!("{}-01-01T00:00:00Z", 2040 + time)),
                _ => json!(format!("changed {time}")),
            };
            let body = body.as_object().expect("fields").iter().map(|(name, value)| (name.clone(), anew(value)));
            let body = Value::Object(body.collect());
            let reply = crate::support::send(school.request(method.clone(), &format!("{path}{id}")).json(&body)).await;
            reply.expect(204);
        }
        (None, "/external_orders") => {
            let purchase = json!({ "amount": 500, "currency": "USD" });
            let reply = school.post(&format!("/external_orders/{id}/transactions/purchase"), purchase).await;
            // A second payment of a one-time order is refused.
            assert!([200, 422].contains(&reply.status), "{}", reply.text);
        }
        (None, "/courses" | "/bundles/{id}/courses") => {
            arrange(school, move |tx, site| {
                let course = store::courses::get(tx, site, CourseId::new(id))?.expect("a course");
                let stamp = tx.stamp(site)?;
                Ok(store::courses::update(tx, site, &course, &course, stamp)?)
            })
            .await;
        }
        _ => return false,
    }
    true
}

/// Filters by the time of change, alone and with another; of what they find nothing leaves them by a change.
const STAYING: &[&str] = &[
    "query[updated_after]=2010-01-01T00:00:00Z",
    "query[updated_on_or_after]=2024-01-01",
    "query[updated_after]=2024-01-02T12:00:00Z",
    "query[updated_on_or_after]=2024-01-02T12:00:00Z&query[created_after]=2024-01-01T13:00:00Z",
    "query[updated_after]=2024-01-01T00:00:00Z&query[updated_before]=2090-01-01",
    "query[updated_after]=2010-01-01T00:00:00Z&query[created_before]=2024-01-05T00:00:00Z",
    "sort=-id&query[updated_after]=2010-01-01T00:00:00Z",
    "sort=-id&query[updated_after]=2024-01-02T12:00:00Z",
    "query[created_after]=2010-01-01",
    "",
];

/// Filters that a record leaves when it is changed now.
const LEAVING: &[&str] = &[
    "query[updated_before]=2024-06-01",
    "query[updated_on_or_before]=2024-06-01T00:00:00Z&query[updated_after]=2024-01-01T00:00:00Z",
    "query[updated_before]=2024-06-01&query[created_after]=2023-01-01",
];

/// Reads a list page by page, each record of a page changing before the next page is read: what came, and whether it
/// came in the order of the ids.
async fn walk(school: &TestSchool, list: &Listed, filter: &str, by_cursor: bool, times: &mut usize) -> Vec<i64> {
    let mut seen = Vec::new();
    let mut path = Some(list.with(&format!("limit=2&{filter}")));
    for page in 2.. {
        let Some(here) = path else { break };
        let reply = school.get(&here).await.expect(200);
        for id in reply.ids() {
            *times += 1;
            change(school, list, id, *times).await;
        }
        seen.extend(reply.ids());
        let more = !reply.pagination()["next_page"].is_null();
        let numbered = Some(list.with(&format!("limit=2&{filter}&page={page}"))).filter(|_| more);
        path = if by_cursor { next(&reply) } else { numbered };
    }
    seen
}

on_both_engines! {
    async fn a_walk_by_page_numbers_loses_no_record_that_changes_during_it(school: &TestSchool) {
        let mut times = 0;
        for list in every_list(school).await {
            if !change(school, &list, list.ids[1], 0).await {
                continue;
            }
            for filter in STAYING {
                let there = school.get(&list.with(&format!("limit=250&{filter}"))).await.expect(200).ids();
                let seen = walk(school, &list, filter, false, &mut times).await;
                let lost: Vec<i64> = there.into_iter().filter(|id| !seen.contains(id)).collect();
                assert!(lost.is_empty(), "{} {filter}: {lost:?} were lost of {seen:?}", list.path);
                let descending = filter.contains("sort=-") || list.template == "/orders";
                let kept = seen.is_sorted_by(|one, next| if descending { one >= next } else { one <= next });
                assert!(kept, "{} {filter}: {seen:?} are not in the order of their ids", list.path);
            }
        }
    }

    async fn a_walk_by_cursors_loses_no_record_that_changes_during_it(school: &TestSchool) {
        let mut times = 0;
        for list in every_list(school).await {
            if list.change.is_none() {
                continue;
            }
            for filter in LEAVING {
                let there = school.get(&list.with(&format!("limit=250&{filter}"))).await.expect(200).ids();
                let seen = walk(school, &list, filter, true, &mut times).await;
                assert_eq!(seen, there, "{} {filter}", list.path);
            }
            for filter in STAYING.iter().chain(&["sort=updated_at", "sort=updated_at&query[updated_after]=2010-01-01"]) {
                let there = school.get(&list.with(&format!("limit=250&{filter}"))).await.expect(200).ids();
                let mut path = Some(list.with(&format!("limit=2&{filter}")));
                let mut seen = Vec::new();
                while let Some(here) = path {
                    let reply = school.get(&here).await.expect(200);
                    // Only the first: in the order of changes, what changes comes again.
                    if seen.is_empty() && let Some(first) = reply.ids().first() {
                        times += 1;
                        change(school, &list, *first, times).await;
                    }
                    seen.extend(reply.ids());
                    path = next(&reply);
                }
                assert!(there.iter().all(|id| seen.contains(id)), "{} {filter}: {there:?}, {seen:?}", list.path);
            }
        }
    }

    async fn a_record_that_changed_is_in_its_place_by_id_whatever_is_asked(school: &TestSchool) {
        for list in every_list(school).await {
            // Of some, a day has more than one.
            if list.ids.len() != 5 || !change(school, &list, list.ids[1], 0).await {
                continue;
            }
            let usual = list.ids.clone();
            let expect = async |filter: &str, expected: &[i64]| {
                let reply = school.get(&list.with(filter)).await.expect(200);
                let total = reply.pagination()["total_items"].as_u64();
                assert_eq!((reply.ids(), total), (expected.to_vec(), Some(expected.len() as u64)), "{} {filter}", list.path);
            };
            expect("query[updated_after]=2010-01-01T00:00:00Z", &usual).await;
            expect("query[updated_on_or_after]=2024-01-03T12:00:00Z", &usual[1..]).await;
            expect("query[updated_after]=2024-01-03T12:00:00Z", &[usual[1], usual[3], usual[4]]).await;
            expect("query[updated_after]=2024-06-01", &usual[1..2]).await;
            expect("query[updated_before]=2024-06-01", &[usual[0], usual[2], usual[3], usual[4]]).await;
            expect("query[updated_after]=2024-01-03T12:00:00Z&query[created_before]=2024-01-05T00:00:00Z",
                   &[usual[1], usual[3]]).await;
        }
    }
}
