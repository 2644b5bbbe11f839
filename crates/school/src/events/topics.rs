//! Topics: what events are about.

macro_rules! topics {
    ($($number:literal $variant:ident $resource:literal $action:literal $wire:literal;)*) => {
        /// What an event is about. The numbers are stored; never reuse one.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Topic {
            $(
                #[doc = concat!("`", $resource, ".", $action, "`")]
                $variant = $number,
            )*
        }

        impl Topic {
            /// Every topic.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// Its name: `enrollment.completed`.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => concat!($resource, ".", $action)),* }
            }

            /// What it is about: `enrollment`.
            #[must_use]
            pub fn resource(self) -> &'static str {
                match self { $(Self::$variant => $resource),* }
            }

            /// What happened, as the envelope spells it. One differs from its topic's name.
            #[must_use]
            pub fn action(self) -> &'static str {
                match self { $(Self::$variant => $wire),* }
            }
        }
    };
}

topics! {
    1 LeadCreated "lead" "created" "created";
    2 OrderCreated "order" "created" "created";
    3 OrderTransactionSucceeded "order_transaction" "succeeded" "succeeded";
    4 OrderTransactionFailed "order_transaction" "failed" "failed";
    5 OrderTransactionRefunded "order_transaction" "refunded" "refunded";
    6 SubscriptionCancelled "subscription" "cancelled" "canceled";
    7 SubscriptionPastDue "subscription" "past_due" "past_due";
    8 SubscriptionUnpaid "subscription" "unpaid" "unpaid";
    9 UserSignup "user" "signup" "signup";
    10 UserSignin "user" "signin" "signin";
    11 UserUpdated "user" "updated" "updated";
    12 UserDeleted "user" "deleted" "deleted";
    13 EnrollmentTrial "enrollment" "trial" "trial";
    14 EnrollmentCreated "enrollment" "created" "created";
    15 EnrollmentProgress "enrollment" "progress" "progress";
    16 EnrollmentCompleted "enrollment" "completed" "completed";
    17 LessonCompleted "lesson" "completed" "completed";
    18 QuizAttempted "quiz" "attempted" "attempted";
    19 CourseCreated "course" "created" "created";
    20 CourseUpdated "course" "updated" "updated";
    21 CourseDeleted "course" "deleted" "deleted";
    22 ProductCreated "product" "created" "created";
    23 ProductUpdated "product" "updated" "updated";
    24 ProductDeleted "product" "deleted" "deleted";
    25 AppUninstalled "app" "uninstalled" "uninstalled";
    26 PlanUpdated "plan" "updated" "updated";
}

impl Topic {
    /// The topic with this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|topic| topic.name() == name).copied()
    }

    /// The topic with this number.
    #[must_use]
    pub fn numbered(number: i64) -> Option<Self> {
        Self::ALL.iter().find(|topic| **topic as i64 == number).copied()
    }
}
