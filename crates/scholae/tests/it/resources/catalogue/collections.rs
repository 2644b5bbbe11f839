//! Collections, which a school's pages call categories: products that are shown together. Which products are in one is
//! said in `collection_memberships`.

use super::arrange::{course, default_collection, product, remove_course};
use super::{
    OtherSchool, School, changes_only, collection, column, delete, finds_nothing, get, lists, needs_scopes, post, put,
    refuses,
};
use crate::support::{TestSchool, send};
use reqwest::Method;
use serde_json::{Value, json};

/// A new collection, as the answer shows it.
async fn made(school: &impl School, body: Value) -> Value {
    let reply = school.post("/collections", body).await.expect(201);
    let shown = school.get(&format!("/collections/{}", reply.id())).await.expect(200);
    assert_eq!(shown.json(), reply.json(), "what was made is what is there");
    reply.redacted(&["created_at"])
}

/// Puts products into a collection.
async fn fill(school: &impl School, collection: i64, products: &[i64]) {
    let path = format!("/collection_memberships/{collection}");
    school.post(&path, json!({ "product_ids": products })).await.expect(201);
}

on_both_engines! {
    async fn a_collection_needs_a_name_alone_and_shows_everything_that_is_given(school: &TestSchool) {
        assert_eq!(made(school, json!({ "name": "Sourdough at home!" })).await, json!({
            "id": 1, "name": "Sourdough at home!", "description": "", "slug": "sourdough-at-home",
            "created_at": "[time]", "product_ids": [], "default": false,
        }));
        let everything = json!({ "name": "Cakes", "description": "All of\nour cakes", "slug": "sweet_things-2" });
        assert_eq!(made(school, everything).await, json!({
            "id": 2, "name": "Cakes", "description": "All of\nour cakes", "slug": "sweet_things-2",
            "created_at": "[time]", "product_ids": [], "default": false,
        }));
        // Without a slug the name makes one: letters of any alphabet and digits stay, the rest becomes hyphens.
        for (body, field, shown) in [
            (json!({ "name": "A  B -- C" }), "slug", json!("a-b-c")),
            (json!({ "name": "Crème Brûlée №2" }), "slug", json!("crème-brûlée-2")),
            (json!({ "name": "ПИРОГИ" }), "slug", json!("пироги")),
            (json!({ "name": "!?" }), "slug", json!("untitled")),
            (json!({ "name": "Empty", "slug": "" }), "slug", json!("empty")),
            (json!({ "name": "Blank", "slug": " \t" }), "slug", json!("blank")),
            (json!({ "name": "Null", "slug": null }), "slug", json!("null")),
            (json!({ "name": "Around", "slug": " around-it " }), "slug", json!("around-it")),
            (json!({ "name": "Nothing said", "description": null }), "description", json!("")),
            (json!({ "name": "Spaces in it", "description": "  d " }), "description", json!("  d ")),
            (json!({ "name": " \tTrimmed " }), "name", json!("Trimmed")),
            (json!({ "name": 2024 }), "name", json!("2024")),
            (json!({ "name": "Own default", "default": true, "product_ids": [1] }), "default", json!(false)),
        ] {
            assert_eq!(made(school, body.clone()).await[field], shown, "{body}");
        }
        let form = [("name", "From a form"), ("description", "a b"), ("slug", "form")];
        let form = send(school.request(Method::POST, "/collections").form(&form)).await.expect(201).json();
        assert_eq!([&form["name"], &form["description"], &form["slug"]], ["From a form", "a b", "form"]);
    }

    async fn a_change_touches_the_given_field_and_nothing_else(school: &TestSchool) {
        let id = made(school, json!({ "name": "Breads", "description": "D", "slug": "breads" })).await["id"].clone();
        let path = format!("/collections/{id}");
        let bread = product(school, "Bread").await;
        fill(school, id.as_i64().expect("an id"), &[bread]).await;
        for (given, shown) in [
            // A new name leaves the address as it is.
            (json!({ "name": "Loaves" }), json!({ "name": "Loaves" })),
            (json!({ "description": "All of them" }), json!({ "description": "All of them" })),
            (json!({ "description": "" }), json!({ "description": "" })),
            (json!({ "slug": "all-loaves" }), json!({ "slug": "all-loaves" })),
            (json!({ "slug": "" }), json!({ "slug": "loaves" })),
            (json!({ "id": 99, "default": true, "created_at": "2020-01-01T00:00:00Z", "product_ids": [] }), json!({})),
            (json!({}), json!({})),
            (json!({ "name": "Rolls", "description": "Small", "slug": "rolls" }),
                json!({ "name": "Rolls", "description": "Small", "slug": "rolls" })),
        ] {
            changes_only(school, &path, given, shown).await;
        }
        let listed = school.get("/collections").await.expect(200).json();
        assert_eq!(listed["items"], json!([school.get(&path).await.json()]));
    }

    async fn each_rule_at_its_boundary(school: &TestSchool) {
        let (line, text) = (|n: usize| "é".repeat(n), |n: usize| "x".repeat(n));
        for fields in [
            json!({ "name": line(255) }),
            json!({ "name": "Long description", "description": text(65_535) }),
            json!({ "name": "Long slug", "slug": "ß".repeat(255) }),
            json!({ "name": "Every kind of letter", "slug": "abc-é_7-ф" }),
        ] {
            let id = school.post("/collections", fields.clone()).await.expect(201).id();
            school.put(&format!("/collections/{id}"), fields).await.expect(204);
        }
        let path = format!("/collections/{}", collection(school, "Breads").await);
        let before = school.get("/collections").await.json();
        let letters = "may only have lower-case letters, digits, hyphens and underscores";
        for (fields, field, problem) in [
            (json!({ "name": "" }), "name", "can't be blank"),
            (json!({ "name": " \n" }), "name", "can't be blank"),
            (json!({ "name": line(256), "slug": "s" }), "name", "is too long (maximum is 255 characters)"),
            (json!({ "name": ["Breads"] }), "name", "must be a text"),
            (json!({ "description": text(65_536) }), "description", "is too long (maximum is 65535 characters)"),
            (json!({ "description": false }), "description", "must be a text"),
            (json!({ "slug": text(256) }), "slug", "is too long (maximum is 255 characters)"),
            (json!({ "slug": "Breads" }), "slug", letters),
            (json!({ "slug": "a b" }), "slug", letters),
            (json!({ "slug": "a/b" }), "slug", letters),
            (json!({ "slug": "a.b" }), "slug", letters),
            (json!({ "slug": {} }), "slug", "must be a text"),
        ] {
            let problems = json!({ (field): [problem] });
            let mut whole = json!({ "name": "New", "description": "D", "slug": "new" });
            fields.as_object().expect("fields").iter().for_each(|(name, value)| whole[name] = value.clone());
            refuses(school, post("/collections", whole), problems.clone()).await;
            refuses(school, put(&path, fields), problems).await;
        }
        for nameless in [json!({}), json!({ "name": null }), json!({ "description": "D", "slug": "s" })] {
            refuses(school, post("/collections", nameless), json!({ "name": ["can't be blank"] })).await;
        }
        refuses(school, post("/collections", json!({ "name": " ", "description": text(65_536), "slug": "A" })), json!({
            "name": ["can't be blank"], "description": ["is too long (maximum is 65535 characters)"], "slug": [letters],
        })).await;
        assert_eq!(school.get("/collections").await.json(), before, "what was refused changed nothing");
    }

    async fn a_slug_belongs_to_one_collection_of_a_school(school: &TestSchool) {
        let taken = json!({ "slug": ["has already been taken"] });
        let breads = collection(school, "Breads").await;
        let cakes = collection(school, "Cakes").await;
        refuses(school, post("/collections", json!({ "name": "Other", "slug": "breads" })), taken.clone()).await;
        // One that is made of the name counts up.
        assert_eq!(made(school, json!({ "name": "Breads" })).await["slug"], "breads-2");
        refuses(school, put(format!("/collections/{cakes}"), json!({ "slug": "breads" })), taken).await;
        // Names may be the same, where the slugs are not.
        made(school, json!({ "name": "Breads", "slug": "more-breads" })).await;
        // Its own slug may be said again, and one that is left is free.
        school.put(&format!("/collections/{breads}"), json!({ "slug": "breads" })).await.expect(204);
        school.put(&format!("/collections/{breads}"), json!({ "slug": "loaves" })).await.expect(204);
        school.put(&format!("/collections/{cakes}"), json!({ "slug": "breads" })).await.expect(204);
        school.delete(&format!("/collections/{cakes}")).await.expect(204);
        collection(school, "Breads").await;
    }

    async fn a_removed_collection_leaves_its_products_and_the_default_one_stays(school: &TestSchool) {
        let default = default_collection(school).await;
        let shown = school.get(&format!("/collections/{default}")).await.expect(200);
        assert_eq!(shown.redacted(&["created_at"]), json!({
            "id": default, "name": "All Courses", "description": "", "slug": "all-courses", "created_at": "[time]",
            "product_ids": [], "default": true,
        }));
        let breads = collection(school, "Breads").await;
        let cakes = collection(school, "Cakes").await;
        let bread = product(school, "Bread").await;
        for id in [default, breads, cakes] {
            fill(school, id, &[bread]).await;
        }
        let path = format!("/collections/{breads}");
        assert_eq!(school.delete(&path).await.expect(204).text, "");
        finds_nothing(school, vec![
            get(&path),
            put(&path, json!({ "name": "X" })),
            delete(&path),
            get(format!("{path}/products")),
            post(format!("/collection_memberships/{breads}"), json!({ "product_ids": [bread] })),
            get("/collections/0"),
            get("/collections/breads"),
        ]).await;
        lists(school, "/collections", &[default, cakes]).await;
        let kept = school.get(&format!("/products/{bread}")).await.expect(200).json();
        assert_eq!(kept["collection_ids"], json!([default, cakes]));

        let path = format!("/collections/{default}");
        let stays = json!({ "base": ["The default category can't be deleted"] });
        refuses(school, delete(&path), stays).await;
        changes_only(school, &path, json!({ "name": "Everything" }), json!({ "name": "Everything" })).await;
    }

    async fn the_products_of_a_collection_are_whole_and_counted(school: &TestSchool) {
        let (breads, cakes) = (collection(school, "Breads").await, collection(school, "Cakes").await);
        let path = format!("/collections/{breads}/products");
        lists(school, &path, &[]).await;
        let mut products = Vec::new();
        for name in ["Rye", "Spelt", "Wheat", "Oat", "Barley"] {
            products.push(course(school, name).await);
        }
        let ids: Vec<i64> = products.iter().map(|(_, product)| *product).collect();
        fill(school, cakes, &[ids[0], ids[4]]).await;
        // Whatever the order in which they came, they stand in that of the school's products.
        fill(school, breads, &[ids[3], ids[1]]).await;
        fill(school, breads, &[ids[0]]).await;
        lists(school, &path, &[ids[0], ids[1], ids[3]]).await;
        lists(school, &format!("/collections/{cakes}/products"), &[ids[0], ids[4]]).await;
        let listed = school.get(&path).await.expect(200).json();
        for item in listed["items"].as_array().expect("items") {
            assert_eq!(*item, school.get(&format!("/products/{}", item["id"])).await.json());
        }
        assert_eq!(listed["items"][0]["collection_ids"], json!([breads, cakes]));
        assert_eq!(school.get(&format!("{path}?sort=-id&limit=2")).await.ids(), [ids[3], ids[1]]);

        remove_course(school, products[1].0).await;
        lists(school, &path, &[ids[0], ids[3]]).await;
        school.call(&Method::DELETE, &format!("/collection_memberships/{breads}"), &json!({ "product_ids": [ids[0]] }))
            .await
            .expect(204);
        lists(school, &path, &[ids[3]]).await;
        assert_eq!(school.get(&format!("/collections/{breads}")).await.json()["product_ids"], json!([ids[3]]));
        lists(school, "/products", &[ids[0], ids[2], ids[3], ids[4]]).await;
        finds_nothing(school, vec![get("/collections/999/products"), get("/collections/x/products")]).await;
    }

    async fn the_list_keeps_the_order_of_creation_and_counts_what_comes_and_goes(school: &TestSchool) {
        lists(school, "/collections", &[]).await;
        let bread = product(school, "Bread").await;
        let mut ids = Vec::new();
        for name in ["E", "D", "C", "B", "A"] {
            ids.push(collection(school, name).await);
        }
        fill(school, ids[3], &[bread]).await;
        lists(school, "/collections", &ids).await;
        let listed = school.get("/collections").await;
        assert_eq!(column(&listed, "product_ids"), json!([[], [], [], [bread], []]));
        school.put(&format!("/collections/{}", ids[0]), json!({ "name": "Z" })).await.expect(204);
        lists(school, "/collections", &ids).await;
        assert_eq!(school.get("/collections?sort=updated_at").await.ids(), [&ids[1..], &ids[..1]].concat());
        assert_eq!(school.get("/collections?sort=-id&limit=2&page=2").await.ids(), [ids[2], ids[1]]);
        school.delete(&format!("/collections/{}", ids.remove(1))).await.expect(204);
        ids.push(collection(school, "F").await);
        lists(school, "/collections", &ids).await;
    }

    async fn another_schools_collections_are_not_there_whatever_their_names(school: &TestSchool) {
        let other = OtherSchool::on(school).await;
        let (ours, theirs) = (collection(school, "Breads").await, collection(&other, "Breads").await);
        let (our_bread, their_bread) = (product(school, "Bread").await, product(&other, "Bread").await);
        fill(school, ours, &[our_bread]).await;
        fill(&other, theirs, &[their_bread]).await;
        let path = format!("/collections/{theirs}");
        let untouched = other.get(&path).await.expect(200).json();
        finds_nothing(school, vec![
            get(&path), put(&path, json!({ "name": "ours now" })), delete(&path), get(format!("{path}/products")),
        ]).await;
        lists(school, "/collections", &[ours]).await;
        lists(school, &format!("/collections/{ours}/products"), &[our_bread]).await;
        lists(&other, "/collections", &[theirs]).await;
        lists(&other, &format!("{path}/products"), &[their_bread]).await;
        // A slug that is free here is free, whoever else has it.
        school.put(&format!("/collections/{ours}"), json!({ "slug": "loaves" })).await.expect(204);
        school.put(&format!("/collections/{ours}"), json!({ "slug": "breads" })).await.expect(204);
        school.delete(&format!("/collections/{ours}")).await.expect(204);
        assert_eq!(other.get(&path).await.json(), untouched);
        lists(&other, "/collections", &[theirs]).await;
    }

    async fn a_token_needs_the_scopes_of_collections(school: &TestSchool) {
        let id = collection(school, "Breads").await;
        needs_scopes(school, "collections", vec![
            get("/collections"),
            get(format!("/collections/{id}")),
            get(format!("/collections/{id}/products")),
            post("/collections", json!({ "name": "New" })),
            put(format!("/collections/{id}"), json!({ "name": "Newer" })),
            delete(format!("/collections/{id}")),
        ]).await;
        assert_eq!(school.get("/collections").await.ids().len(), 1, "each was done once");
    }
}
