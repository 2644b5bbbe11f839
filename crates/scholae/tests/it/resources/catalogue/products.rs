//! Products: what a school sells, each a course or a bundle, with its prices. The API reads them.

use super::arrange::{bundle, course, course_of, product, product_with_status, relate, remove_course};
use super::{OtherSchool, School, collection, column, finds_nothing, get, lists, needs_scopes};
use crate::support::TestSchool;
use reqwest::Method;
use school::courses::NewCourse;
use school::products::{BillingInterval, NewPrice, PaymentType, ProductStatus, TrialInterval};
use serde_json::{Value, json};
use store::InstructorId;

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

/// A product as the API shows it.
async fn shown(school: &impl School, id: i64) -> Value {
    school.get(&format!("/products/{id}")).await.expect(200).redacted(&["created_at"])
}

/// Prices as the API shows them when nothing but these fields is said of them. The counts are texts, as clients know
/// them.
fn price(fields: Value) -> Value {
    let mut price = json!({
        "id": 1, "is_primary": true, "payment_type": "free", "label": null, "price": "0.0", "days_until_expiry": null,
        "pay_button_text": null, "number_of_payments": null, "interval": null, "interval_count": null,
        "trial_interval": null, "trial_interval_count": null, "custom_first_price": null, "price_name": "Bread",
        "currency": "usd",
    });
    for (name, value) in fields.as_object().expect("fields") {
        price[name] = value.clone();
    }
    price
}

/// A product of this name and these prices, the first the main one: its id.
async fn priced(school: &impl School, name: &str, prices: Vec<NewPrice>) -> i64 {
    course_of(school, NewCourse { prices, ..NewCourse::named(name) }).await.1
}

