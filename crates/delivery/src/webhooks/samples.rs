//! Made-up payloads, for tests of webhooks: of the same shapes as real ones, about nobody. Their texts begin with
//! [`MARK`], by which receivers can tell them from real ones.

use school::events::Topic;
use school::events::payloads::{
    AppUninstalled, Coupon, Course, CourseProduct, CustomProfileField, Enrollment, Hundredths, Item, Lead, Lesson,
    LessonBody, NamedRef, OfEnrollment, Order, OrderTransaction, PaidItem, PaidOrder, Person, PlanUpdated, Price,
    Product, Quiz, Subscriber, Subscription, User,
};
use school::products::{BillingInterval, PaymentType, ProductStatus, ProductableType};
use school::sites::Plan;
use school::subscriptions::Status;
use school::time::Moment;
use school::users::CommissionType;
use school::{
    ChapterId, ContentId, CouponId, CourseId, DefinitionId, EnrollmentId, InstructorId, LeadId, OrderId,
    OrderTransactionId, PriceId, ProductId, PromotionId, QuizAttemptId, SubscriptionId, UserId,
};
use serde::Serialize;
use serde_json::Value;

/// What the texts of a made-up payload begin with.
pub const MARK: &str = "[TEST] ";

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;
const FIRST: &str = "[TEST] Ann";
const LAST: &str = "[TEST] Example";
const WHOLE: &str = "[TEST] Ann Example";
const EMAIL: &str = "ann@example.com";
const COURSE: NamedRef<'static, CourseId> = NamedRef { id: CourseId::new(4), name: "[TEST] Photography with a phone" };
const PRODUCT: ProductId = ProductId::new(7);
const CHAPTER: ChapterId = ChapterId::new(12);
const PERSON: Person<'static> = Person { email: EMAIL, first_name: FIRST, id: UserId::new(123), last_name: LAST };

/// A made-up payload of a topic, of something that happened at this moment.
#[must_use]
pub fn payload(topic: Topic, at: i64) -> Value {
    match topic {
        Topic::LeadCreated => value(&Lead {
            id: LeadId::new(33),
            email: EMAIL,
            first_name: FIRST,
            last_name: Some(LAST),
            created_at: Moment(at),
            subscribed: true,
        }),
        Topic::OrderCreated => value(&order(at)),
        Topic::OrderTransactionSucceeded | Topic::OrderTransactionFailed => value(&transaction(at, None)),
        Topic::OrderTransactionRefunded => value(&transaction(at - DAY, Some(5_000))),
        Topic::SubscriptionCancelled => value(&subscription(at, Status::Cancelled)),
        Topic::SubscriptionPastDue => value(&subscription(at, Status::PastDue)),
        Topic::SubscriptionUnpaid => value(&subscription(at, Status::Unpaid)),
        Topic::UserSignup => value(&user(at)),
        Topic::UserSignin | Topic::UserUpdated | Topic::UserDeleted => value(&user(at - 30 * DAY)),
        Topic::EnrollmentTrial => value(&enrollment(at, Progress::Trial)),
        Topic::EnrollmentCreated => value(&enrollment(at, Progress::New)),
        Topic::EnrollmentProgress => value(&enrollment(at, Progress::Half)),
        Topic::EnrollmentCompleted => value(&enrollment(at, Progress::Done)),
        Topic::LessonCompleted => value(&Lesson {
            chapter: NamedRef { id: CHAPTER, name: "[TEST] Light" },
            course: COURSE,
            enrollment: OfEnrollment { id: EnrollmentId::new(97_472) },
            lesson: LessonBody { id: ContentId::new(242), name: "[TEST] The golden hour", position: 0, kind: "Video" },
            user: PERSON,
        }),
        Topic::QuizAttempted => value(&Quiz {
            attempts: 2,
            correct_count: 4,
            grade: 80,
            incorrect_count: 1,
            result_id: QuizAttemptId::new(125),
            user: PERSON.into(),
            quiz: NamedRef { id: ContentId::new(438), name: "[TEST] What have you seen?" },
        }),
        Topic::CourseCreated | Topic::CourseUpdated | Topic::CourseDeleted => value(&course()),
        Topic::ProductCreated => value(&product(at)),
        Topic::ProductUpdated | Topic::ProductDeleted => value(&product(at - 30 * DAY)),
        Topic::AppUninstalled => value(&AppUninstalled {
            client_id: "test-app",
            name: "[TEST] App",
            reason: Some("[TEST] No longer needed"),
            uninstalled_at: Moment(at),
        }),
        Topic::PlanUpdated => value(&PlanUpdated {
            plan: Plan::Premier,
            previous_plan: Plan::Grow,
            subdomain: "test",
            name: "[TEST] School",
        }),
    }
}

