//! A school with something in every list of the API, made day by day.

use super::arrange::arrange;
use super::{Request, School, put};
use school::bundles::{self, NewBundle};
use school::chapters::{self, NewChapter};
use school::collections::{self, CollectionInput};
use school::contents::{self, NewContent};
use school::coupons::{self, CouponInput};
use school::course_reviews::{self, NewReview};
use school::courses::{self, NewCourse};
use school::custom_profile_field_definitions::FieldType;
use school::enrollments::{self, NewEnrollment};
use school::external_orders::{self, NewExternalOrder};
use school::instructors::{self, InstructorInput};
use school::orders::{self, NewItem, NewOrder};
use school::promotions::{self, PromotionInput};
use school::users::{self, CreationOptions, UserInput};
use school::{Result, Set, custom_profile_field_definitions as definitions, groups};
use school::{product_publish_requests as requests, products};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use store::{BundleId, ChapterId, CollectionId, CourseId, ProductId, PromotionId, SiteId, Tx, UserId};

/// Noon of the first day: 2024-01-01T12:00:00.000Z, in milliseconds.
const FIRST_NOON: i64 = 1_704_110_400_000;
const DAY: i64 = 86_400_000;
/// How many days there are.
const DAYS: i64 = 5;

/// A list and what is in it.
pub struct Listed {
    /// Its path in the description of the API.
    pub template: &'static str,
    /// Its path in this school. It may have a query.
    pub path: String,
    /// Its records, in the order of their ids.
    pub ids: Vec<i64>,
    /// The number of the day at whose noon each of them was made, from zero.
    pub days: Vec<i64>,
    /// A request that changes the second one.
    pub change: Option<Request>,
}

impl Listed {
    fn changed_by(self, path: &str, body: Value) -> Self {
        Self { change: Some(put(format!("{path}/{}", self.ids[1]), body)), ..self }
    }

    /// Its path with a further piece of query.
    pub fn with(&self, query: &str) -> String {
        format!("{}{}{query}", self.path, if self.path.contains('?') { '&' } else { '?' })
    }
}

/// What was made of a kind: each id with its day.
type Made = BTreeMap<&'static str, Vec<(i64, i64)>>;

/// Makes something for every list on each of five days.
pub async fn every_list(school: &impl School) -> Vec<Listed> {
    let made = arrange(school, |tx, site| {
        let mut made = Made::new();
        for day in 0..DAYS {
            tx.backdate(FIRST_NOON + day * DAY);
            for (kind, id) in one_day(tx, site, day, &made)? {
                made.entry(kind).or_default().push((id, day));
            }
        }
        Ok(made)
    })
    .await;
    let first = |kind: &str| made[kind][0].0;
    let inside = |template: &'static str, path: String, kind: &str| {
        let (ids, days) = made[kind].iter().copied().unzip();
        Listed { template, path, ids, days, change: None }
    };
    let whole = |path: &'static str, kind: &str| inside(path, path.to_owned(), kind);
    let all_product = made["product"].last().expect("products").0;
    let ends = json!({ "expiry_date": "2090-01-01T00:00:00Z" });
    vec![
        whole("/users", "user").changed_by("/users", json!({ "company": "Bakers" })),
        whole("/custom_profile_field_definitions", "definition"),
        whole("/groups", "group"),
        whole("/courses", "course"),
        inside("/courses/{id}/chapters", format!("/courses/{}/chapters", first("course")), "chapter"),
        inside("/chapters/{id}/contents", format!("/chapters/{}/contents", first("chapter")), "content"),
        inside("/course_reviews", format!("/course_reviews?course_id={}", first("course")), "review"),
        whole("/instructors", "instructor").changed_by("/instructors", json!({ "bio": "changed" })),
        whole("/products", "product"),
        inside("/products/{id}/related", format!("/products/{all_product}/related"), "course product"),
        whole("/collections", "collection").changed_by("/collections", json!({ "description": "changed" })),
        inside(
            "/collections/{id}/products",
            format!("/collections/{}/products", first("collection")),
            "course product",
        ),
        whole("/promotions", "promotion").changed_by("/promotions", json!({ "description": "changed" })),
        inside("/coupons", format!("/coupons?promotion_id={}", first("promotion")), "coupon")
            .changed_by("/coupons", json!({ "note": "changed" })),
        whole("/product_publish_requests", "request"),
        inside("/bundles/{id}/courses", format!("/bundles/{}/courses", made["bundle"][1].0), "course"),
        inside("/bundles/{id}/enrollments", format!("/bundles/{}/enrollments", first("bundle")), "bundle enrollment")
            .changed_by("/enrollments", ends.clone()),
        whole("/enrollments", "enrollment").changed_by("/enrollments", ends),
        whole("/orders", "order"),
        whole("/external_orders", "external order"),
    ]
}

