//! The types of ids: an id of one thing cannot be given where that of another belongs.
//!
//! ```compile_fail,E0308
//! use store::{CourseId, SiteId, Tx, users};
//!
//! fn wrong(tx: &mut Tx<'_>, site: SiteId, course: CourseId) {
//!     let _ = users::get(tx, site, course);
//! }
//! ```
//!
//! With the right type the same compiles:
//!
//! ```
//! use store::{SiteId, Tx, UserId, users};
//!
//! fn right(tx: &mut Tx<'_>, site: SiteId, user: UserId) {
//!     let _ = users::get(tx, site, user);
//! }
//! ```

use crate::{FromColumn, Row, StoreError, Tx, Value};
use database::ToValue;
use std::borrow::Cow;
use std::fmt;

macro_rules! ids {
    ($($(#[$meta:meta])* $name:ident of $kind:literal,)*) => {
        #[cfg(test)]
        const KINDS: &[&str] = &[$($kind),*];

        $(
            $(#[$meta])*
            ///
            /// The default, zero, is what a row has until it is given one: no row of the database has it.
            #[derive(
                Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
            )]
            #[serde(transparent)]
            pub struct $name(i64);

            impl $name {
                /// The id with this number.
                #[must_use]
                pub const fn new(number: i64) -> Self {
                    Self(number)
                }

                /// Its number.
                #[must_use]
                pub const fn get(self) -> i64 {
                    self.0
                }

                /// An id that nothing ever had.
                ///
                /// # Errors
                /// When the database cannot count on.
                pub fn next(tx: &mut Tx<'_>) -> Result<Self, StoreError> {
                    tx.next_id($kind).map(Self)
                }
            }

            impl fmt::Display for $name {
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    self.0.fmt(f)
                }
            }

            impl std::str::FromStr for $name {
                type Err = std::num::ParseIntError;

                fn from_str(text: &str) -> Result<Self, Self::Err> {
                    text.parse().map(Self)
                }
            }

            impl From<$name> for i64 {
                fn from(id: $name) -> Self {
                    id.0
                }
            }

            impl From<$name> for Value<'_> {
                fn from(id: $name) -> Self {
                    Self::Int(id.0)
                }
            }

            impl ToValue for $name {
                fn to_value(&self) -> Value<'_> {
                    Value::Int(self.0)
                }
            }

            impl<'r> FromColumn<'r> for $name {
                fn from_nullable(row: &Row<'r>, column: usize) -> Result<Option<Self>, StoreError> {
                    Ok(i64::from_nullable(row, column)?.map(Self))
                }
            }

            impl schemars::JsonSchema for $name {
                fn inline_schema() -> bool {
                    true
                }

                fn schema_name() -> Cow<'static, str> {
                    i64::schema_name()
                }

                fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
                    i64::json_schema(generator)
                }
            }
        )*
    };
}

ids! {
    /// A school.
    SiteId of "sites",
    /// A user.
    UserId of "users",
    /// A group of users.
    GroupId of "groups",
    /// The definition of a custom profile field.
    DefinitionId of "custom_profile_field_definitions",
    /// An instructor.
    InstructorId of "instructors",
    /// Somebody who left their address without signing up.
    LeadId of "leads",
    /// A session.
    SessionId of "sessions",
    /// A course.
    CourseId of "courses",
    /// A chapter of a course.
    ChapterId of "chapters",
    /// A content, which is a lesson of a chapter.
    ContentId of "contents",
    /// A question of a quiz or survey.
    QuestionId of "questions",
    /// A choice of a question.
    ChoiceId of "choices",
    /// The number of a request in the request log.
    RequestLogId of "request_log",
    /// A review of a course.
    ReviewId of "course_reviews",
    /// An enrollment of a user in a course.
    EnrollmentId of "enrollments",
    /// An attempt at a quiz.
    QuizAttemptId of "quiz_attempts",
    /// A product.
    ProductId of "products",
    /// A price of a product.
    PriceId of "product_prices",
    /// A request to publish a product.
    PublishRequestId of "product_publish_requests",
    /// A bundle of courses.
    BundleId of "bundles",
    /// A collection of products.
    CollectionId of "collections",
    /// A promotion.
    PromotionId of "promotions",
    /// A coupon of a promotion.
    CouponId of "coupons",
    /// An order that the school takes itself.
    OrderId of "orders",
    /// A payment of an order that the school takes itself.
    OrderTransactionId of "order_transactions",
    /// A subscription that the school takes the payments of itself.
    SubscriptionId of "subscriptions",
    /// An order whose payments somebody else takes.
    ExternalOrderId of "external_orders",
    /// An entry in the ledger of an external order.
    ExternalOrderTransactionId of "external_order_transactions",
    /// An event, by its number in the school's order of events.
    EventId of "events",
    /// A webhook, by our number; the id that clients see is a text of 23 digits.
    WebhookNumber of "webhooks",
    /// A delivery of an event to a webhook.
    DeliveryId of "deliveries",
    /// A mail.
    MailId of "outgoing_mails",
    /// A job: long work that goes on after the answer.
    JobId of "jobs",
    /// An app.
    AppId of "apps",
    /// What one person let one app do at one time.
    GrantId of "grants",
    /// A token that a school made for itself.
    ApiAccessTokenId of "api_access_tokens",
    /// A key that id tokens are signed with.
    SigningKeyId of "signing_keys",
    /// An entry of the security log.
    SecurityLogId of "security_log",
    /// A file.
    FileId of "files",
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_a_number_in_json_in_its_schema_and_in_text() {
        assert_eq!(serde_json::to_string(&UserId::new(7)).expect("json"), "7");
        assert_eq!(serde_json::from_str::<UserId>("7").expect("an id"), UserId::new(7));
        assert_eq!(("8".parse::<UserId>().expect("an id").get(), UserId::new(8).to_string()), (8, "8".to_owned()));
        assert!("x".parse::<UserId>().is_err());
        let schema = serde_json::to_value(schemars::schema_for!(UserId)).expect("a schema");
        assert_eq!((&schema["type"], &schema["format"]), (&"integer".into(), &"int64".into()));
    }

    #[test]
    fn every_type_of_id_has_a_sequence_of_its_own() {
        for (at, kind) in KINDS.iter().enumerate() {
            assert!(crate::dump::KINDS.contains(kind), "{kind} has no sequence");
            assert!(!KINDS[..at].contains(kind), "two types count {kind}");
        }
        let folder = tempfile::tempdir().expect("a folder");
        let next = crate::dump::tests::store(&folder).write_now(None, |tx| {
            let first = (UserId::next(tx)?, UserId::next(tx)?);
            Ok::<_, StoreError>((first, SiteId::next(tx)?))
        });
        assert_eq!(next.expect("ids"), ((UserId::new(1), UserId::new(2)), SiteId::new(1)));
    }
}
