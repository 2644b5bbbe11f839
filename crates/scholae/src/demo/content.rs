//! What the demo school holds: people, groups, a bundle, categories, a promotion, and half a year of learning and
//! paying, always the same.

use super::people::{PEOPLE, plain};
use super::{OWNER_EMAIL, SUBDOMAIN};
use crate::course::{self, CourseSource};
use definitions::FieldType;
use identity::passwords::Password;
use school::bundles::{self, NewBundle};
use school::coupons::{self, CouponInput};
use school::course_reviews::{self, NewReview};
use school::enrollments::{self, NewEnrollment};
use school::external_ids::Provider;
use school::external_orders::{self, Action, NewExternalOrder, NewTransaction, OrderType};
use school::files::FileAddresses;
use school::money::Hundredths;
use school::order_transactions;
use school::orders::{self, NewItem, NewOrder, Order, Status};
use school::products::{NewPrice, PaymentType, ProductStatus};
use school::promotions::{self, DiscountType, PromotionInput};
use school::security_log::{self, Origin, Who};
use school::users::{self, CreationOptions, UpdatedBy, UserInput, UserRef};
use school::{Result, Set, Site, collections, custom_profile_field_definitions as definitions, groups};
use school::{product_publish_requests, products, sites};
use store::{CourseId, DefinitionId, OrderId, ProductId, SiteId, Tx, UserId};

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;
/// Which of the people looks after the first group.
const ANALYST: usize = 14;
/// Who looks after courses.
const COURSE_ADMIN: usize = 11;

/// Fills the school, and gives its owner's id. Everything happened in the last 180 days, in order.
pub(super) fn fill(
    tx: &mut Tx<'_>,
    site: &Site,
    (courses, addresses): (&[CourseSource], &FileAddresses),
    password: &Password,
) -> Result<UserId> {
    let begin = store::now() - 180 * DAY;
    tx.backdate(begin);
    let fields = (
        definitions::create(tx, site.id, "Phone", FieldType::Text, false)?,
        definitions::create(tx, site.id, "Country", FieldType::Country, false)?,
    );
    let owner = owner(tx, site, password)?;
    let students = people(tx, site.id, begin, fields)?;
    for (index, name) in ["Cohort A", "Cohort B"].into_iter().enumerate() {
        let group = groups::create(tx, site.id, Some(name))?;
        if index == 0 {
            groups::add_analysts(tx, site.id, group.id, &[students[ANALYST]])?;
        }
        for student in students.iter().skip(index).step_by(2).take(12) {
            groups::add_user(tx, site.id, Some(*student), &[name.to_owned()])?;
        }
    }
    collections::create_default(tx, site.id)?;
    let mut course_ids = Vec::with_capacity(courses.len());
    let mut product_ids = Vec::with_capacity(courses.len());
    for source in courses {
        let course = course::import(tx, site.id, source, addresses)?;
        product_ids.push(course.product_id);
        course_ids.push(course.id);
    }
    related(tx, site.id, &product_ids)?;
    let coupon_code = promotion(tx, site.id, &product_ids)?;
    let bundle = bundle(tx, site.id, &course_ids)?;
    // One to be approved, one to be denied.
    let sampler = sampler(tx, site.id, &course_ids)?;
    for product in [bundle.product_id, sampler.product_id] {
        product_publish_requests::create(tx, site.id, product, students[COURSE_ADMIN])?;
    }
    life(tx, site.id, begin, &DemoPeople { students, course_ids, product_ids, coupon_code })?;
    tx.backdate(store::now() - DAY);
    for student in [0, 1, 2, 3] {
        let id = users::id_by_email(tx, site.id, &address(student))?;
        enrollments::enroll_in_bundle(tx, site.id, bundle.id, id, Some(store::now() - DAY), None)?;
    }
    // So that the security log, which is kept for 90 days, has something to show.
    let origin = Origin {
        who: Who::Anyone,
        address: "192.0.2.7".to_owned(),
        user_agent: "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0".to_owned(),
    };
    origin.set(tx);
    security_log::count(tx, site.id, security_log::Kind::SignInRefused, Some(owner), "password")?;
    security_log::record_of(tx, site.id, Who::User(owner), security_log::Kind::SignIn, Some(owner), "password")?;
    Ok(owner)
}

/// Makes the owner. Somebody else who has the owner's address becomes the owner.
pub(super) fn owner(tx: &mut Tx<'_>, site: &Site, password: &Password) -> Result<UserId> {
    let input = UserInput {
        first_name: to("Olga"),
        last_name: to("Marsh"),
        email: to(OWNER_EMAIL),
        password: Set::To(password.clone()),
        roles: Set::To(vec!["site_admin".to_owned()]),
        headline: to("Runs the demo school"),
        ..UserInput::default()
    };
    let owner = match users::id_by_email(tx, site.id, OWNER_EMAIL)? {
        Some(id) => users::update(tx, site.id, &UpdatedBy::School, &UserRef::Id(id), &input)?,
        None => users::create(tx, site.id, &input, &CreationOptions::default())?,
    };
    sites::update(tx, site, |site| site.owner_user_id = Some(owner.id))?;
    Ok(owner.id)
}