/// What is made on one day. What is inside something else is in the first of its kind.
fn one_day(tx: &mut Tx<'_>, site: SiteId, day: i64, before: &Made) -> Result<Vec<(&'static str, i64)>> {
    let name = |what: &str| format!("{what} {day}");
    let to = |what: &str| Set::To(format!("{what} {day}"));
    let container = |kind: &str, made: i64| before.get(kind).map_or(made, |earlier| earlier[0].0);

    let email = Set::To(format!("user-{day}@example.com"));
    let input = UserInput { first_name: to("first"), last_name: to("last"), email, ..UserInput::default() };
    let user = users::create(tx, site, &input, &CreationOptions::default())?.id;
    let definition = definitions::create(tx, site, &name("field"), FieldType::Text, false)?;
    let group = groups::create(tx, site, Some(&name("group")))?.id;
    let slug = Set::To(format!("instructor-{day}"));
    let input = InstructorInput { first_name: to("first"), last_name: to("last"), slug, ..Default::default() };
    let instructor = instructors::create(tx, site, &input)?.id;

    let course = courses::create(tx, site, &NewCourse::named(&name("course")))?;
    let (course, product) = (course.id, course.product_id);
    let in_course = CourseId::new(container("course", course.get()));
    let new = NewChapter { name: name("chapter"), ..NewChapter::default() };
    let chapter = chapters::create(tx, site, in_course, &new)?.id;
    let content =
        contents::create(tx, site, ChapterId::new(container("chapter", chapter.get())), &content(name("content")))?.id;
    let review = NewReview {
        user_id: Some(user),
        rating: Some(5),
        title: Some(name("title")),
        review_text: Some(name("review")),
        approved: true,
    };
    let review = course_reviews::create(tx, site, Some(in_course), &review)?.id;
    let input = CollectionInput { name: to("collection"), ..CollectionInput::default() };
    let collection = collections::create(tx, site, &input)?.id;
    let in_collection = CollectionId::new(container("collection", collection.get()));
    collections::add_products(tx, site, in_collection, &[product])?;
    let input = PromotionInput {
        name: to("promotion"),
        discount_type: Set::To("fixed".to_owned()),
        amount: Set::To(5_00),
        ..PromotionInput::default()
    };
    let promotion = promotions::create(tx, site, &input)?.id;
    let input = CouponInput { code: to("code"), ..CouponInput::default() };
    let of_promotion = PromotionId::new(container("promotion", promotion.get()));
    let coupon = coupons::create(tx, site, Some(of_promotion), &input)?.id;
    let mut made = vec![
        ("user", user.get()),
        ("definition", definition.get()),
        ("group", group.get()),
        ("instructor", instructor.get()),
        ("course", course.get()),
        ("chapter", chapter.get()),
        ("content", content.get()),
        ("review", review.get()),
        ("course product", product.get()),
        ("product", product.get()),
        ("collection", collection.get()),
        ("promotion", promotion.get()),
        ("coupon", coupon.get()),
        ("request", requests::create(tx, site, product, user)?.id.get()),
    ];
    made.extend(sold(tx, site, day, user, product)?);
    made.extend(bundled(tx, site, day, user, course, before)?);
    if day > 0 {
        made.extend(elsewhere(tx, site, day, &made)?);
    }
    Ok(made)
}

