//! Every counted list, in one table: what it counts, and how its counts are taken again from the rows.

use crate::{ALL_STATES, CountSelection, CountedList, CountedRow, SiteId, StoreError, Tx};
pub use database::Discrepancy;
use database::ListDefinition;

macro_rules! lists {
    ($($name:ident = $number:literal, $label:literal, $rows:literal;)*) => {
        $(
            #[doc = concat!("Counts of ", $label, ".")]
            pub const $name: CountedList = CountedList($number);
        )*
        const ALL: &[ListDefinition] =
            &[$(ListDefinition { list: CountedList($number), name: $label, rows: $rows }),*];
    };
}

lists! {
    USERS = 1, "users", "SELECT site_id, 0, 0, id FROM users";
    USERS_BY_REV = 2, "users by change", "SELECT site_id, 0, 0, rev FROM users";
    USERS_OF_GROUP = 3, "users of a group", "SELECT site_id, group_id, 0, user_id FROM group_users";
    USERS_OF_ROLE = 4, "users of a role", "SELECT site_id, role, 0, user_id FROM user_roles";
    DEFINITIONS = 7, "custom profile field definitions", "SELECT site_id, 0, 0, id FROM custom_profile_field_definitions";
    DEFINITIONS_BY_REV = 8, "custom profile field definitions by change", "SELECT site_id, 0, 0, rev FROM custom_profile_field_definitions";
    GROUPS = 9, "groups", "SELECT site_id, 0, 0, id FROM groups";
    GROUPS_BY_REV = 10, "groups by change", "SELECT site_id, 0, 0, rev FROM groups";
    INSTRUCTORS = 11, "instructors", "SELECT site_id, 0, 0, id FROM instructors";
    INSTRUCTORS_BY_REV = 12, "instructors by change", "SELECT site_id, 0, 0, rev FROM instructors";
    COURSES = 13, "courses", "SELECT site_id, 0, 0, id FROM courses";
    COURSES_BY_REV = 14, "courses by change", "SELECT site_id, 0, 0, rev FROM courses";
    REVIEWS_OF_COURSE = 15, "reviews of a course", "SELECT site_id, course_id, CASE WHEN approved THEN 1 ELSE 0 END, id FROM course_reviews";
    PRODUCTS = 17, "products", "SELECT site_id, 0, 0, id FROM products";
    PRODUCTS_BY_REV = 18, "products by change", "SELECT site_id, 0, 0, rev FROM products";
    PRODUCTS_OF_COLLECTION = 19, "products of a collection", "SELECT site_id, collection_id, 0, product_id FROM collection_memberships";
    PUBLISH_REQUESTS = 21, "product publish requests", "SELECT site_id, 0, 0, id FROM product_publish_requests";
    PUBLISH_REQUESTS_BY_REV = 22, "product publish requests by change", "SELECT site_id, 0, 0, rev FROM product_publish_requests";
    COLLECTIONS = 23, "collections", "SELECT site_id, 0, 0, id FROM collections";
    COLLECTIONS_BY_REV = 24, "collections by change", "SELECT site_id, 0, 0, rev FROM collections";
    PROMOTIONS = 25, "promotions", "SELECT site_id, 0, 0, id FROM promotions";
    PROMOTIONS_BY_REV = 26, "promotions by change", "SELECT site_id, 0, 0, rev FROM promotions";
    COUPONS_OF_PROMOTION = 27, "coupons of a promotion", "SELECT site_id, promotion_id, 0, id FROM coupons";
    ENROLLMENTS = 29, "enrollments", "SELECT site_id, 0, CASE WHEN free_trial THEN 2 ELSE 0 END + CASE WHEN completed THEN 1 ELSE 0 END, id FROM enrollments";
    ENROLLMENTS_BY_REV = 30, "enrollments by change", "SELECT site_id, 0, CASE WHEN free_trial THEN 2 ELSE 0 END + CASE WHEN completed THEN 1 ELSE 0 END, rev FROM enrollments";
    ENROLLMENTS_OF_COURSE = 31, "enrollments of a course", "SELECT site_id, course_id, CASE WHEN free_trial THEN 2 ELSE 0 END + CASE WHEN completed THEN 1 ELSE 0 END, id FROM enrollments";
    ENROLLMENTS_OF_BUNDLE = 32, "enrollments of a bundle", "SELECT b.site_id, b.bundle_id, CASE WHEN e.free_trial THEN 2 ELSE 0 END + CASE WHEN e.completed THEN 1 ELSE 0 END, e.id FROM bundle_enrollments b JOIN enrollments e ON e.site_id = b.site_id AND e.id = b.enrollment_id";
    ORDERS = 33, "orders", "SELECT site_id, 0, 0, id FROM orders";
    ORDERS_BY_REV = 34, "orders by change", "SELECT site_id, 0, 0, rev FROM orders";
    EXTERNAL_ORDERS = 35, "external orders", "SELECT site_id, 0, 0, id FROM external_orders";
    EXTERNAL_ORDERS_BY_REV = 36, "external orders by change", "SELECT site_id, 0, 0, rev FROM external_orders";
    EVENTS = 37, "events", "SELECT site_id, 0, 0, id FROM events";
    EVENTS_OF_TOPIC = 38, "events of a topic", "SELECT site_id, topic, 0, id FROM events";
    WEBHOOKS = 39, "webhooks of the school itself (0) or of an app", "SELECT site_id, CASE WHEN app_id IS NULL THEN 0 ELSE app_id END, 0, number FROM webhooks";
    DELIVERIES = 40, "deliveries", "SELECT site_id, 0, state, id FROM deliveries";
    DELIVERIES_OF_WEBHOOK = 41, "deliveries of a webhook", "SELECT site_id, webhook, state, id FROM deliveries";
    SECURITY_LOG = 42, "security log", "SELECT site_id, 0, 0, id FROM security_log";
    SECURITY_LOG_BY_REV = 43, "security log by change", "SELECT site_id, 0, 0, rev FROM security_log";
    USERS_OF_DAY = 60, "users who came on a day", "SELECT site_id, 0, 0, created_at / 86400000 * 128 FROM users";
    ENROLLMENTS_OF_DAY = 61, "enrollments made on a day", "SELECT site_id, 0, 0, created_at / 86400000 * 128 FROM enrollments";
    COMPLETIONS_OF_DAY = 62, "enrollments completed on a day", "SELECT site_id, 0, 0, completed_at / 86400000 * 128 FROM enrollments WHERE completed_at IS NOT NULL";
    ACTIVE_STUDENTS_OF_DAY = 63, "students who were active on a day", "SELECT site_id, 0, gap, day * 128 FROM student_days";
    ORDERS_BY_STATUS = 64, "orders by how they stand", "SELECT site_id, 0, CASE status WHEN 'complete' THEN 0 WHEN 'refunded' THEN 1 ELSE 2 END, id FROM orders";
    ORDERS_OF_PRODUCT = 65, "orders of a product", "SELECT site_id, product_id, CASE status WHEN 'complete' THEN 0 WHEN 'refunded' THEN 1 ELSE 2 END, id FROM orders";
    JOBS = 70, "jobs", "SELECT site_id, 0, 0, id FROM jobs";
    JOBS_BY_REV = 71, "jobs by change", "SELECT site_id, 0, 0, rev FROM jobs";
    FILES = 90, "files", "SELECT site_id, 0, 0, id FROM files";
    FILES_BY_REV = 91, "files by change", "SELECT site_id, 0, 0, rev FROM files";
    FILES_OF_KIND = 92, "files of a kind", "SELECT site_id, kind, 0, id FROM files";
    REQUEST_LOG = 95, "request log", "SELECT site_id, 0, 0, id FROM request_log";
}

