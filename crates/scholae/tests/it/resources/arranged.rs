//! What the API cannot make: courses and what they are made of, bundles, orders, progress, fields of profiles.

use crate::support::TestSchool;
use school::bundles::{self, NewBundle};
use school::chapters::{self, NewChapter};
use school::contents::{self, NewContent};
use school::courses::{self, NewCourse};
use school::custom_profile_field_definitions::{self as definitions, FieldType};
use school::enrollments;
use school::order_transactions;
use school::orders::{self, NewItem, NewOrder};
use store::{ChapterId, CourseId, EnrollmentId, OrderId, OrderTransactionId, ProductId, UserId};

/// A course or a bundle, and the product through which it is sold.
#[derive(Debug, Clone, Copy)]
pub struct Sold {
    /// Its id.
    pub id: i64,
    /// The product's.
    pub product: i64,
}

/// A published, free course with this name.
pub async fn course(school: &TestSchool, name: &str) -> Sold {
    course_of(school, NewCourse::named(name)).await
}

/// A course with everything as it is said.
pub async fn course_of(school: &TestSchool, new: NewCourse) -> Sold {
    let course = school.arrange(move |tx, site| courses::create(tx, site, &new)).await;
    Sold { id: course.id.get(), product: course.product_id.get() }
}

/// Removes a course.
pub async fn remove_course(school: &TestSchool, id: i64) {
    school.arrange(move |tx, site| courses::delete(tx, site, CourseId::new(id))).await;
}

/// A chapter at the end of a course: its id.
pub async fn chapter(school: &TestSchool, course: i64, name: &str) -> i64 {
    chapter_of(school, course, NewChapter { name: name.to_owned(), ..NewChapter::default() }).await
}

/// A chapter with everything as it is said: its id.
pub async fn chapter_of(school: &TestSchool, course: i64, new: NewChapter) -> i64 {
    school.arrange(move |tx, site| chapters::create(tx, site, CourseId::new(course), &new)).await.id.get()
}

/// A content that is a text, with this name, to be changed into something else.
pub fn text(name: &str) -> NewContent {
    NewContent { name: name.to_owned(), ..NewContent::default() }
}

/// A content of a chapter: its id.
pub async fn content(school: &TestSchool, chapter: i64, new: NewContent) -> i64 {
    school.arrange(move |tx, site| contents::create(tx, site, ChapterId::new(chapter), &new)).await.id.get()
}

/// A bundle of courses.
pub async fn bundle(school: &TestSchool, name: &str, course_ids: &[i64]) -> Sold {
    let new = NewBundle {
        name: name.to_owned(),
        course_ids: course_ids.iter().copied().map(CourseId::new).collect(),
        ..NewBundle::default()
    };
    let bundle = school.arrange(move |tx, site| bundles::create(tx, site, &new)).await;
    Sold { id: bundle.id.get(), product: bundle.product_id.get() }
}

/// A field that the school asks its users for: its id.
pub async fn definition(school: &TestSchool, label: &str, field_type: &str, required: bool) -> i64 {
    let (label, field_type) = (label.to_owned(), FieldType::named(field_type).expect("a type of field"));
    school.arrange(move |tx, site| definitions::create(tx, site, &label, field_type, required)).await.get()
}

/// So much of an enrollment's course is done, in hundredths of a percent.
pub async fn progress(school: &TestSchool, enrollment: i64, percentage: i64) {
    let enrollment = EnrollmentId::new(enrollment);
    school.arrange(move |tx, site| enrollments::set_progress(tx, site, enrollment, percentage)).await;
}

/// An order of products, each with what is paid for it in hundredths: its id.
pub async fn order(school: &TestSchool, user: i64, items: &[(i64, i64)]) -> i64 {
    let item =
        |&(product, cents): &(i64, i64)| NewItem { product_id: ProductId::new(product), amount_cents: Some(cents) };
    let items = items.iter().map(item).collect();
    order_of(school, NewOrder { user_id: UserId::new(user), items, ..NewOrder::default() }).await
}

/// An order with everything as it is said: its id.
pub async fn order_of(school: &TestSchool, new: NewOrder) -> i64 {
    school.arrange(move |tx, site| orders::create(tx, site, &new)).await.id.get()
}

/// A payment of an order that the school took itself, in hundredths: its id.
pub async fn paid(school: &TestSchool, order: i64, cents: i64) -> i64 {
    let order = OrderId::new(order);
    school.arrange(move |tx, site| order_transactions::succeeded(tx, site, order, Some(cents))).await.id.get()
}

/// So much of a payment is paid back.
pub async fn refunded(school: &TestSchool, payment: i64, cents: i64) {
    let payment = OrderTransactionId::new(payment);
    school.arrange(move |tx, site| order_transactions::refunded(tx, site, payment, Some(cents))).await;
}