fn value(payload: &impl Serialize) -> Value {
    serde_json::to_value(payload).unwrap_or_else(|error| unreachable!("payloads are plain data: {error}"))
}

fn order(at: i64) -> Order<'static> {
    Order {
        affiliate_referral_code: None,
        amount_cents: 5_000,
        amount_dollars: Hundredths(5_000),
        billing_name: WHOLE,
        coupon: Some(Coupon { id: CouponId::new(12), code: "TEST10", promotion_id: PromotionId::new(3) }),
        created_at: Moment(at),
        id: OrderId::new(19_796),
        order_number: 1_010,
        payment_type: PaymentType::OneTime,
        presentment_amount: 5_000,
        presentment_currency: "usd".to_owned(),
        product_id: PRODUCT,
        product_name: COURSE.name,
        status: "Complete".to_owned(),
        items: vec![Item {
            product_id: PRODUCT,
            product_name: COURSE.name,
            amount_dollars: Hundredths(5_000),
            amount_cents: 5_000,
        }],
        user: PERSON,
    }
}

fn transaction(at: i64, refunded_amount: Option<i64>) -> OrderTransaction<'static> {
    OrderTransaction {
        id: OrderTransactionId::new(22),
        created_at: Moment(at),
        amount: 5_000,
        action: "purchase",
        currency: "usd",
        payment_provider: "thinkific_payments",
        order: PaidOrder {
            id: OrderId::new(19_796),
            created_at: Moment(at),
            order_number: "ORD001010".to_owned(),
            product_name: COURSE.name,
            amount_cents: 5_000,
            amount_dollars: Hundredths(5_000),
            billing_name: WHOLE,
            payment_type: PaymentType::OneTime,
            items: vec![PaidItem {
                amount_dollars: Hundredths(5_000),
                amount_cents: 5_000,
                product_id: PRODUCT,
                product_name: COURSE.name,
            }],
            user: PERSON.into(),
        },
        refunded: refunded_amount.is_some(),
        refunded_amount,
        presentment_amount: 5_000,
        presentment_currency: "usd",
    }
}

fn subscription(at: i64, status: Status) -> Subscription<'static> {
    let cancelled = status == Status::Cancelled;
    Subscription {
        id: SubscriptionId::new(6),
        created_at: Moment(at - 90 * DAY),
        payment_type: "subscription",
        amount: "1900".to_owned(),
        interval: BillingInterval::Month,
        cancelled_at: cancelled.then_some(Moment(at)),
        scheduled_cancellation_at: cancelled.then_some(Moment(at + 30 * DAY)),
        status,
        user: Subscriber { id: PERSON.id, email: EMAIL, first_name: FIRST, last_name: LAST },
    }
}