/// Where a row stands in a list that has one scope and one state.
#[must_use]
pub fn counted_row(site: SiteId, list: CountedList, key: impl Into<i64>) -> CountedRow {
    counted_row_of(site, list, 0, key)
}

/// Where a row stands in one scope of a list that has one state: the user in the users of one group.
#[must_use]
pub fn counted_row_of(site: SiteId, list: CountedList, scope: impl Into<i64>, key: impl Into<i64>) -> CountedRow {
    CountedRow { site: site.get(), list, scope: scope.into(), state: 0, key: key.into() }
}

/// Where a row stands in its two lists, by id and by change.
#[must_use]
pub fn counted_rows(site: SiteId, [by_id, by_rev]: [CountedList; 2], id: impl Into<i64>, rev: i64) -> [CountedRow; 2] {
    [counted_row(site, by_id, id), counted_row(site, by_rev, rev)]
}

/// A whole list.
#[must_use]
pub fn whole(site: SiteId, list: CountedList) -> CountSelection {
    of(site, list, 0)
}

/// One scope of a list: the users of one group, the coupons of one promotion.
#[must_use]
pub fn of(site: SiteId, list: CountedList, scope: impl Into<i64>) -> CountSelection {
    CountSelection { site: site.get(), list, scope: scope.into(), states: ALL_STATES }
}

/// Takes every count again from the rows and names the lists where the maintained counts disagree. Reads every row;
/// meant for `doctor` and for tests.
///
/// # Errors
/// When a list cannot be read.
pub fn audit(tx: &mut Tx<'_>) -> Result<Vec<Discrepancy>, StoreError> {
    database::audit(tx, ALL)
}

/// Writes every count anew from the rows, also while other processes write: theirs wait until this is committed.
///
/// # Errors
/// When a list cannot be read.
pub fn recount(tx: &mut Tx<'_>) -> Result<(), StoreError> {
    database::recount(tx, ALL)
}

/// Writes the counts by days anew of rows whose dates have changed, for a school.
pub(crate) fn recount_days(tx: &mut Tx<'_>, site: SiteId) -> Result<(), StoreError> {
    let of_days = [USERS_OF_DAY, ENROLLMENTS_OF_DAY, COMPLETIONS_OF_DAY];
    let lists = ALL.iter().filter(|definition| of_days.contains(&definition.list)).copied();
    database::recount_of_site(tx, site.get(), &lists.collect::<Vec<_>>())
}
