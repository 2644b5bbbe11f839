//! Collection memberships: which products are in a collection. They are put in and taken out by their ids, any number
//! at once, and have nothing of their own to be read by: the collection and the products show them.

use super::arrange::{course, product, remove_course};
use super::{OtherSchool, Request, School, collection, finds_nothing, lists, needs_scopes, post, refuses};
use crate::support::{Reply, TestSchool, send};
use reqwest::Method;
use serde_json::{Value, json};

/// More ids than this in one request are refused.
const MOST_IDS: i64 = 10_000;

/// A request to take products out.
fn take_out(collection: i64, body: Value) -> Request {
    (Method::DELETE, format!("/collection_memberships/{collection}"), body)
}

async fn put_in(school: &impl School, collection: i64, products: &[i64]) -> Reply {
    school.post(&format!("/collection_memberships/{collection}"), json!({ "product_ids": products })).await
}

/// Proves that a collection has these products, from every side: in itself, in its list, in each of all the products.
async fn has(school: &impl School, collection: i64, products: &[i64], all: &[i64]) {
    let shown = school.get(&format!("/collections/{collection}")).await.expect(200).json();
    assert_eq!(shown["product_ids"], json!(products));
    lists(school, &format!("/collections/{collection}/products"), products).await;
    for product in all {
        let shown = school.get(&format!("/products/{product}")).await.expect(200).json();
        let in_it = shown["collection_ids"].as_array().expect("ids").contains(&json!(collection));
        assert_eq!(in_it, products.contains(product), "product {product} of collection {collection}");
    }
}

