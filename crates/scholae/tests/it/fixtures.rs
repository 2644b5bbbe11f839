//! One of everything: a school in which every operation has something to work on.

use bulk::jobs::{self, JobKind, JobParams, NewJob};
use delivery::webhooks::{self, Owner};
use school::bundles::{self, NewBundle};
use school::chapters::{self, NewChapter};
use school::collections::{self, CollectionInput};
use school::contents::{self, Choice, ContentType, NewContent, Question};
use school::coupons::{self, CouponInput};
use school::course_reviews::{self, NewReview};
use school::courses::{self, NewCourse};
use school::custom_profile_field_definitions::FieldType;
use school::enrollments;
use school::events::{self, Topic};
use school::external_ids::Provider;
use school::external_orders::{self, NewExternalOrder, NewTransaction};
use school::files::{self, FileLimits, NewFile, Part};
use school::instructors::{self, InstructorInput};
use school::orders::{self, NewItem, NewOrder};
use school::products::{self, NewPrice, PaymentType};
use school::promotions::{self, PromotionInput};
use school::security_log::{self, Who};
use school::users::{self, CreationOptions, UserInput};
use school::{Result, Set, custom_profile_field_definitions as definitions, groups, product_publish_requests};
use std::collections::BTreeMap;
use store::{FileId, SiteId, Tx, UserId};

/// What there is, by what it is called in the tests' requests: ids, and the names by which requests find things.
pub type Things = BTreeMap<&'static str, String>;