fn user(created_at: i64) -> User<'static> {
    User {
        id: PERSON.id,
        gid: "01JGFJJZ00AAAAAAAAAAAAAAAA",
        created_at: Moment(created_at),
        first_name: FIRST,
        last_name: LAST,
        company: Some("[TEST] Example Ltd"),
        email: EMAIL,
        roles: vec![],
        avatar_url: None,
        bio: None,
        headline: Some("[TEST] Photographer"),
        affiliate_code: None,
        external_source: None,
        affiliate_commission: None,
        affiliate_commission_type: CommissionType::Percentage,
        affiliate_payout_email: None,
        administered_course_ids: None,
        custom_profile_fields: vec![CustomProfileField {
            id: None,
            value: None,
            label: "[TEST] Phone number",
            custom_profile_field_definition_id: DefinitionId::new(1),
        }],
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Progress {
    Trial,
    New,
    Half,
    Done,
}

fn enrollment(at: i64, progress: Progress) -> Enrollment<'static> {
    let begun = matches!(progress, Progress::Half | Progress::Done);
    let created_at = Moment(if begun { at - 7 * DAY } else { at });
    let percentage = match progress {
        Progress::Trial | Progress::New => "0.0",
        Progress::Half => "0.5",
        Progress::Done => "1.0",
    };
    Enrollment {
        activated_at: (progress != Progress::Trial).then_some(created_at),
        completed_at: (progress == Progress::Done).then_some(Moment(at)),
        course: COURSE,
        course_id: COURSE.id,
        created_at,
        expiry_date: None,
        free_trial: progress == Progress::Trial,
        id: EnrollmentId::new(97_472),
        percentage_completed: percentage.to_owned(),
        started_at: begun.then_some(Moment(created_at.0 + HOUR)),
        updated_at: Moment(at),
        user: PERSON,
    }
}

fn course() -> Course<'static> {
    Course {
        id: COURSE.id,
        name: COURSE.name,
        slug: "test-photography-with-a-phone",
        subtitle: Some("[TEST] See what is there"),
        product: CourseProduct {
            id: PRODUCT,
            name: COURSE.name,
            slug: "test-photography-with-a-phone",
            status: ProductStatus::Published,
        },
        description: Some("[TEST] Better pictures with what is in your pocket."),
        course_card_text: Some("[TEST] Better pictures"),
        intro_video_youtube: None,
        contact_information: None,
        keywords: Some("[TEST] photography"),
        duration: None,
        banner_image_url: school::courses::BANNER,
        course_card_image_url: school::courses::CARD,
        intro_video_wistia_identifier: None,
        administrator_user_ids: &[],
        chapter_ids: &[CHAPTER],
        reviews_enabled: true,
        user_id: Some(UserId::new(1)),
        instructor_id: Some(InstructorId::new(1)),
    }
}

fn product(created_at: i64) -> Product<'static> {
    Product {
        id: PRODUCT,
        created_at: Moment(created_at),
        productable_id: COURSE.id.get(),
        productable_type: ProductableType::Course,
        price: "50.0".to_owned(),
        position: 1,
        status: ProductStatus::Published,
        name: COURSE.name,
        private: false,
        hidden: false,
        subscription: false,
        days_until_expiry: None,
        has_certificate: false,
        keywords: None,
        seo_title: None,
        seo_description: None,
        collection_ids: &[],
        related_product_ids: &[],
        description: Some("[TEST] Better pictures with what is in your pocket."),
        card_image_url: None,
        slug: "test-photography-with-a-phone",
        product_prices: vec![Price {
            id: PriceId::new(9),
            is_primary: true,
            payment_type: PaymentType::OneTime,
            label: None,
            price: "50.0".to_owned(),
            days_until_expiry: None,
            pay_button_text: None,
            number_of_payments: None,
            interval: None,
            interval_count: None,
            trial_interval: None,
            trial_interval_count: None,
            custom_first_price: None,
            price_name: COURSE.name.to_owned(),
            currency: "usd",
        }],
        instructor_names: Some(WHOLE),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_topic_has_a_payload_that_says_it_is_a_test() {
        for topic in Topic::ALL {
            let payload = payload(*topic, 1_735_689_600_000);
            assert!(payload.to_string().contains("\"[TEST] "), "{}: {payload}", topic.name());
        }
    }
}
