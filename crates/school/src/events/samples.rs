//! Made-up payloads, for tests of webhooks: of the same shapes as real ones, about nobody. Their texts begin with
//! `[TEST] `, by which receivers can tell them from real ones. Each sample stands beside its shape.

use super::payloads::{
    AppUninstalled, Course, Enrollment, Lead, Lesson, Order, OrderTransaction, PlanUpdated, Product, Quiz,
    SampleProgress, Subscription, User,
};
use super::topics::Topic;
use crate::time::DAY;
use serde::Serialize;
use serde_json::Value;
use store::subscriptions::SubscriptionStatus;

/// A made-up payload of a topic, of something that happened at this moment.
#[must_use]
pub fn sample(topic: Topic, at: i64) -> Value {
    match topic {
        Topic::LeadCreated => value(&Lead::sample(at)),
        Topic::OrderCreated => value(&Order::sample(at)),
        Topic::OrderTransactionSucceeded | Topic::OrderTransactionFailed => value(&OrderTransaction::sample(at, None)),
        Topic::OrderTransactionRefunded => value(&OrderTransaction::sample(at - DAY, Some(5_000))),
        Topic::SubscriptionCancelled => value(&Subscription::sample(at, SubscriptionStatus::Cancelled)),
        Topic::SubscriptionPastDue => value(&Subscription::sample(at, SubscriptionStatus::PastDue)),
        Topic::SubscriptionUnpaid => value(&Subscription::sample(at, SubscriptionStatus::Unpaid)),
        Topic::UserSignup => value(&User::sample(at)),
        Topic::UserSignin | Topic::UserUpdated | Topic::UserDeleted => value(&User::sample(at - 30 * DAY)),
        Topic::EnrollmentTrial => value(&Enrollment::sample(at, SampleProgress::Trial)),
        Topic::EnrollmentCreated => value(&Enrollment::sample(at, SampleProgress::New)),
        Topic::EnrollmentProgress => value(&Enrollment::sample(at, SampleProgress::Half)),
        Topic::EnrollmentCompleted => value(&Enrollment::sample(at, SampleProgress::Done)),
        Topic::LessonCompleted => value(&Lesson::sample()),
        Topic::QuizAttempted => value(&Quiz::sample()),
        Topic::CourseCreated | Topic::CourseUpdated | Topic::CourseDeleted => value(&Course::sample()),
        Topic::ProductCreated => value(&Product::sample(at)),
        Topic::ProductUpdated | Topic::ProductDeleted => value(&Product::sample(at - 30 * DAY)),
        Topic::AppUninstalled => value(&AppUninstalled::sample(at)),
        Topic::PlanUpdated => value(&PlanUpdated::sample()),
    }
}

fn value(payload: &impl Serialize) -> Value {
    serde_json::to_value(payload).unwrap_or_else(|error| unreachable!("payloads are plain data: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_topic_has_a_sample_that_says_it_is_a_test() {
        for topic in Topic::ALL {
            let payload = sample(*topic, 1_735_689_600_000);
            assert!(payload.to_string().contains("\"[TEST] "), "{}: {payload}", topic.name());
        }
    }
}
