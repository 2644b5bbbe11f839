//! What all lists have in common: pages, limits, orders, cursors, date filters, and what is said of parameters that
//! nobody knows.

use super::every_list::{Listed, every_list};
use super::{OtherSchool, School, lists, promotion};
use crate::support::{Reply, TestSchool, send};
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Where the `Link` header of a page leads, below the API's root; none on the last page.
pub fn next(reply: &Reply) -> Option<String> {
    let link = reply.header("link");
    if link.is_empty() {
        return None;
    }
    let path = link.strip_prefix("</api/public/v1").and_then(|rest| rest.strip_suffix(">; rel=\"next\""));
    Some(path.unwrap_or_else(|| panic!("no link to a next page: {link}")).to_owned())
}

/// The ids of a list that is read from link to link.
async fn follow(school: &impl School, path: &str) -> Vec<i64> {
    let mut ids = Vec::new();
    let mut path = Some(path.to_owned());
    while let Some(here) = path {
        let reply = school.get(&here).await.expect(200);
        assert!(!reply.ids().is_empty() || ids.is_empty(), "a link led to an empty page: {here}");
        ids.extend(reply.ids());
        path = next(&reply);
        assert_eq!(reply.pagination()["next_page"].is_null(), path.is_none(), "both ways to go on agree: {here}");
    }
    ids
}

fn reversed(ids: &[i64]) -> Vec<i64> {
    ids.iter().rev().copied().collect()
}

/// Changes the second record of a list, if it has one that can be changed; gives the records in the order of changes.
async fn change_the_second(school: &impl School, list: &Listed) -> Vec<i64> {
    let Some((method, path, body)) = &list.change else { return list.ids.clone() };
    school.call(method, path, body).await.expect(204);
    [&list.ids[..1], &list.ids[2..], &list.ids[1..2]].concat()
}

/// One client says in the body of a `GET` which page it wants; the address counts where both do.
async fn pages_in_the_body(school: &TestSchool, path: &str, ids: &[i64]) {
    for (body, query, from, to) in [
        (json!({ "page": 2 }), "", 25, 50),
        (json!({ "page": 2, "limit": 100 }), "", 100, 200),
        (json!({ "page": 2 }), "&page=3", 50, 75),
        (json!({ "limit": 5 }), "&page=2", 5, 10),
        // It says nothing else, and what is no number there says nothing at all.
        (json!({ "page": "two", "promotion_id": 999 }), "", 0, 25),
        (json!({}), "", 0, 25),
        (json!([]), "", 0, 25),
    ] {
        let reply = send(school.request(Method::GET, &format!("{path}{query}")).json(&body)).await.expect(200);
        assert_eq!(reply.ids(), ids[from..to], "{body} {query}");
    }
    for no_json in ["", "page=2", "{"] {
        let request = school.request(Method::GET, path).header("Content-Type", "application/json").body(no_json);
        assert_eq!(send(request).await.expect(200).ids(), ids[..25], "{no_json}");
    }
}