on_both_engines! {
    async fn a_product_shows_everything_that_is_said_of_it(school: &TestSchool) {
        let (course_id, least) = course(school, "Bread").await;
        assert_eq!(shown(school, least).await, json!({
            "id": 1, "created_at": "[time]", "productable_id": course_id, "productable_type": "Course", "price": "0.0",
            "position": 1, "status": "published", "name": "Bread", "private": false, "hidden": false,
            "subscription": false, "days_until_expiry": null, "has_certificate": false, "keywords": null,
            "seo_title": null, "seo_description": null, "collection_ids": [], "related_product_ids": [],
            "description": null, "card_image_url": null, "slug": "bread", "product_prices": [price(json!({}))],
            "instructor_names": null,
        }));
        let instructor = json!({ "first_name": "Ann", "last_name": "Baker", "slug": "ann" });
        let instructor = school.post("/instructors", instructor).await.expect(201).id();
        let (course_id, most) = course_of(school, NewCourse {
            slug: "the-best-bread".to_owned(),
            status: ProductStatus::Presell,
            private: true,
            hidden: true,
            has_certificate: true,
            days_until_expiry: Some(365),
            keywords: some("bread, oven"),
            seo_title: some("Bread, but better"),
            seo_description: some("Bake it"),
            description: some("Flour\nand water"),
            course_card_image_url: some("https://pictures.example/card.jpg"),
            instructor_id: Some(InstructorId::new(instructor)),
            prices: vec![NewPrice::primary(PaymentType::OneTime, 10_99, "EUR")],
            ..NewCourse::named("Bread 2")
        }).await;
        let collection_id = collection(school, "Breads").await;
        let membership = format!("/collection_memberships/{collection_id}");
        school.post(&membership, json!({ "product_ids": [most] })).await.expect(201);
        relate(school, most, &[least]).await;
        let one_time = json!({
            "id": 2, "payment_type": "one-time", "price": "10.99", "price_name": "Bread 2", "currency": "eur",
        });
        assert_eq!(shown(school, most).await, json!({
            "id": 2, "created_at": "[time]", "productable_id": course_id, "productable_type": "Course",
            "price": "10.99", "position": 2, "status": "presell", "name": "Bread 2", "private": true, "hidden": true,
            "subscription": false, "days_until_expiry": 365, "has_certificate": true, "keywords": "bread, oven",
            "seo_title": "Bread, but better", "seo_description": "Bake it", "collection_ids": [collection_id],
            "related_product_ids": [least], "description": "Flour\nand water",
            "card_image_url": "https://pictures.example/card.jpg", "slug": "the-best-bread",
            "product_prices": [price(one_time)], "instructor_names": "Ann Baker",
        }));
        let (bundle_id, of_bundle) = bundle(school, "Both breads", &[course_id]).await;
        let of_bundle = shown(school, of_bundle).await;
        assert_eq!([&of_bundle["productable_type"], &of_bundle["productable_id"], &of_bundle["position"]],
                   [&json!("Bundle"), &json!(bundle_id), &json!(3)]);

        // The list shows the same records.
        let listed = school.get("/products").await.expect(200).redacted(&["created_at"]);
        assert_eq!(listed["items"], json!([shown(school, least).await, shown(school, most).await, of_bundle]));
    }

    async fn each_way_to_pay_has_its_fields(school: &TestSchool) {
        let plain = |payment_type, price| NewPrice::primary(payment_type, price, "usd");
        let named = |name: &str, fields: Value| {
            let mut price = price(fields);
            price["price_name"] = json!(name);
            price
        };
        for (name, new, fields) in [
            ("Free", plain(PaymentType::Free, 0), json!({})),
            ("Whole", plain(PaymentType::OneTime, 100), json!({ "payment_type": "one-time", "price": "1.0" })),
            ("Tenths", plain(PaymentType::OneTime, 1_50), json!({ "payment_type": "one-time", "price": "1.5" })),
            ("Cent", plain(PaymentType::OneTime, 1), json!({ "payment_type": "one-time", "price": "0.01" })),
            ("No cost", plain(PaymentType::OneTime, 0), json!({ "payment_type": "one-time" })),
            ("Much", plain(PaymentType::OneTime, 100_000_000),
                json!({ "payment_type": "one-time", "price": "1000000.0" })),
            ("Yen", NewPrice::primary(PaymentType::OneTime, 50_000, "JPY"),
                json!({ "payment_type": "one-time", "price": "500.0", "currency": "jpy" })),
            // Unless said otherwise, what recurs does so every month.
            ("Monthly", plain(PaymentType::Subscription, 9_00),
                json!({ "payment_type": "subscription", "price": "9.0", "interval": "month", "interval_count": "1" })),
            ("Everything", NewPrice {
                label: some("Not shown in the name"),
                days_until_expiry: Some(90),
                pay_button_text: some("Join"),
                interval: Some(BillingInterval::Year),
                interval_count: Some(2),
                trial_interval: Some(TrialInterval::Day),
                trial_interval_count: Some(14),
                custom_first_price: Some(4_50),
                ..plain(PaymentType::Subscription, 99_00)
            }, json!({
                "payment_type": "subscription", "label": "Not shown in the name", "price": "99.0",
                "days_until_expiry": "90", "pay_button_text": "Join", "interval": "year", "interval_count": "2",
                "trial_interval": "day", "trial_interval_count": "14", "custom_first_price": "4.5",
            })),
            ("Plan", NewPrice { number_of_payments: Some(3), ..plain(PaymentType::PaymentPlan, 33_33) }, json!({
                "payment_type": "payment-plan", "price": "33.33", "number_of_payments": "3", "interval": "month",
                "interval_count": "1",
            })),
        ] {
            let id = priced(school, name, vec![new]).await;
            let product = shown(school, id).await;
            let mut expected = named(name, fields);
            expected["id"] = product["product_prices"][0]["id"].clone();
            assert_eq!(product["product_prices"], json!([expected]), "{name}");
            assert_eq!(product["price"], expected["price"], "{name}");
            assert_eq!(product["subscription"], expected["payment_type"] == "subscription", "{name}");
        }
    }

    async fn the_main_price_is_the_products_and_the_others_are_called_by_their_labels(school: &TestSchool) {
        let labelled = |label: &str, payment_type, price| NewPrice {
            is_primary: false, label: some(label), ..NewPrice::primary(payment_type, price, "usd")
        };
        let first = priced(school, "Bread", vec![
            NewPrice::primary(PaymentType::OneTime, 50_00, "usd"),
            labelled("Monthly", PaymentType::Subscription, 5_00),
            labelled("Gift", PaymentType::Free, 0),
        ]).await;
        let last = priced(school, "Cake", vec![
            labelled("Once", PaymentType::OneTime, 80_00),
            NewPrice::primary(PaymentType::Subscription, 8_00, "usd"),
        ]).await;
        // Where none is said to be the main one, the first is.
        let unsaid = priced(school, "Roll", vec![
            labelled("Small", PaymentType::OneTime, 1_00), labelled("Large", PaymentType::OneTime, 2_00),
        ]).await;
        for (id, price, subscription, names, primary) in [
            (first, "50.0", false, json!(["Bread", "Bread - Monthly", "Bread - Gift"]), json!([true, false, false])),
            (last, "8.0", true, json!(["Cake - Once", "Cake"]), json!([false, true])),
            (unsaid, "1.0", false, json!(["Roll", "Roll - Large"]), json!([true, false])),
        ] {
            let product = shown(school, id).await;
            assert_eq!([&product["price"], &product["subscription"]], [&json!(price), &json!(subscription)]);
            let prices = product["product_prices"].as_array().expect("prices");
            let each = |field: &str| prices.iter().map(|price| price[field].clone()).collect::<Value>();
            assert_eq!((each("price_name"), each("is_primary")), (names, primary));
        }
    }

    async fn the_list_has_every_product_in_the_order_of_their_positions(school: &TestSchool) {
        lists(school, "/products", &[]).await;
        let (rye_course, rye) = course(school, "Rye").await;
        let draft = product_with_status(school, "Draft", "draft").await;
        let hidden = course_of(school, NewCourse { hidden: true, private: true, ..NewCourse::named("Hidden") }).await.1;
        let (_, both) = bundle(school, "Both", &[rye_course]).await;
        let ids = [rye, draft, hidden, both];
        lists(school, "/products", &ids).await;
        let listed = school.get("/products").await.expect(200);
        assert_eq!(column(&listed, "position"), json!([1, 2, 3, 4]));
        assert_eq!(column(&listed, "status"), json!(["published", "draft", "published", "published"]));
        assert_eq!(school.get("/products?sort=-id&limit=3").await.ids(), [both, hidden, draft]);
        assert_eq!(school.get("/products?limit=3&page=2").await.ids(), [both]);
        // Clients look for filters that are not there; they get everything, and are told.
        let filtered = school.get("/products?query[status]=draft&productable_type=Bundle").await.expect(200);
        assert_eq!(filtered.ids(), ids);
        assert_eq!(filtered.header("warning"), "299 - \"Unknown query parameter: query[status], productable_type\"");

        remove_course(school, rye_course).await;
        lists(school, "/products", &ids[1..]).await;
        finds_nothing(school, vec![
            get(format!("/products/{rye}")),
            get(format!("/products/{rye}/related")),
            get("/products/0"),
            get("/products/-1"),
            get("/products/rye"),
        ]).await;
        // A new one takes no place that was taken before, and no id.
        let next = product(school, "Next").await;
        let next = shown(school, next).await;
        assert_eq!([&next["id"], &next["position"]], [both + 1, 5]);
        for (method, path) in [
            (Method::POST, "/products".to_owned()),
            (Method::DELETE, format!("/products/{draft}")),
        ] {
            let reply = school.call(&method, &path, &json!({ "name": "X" })).await;
            assert_eq!(reply.status, 405, "{method} {path}");
        }
    }

    async fn related_products_are_whole_and_related_in_one_direction(school: &TestSchool) {
        let mut ids = Vec::new();
        let mut courses = Vec::new();
        for name in ["Rye", "Spelt", "Wheat", "Oat"] {
            let (course, product) = course(school, name).await;
            ids.push(product);
            courses.push(course);
        }
        let [rye, spelt, wheat, oat] = ids[..] else { panic!("four") };
        relate(school, spelt, &[oat, rye, wheat]).await;
        relate(school, oat, &[rye]).await;
        let path = format!("/products/{spelt}/related");
        lists(school, &path, &[rye, wheat, oat]).await;
        lists(school, &format!("/products/{oat}/related"), &[rye]).await;
        lists(school, &format!("/products/{rye}/related"), &[]).await;
        assert_eq!(shown(school, spelt).await["related_product_ids"], json!([rye, wheat, oat]));
        let listed = school.get(&path).await.expect(200).json();
        for item in listed["items"].as_array().expect("items") {
            assert_eq!(*item, school.get(&format!("/products/{}", item["id"])).await.json());
        }
        assert_eq!(listed["items"][2]["related_product_ids"], json!([rye]));
        assert_eq!(school.get(&format!("{path}?sort=-id&limit=2")).await.ids(), [oat, wheat]);
        let listed = school.get("/products").await;
        assert_eq!(column(&listed, "related_product_ids"), json!([[], [rye, wheat, oat], [], [rye]]));

        remove_course(school, courses[0]).await;
        lists(school, &path, &[wheat, oat]).await;
        lists(school, &format!("/products/{oat}/related"), &[]).await;
        relate(school, spelt, &[]).await;
        lists(school, &path, &[]).await;
        finds_nothing(school, vec![get(format!("/products/{rye}/related")), get("/products/999/related")]).await;
    }

    async fn another_schools_products_are_not_there_whatever_their_names(school: &TestSchool) {
        let other = OtherSchool::on(school).await;
        let (ours, theirs) = (product(school, "Bread").await, product(&other, "Bread").await);
        let (our_cake, their_cake) = (product(school, "Cake").await, product(&other, "Cake").await);
        relate(school, ours, &[our_cake]).await;
        relate(&other, theirs, &[their_cake]).await;
        let both = |id: i64| vec![get(format!("/products/{id}")), get(format!("/products/{id}/related"))];
        finds_nothing(school, both(theirs)).await;
        finds_nothing(&other, both(ours)).await;
        lists(school, "/products", &[ours, our_cake]).await;
        lists(school, &format!("/products/{ours}/related"), &[our_cake]).await;
        lists(&other, "/products", &[theirs, their_cake]).await;
        lists(&other, &format!("/products/{theirs}/related"), &[their_cake]).await;
        // Slugs and positions are each school's own.
        let bread = shown(&other, theirs).await;
        assert_eq!([&bread["slug"], &bread["position"]], [&json!("bread"), &json!(1)]);
    }

    async fn a_token_needs_the_scope_to_read_products(school: &TestSchool) {
        let id = product(school, "Bread").await;
        let reads = vec![get("/products"), get(format!("/products/{id}")), get(format!("/products/{id}/related"))];
        needs_scopes(school, "products", reads).await;
    }
}
