//! The migrations, in order.

use database::Migration;

macro_rules! migrations {
    ($($name:literal)*) => {
        pub(crate) const MIGRATIONS: &[Migration] =
            &[$(Migration { name: $name, sql: include_str!(concat!("../migrations/", $name, ".sql")) }),*];
    };
}

migrations! {
    "V1__school"
    "V2__events"
    "V3__people"
    "V4__apps"
    "V5__deliveries"
    "V6__server_key"
    "V7__reference_reuse_and_user_deletion"
    "V8__security_log"
    "V9__known_devices"
    "V10__clocks_and_mail_failures"
    "V11__user_words"
    "V12__own_address_erasure_and_suspension"
    "V13__attempts_as_sent"
    "V14__course_content"
    "V15__numbers_of_days"
    "V16__jobs"
    "V17__profile_field_order"
    "V18__files"
    "V19__second_factors"
    "V20__request_log"
    "V21__file_references"
    "V22__question_pools"
    "V23__impersonation"
    "V24__sign_up_rules_and_texts"
    "V25__closing_schools"
}