on_both_engines! {
    async fn every_list_there_is_stands_in_the_table_of_these_tests(school: &TestSchool) {
        let document = school.get(&format!("{}/openapi.json", school.url)).await.expect(200).json();
        let pages = |operation: &Value| {
            operation["parameters"].as_array().is_some_and(|all| all.iter().any(|one| one["name"] == "page"))
        };
        let paths = document["paths"].as_object().expect("paths").iter();
        // The security log is tried in `security_log.rs`: no request makes its entries; bundles, of which a school has a
        // handful, in `course_writes/selling.rs`; files and jobs, which change by themselves, in `resources/files` and
        // `resources/jobs`.
        let elsewhere = ["/security_log", "/bundles", "/files", "/jobs"];
        let described: BTreeSet<&str> = paths
            .filter(|(path, operations)| pages(&operations["get"]) && !elsewhere.contains(&path.as_str()))
            .map(|(path, _)| path.as_str())
            .collect();
        let tried = every_list(school).await;
        assert_eq!(tried.iter().map(|list| list.template).collect::<BTreeSet<_>>(), described);
    }

    async fn every_list_is_read_by_pages_and_by_links_in_every_order(school: &TestSchool) {
        let other = OtherSchool::on(school).await;
        // Both schools have the same, by the same names.
        let theirs = every_list(&other).await;
        for list in every_list(school).await {
            let (ids, by_change) = (&list.ids, change_the_second(school, &list).await);
            // Orders are read newest first, everything else as it came.
            let usual = if list.template == "/orders" { reversed(ids) } else { ids.clone() };
            lists(school, &list.path, &usual).await;
            assert_eq!(follow(school, &list.with("limit=2")).await, usual, "{}", list.path);
            for (sort, expected) in [
                ("id", ids.clone()),
                ("created_at", ids.clone()),
                ("-id", reversed(ids)),
                ("-created_at", reversed(ids)),
                ("updated_at", by_change.clone()),
                ("-updated_at", reversed(&by_change)),
            ] {
                lists(school, &list.with(&format!("sort={sort}")), &expected).await;
                let path = list.with(&format!("sort={sort}&limit=2"));
                assert_eq!(follow(school, &path).await, expected, "{path}");
            }
            for (sort, status) in [("name", 400), ("--id", 400), ("ID", 400), ("id,created_at", 400), ("", 200)] {
                let reply = school.get(&list.with(&format!("sort={sort}"))).await.expect(status);
                let why = "Parameter sort must be id, created_at or updated_at, with a - before it for the reverse.";
                assert!(status == 200 || reply.json() == json!({ "error": why }), "{}", reply.text);
            }
        }
        for list in theirs {
            let usual = if list.template == "/orders" { reversed(&list.ids) } else { list.ids };
            lists(&other, &list.path, &usual).await;
        }
    }

    async fn every_list_is_narrowed_by_when_its_records_were_made_and_changed(school: &TestSchool) {
        // A record is made at noon of its day; the days are counted from the first of January. What is changed is
        // changed now, long after.
        const NOW: i64 = i64::MAX;
        type Leaves = fn(i64, i64) -> bool;
        let filters: [(&str, Leaves); 20] = [
            ("created_on]=2024-01-02", |made, _| made == 1),
            ("created_on]=2024-01-03T23:59:59.999Z", |made, _| made == 2),
            ("created_before]=2024-01-03T12:00:00Z", |made, _| made < 2),
            ("created_before]=2024-01-03T12:00:00.001Z", |made, _| made <= 2),
            ("created_on_or_before]=2024-01-03T12:00:00Z", |made, _| made <= 2),
            ("created_on_or_before]=2024-01-03T11:59:59.999Z", |made, _| made < 2),
            ("created_after]=2024-01-03T12:00:00Z", |made, _| made > 2),
            ("created_after]=2024-01-03T11:59:59.999Z", |made, _| made >= 2),
            ("created_on_or_after]=2024-01-03T12:00:00Z", |made, _| made >= 2),
            ("created_on_or_after]=2024-01-03T12:00:00.001Z", |made, _| made > 2),
            ("updated_on]=2024-01-02", |_, changed| changed == 1),
            ("updated_on]=2024-01-03T00:00:00Z", |_, changed| changed == 2),
            ("updated_before]=2024-01-03T12:00:00Z", |_, changed| changed < 2),
            ("updated_before]=2024-01-03T12:00:00.001Z", |_, changed| changed <= 2),
            ("updated_on_or_before]=2024-01-03T12:00:00Z", |_, changed| changed <= 2),
            ("updated_on_or_before]=2024-01-03T11:59:59.999Z", |_, changed| changed < 2),
            ("updated_after]=2024-01-03T12:00:00Z", |_, changed| changed > 2),
            ("updated_after]=2024-01-03T11:59:59.999Z", |_, changed| changed >= 2),
            ("updated_on_or_after]=2024-01-03T12:00:00Z", |_, changed| changed >= 2),
            ("updated_on_or_after]=2024-01-03T12:00:00.001Z", |_, changed| changed > 2),
        ];
        // Six of them, of a name each, are tried together too: what meets only one of two is left out.
        let together = [0, 2, 8, 10, 12, 18].map(|number| filters[number]);
        for list in every_list(school).await {
            change_the_second(school, &list).await;
            let changed = |place: usize| if place == 1 && list.change.is_some() { NOW } else { list.days[place] };
            let left = |leaves: &[Leaves]| -> Vec<i64> {
                let fits = |place: &usize| leaves.iter().all(|leaves| leaves(list.days[*place], changed(*place)));
                (0..list.ids.len()).filter(fits).map(|place| list.ids[place]).collect()
            };
            let check = async |query: String, expected: Vec<i64>| {
                let reply = school.get(&list.with(&format!("sort=id&{query}"))).await.expect(200);
                let total = reply.pagination()["total_items"].as_u64();
                let count = expected.len() as u64;
                assert_eq!((reply.ids(), total), (expected, Some(count)), "{} {query}", list.path);
            };
            for (filter, leaves) in &filters {
                check(format!("query[{filter}"), left(&[*leaves])).await;
            }
            for (index, (filter, leaves)) in together.iter().enumerate() {
                for (other, also_leaves) in &together[..index] {
                    check(format!("query[{filter}&query[{other}"), left(&[*leaves, *also_leaves])).await;
                }
            }
            // Page by page, and backwards: what the filter leaves out is not counted.
            let after = left(&[|_, changed| changed > 2]);
            let path = list.with("sort=-id&query[updated_after]=2024-01-03T12:00:00Z");
            lists(school, &path, &reversed(&after)).await;
        }
    }

    async fn a_moment_is_read_in_every_form_that_clients_send(school: &TestSchool) {
        let list = every_list(school).await.into_iter().find(|list| list.template == "/promotions").expect("it");
        for moment in [
            "2024-01-03T12:00:00Z",
            "2024-01-03T12:00:00.000Z",
            "2024-01-03T12:00:00+00:00",
            "2024-01-03T14:30:00%2B02:30",
            "2024-01-03T07:00:00-05:00",
            "2024-01-03%2012:00:00%20%2B0000",
            "2024-01-03+12%3A00%3A00+%2B0000",
            "2024-01-03%2012:00:00%20UTC",
            "2024-01-03T12:00:00",
        ] {
            for name in ["query[created_on_or_after]", "query%5Bcreated_on_or_after%5D"] {
                let reply = school.get(&format!("/promotions?{name}={moment}")).await.expect(200);
                assert_eq!(reply.ids(), list.ids[2..], "{name} {moment}");
            }
        }
        // Of a day alone its first moment counts.
        let midnight = school.get("/promotions?query[created_on_or_after]=2024-01-03").await.expect(200);
        assert_eq!(midnight.ids(), list.ids[2..]);
        assert_eq!(school.get("/promotions?query[created_after]=").await.expect(200).ids(), list.ids);
        // An empty span leaves nothing, and is no mistake.
        lists(school, "/promotions?query[created_after]=2024-01-04&query[created_before]=2024-01-02", &[]).await;
        for name in ["created_on", "created_before", "created_on_or_before", "created_after", "created_on_or_after",
                     "updated_on", "updated_before", "updated_on_or_before", "updated_after", "updated_on_or_after"] {
            for wrong in ["yesterday", "2024-02-30", "2024-13-01T00:00:00Z", "1704067200", "2024-01-01T25:00:00Z"] {
                let reply = school.get(&format!("/promotions?query[{name}]={wrong}")).await.expect(400);
                let why = format!("Parameter query[{name}] must be a date and time such as 2024-01-31T12:00:00Z.");
                assert_eq!(reply.json(), json!({ "error": why }), "{wrong}");
            }
        }
    }

    async fn a_page_has_twenty_five_unless_told_and_two_hundred_and_fifty_at_most(school: &TestSchool) {
        let spring = promotion(school, "Spring").await;
        let bulk = format!("/coupons/bulk_create?promotion_id={spring}");
        let ids = school.post(&bulk, json!({ "bulk_quantity": 251 })).await.expect(201).ids();
        let get = async |query: &str| school.get(&format!("/coupons?promotion_id={spring}{query}")).await;
        for (query, from, to) in [
            ("", 0, 25),
            ("&page=2", 25, 50),
            ("&page=11", 250, 251),
            ("&page=12", 251, 251),
            ("&limit=1", 0, 1),
            ("&limit=25.0&page=2.0", 25, 50),
            ("&limit=%2030%20", 0, 30),
            ("&limit=249", 0, 249),
            ("&limit=250", 0, 250),
            // More is asked for by many clients; it is taken for the most there is.
            ("&limit=251", 0, 250),
            ("&limit=500&page=2", 250, 251),
            ("&limit=1000", 0, 250),
            ("&limit=10000", 0, 250),
            ("&limit=9223372036854775807", 0, 250),
            ("&limit=9223372036854775808", 0, 250),
            ("&limit=99999999999999999999999999999999", 0, 250),
            // No limit at all, and none that can be meant.
            ("&limit=0", 0, 25),
            ("&limit=-1", 0, 25),
            ("&limit=", 0, 25),
            ("&page=0", 0, 25),
            ("&page=-1", 0, 25),
            ("&page=", 0, 25),
            ("&limit=200&page=2", 200, 251),
            ("&limit=200&page=3", 251, 251),
            ("&page=9223372036854775807", 251, 251),
            // Of what comes twice the last one counts.
            ("&limit=2&limit=3&page=9&page=1", 0, 3),
        ] {
            let reply = get(query).await.expect(200);
            assert_eq!(reply.ids(), ids[from..to], "{query}");
            let pagination = reply.pagination();
            let shown = if from == to { "0-0".to_owned() } else { format!("{}-{to}", from + 1) };
            assert_eq!(pagination["entries_info"], format!("{shown} of 251"), "{query}");
            assert_eq!(pagination["total_items"], 251, "{query}");
            assert_eq!(pagination["next_page"].is_null(), to == 251, "{query}");
        }
        for name in ["page", "limit"] {
            for wrong in ["x", "1.5", "1e3", "0x10", "ten", "-99999999999999999999999"] {
                let reply = get(&format!("&{name}={wrong}")).await.expect(400);
                assert_eq!(reply.json(), json!({ "error": format!("Parameter {name} must be a whole number.") }));
            }
        }
        for limit in ["251", "9223372036854775808", "99999999999999999999999"] {
            let cut = get(&format!("&limit={limit}")).await.expect(200);
            assert_eq!(cut.header("warning"), get("&limit=1000").await.header("warning"), "{limit}");
            assert!(cut.header("warning").contains("250"), "{limit}: {}", cut.header("warning"));
        }
        pages_in_the_body(school, &format!("/coupons?promotion_id={spring}"), &ids).await;
    }

    async fn a_cursor_misses_nothing_and_repeats_nothing_while_records_come_and_go(school: &TestSchool) {
        let mut ids = Vec::new();
        for number in 0..8 {
            ids.push(promotion(school, &number.to_string()).await);
        }
        let remove = async |id: i64| school.delete(&format!("/promotions/{id}")).await.expect(204);
        let first = school.get("/promotions?limit=3").await.expect(200);
        assert_eq!((first.ids(), first.pagination()["current_page"].clone()), (ids[..3].to_vec(), json!(1)));
        // One before the cursor goes, the one at it, and one after it; another comes.
        for place in [0, 2, 4] {
            remove(ids[place]).await;
        }
        ids.push(promotion(school, "late").await);
        let second = school.get(&next(&first).expect("a link")).await.expect(200);
        assert_eq!(second.ids(), [ids[3], ids[5], ids[6]]);
        assert_eq!(second.pagination()["total_items"], 6);
        let third = school.get(&next(&second).expect("a link")).await.expect(200);
        assert_eq!((third.ids(), next(&third)), (vec![ids[7], ids[8]], None));

        // Backwards too: what is new lies behind.
        let first = school.get("/promotions?sort=-id&limit=2").await.expect(200);
        assert_eq!(first.ids(), [ids[8], ids[7]]);
        remove(ids[7]).await;
        ids.push(promotion(school, "later").await);
        assert_eq!(follow(school, &next(&first).expect("a link")).await, [ids[6], ids[5], ids[3], ids[1]]);

        // In the order of changes, a record that changes comes again at the end: nothing that changed is missed.
        let first = school.get("/promotions?sort=updated_at&limit=2").await.expect(200);
        assert_eq!(first.ids(), [ids[1], ids[3]]);
        school.put(&format!("/promotions/{}", ids[1]), json!({ "name": "changed" })).await.expect(204);
        assert_eq!(follow(school, &next(&first).expect("a link")).await, [ids[5], ids[6], ids[8], ids[9], ids[1]]);
    }

    async fn a_link_leads_on_with_the_same_query(school: &TestSchool) {
        for number in 0..5 {
            promotion(school, &number.to_string()).await;
        }
        let ids = school.get("/promotions").await.ids();
        let path = "/promotions?page=1&query[created_after]=2020-01-01T01:00:00%2B01:00&limit=2&sort=-id&x=a%26b%20c";
        let first = school.get(path).await.expect(200);
        let link = next(&first).expect("a link");
        // All but the page, with every character of a value that could mean something else encoded.
        let moment = "2020-01-01T01%3A00%3A00%2B01%3A00";
        let kept = format!("/promotions?query[created_after]={moment}&limit=2&sort=-id&x=a%26b%20c&after=");
        let cursor = link.strip_prefix(&kept).unwrap_or_else(|| panic!("{link}"));
        assert!(cursor.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'), "{cursor}");
        let second = school.get(&link).await.expect(200);
        assert_eq!((second.ids(), second.header("warning")),
                   (vec![ids[2], ids[1]], "299 - \"Unknown query parameter: x\""));
        let again = next(&second).expect("a link");
        assert!(again.starts_with(&kept) && again.matches("after=").count() == 1, "{again}");

        // A cursor knows its order; a page beside it counts for nothing, and an empty one is none.
        let only = |rest: &str| format!("/promotions?limit=2&after={cursor}{rest}");
        for query in ["", "&sort=-id", "&page=7", "&sort=-created_at"] {
            assert_eq!(school.get(&only(query)).await.expect(200).ids(), [ids[2], ids[1]], "{query}");
        }
        assert_eq!(school.get("/promotions?limit=2&after=").await.expect(200).ids(), ids[..2]);
        for sort in ["id", "updated_at", "-updated_at"] {
            let reply = school.get(&only(&format!("&sort={sort}"))).await.expect(400);
            assert_eq!(reply.text, r#"{"error":"Parameter after belongs to another order than parameter sort."}"#);
        }
        for nonsense in ["x", "7", "%00", cursor.get(1..).expect("longer"), "aWE"] {
            let reply = school.get(&format!("/promotions?after={nonsense}")).await.expect(400);
            assert!(reply.json()["error"].is_string(), "{nonsense}");
        }
    }

    async fn what_nobody_knows_in_a_query_changes_nothing_and_is_named_in_a_warning(school: &TestSchool) {
        let spring = promotion(school, "Spring").await;
        let unknown = |names: &str| format!("299 - \"Unknown query parameter: {names}\"");
        for list in every_list(school).await {
            let plain = school.get(&list.with("limit=250")).await.expect(200);
            // What clients try in vain: filters without `query[]`, of other lists, and misspelt ones.
            let vain = list.with("limit=250&colour=red&query[slug]=x&query[created_afer]=2030-01-01");
            let reply = school.get(&vain).await.expect(200);
            assert_eq!(reply.text, plain.text, "{vain}");
            assert_eq!(reply.header("warning"), unknown("colour, query[slug], query[created_afer]"), "{vain}");
            let known = "limit=250&page=1&sort=id&after=&query[created_on]=&query[updated_on_or_before]=";
            assert_eq!(school.get(&list.with(known)).await.expect(200).header("warning"), "", "{}", list.path);
        }
        // Everywhere else it is the same, also with a refusal.
        let path = format!("/promotions/{spring}");
        for (method, path, body, status) in [
            (Method::GET, format!("{path}?page=1&limit=2"), Value::Null, 200),
            (Method::GET, "/promotions/999?page=1&limit=2".to_owned(), Value::Null, 404),
            (Method::PUT, format!("{path}?page=1&limit=2"), json!({ "name": "Summer" }), 204),
            (Method::PUT, format!("{path}?page=1&limit=2"), json!({ "name": "" }), 422),
            (Method::POST, "/promotions?page=1&limit=2".to_owned(), json!({}), 422),
            (Method::DELETE, format!("{path}?page=1&limit=2"), Value::Null, 204),
        ] {
            let reply = school.call(&method, &path, &body).await.expect(status);
            assert_eq!(reply.header("warning"), unknown("page, limit"), "{method} {path}");
        }
        // A name goes into the header without what could end its text there, and no more than ten of them.
        for (query, names) in [
            ("a%22b%5Cc%0d%0aX-Evil:1=1", "abcX-Evil:1".to_owned()),
            ("%C3%A9t%C3%A9=1", "t".to_owned()),
            ("=1", String::new()),
            ("x&x=2", "x, x".to_owned()),
            (&"y".repeat(70), "y".repeat(64)),
            ("a&b&c&d&e&f&g&h&i&j&k&l", "a, b, c, d, e, f, g, h, i, j".to_owned()),
        ] {
            let reply = school.get(&format!("/collections?{query}")).await.expect(200);
            assert_eq!((reply.header("warning"), reply.header("x-evil")), (unknown(&names).as_str(), ""), "{query}");
        }
    }

    async fn an_empty_list_is_one_page_with_nothing_on_it(school: &TestSchool) {
        let other = OtherSchool::on(school).await;
        for list in every_list(&other).await {
            // What is inside something else has no list without it.
            if list.path != list.template {
                school.get(&list.path).await.expect(404);
                continue;
            }
            for query in ["", "?limit=1", "?sort=-updated_at", "?query[created_after]=2020-01-01", "?page=7"] {
                let page = if query == "?page=7" { 7 } else { 1 };
                let reply = school.get(&format!("{}{query}", list.path)).await.expect(200);
                assert_eq!(reply.json(), json!({ "items": [], "meta": { "pagination": {
                    "current_page": page, "next_page": null, "prev_page": if page == 1 { None } else { Some(page - 1) },
                    "total_pages": 1, "total_items": 0, "entries_info": "0-0 of 0",
                } } }), "{}{query}", list.path);
                assert_eq!(reply.header("link"), "", "{}{query}", list.path);
            }
        }
    }
}
