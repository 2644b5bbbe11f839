//! What the API cannot make, made in the school directly.

use super::School;
use school::bundles::{self, NewBundle};
use school::courses::{self, NewCourse};
use school::orders::{self, NewItem, NewOrder};
use school::products::{self, ProductStatus, Productable};
use school::{collections, enrollments, product_publish_requests as requests};
use store::{CourseId, EnrollmentId, ProductId, SiteId, Tx, UserId, params};

/// Changes a school directly.
pub async fn arrange<T: Send + 'static>(
    school: &impl School,
    change: impl Fn(&mut Tx<'_>, SiteId) -> school::Result<T> + Send + 'static,
) -> T {
    let site = school.site();
    school.server().store.write(site, move |tx| change(tx, site)).await.expect("arranged")
}

/// A course with its product: the ids of both.
pub async fn course(school: &impl School, name: &str) -> (i64, i64) {
    course_of(school, NewCourse::named(name)).await
}

/// The same, with whatever else is to be said of it.
pub async fn course_of(school: &impl School, new: NewCourse) -> (i64, i64) {
    arrange(school, move |tx, site| {
        let course = courses::create(tx, site, &new)?;
        Ok((course.id.get(), course.product_id.get()))
    })
    .await
}

/// A product: that of a new course.
pub async fn product(school: &impl School, name: &str) -> i64 {
    course(school, name).await.1
}

/// The same with a status, such as `draft`.
pub async fn product_with_status(school: &impl School, name: &str, status: &str) -> i64 {
    let status = ProductStatus::named(status).expect("a status");
    course_of(school, NewCourse { status, ..NewCourse::named(name) }).await.1
}

/// Removes a course, and with it its product.
pub async fn remove_course(school: &impl School, course: i64) {
    arrange(school, move |tx, site| courses::delete(tx, site, CourseId::new(course))).await;
}

/// A bundle of courses with its product: the ids of both.
pub async fn bundle(school: &impl School, name: &str, course_ids: &[i64]) -> (i64, i64) {
    let new = NewBundle {
        name: name.to_owned(),
        course_ids: course_ids.iter().copied().map(CourseId::new).collect(),
        ..NewBundle::default()
    };
    bundle_of(school, new).await
}

/// The same, with whatever else is to be said of it.
pub async fn bundle_of(school: &impl School, new: NewBundle) -> (i64, i64) {
    arrange(school, move |tx, site| {
        let id = bundles::create(tx, site, &new)?.id;
        let product = products::id_by_productable(tx, site, Productable::Bundle(id))?;
        Ok((id.get(), product.expect("a bundle has a product").get()))
    })
    .await
}

/// Says which products are related to one.
pub async fn relate(school: &impl School, product: i64, related: &[i64]) {
    let related: Vec<ProductId> = related.iter().copied().map(ProductId::new).collect();
    arrange(school, move |tx, site| products::set_related(tx, site, ProductId::new(product), &related)).await;
}

/// The default collection of a school.
pub async fn default_collection(school: &impl School) -> i64 {
    arrange(school, |tx, site| Ok(collections::create_default(tx, site)?.id.get())).await
}

/// A request of a user to publish a product.
pub async fn publish_request(school: &impl School, product: i64, user: i64) -> i64 {
    let (product, user) = (ProductId::new(product), UserId::new(user));
    arrange(school, move |tx, site| Ok(requests::create(tx, site, product, user)?.id.get())).await
}

/// An order of a product with a coupon: its id, or why it was refused.
pub async fn order(school: &impl School, user: i64, product: i64, code: &str) -> Result<i64, String> {
    let new = NewOrder {
        user_id: UserId::new(user),
        items: vec![NewItem { product_id: ProductId::new(product), amount_cents: None }],
        coupon_code: Some(code.to_owned()),
        ..NewOrder::default()
    };
    let site = school.site();
    let made = school.server().store.write(site, move |tx| Ok(orders::create(tx, site, &new)?.id.get())).await;
    made.map_err(|error: school::Error| error.to_string())
}

/// Says how much of a course was done, in hundredths of a percent.
pub async fn progress(school: &impl School, enrollment: i64, hundredths: i64) {
    let enrollment = EnrollmentId::new(enrollment);
    arrange(school, move |tx, site| enrollments::set_progress(tx, site, enrollment, hundredths).map(drop)).await;
}

/// Makes every recorded answer to an idempotency key so many milliseconds older.
pub async fn age_idempotency_keys(school: &impl School, by: i64) {
    arrange(school, move |tx, site| {
        let sql = "UPDATE idempotency_keys SET created_at = created_at - $1 WHERE site_id = $2";
        Ok(tx.execute(sql, params![by, site])?)
    })
    .await;
}

/// How many answers to idempotency keys a school has recorded.
pub async fn recorded_answers(school: &impl School) -> i64 {
    arrange(school, |tx, site| {
        let sql = "SELECT count(*) FROM idempotency_keys WHERE site_id = $1";
        Ok(tx.first(sql, params![site], |row| row.get(0))?.unwrap_or(0))
    })
    .await
}