fn to(text: &str) -> Set<String> {
    Set::To(text.to_owned())
}

/// The address of the n-th person.
fn address(n: usize) -> String {
    let (first, last, _) = PEOPLE[n % PEOPLE.len()];
    format!("{}.{}@{SUBDOMAIN}.example", plain(first), plain(last))
}

fn people(
    tx: &mut Tx<'_>,
    site: SiteId,
    begin: i64,
    (phone, country): (DefinitionId, DefinitionId),
) -> Result<Vec<UserId>> {
    let mut ids = Vec::with_capacity(PEOPLE.len());
    for (n, (first, last, lives)) in PEOPLE.iter().enumerate() {
        let mut input = UserInput {
            first_name: to(first),
            last_name: to(last),
            email: Set::To(address(n)),
            custom_profile_fields: Set::To(vec![
                (phone, (n % 3 != 0).then(|| format!("+1 555 01{n:02}"))),
                (country, Some((*lives).to_owned())),
            ]),
            ..UserInput::default()
        };
        if n % 5 == 0 {
            input.company = to("Harbour Bakery Co-op");
            input.headline = to("Baker");
            input.external_source = to("newsletter");
        }
        match n {
            6 => {
                input.roles = Set::To(vec!["affiliate".to_owned()]);
                input.affiliate_code = to("giorgio");
                input.affiliate_commission = Set::To(Hundredths(15_00));
                input.affiliate_payout_email = Set::To(address(n));
            }
            COURSE_ADMIN => input.roles = Set::To(vec!["course_admin".to_owned()]),
            ANALYST => input.roles = Set::To(vec!["group_analyst".to_owned()]),
            _ => {}
        }
        let external_id = (n % 8 == 0).then(|| (Provider::Sso, format!("crm-{:04}", 1000 + n)));
        tx.backdate(begin + (n as i64 + 1) * DAY / 2);
        let welcome = CreationOptions { external_id, ..CreationOptions::default() };
        ids.push(users::create(tx, site, &input, &welcome)?.id);
    }
    Ok(ids)
}

fn related(tx: &mut Tx<'_>, site: SiteId, products_of_courses: &[ProductId]) -> Result<()> {
    for (at, product) in products_of_courses.iter().enumerate() {
        let others: Vec<ProductId> =
            products_of_courses.iter().copied().cycle().skip(at + 1).take(2).filter(|other| other != product).collect();
        products::set_related(tx, site, *product, &others)?;
    }
    Ok(())
}

fn promotion(tx: &mut Tx<'_>, site: SiteId, product_ids: &[ProductId]) -> Result<String> {
    let input = PromotionInput {
        name: to("Early birds"),
        description: to("A fifth off for those who come first."),
        discount_type: to(DiscountType::Percentage.name()),
        amount: Set::To(20_00),
        product_ids: Set::To(product_ids.to_vec()),
        ..PromotionInput::default()
    };
    let promotion = promotions::create(tx, site, &input)?;
    for (code, quantity) in [("EARLY20", None), ("PARTNER20", Some(50))] {
        let coupon = CouponInput {
            code: to(code),
            note: to("For the newsletter"),
            quantity: quantity.map_or(Set::Keep, Set::To),
            ..CouponInput::default()
        };
        coupons::create(tx, site, Some(promotion.id), &coupon)?;
    }
    Ok("EARLY20".to_owned())
}

fn bundle(tx: &mut Tx<'_>, site: SiteId, course_ids: &[CourseId]) -> Result<bundles::Bundle> {
    let new = NewBundle {
        name: "The whole school".to_owned(),
        slug: "the-whole-school".to_owned(),
        description: Some("Every course of the demo school together.".to_owned()),
        tagline: Some("Everything at once".to_owned()),
        course_ids: course_ids.to_vec(),
        status: ProductStatus::Draft,
        prices: vec![NewPrice::primary(PaymentType::OneTime, 14_900, "usd")],
        ..NewBundle::default()
    };
    bundles::create(tx, site, &new)
}

/// Another bundle, which is not published either: the first two courses.
fn sampler(tx: &mut Tx<'_>, site: SiteId, course_ids: &[CourseId]) -> Result<bundles::Bundle> {
    let new = NewBundle {
        name: "Two to begin with".to_owned(),
        slug: "two-to-begin-with".to_owned(),
        description: Some("The first two courses together.".to_owned()),
        tagline: Some("A good beginning".to_owned()),
        course_ids: course_ids.iter().take(2).copied().collect(),
        status: ProductStatus::Draft,
        prices: vec![NewPrice::primary(PaymentType::OneTime, 7_900, "usd")],
        ..NewBundle::default()
    };
    bundles::create(tx, site, &new)
}

struct DemoPeople {
    students: Vec<UserId>,
    course_ids: Vec<CourseId>,
    product_ids: Vec<ProductId>,
    coupon_code: String,
}

