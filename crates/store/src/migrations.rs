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
    "V8__reference_reuse_and_user_deletion"
    "V9__security_log"
    "V10__known_devices"
    "V11__clocks_and_mail_failures"
    "V13__user_words"
    "V14__own_address_erasure_and_suspension"
}
