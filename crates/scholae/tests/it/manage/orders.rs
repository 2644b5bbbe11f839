//! `/manage/orders`: what students bought in the school.

use super::manager;
use crate::people::browser::Browser;
use crate::resources::arranged::{course, order, order_of, paid, refunded};
use crate::support::TestSchool;
use school::orders::{NewItem, NewOrder, Status};
use store::{ProductId, UserId};

/// The numbers of the orders in a list, in its order.
fn listed_rows(page: &str) -> Vec<String> {
    let rows = page.split("<a class=\"row\" href=\"/manage/orders/").skip(1);
    rows.map(|row| row.split_once('>').expect("a link").1.split('<').next().unwrap_or_default().to_owned()).collect()
}

async fn listed(browser: &mut Browser, query: &str) -> Vec<String> {
    listed_rows(&browser.get(&format!("/manage/orders{query}")).await.expect(200).text)
}

async fn standing(school: &TestSchool, user: i64, product: i64, status: Status) -> i64 {
    let item = NewItem { product_id: ProductId::new(product), amount_cents: Some(1_000) };
    order_of(school, NewOrder { user_id: UserId::new(user), items: vec![item], status, ..NewOrder::default() }).await
}

on_both_engines! {
    async fn orders_are_found_by_state_product_buyer_day_and_words(school: &TestSchool) {
        let mut browser = manager(school).await;
        let text = browser.get("/manage/orders").await.expect(200).text;
        assert!(text.contains("No orders yet"), "{text}");
        let (bread, rolls) = (course(school, "Bread").await, course(school, "Rolls").await);
        let ann = school.user("ann@example.com").await;
        let zoe = school.post("/users", serde_json::json!({ "first_name": "Zoë", "last_name": "Okafor", "email": "zoe@demo.example" })).await.id();
        standing(school, ann, bread.product, Status::Complete).await;
        standing(school, zoe, bread.product, Status::Pending).await;
        standing(school, zoe, rolls.product, Status::Refunded).await;
        order(school, ann, &[(rolls.product, 100), (bread.product, 200)]).await;
        let today = String::from_utf8_lossy(&school::time::Moment(store::now()).text()[..10]).into_owned();
        for (query, found) in [
            (String::new(), vec!["1004", "1003", "1002", "1001"]),
            ("?sort=created_at".to_owned(), vec!["1001", "1002", "1003", "1004"]),
            ("?status=complete".to_owned(), vec!["1004", "1001"]),
            ("?status=pending".to_owned(), vec!["1002"]),
            (format!("?product_id={}", bread.product), vec!["1002", "1001"]),
            (format!("?product_id={}&status=refunded", rolls.product), vec!["1003"]),
            (format!("?user_id={zoe}&status=pending"), vec!["1002"]),
            (format!("?user_id={zoe}&product_id={}", rolls.product), vec!["1003"]),
            (format!("?from={today}&to={today}"), vec!["1004", "1003", "1002", "1001"]),
            ("?to=2020-01-01".to_owned(), vec![]),
            ("?from=tomorrow".to_owned(), vec!["1004", "1003", "1002", "1001"]),
            ("?q=1003".to_owned(), vec!["1003"]),
            ("?q=%231003".to_owned(), vec!["1003"]),
            ("?q=oka+zoe".to_owned(), vec!["1003", "1002"]),
            ("?q=zoe%40demo.example&status=pending".to_owned(), vec!["1002"]),
            ("?q=9999".to_owned(), vec![]),
            ("?page=7".to_owned(), vec![]),
            ("?product_id=999999".to_owned(), vec![]),
            ("?status=nonsense&product_id=x&page=-3".to_owned(), vec!["1004", "1003", "1002", "1001"]),
        ] {
            assert_eq!(listed(&mut browser, &query).await, found, "{query}");
        }
        let text = browser.get(&format!("/manage/orders?product_id={}&from=tomorrow", bread.product)).await.text;
        assert!(text.contains("Product: Bread") && text.contains("is no date"), "{text}");
    }

    async fn an_order_has_its_items_its_payments_and_its_buyer_also_when_they_have_left(school: &TestSchool) {
        let mut browser = manager(school).await;
        let (bread, rolls) = (course(school, "Bread <i>").await, course(school, "Rolls").await);
        let ann = school.user("ann@example.com").await;
        let id = order(school, ann, &[(bread.product, 10_000), (rolls.product, 2_550)]).await;
        let payment = paid(school, id, 12_550).await;
        refunded(school, payment, 2_550).await;
        let path = format!("/manage/orders/{id}");
        let text = browser.get(&path).await.expect(200).text;
        for part in [
            "Order 1001", "Bread &lt;i&gt;", "$100.00", "$25.50", "$125.50", "$125.50 paid", "$25.50 of it was paid back",
            &format!("href=\"/manage/users/{ann}\""), "ann@example.com",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
        let text = browser.get(&format!("/manage/users/{ann}")).await.expect(200).text;
        assert!(text.contains(&format!("href=\"{path}\"")) && text.contains(&format!("/manage/orders?user_id={ann}")), "{text}");
        school.delete(&format!("/users/{ann}")).await.expect(204);
        let text = browser.get(&path).await.expect(200).text;
        assert!(text.contains("has left") && !text.contains(&format!("href=\"/manage/users/{ann}\"")), "{text}");
        assert_eq!(listed(&mut browser, "").await, ["1001"]);
        browser.get("/manage/orders/999999").await.expect(404);
        browser.get("/manage/orders/nonsense").await.expect(404);
    }
}