/// Five months of learning and paying.
fn life(tx: &mut Tx<'_>, site: SiteId, begin: i64, cast: &DemoPeople) -> Result<()> {
    let count = cast.course_ids.len().max(1);
    let mut installments = Vec::new();
    for (n, student) in cast.students.iter().copied().enumerate() {
        let at = begin + 25 * DAY + n as i64 * 3 * DAY + 9 * HOUR;
        let course = n % count;
        let (Some(course_id), Some(product_id)) =
            (cast.course_ids.get(course).copied(), cast.product_ids.get(course).copied())
        else {
            continue;
        };
        pay(tx, site, &mut installments, at)?;
        tx.backdate(at);
        if n % 4 != 3 {
            let order = NewOrder {
                user_id: student,
                items: vec![NewItem { product_id, amount_cents: None }],
                coupon_code: (n % 7 == 0).then(|| cast.coupon_code.clone()),
                affiliate_referral_code: (n % 9 == 0).then(|| "giorgio".to_owned()),
                status: Status::Complete,
            };
            let order = orders::create(tx, site, &order)?;
            if order.amount_cents > 0 {
                let payment = order_transactions::succeeded(tx, site, order.id, None)?;
                if n % 13 == 12 {
                    order_transactions::refunded(tx, site, payment.id, None)?;
                } else {
                    installments.extend(later_payments(tx, site, &order, at)?);
                }
            }
        } else {
            external(tx, site, at, n, student, product_id)?;
        }
        let enrollment = enrollments::create(
            tx,
            site,
            &NewEnrollment {
                course_id: Some(course_id),
                user_id: Some(student),
                activated_at: (n % 10 != 9).then_some(at),
                expiry_date: (n % 11 == 10).then_some(at + 30 * DAY),
            },
        )?;
        let progress = [0, 2_500, 5_000, 7_500, 10_000][n % 5];
        if progress > 0 {
            tx.backdate(at + 3 * HOUR);
            enrollments::set_progress(tx, site, enrollment.id, progress)?;
        }
        if progress == 10_000 {
            let review = NewReview {
                user_id: Some(student),
                rating: Some(4 + n as i64 % 2),
                title: Some("Clear and kind".to_owned()),
                review_text: Some("Short lessons, and each of them ended with something I could do.".to_owned()),
                approved: n % 3 != 0,
            };
            course_reviews::create(tx, site, Some(course_id), &review)?;
        }
    }
    pay(tx, site, &mut installments, store::now())
}

/// When an order that is paid month by month is paid again after its first payment.
fn later_payments(tx: &mut Tx<'_>, site: SiteId, order: &Order, at: i64) -> Result<Vec<(i64, OrderId)>> {
    let more = match order.payment_type {
        PaymentType::PaymentPlan => {
            let price = products::prices(tx, site, order.product_id)?.into_iter().find(|price| price.is_primary);
            price.and_then(|price| price.number_of_payments).unwrap_or(1) - 1
        }
        PaymentType::Subscription => 6,
        PaymentType::OneTime | PaymentType::Free => 0,
    };
    Ok((1..=more).map(|month| (at + month * 30 * DAY, order.id)).collect())
}

/// Takes the payments that are due by a moment, in order.
fn pay(tx: &mut Tx<'_>, site: SiteId, installments: &mut Vec<(i64, OrderId)>, until: i64) -> Result<()> {
    installments.sort_unstable();
    let due = installments.partition_point(|(at, _)| *at < until);
    for (at, order) in installments.drain(..due) {
        tx.backdate(at);
        order_transactions::succeeded(tx, site, order, None)?;
    }
    Ok(())
}

/// A payment that was taken elsewhere and reported: a subscription with two charges, or one payment, now and then
/// with a refund.
fn external(tx: &mut Tx<'_>, site: SiteId, at: i64, n: usize, user_id: UserId, product_id: ProductId) -> Result<()> {
    let charge = |number: usize| NewTransaction {
        amount: Some(1900),
        currency: Some("USD".to_owned()),
        reference: Some(format!("ch_{n:03}_{number}")),
        action: None,
    };
    let subscription = n % 8 == 3;
    let order_type = if subscription { OrderType::Subscription } else { OrderType::OneTime };
    let order = external_orders::create(
        tx,
        site,
        &NewExternalOrder {
            payment_provider: Some("Examplepay".to_owned()),
            user_id: Some(user_id),
            product_id: Some(product_id),
            order_type: Some(order_type.name().to_owned()),
            transaction: Some(charge(1)),
        },
    )?;
    if subscription {
        tx.backdate(at + HOUR);
        external_orders::report(tx, site, order.order().id, Action::Purchase, &charge(2))?;
    }
    if n % 12 == 7 {
        let refund = NewTransaction { amount: Some(900), ..charge(1) };
        tx.backdate(at + 2 * HOUR);
        external_orders::report(tx, site, order.order().id, Action::Refund, &refund)?;
    }
    Ok(())
}
