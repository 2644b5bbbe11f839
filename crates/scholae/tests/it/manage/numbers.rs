//! The numbers of `/manage`: what happened over a period, beside the one before.

use super::manager;
use crate::people::browser::Browser;
use crate::resources::arranged::{course, order, progress};
use crate::support::TestSchool;
use serde_json::json;
use store::{SiteId, Tx};

const DAY: i64 = 86_400_000;

/// The day so many days ago, as an address has it.
fn ago(days: i64) -> String {
    String::from_utf8_lossy(&school::time::Moment(store::now() - days * DAY).text()[..10]).into_owned()
}

/// The number of a tile with how it compares.
fn tile(page: &str, label: &str) -> (String, String) {
    let tile = page
        .split("class=\"card tile\"")
        .skip(1)
        .find(|tile| tile.contains(&format!(">{label}</a></h3>")) || tile.contains(&format!("<h3>{label}</h3>")));
    let tile = tile.unwrap_or_else(|| panic!("no tile {label} in {page}"));
    let text = |class: &str| {
        let part = tile.split(&format!("class=\"{class}\">")).nth(1).expect("a part").split("</p>").next();
        let text: String = part.expect("a part").split('<').map(|part| part.rsplit('>').next().unwrap_or("")).collect();
        text.trim().to_owned()
    };
    (text("value"), text("change"))
}

async fn home(browser: &mut Browser, query: &str) -> String {
    browser.get(&format!("/manage{query}")).await.expect(200).text
}

/// Lets everything that was written of a school lie so many days further back, with the numbers of its days.
async fn days_go_by(school: &TestSchool, days: i64) {
    let back = days * DAY;
    let change = move |tx: &mut Tx<'_>, site: SiteId| {
        for (table, column) in [
            ("users", "created_at"),
            ("enrollments", "created_at"),
            ("enrollments", "completed_at"),
            ("orders", "created_at"),
        ] {
            let sql = format!("UPDATE {table} SET {column} = {column} - $1 WHERE site_id = $2 AND {column} > $3");
            tx.execute(&sql, store::params![back, site, back])?;
        }
        tx.execute("UPDATE student_days SET day = day - $1 WHERE site_id = $2", store::params![days, site])?;
        tx.execute("UPDATE order_days SET day = day - $1 WHERE site_id = $2", store::params![days, site])?;
        Ok(store::lists::recount(tx)?)
    };
    school.arrange(change).await;
}