on_both_engines! {
    async fn products_are_put_in_and_taken_out_any_number_at_once(school: &TestSchool) {
        let (breads, cakes) = (collection(school, "Breads").await, collection(school, "Cakes").await);
        let mut all = Vec::new();
        for name in ["Rye", "Spelt", "Wheat", "Oat"] {
            all.push(product(school, name).await);
        }
        let [rye, spelt, wheat, oat] = all[..] else { panic!("four") };
        has(school, breads, &[], &all).await;
        assert_eq!(put_in(school, breads, &[rye]).await.expect(201).text, "", "there is nothing to show");
        has(school, breads, &[rye], &all).await;
        put_in(school, breads, &[oat, spelt]).await.expect(201);
        put_in(school, cakes, &[spelt, rye]).await.expect(201);
        has(school, breads, &[rye, spelt, oat], &all).await;
        has(school, cakes, &[rye, spelt], &all).await;
        let both = school.get(&format!("/products/{spelt}")).await.json()["collection_ids"].clone();
        assert_eq!(both, json!([breads, cakes]));
        // Being in it already is no error, nor is being named twice, nor naming none.
        put_in(school, breads, &[rye, wheat, wheat, oat]).await.expect(201);
        put_in(school, breads, &[]).await.expect(201);
        has(school, breads, &[rye, spelt, wheat, oat], &all).await;

        let (method, path, body) = take_out(breads, json!({ "product_ids": [oat, rye] }));
        assert_eq!(school.call(&method, &path, &body).await.expect(204).text, "");
        has(school, breads, &[spelt, wheat], &all).await;
        has(school, cakes, &[rye, spelt], &all).await;
        // Not being in it is no error, whether there is such a product or not: afterwards it is not in it.
        for ids in [json!([oat]), json!([999]), json!([]), json!([999, wheat, wheat])] {
            school.call(&method, &path, &json!({ "product_ids": ids })).await.expect(204);
        }
        has(school, breads, &[spelt], &all).await;
        put_in(school, breads, &[wheat]).await.expect(201);
        has(school, breads, &[spelt, wheat], &all).await;
    }

    async fn ids_may_be_text_and_bodies_forms(school: &TestSchool) {
        let breads = collection(school, "Breads").await;
        let (rye, spelt) = (product(school, "Rye").await, product(school, "Spelt").await);
        let path = format!("/collection_memberships/{breads}");
        let text = json!({ "product_ids": [rye.to_string(), format!(" {spelt} ")], "unknown": true });
        school.post(&path, text).await.expect(201);
        has(school, breads, &[rye, spelt], &[rye, spelt]).await;
        let form = [("product_ids[]", rye.to_string()), ("product_ids[]", spelt.to_string())];
        send(school.request(Method::DELETE, &path).form(&form)).await.expect(204);
        has(school, breads, &[], &[rye, spelt]).await;
        send(school.request(Method::POST, &path).form(&form[..1])).await.expect(201);
        has(school, breads, &[rye], &[rye, spelt]).await;
    }

    async fn what_cannot_be_put_in_as_a_whole_is_not_put_in_at_all(school: &TestSchool) {
        let breads = collection(school, "Breads").await;
        let (rye, spelt) = (product(school, "Rye").await, product(school, "Spelt").await);
        put_in(school, breads, &[rye]).await.expect(201);
        let path = format!("/collection_memberships/{breads}");
        let most: Vec<i64> = (1_000_000..1_000_000 + MOST_IDS).collect();
        finds_nothing(school, vec![
            post(&path, json!({ "product_ids": [spelt, 999] })),
            post(&path, json!({ "product_ids": [0] })),
            post(&path, json!({ "product_ids": [-1] })),
            post(&path, json!({ "product_ids": most })),
            post("/collection_memberships/999", json!({ "product_ids": [rye] })),
            post("/collection_memberships/breads", json!({ "product_ids": [rye] })),
            take_out(999, json!({ "product_ids": [rye] })),
        ]).await;

        let too_many: Vec<i64> = (0..=MOST_IDS).collect();
        for (body, problem) in [
            (json!({}), "can't be blank"),
            (json!({ "product_ids": null }), "can't be blank"),
            (json!({ "product_id": [rye] }), "can't be blank"),
            (json!({ "product_ids": too_many }), "has too many entries (maximum is 10000)"),
            (json!({ "product_ids": [rye, "spelt"] }), "must be a whole number"),
            (json!({ "product_ids": [1.5] }), "must be a whole number"),
            (json!({ "product_ids": [null] }), "must be a whole number"),
        ] {
            let problems = json!({ "product_ids": [problem] });
            refuses(school, post(&path, body.clone()), problems.clone()).await;
            refuses(school, take_out(breads, body), problems).await;
        }
        for no_list in [json!(rye), json!({ "0": rye }), json!("1")] {
            let body = json!({ "product_ids": no_list });
            for method in [Method::POST, Method::DELETE] {
                let reply = school.call(&method, &path, &body).await.expect(422);
                assert!(reply.json()["errors"]["product_ids"][0].is_string(), "{body} {}", reply.text);
            }
        }
        has(school, breads, &[rye], &[rye, spelt]).await;
    }

    async fn a_removed_product_is_in_no_collection_and_an_emptied_one_stays(school: &TestSchool) {
        let (breads, cakes) = (collection(school, "Breads").await, collection(school, "Cakes").await);
        let ((rye_course, rye), spelt) = (course(school, "Rye").await, product(school, "Spelt").await);
        put_in(school, breads, &[rye, spelt]).await.expect(201);
        put_in(school, cakes, &[rye]).await.expect(201);
        remove_course(school, rye_course).await;
        has(school, breads, &[spelt], &[spelt]).await;
        has(school, cakes, &[], &[spelt]).await;
        let again = post(format!("/collection_memberships/{cakes}"), json!({ "product_ids": [rye] }));
        finds_nothing(school, vec![again]).await;
        lists(school, "/collections", &[breads, cakes]).await;
    }

    async fn neither_anothers_collection_nor_anothers_product_is_there(school: &TestSchool) {
        let other = OtherSchool::on(school).await;
        let (ours, theirs) = (collection(school, "Breads").await, collection(&other, "Breads").await);
        let (our_rye, their_rye) = (product(school, "Rye").await, product(&other, "Rye").await);
        put_in(&other, theirs, &[their_rye]).await.expect(201);
        finds_nothing(school, vec![
            post(format!("/collection_memberships/{theirs}"), json!({ "product_ids": [our_rye] })),
            post(format!("/collection_memberships/{theirs}"), json!({ "product_ids": [their_rye] })),
            post(format!("/collection_memberships/{ours}"), json!({ "product_ids": [our_rye, their_rye] })),
            take_out(theirs, json!({ "product_ids": [their_rye] })),
        ]).await;
        has(school, ours, &[], &[our_rye]).await;
        put_in(school, ours, &[our_rye]).await.expect(201);
        let (method, path, body) = take_out(ours, json!({ "product_ids": [their_rye] }));
        school.call(&method, &path, &body).await.expect(204);
        has(school, ours, &[our_rye], &[our_rye]).await;
        has(&other, theirs, &[their_rye], &[their_rye]).await;
    }

    async fn a_token_needs_the_scope_to_write_collections(school: &TestSchool) {
        let (breads, rye) = (collection(school, "Breads").await, product(school, "Rye").await);
        let ids = json!({ "product_ids": [rye] });
        needs_scopes(school, "collections", vec![
            take_out(breads, ids.clone()),
            post(format!("/collection_memberships/{breads}"), ids),
        ]).await;
        has(school, breads, &[rye], &[rye]).await;
    }
}
