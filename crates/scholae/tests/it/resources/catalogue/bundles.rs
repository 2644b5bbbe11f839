//! Bundles: several courses that are sold together. The API reads them; there is no list of them but that of the
//! products, whose `productable_id` they are. Who is enrolled in one is in `bundle_enrollments`.

use super::arrange::{bundle, bundle_of, course, remove_course};
use super::{OtherSchool, School, finds_nothing, get, lists, needs_scopes};
use crate::support::TestSchool;
use school::bundles::NewBundle;
use serde_json::json;
use store::CourseId;

on_both_engines! {
    async fn a_bundle_shows_everything_that_is_said_of_it(school: &TestSchool) {
        let (rye, _) = course(school, "Rye").await;
        let (spelt, _) = course(school, "Spelt").await;
        let (least, least_product) = bundle(school, "Bread, all of it", &[]).await;
        // The addresses of pictures are never null.
        assert_eq!(school.get(&format!("/bundles/{least}")).await.expect(200).json(), json!({
            "id": 1, "name": "Bread, all of it", "description": null, "tagline": null,
            "banner_image_url": "/assets/tenant/default-course-banner.jpg", "course_ids": [],
            "bundle_card_image_url": "/assets/defaults/default-product-card.png", "slug": "bread-all-of-it",
            "banner_image_file_id": null, "bundle_card_image_file_id": null,
        }));
        let some = |text: &str| Some(text.to_owned());
        let (most, most_product) = bundle_of(school, NewBundle {
            name: "Breads".to_owned(),
            slug: "all-breads".to_owned(),
            description: some("Rye and spelt"),
            tagline: some("Two for one"),
            banner_image_url: some("https://pictures.example/banner.jpg"),
            bundle_card_image_url: some("https://pictures.example/card.jpg"),
            course_ids: [spelt, rye].map(CourseId::new).to_vec(),
            ..NewBundle::default()
        }).await;
        assert_eq!(school.get(&format!("/bundles/{most}")).await.expect(200).json(), json!({
            "id": 2, "name": "Breads", "description": "Rye and spelt", "tagline": "Two for one",
            "banner_image_url": "https://pictures.example/banner.jpg", "course_ids": [spelt, rye],
            "bundle_card_image_url": "https://pictures.example/card.jpg", "slug": "all-breads",
            "banner_image_file_id": null, "bundle_card_image_file_id": null,
        }));

        // Clients find bundles among the products.
        for (bundle, product) in [(least, least_product), (most, most_product)] {
            let sold = school.get(&format!("/products/{product}")).await.expect(200).json();
            let shown = school.get(&format!("/bundles/{bundle}")).await.expect(200).json();
            assert_eq!([&sold["productable_type"], &sold["productable_id"]], [&json!("Bundle"), &json!(bundle)]);
            for field in ["name", "slug", "description"] {
                assert_eq!(sold[field], shown[field], "{field}");
            }
        }
        finds_nothing(school, vec![get("/bundles/999"), get("/bundles/0"), get("/bundles/breads")]).await;
    }

    async fn the_courses_of_a_bundle_are_whole_and_listed_by_their_ids(school: &TestSchool) {
        let mut courses = Vec::new();
        for name in ["Rye", "Spelt", "Wheat", "Oat"] {
            courses.push(course(school, name).await.0);
        }
        let [rye, spelt, wheat, oat] = courses[..] else { panic!("four") };
        let (breads, _) = bundle(school, "Breads", &[oat, rye, wheat]).await;
        let (others, _) = bundle(school, "Others", &[spelt, rye]).await;
        let (none, _) = bundle(school, "None", &[]).await;
        let path = format!("/bundles/{breads}/courses");
        lists(school, &path, &[rye, wheat, oat]).await;
        lists(school, &format!("/bundles/{others}/courses"), &[rye, spelt]).await;
        lists(school, &format!("/bundles/{none}/courses"), &[]).await;
        let listed = school.get(&path).await.expect(200).json();
        for item in listed["items"].as_array().expect("items") {
            assert_eq!(*item, school.get(&format!("/courses/{}", item["id"])).await.json());
        }
        assert_eq!(school.get(&format!("{path}?sort=-id&limit=2")).await.ids(), [oat, wheat]);

        // A course that is removed is in no bundle; the bundles and their other courses stay.
        remove_course(school, rye).await;
        assert_eq!(school.get(&format!("/bundles/{breads}")).await.json()["course_ids"], json!([oat, wheat]));
        lists(school, &path, &[wheat, oat]).await;
        lists(school, &format!("/bundles/{others}/courses"), &[spelt]).await;
        finds_nothing(school, vec![get("/bundles/999/courses"), get("/bundles/x/courses")]).await;
    }

    async fn neither_another_school_nor_an_app_without_the_scope_reads_a_bundle(school: &TestSchool) {
        let other = OtherSchool::on(school).await;
        let ((our_rye, _), (their_rye, _)) = (course(school, "Rye").await, course(&other, "Rye").await);
        let ((ours, _), (theirs, _)) =
            (bundle(school, "Breads", &[our_rye]).await, bundle(&other, "Breads", &[their_rye]).await);
        finds_nothing(school, vec![get(format!("/bundles/{theirs}")), get(format!("/bundles/{theirs}/courses"))]).await;
        finds_nothing(&other, vec![get(format!("/bundles/{ours}")), get(format!("/bundles/{ours}/courses"))]).await;
        lists(school, &format!("/bundles/{ours}/courses"), &[our_rye]).await;
        lists(&other, &format!("/bundles/{theirs}/courses"), &[their_rye]).await;
        remove_course(school, our_rye).await;
        assert_eq!(other.get(&format!("/bundles/{theirs}")).await.json()["course_ids"], json!([their_rye]));

        let reads = vec![get(format!("/bundles/{ours}")), get(format!("/bundles/{ours}/courses"))];
        needs_scopes(school, "bundles", reads).await;
    }
}