on_both_engines! {
    async fn the_numbers_of_a_period_stand_beside_those_of_the_one_before(school: &TestSchool) {
        let bread = course(school, "Bread").await;
        for n in 1..=3 {
            let user = school.user(&format!("early{n}@example.com")).await;
            let body = json!({ "course_id": bread.id, "user_id": user, "activated_at": "2024-01-01T00:00:00Z" });
            let enrollment = school.post("/enrollments", body).await.expect(201).id();
            progress(school, enrollment, if n == 1 { 10_000 } else { 500 }).await;
            order(school, user, &[(bread.product, 10_000)]).await;
        }
        days_go_by(school, 8).await;
        let user = school.user("late@example.com").await;
        let body = json!({ "course_id": bread.id, "user_id": user, "activated_at": "2024-01-01T00:00:00Z" });
        let enrollment = school.post("/enrollments", body).await.expect(201).id();
        progress(school, enrollment, 10_000).await;
        order(school, user, &[(bread.product, 123_450)]).await;
        // Whoever looks came before as well.
        let mut browser = manager(school).await;
        let week = home(&mut browser, "?period=7").await;
        assert_eq!(tile(&week, "Sales in USD"), ("$1,234.50".to_owned(), "312% on the period before".to_owned()));
        assert_eq!(tile(&week, "New students"), ("2".to_owned(), "33% on the period before".to_owned()));
        assert_eq!(tile(&week, "Enrollments").0, "1");
        assert_eq!(tile(&week, "Active students"), ("1".to_owned(), "67% on the period before".to_owned()));
        assert_eq!(tile(&week, "Completions"), ("1".to_owned(), "As in the period before".to_owned()));
        assert_eq!(week.matches("<svg class=\"plot\"").count(), 5);
        assert!(week.contains("aria-current=\"page\">7 days") && week.contains("Show as a table"), "{week}");
        let month = home(&mut browser, "").await;
        assert!(month.contains("aria-current=\"page\">30 days"), "{month}");
        assert_eq!((tile(&month, "Sales in USD").0.as_str(), tile(&month, "Active students").0.as_str()), ("$1,534.50", "4"));
        let between = home(&mut browser, &format!("?from={}&to={}", ago(9), ago(7))).await;
        assert_eq!((tile(&between, "Enrollments").0.as_str(), tile(&between, "Sales in USD").0.as_str()), ("3", "$300.00"));
        assert!(!between.contains("aria-current=\"page\">30 days"));
        for period in ["90", "365"] {
            assert_eq!(tile(&home(&mut browser, &format!("?period={period}")).await, "Enrollments").0, "4", "{period}");
        }
    }

    async fn a_period_that_is_none_is_said_beside_its_field_and_the_usual_one_is_shown(school: &TestSchool) {
        let mut browser = manager(school).await;
        for (query, said) in [
            ("?from=yesterday&to=2024-01-01".to_owned(), "From must be a date"),
            ("?from=2024-01-01".to_owned(), "To must be a date"),
            ("?from=2024-02-30&to=2024-03-01".to_owned(), "From must be a date"),
            ("?from=2024-03-02&to=2024-03-01".to_owned(), "From must not be after the other date"),
            ("?from=2020-01-01&to=2024-03-01".to_owned(), "From must be within 366 days of the other date"),
            (format!("?from={}&to={}", ago(-5), ago(-9)), "From must not be in the future"),
        ] {
            let text = browser.get(&format!("/manage{query}")).await.expect(422).text;
            assert!(text.contains(said) && text.contains("aria-current=\"page\">30 days"), "{query}: {text}");
        }
        home(&mut browser, "?period=nonsense").await;
        browser.get("/manage?from=9999-12-31&to=9999-12-31").await.expect(422);
        home(&mut browser, "?from=0001-01-01&to=0001-01-02").await;
    }

    async fn currencies_stand_apart(school: &TestSchool) {
        let bread = course(school, "Bread").await;
        let user = school.user("ann@example.com").await;
        order(school, user, &[(bread.product, 5_000)]).await;
        for (amount, currency) in [(990, "EUR"), (1_500, "JPY"), (2_500, "KWD")] {
            let body = json!({
                "payment_provider": "Pay", "user_id": user, "product_id": bread.product, "order_type": "one-time",
                "transaction": { "amount": amount, "currency": currency },
            });
            school.post("/external_orders", body).await.expect(201);
        }
        let text = home(&mut manager(school).await, "").await;
        assert_eq!(tile(&text, "Sales in USD").0, "$50.00");
        assert_eq!(tile(&text, "Sales in KWD").0, "KWD\u{a0}2.500");
        assert_eq!(tile(&text, "Sales in JPY").0, "¥1,500");
        assert!(text.contains("Sales in other currencies") && text.contains("€9.90"), "{text}");
    }

    async fn a_reference_that_was_used_twice_is_told_with_the_way_to_the_report(school: &TestSchool) {
        let bread = course(school, "Bread").await;
        let user = school.user("ann@example.com").await;
        let mut browser = manager(school).await;
        assert!(!home(&mut browser, "").await.contains("external orders should be looked at"));
        let body = |amount: i64| json!({
            "payment_provider": "Pay <b>", "user_id": user, "product_id": bread.product, "order_type": "subscription",
            "transaction": { "amount": amount, "currency": "USD", "reference": "sub_1" },
        });
        school.post("/external_orders", body(900)).await.expect(201);
        school.post("/external_orders", body(901)).await.expect(201);
        let text = home(&mut browser, "").await;
        assert!(text.contains("Something in the external orders should be looked at"), "{text}");
        assert!(text.contains("Pay &lt;b&gt; reported a purchase under the reference sub_1") && text.contains("href=\"/manage/reconciliation\""), "{text}");
    }
}
