//! `/manage/promotions` and `/manage/coupons`: what is taken off, and the codes that do it.

use super::manager;
use crate::resources::arranged::course;
use crate::support::TestSchool;
use std::collections::BTreeSet;

on_both_engines! {
    async fn a_promotion_is_made_changed_and_deleted_with_its_coupons(school: &TestSchool) {
        let mut browser = manager(school).await;
        assert!(browser.get("/manage/promotions").await.expect(200).text.contains("No promotions yet"));
        let bread = course(school, "Bread").await;
        let product = bread.product.to_string();
        let given = [
            ("name", "Spring <sale>"), ("discount_type", "percentage"), ("amount", "12.5"), ("starts_at", "2024-03-01"),
            ("expires_at", "2099-03-31"), ("product_ids", product.as_str()),
        ];
        let reply = browser.submit("/manage/promotions/new", "/manage/promotions", &given).await.expect(303);
        let path = reply.header("location").strip_suffix("?done=added").expect("the promotion's page").to_owned();
        let id = path.rsplit('/').next().expect("an id");
        let seen = school.get(&format!("/promotions/{id}")).await.expect(200).json();
        assert_eq!((seen["amount"].as_str(), seen["starts_at"].as_str()), (Some("12.5"), Some("2024-03-01T00:00:00.000Z")));
        assert_eq!((seen["expires_at"].as_str(), &seen["product_ids"][0]), (Some("2099-04-01T00:00:00.000Z"), &serde_json::json!(bread.product)));
        let text = browser.get(&path).await.expect(200).text;
        for part in ["Spring &lt;sale&gt;", "12.5% off", "Running", "Bread", "No coupons yet"] {
            assert!(text.contains(part), "{part}: {text}");
        }
        // An hour that an app has chosen stays when the day is sent as it was shown.
        school.put(&format!("/promotions/{id}"), serde_json::json!({ "expires_at": "2099-03-31T18:30:00Z" })).await.expect(204);
        let edit = format!("{path}/edit");
        assert!(browser.get(&edit).await.expect(200).text.contains("value=\"2099-03-31\""));
        let given = [("name", "Spring"), ("discount_type", "fixed"), ("amount", "5"), ("starts_at", ""), ("expires_at", "2099-03-31"), ("duration", "3")];
        browser.submit(&edit, &edit, &given).await.expect(303);
        let seen = school.get(&format!("/promotions/{id}")).await.expect(200).json();
        assert_eq!((seen["expires_at"].as_str(), &seen["starts_at"]), (Some("2099-03-31T18:30:00.000Z"), &serde_json::Value::Null));
        let text = browser.get(&path).await.expect(200).text;
        assert!(text.contains("5.00 off") && text.contains("All products") && text.contains("3 payments"), "{text}");
        browser.submit(&path, &format!("{path}/coupons"), &[("code", "SPRING"), ("quantity", "10")]).await.expect(303);
        browser.submit(&path, &format!("{path}/delete"), &[]).await.expect(303);
        browser.get(&path).await.expect(404);
        assert!(browser.get("/manage/promotions?done=deleted").await.expect(200).text.contains("The promotion and its coupons were deleted."));
    }

    async fn what_is_wrong_stands_beside_its_field_and_what_was_typed_is_kept(school: &TestSchool) {
        let mut browser = manager(school).await;
        let given = [("name", "Kept & co"), ("discount_type", "percentage"), ("amount", "ten"), ("starts_at", "soon"), ("duration", "1.5")];
        let text = browser.submit("/manage/promotions/new", "/manage/promotions", &given).await.expect(422).text;
        for part in ["How much is not a number", "First day must be a date", "payments must be a whole number", "value=\"Kept &amp; co\"", "value=\"ten\""] {
            assert!(text.contains(part), "{part}: {text}");
        }
        let given = [("name", ""), ("discount_type", "percentage"), ("amount", "101"), ("starts_at", "2024-03-02"), ("expires_at", "2024-03-01")];
        let text = browser.submit("/manage/promotions/new", "/manage/promotions", &given).await.expect(422).text;
        for part in ["Name can't be blank", "How much must be less than or equal to 100", "Last day must be after starts_at"] {
            assert!(text.contains(part), "{part}: {text}");
        }
        let token = browser.token().await;
        browser.post("/manage/promotions", &[("csrf", &token), ("product_ids", "999999"), ("name", "x"), ("amount", "1"), ("discount_type", "fixed")]).await.expect(422);
    }

    async fn coupons_are_made_one_by_one_or_many_at_once_and_downloaded(school: &TestSchool) {
        let mut browser = manager(school).await;
        let given = [("name", "Spring"), ("discount_type", "percentage"), ("amount", "10")];
        let reply = browser.submit("/manage/promotions/new", "/manage/promotions", &given).await.expect(303);
        let path = reply.header("location").strip_suffix("?done=added").expect("the promotion's page").to_owned();
        let one = format!("{path}/coupons");
        browser.submit(&path, &one, &[("code", "=SUM(A1)"), ("note", "a \"note\", two"), ("quantity", "")]).await.expect(303);
        let text = browser.submit(&path, &one, &[("code", "=sum(a1)"), ("note", "kept")]).await.expect(422).text;
        assert!(text.contains("Code has already been taken") && text.contains("value=\"kept\""), "{text}");
        let text = browser.submit(&path, &one, &[("code", ""), ("quantity", "many")]).await.expect(422).text;
        assert!(text.contains("How often it can be used must be a whole number"), "{text}");
        let many = format!("{path}/codes");
        let given = [("bulk_quantity", "30"), ("bulk_coupon_code_length", "8"), ("bulk_quantity_per_coupon", "1")];
        let reply = browser.submit(&path, &many, &given).await.expect(303);
        let text = browser.get(reply.header("location")).await.expect(200).text;
        assert!(text.contains("30 coupons were made.") && text.contains("of 31 coupons"), "{text}");
        for (given, said) in [
            ([("bulk_quantity", "1001"), ("bulk_coupon_code_length", "8")], "How many must be"),
            ([("bulk_quantity", "1"), ("bulk_coupon_code_length", "5")], "Length of the codes must be"),
            ([("bulk_quantity", ""), ("bulk_coupon_code_length", "8")], "How many can't be blank"),
            ([("bulk_quantity", "x"), ("bulk_coupon_code_length", "8")], "How many must be a whole number"),
        ] {
            let text = browser.submit(&path, &many, &given).await.expect(422).text;
            assert!(text.contains(said), "{said}: {text}");
        }
        let reply = browser.get(&format!("{path}/codes.csv")).await.expect(200);
        assert!(reply.header("content-type").starts_with("text/csv") && reply.header("content-disposition").contains("attachment"));
        let lines: Vec<&str> = reply.text.lines().collect();
        assert_eq!((lines.len(), lines[0]), (32, "code,uses,used,note,made"));
        assert!(lines[1].starts_with("'=SUM(A1),,0,\"a \"\"note\"\", two\","), "{}", lines[1]);
        let codes: BTreeSet<&str> = lines[2..].iter().filter_map(|line| line.split(',').next()).collect();
        assert!(codes.len() == 30 && codes.iter().all(|code| code.len() == 8), "{codes:?}");
    }

    async fn a_coupon_is_changed_and_deleted(school: &TestSchool) {
        let mut browser = manager(school).await;
        let given = [("name", "Spring"), ("discount_type", "percentage"), ("amount", "10")];
        let reply = browser.submit("/manage/promotions/new", "/manage/promotions", &given).await.expect(303);
        let promotion = reply.header("location").strip_suffix("?done=added").expect("the promotion's page").to_owned();
        browser.submit(&promotion, &format!("{promotion}/coupons"), &[("code", "SPRING")]).await.expect(303);
        let text = browser.get(&promotion).await.text;
        let path = format!("/manage/coupons/{}", text.split("/manage/coupons/").nth(1).and_then(|rest| rest.split('"').next()).expect("a coupon"));
        browser.submit(&path, &path, &[("code", "SUMMER"), ("quantity", "5"), ("note", "")]).await.expect(303);
        let text = browser.get(&promotion).await.expect(200).text;
        assert!(text.contains("SUMMER") && text.contains("of 5") && !text.contains("SPRING"), "{text}");
        let text = browser.submit(&path, &path, &[("code", ""), ("quantity", "-1")]).await.expect(422).text;
        assert!(text.contains("Code Can&#39;t be blank") || text.contains("Code Can't be blank"), "{text}");
        browser.submit(&path, &format!("{path}/delete"), &[]).await.expect(303);
        browser.get(&path).await.expect(404);
        assert!(browser.get(&promotion).await.expect(200).text.contains("No coupons yet"));
    }
}