/// What a day makes in its own course, collection and promotion, beside what it made in the first ones: all of it meets
/// every filter, and is in no list of what is in the first ones.
fn elsewhere(tx: &mut Tx<'_>, site: SiteId, day: i64, own: &[(&'static str, i64)]) -> Result<[(&'static str, i64); 1]> {
    let own = |kind: &str| own.iter().find(|(known, _)| *known == kind).map_or(0, |(_, id)| *id);
    let (user, course) = (UserId::new(own("user")), CourseId::new(own("course")));
    let (product, before) = (ProductId::new(own("product")), ProductId::new(own("product") - 1));
    let chapter = NewChapter { name: format!("other chapter {day}"), ..NewChapter::default() };
    let chapter = chapters::create(tx, site, course, &chapter)?.id;
    contents::create(tx, site, chapter, &content(format!("other content {day}")))?;
    let review = NewReview {
        user_id: Some(user),
        rating: Some(1),
        title: Some("T".to_owned()),
        review_text: Some("R".to_owned()),
        approved: true,
    };
    course_reviews::create(tx, site, Some(course), &review)?;
    collections::add_products(tx, site, CollectionId::new(own("collection")), &[product])?;
    products::set_related(tx, site, product, &[before])?;
    let input = CouponInput { code: Set::To(format!("other code {day}")), ..CouponInput::default() };
    coupons::create(tx, site, Some(PromotionId::new(own("promotion"))), &input)?;
    let new = NewEnrollment { course_id: Some(course), user_id: Some(user), ..NewEnrollment::default() };
    Ok([("enrollment", enrollments::create(tx, site, &new)?.id.get())])
}

fn content(name: String) -> NewContent {
    NewContent { name, duration_in_seconds: 60, text: "Flour and water".to_owned(), ..NewContent::default() }
}

/// The orders of a day.
fn sold(
    tx: &mut Tx<'_>,
    site: SiteId,
    day: i64,
    user_id: UserId,
    product_id: ProductId,
) -> Result<Vec<(&'static str, i64)>> {
    let items = vec![NewItem { product_id, amount_cents: None }];
    let order = orders::create(tx, site, &NewOrder { user_id, items, ..NewOrder::default() })?.id;
    let new = NewExternalOrder {
        payment_provider: Some(format!("provider {day}")),
        user_id: Some(user_id),
        product_id: Some(product_id),
        order_type: Some("one-time".to_owned()),
        transaction: None,
    };
    Ok(vec![("order", order.get()), ("external order", external_orders::create(tx, site, &new)?.order().id.get())])
}

/// A bundle of the first course on the first day, in which a user is enrolled every day, and one of all courses on the
/// last, to whose product all the others are related.
fn bundled(
    tx: &mut Tx<'_>,
    site: SiteId,
    day: i64,
    user: UserId,
    course: CourseId,
    before: &Made,
) -> Result<Vec<(&'static str, i64)>> {
    let mut made = Vec::new();
    let earlier = |kind: &str| before.get(kind).into_iter().flatten().map(|(id, _)| *id).collect::<Vec<i64>>();
    let mut make = |tx: &mut Tx<'_>, name: &str, course_ids: Vec<CourseId>| -> Result<(BundleId, ProductId)> {
        let new = NewBundle { name: name.to_owned(), course_ids, ..NewBundle::default() };
        let bundle = bundles::create(tx, site, &new)?;
        made.extend([("bundle", bundle.id.get()), ("product", bundle.product_id.get())]);
        Ok((bundle.id, bundle.product_id))
    };
    let single = match earlier("bundle").first() {
        Some(single) => BundleId::new(*single),
        None => make(tx, "single", vec![course])?.0,
    };
    if day == DAYS - 1 {
        let courses = earlier("course").into_iter().map(CourseId::new).chain([course]).collect();
        let (_, product) = make(tx, "all", courses)?;
        let own = courses::get(tx, site, course)?.product_id;
        let related: Vec<ProductId> = earlier("course product").into_iter().map(ProductId::new).chain([own]).collect();
        products::set_related(tx, site, product, &related)?;
    }
    let now = tx.moment();
    enrollments::enroll_in_bundle(tx, site, single, Some(user), Some(now), None)?;
    let wanted = enrollments::EnrollmentFilter { user_id: Some(user), ..Default::default() };
    let enrollment = enrollments::list(tx, site, &wanted, &store::PageRequest::first(1))?.items[0].id;
    made.extend([("enrollment", enrollment.get()), ("bundle enrollment", enrollment.get())]);
    Ok(made)
}