/// Makes one of everything. Every text of it holds the mark, which is of lower-case letters and digits.
pub fn one_of_everything(tx: &mut Tx<'_>, site: SiteId, mark: &str) -> Result<Things> {
    let text = |what: &str| format!("{what}-{mark}");
    let some = |what: &str| Some(format!("{what}-{mark}"));
    let to = |what: &str| Set::To(format!("{what}-{mark}"));
    let definition = definitions::create(tx, site, &text("label"), FieldType::Text, false)?;
    let mut person = |name: &str, role: Option<&str>| -> Result<UserId> {
        let input = UserInput {
            first_name: to("first"),
            last_name: to("last"),
            email: Set::To(format!("{name}-{mark}@example.com")),
            roles: Set::To(role.map(str::to_owned).into_iter().collect()),
            company: to("company"),
            external_source: to("source"),
            affiliate_code: to(name),
            custom_profile_fields: Set::To(vec![(definition, some("value"))]),
            ..UserInput::default()
        };
        let external_id = Some((Provider::Sso, format!("{name}-external-{mark}")));
        Ok(users::create(
            tx,
            site,
            &input,
            &CreationOptions { external_id, skip_custom_fields_validation: true, ..CreationOptions::default() },
        )?
        .id)
    };
    let user = person("user", None)?;
    let analyst = person("analyst", Some("group_analyst"))?;
    let visitor = person("visitor", None)?;
    security_log::record_of(tx, site, Who::User(analyst), security_log::Kind::SignIn, Some(analyst), "password")?;

    let group = groups::create(tx, site, Some(&text("group")))?.id;
    groups::add_user(tx, site, Some(user), &[text("group")])?;
    groups::add_analysts(tx, site, group, &[analyst])?;

    let input =
        InstructorInput { first_name: to("first"), last_name: to("last"), slug: to("slug"), ..Default::default() };
    let instructor = instructors::create(tx, site, &input)?.id;
    let price = |payment_type| vec![NewPrice::primary(payment_type, 19_00, "usd")];
    let course = courses::create(
        tx,
        site,
        &NewCourse {
            description: some("description"),
            instructor_id: Some(instructor),
            user_id: Some(analyst),
            administrator_user_ids: vec![analyst],
            prices: price(PaymentType::Subscription),
            ..NewCourse::named(&text("course"))
        },
    )?;
    let chapter =
        chapters::create(tx, site, course.id, &NewChapter { name: text("chapter"), ..Default::default() })?.id;
    let content =
        NewContent { name: text("content"), duration_in_seconds: 60, text: text("text"), ..NewContent::default() };
    let content = contents::create(tx, site, chapter, &content)?.id;
    let quiz = NewContent {
        name: text("quiz"),
        content_type: ContentType::Quiz,
        questions: vec![Question {
            prompt: text("prompt"),
            choices: vec![Choice { text: text("choice"), correct: true, ..Choice::default() }],
            ..Question::default()
        }],
        ..NewContent::default()
    };
    let quiz = contents::create(tx, site, chapter, &quiz)?.id;
    let question = contents::body(tx, site, quiz)?.questions[0].id;
    let review = NewReview {
        user_id: Some(user),
        rating: Some(5),
        title: some("title"),
        review_text: some("review"),
        approved: true,
    };
    let review = course_reviews::create(tx, site, Some(course.id), &review)?.id;
    let bundle = NewBundle { name: text("bundle"), course_ids: vec![course.id], ..NewBundle::default() };
    let bundle = bundles::create(tx, site, &bundle)?;
    enrollments::enroll_in_bundle(tx, site, bundle.id, Some(user), Some(store::now()), None)?;
    let ask = store::PageRequest::first(1);
    let wanted = enrollments::EnrollmentFilter { user_id: Some(user), ..Default::default() };
    let enrollment = enrollments::list(tx, site, &wanted, &ask)?.items[0].id;

    products::set_related(tx, site, course.product_id, &[bundle.product_id])?;
    let collection = CollectionInput { name: to("collection"), ..CollectionInput::default() };
    let collection = collections::create(tx, site, &collection)?.id;
    collections::add_products(tx, site, collection, &[course.product_id])?;
    let promotion = PromotionInput {
        name: to("promotion"),
        discount_type: Set::To("fixed".to_owned()),
        amount: Set::To(5_00),
        product_ids: Set::To(vec![course.product_id]),
        ..PromotionInput::default()
    };
    let promotion = promotions::create(tx, site, &promotion)?.id;
    let coupon = CouponInput { code: to("code"), note: to("note"), ..CouponInput::default() };
    let coupon = coupons::create(tx, site, Some(promotion), &coupon)?.id;

    let order = NewOrder {
        user_id: user,
        items: vec![NewItem { product_id: course.product_id, amount_cents: None }],
        coupon_code: some("code"),
        affiliate_referral_code: some("affiliate"),
        ..NewOrder::default()
    };
    let order = orders::create(tx, site, &order)?.id;
    let payment = NewTransaction {
        amount: Some(19_00),
        currency: Some("USD".to_owned()),
        reference: some("reference"),
        action: None,
    };
    let external_order = NewExternalOrder {
        payment_provider: some("provider"),
        user_id: Some(user),
        product_id: Some(course.product_id),
        order_type: Some("subscription".to_owned()),
        transaction: Some(payment),
    };
    let external_order = external_orders::create(tx, site, &external_order)?.order().id;
    let publish_request = product_publish_requests::create(tx, site, course.product_id, analyst)?.id;

    let (file, uploading_file) = files_of(tx, site, mark)?;

    let wanted = webhooks::WebhookChanges {
        topic: Some(Topic::AppUninstalled.name().to_owned()),
        target_url: Set::To(format!("https://hooks.example.org/{mark}")),
        active: None,
    };
    let webhook = webhooks::create(tx, site, Owner::SCHOOL, "1", &wanted)?;
    let payload = serde_json::json!({
        "client_id": text("client"), "name": text("app"), "reason": text("reason"),
        "uninstalled_at": "2024-01-01T00:00:00.000Z",
    });
    let delivery = events::record_for(tx, site, Topic::AppUninstalled, &payload, webhook.number)?;
    let delivery = webhooks::delivery(tx, site, Owner::SCHOOL, delivery)?;

    let export = NewJob::of(JobKind::UsersExport, JobParams::default());
    let open_job = jobs::create(tx, site, &export)?.id;
    let job = jobs::create(tx, site, &export)?.id;
    jobs::cancel(tx, site, job)?;

    let ids = [
        ("job", job.to_string()),
        ("open_job", open_job.to_string()),
        ("delivery", delivery.row.id.to_string()),
        ("definition", definition.to_string()),
        ("user", user.to_string()),
        ("analyst", analyst.to_string()),
        ("visitor", visitor.to_string()),
        ("group", group.to_string()),
        ("instructor", instructor.to_string()),
        ("course", course.id.to_string()),
        ("chapter", chapter.to_string()),
        ("content", content.to_string()),
        ("quiz", quiz.to_string()),
        ("question", question.to_string()),
        ("review", review.to_string()),
        ("product", course.product_id.to_string()),
        ("bundle", bundle.id.to_string()),
        ("enrollment", enrollment.to_string()),
        ("collection", collection.to_string()),
        ("promotion", promotion.to_string()),
        ("coupon", coupon.to_string()),
        ("order", order.to_string()),
        ("external_order", external_order.to_string()),
        ("publish_request", publish_request.to_string()),
        ("file", file.to_string()),
        ("uploading_file", uploading_file.to_string()),
    ];
    let names = [
        ("webhook", webhook.id),
        ("event", delivery.ulid),
        ("email", format!("user-{mark}@example.com")),
        ("external_id", text("user-external")),
        ("affiliate_code", text("user")),
        ("source", text("source")),
        ("label", text("label")),
        ("value", text("value")),
        ("group_name", text("group")),
        ("course_slug", text("course")),
        ("collection_slug", text("collection")),
        ("instructor_slug", text("slug")),
        ("code", text("code")),
        ("provider", text("provider")),
        ("reference", text("reference")),
    ];
    Ok(ids.into_iter().chain(names).collect())
}

/// A file that has come whole, and one of seven bytes whose upload has begun. Neither has any bytes.
fn files_of(tx: &mut Tx<'_>, site: SiteId, mark: &str) -> Result<(FileId, FileId)> {
    let mut begin = |name: &str| {
        let new = NewFile { name: Some(format!("{name}-{mark}.txt")), size: Some(7), ..NewFile::default() };
        Ok::<_, school::Error>(files::begin(tx, site, &new, &FileLimits::default())?.id)
    };
    let (whole, uploading) = (begin("file")?, begin("upload")?);
    files::note_part(tx, site, whole, &Part { number: 1, token: school::ids::file_token(), size: 7 })?;
    files::complete(tx, site, whole)?;
    Ok((whole, uploading))
}
