//! What happened in a school over some days: numbers that are kept by days, and agree with the rows whatever happened.

use crate::{School, on_both_engines};
use school::enrollments::{self, NewEnrollment};
use school::external_orders::{self, Action, NewExternalOrder, NewTransaction};
use school::orders::{self, NewItem, NewOrder, Status};
use school::statistics::{self, Period, Statistics};
use store::{CourseId, EnrollmentId, ProductId, SiteId, Tx, UserId};

const DAY: i64 = 86_400_000;

/// Does something at noon of a day.
fn on<T: Send + 'static>(
    school: &School,
    day: i64,
    work: impl Fn(&mut Tx<'_>, SiteId) -> school::Result<T> + Send + 'static,
) -> T {
    school.write(move |tx, site| {
        tx.backdate(day * DAY + DAY / 2);
        work(tx, site)
    })
}

fn enroll(school: &School, day: i64, user: i64, course: i64) -> EnrollmentId {
    let new = NewEnrollment {
        user_id: Some(UserId::new(user)),
        course_id: Some(CourseId::new(course)),
        activated_at: Some(1),
        expiry_date: None,
    };
    on(school, day, move |tx, site| enrollments::create(tx, site, &new)).id
}

fn progress(school: &School, day: i64, enrollment: EnrollmentId, percentage: i64) {
    on(school, day, move |tx, site| enrollments::set_progress(tx, site, enrollment, percentage));
}

fn of(school: &School, first: i64, last: i64) -> Statistics {
    school.read(move |tx, site| statistics::of_period(tx, site, "usd", Period { first, last }))
}

/// The number of each day that has one.
fn days(series: &statistics::Series) -> Vec<(i64, i64)> {
    series.steps.iter().filter(|step| step.now != 0).map(|step| (step.period.first, step.now)).collect()
}

fn ordered(day: i64, cents: i64, status: Status) -> impl Fn(&School) -> school::orders::Order {
    move |school| {
        let item = NewItem { product_id: ProductId::new(1), amount_cents: Some(cents) };
        let new = NewOrder { user_id: UserId::new(1), items: vec![item], status, ..NewOrder::default() };
        on(school, day, move |tx, site| orders::create(tx, site, &new))
    }
}

on_both_engines! {
    fn enrollments_and_completions_count_on_their_day_and_go_with_what_they_are_of(school: &School) {
        let first = enroll(school, 1_000, 1, 1);
        enroll(school, 1_000, 2, 1);
        let last = enroll(school, 1_003, 1, 2);
        progress(school, 1_003, first, 5_000);
        progress(school, 1_004, first, 10_000);
        progress(school, 1_005, last, 10_000);
        let numbers = of(school, 1_000, 1_006);
        assert_eq!(days(&numbers.enrollments), [(1_000, 2), (1_003, 1)]);
        assert_eq!(days(&numbers.completions), [(1_004, 1), (1_005, 1)]);
        assert_eq!(days(&numbers.active_students), [(1_003, 1), (1_004, 1), (1_005, 1)]);
        assert_eq!((numbers.active_students.now, numbers.enrollments.now, numbers.completions.now), (1, 3, 2));
        let next = of(school, 1_007, 1_013);
        assert_eq!((next.enrollments.now, next.enrollments.before, next.active_students.before), (0, 3, 1));
        // Taken back, it is no completion any more; done again, it is one of that day.
        progress(school, 1_006, last, 9_000);
        assert_eq!(days(&of(school, 1_000, 1_006).completions), [(1_004, 1)]);
        school.audit();
        on(school, 1_006, |tx, site| {
            school::account_deletion::delete(tx, site, &school::users::UserRef::Id(UserId::new(1)))
        });
        let left = of(school, 1_000, 1_006);
        assert_eq!((left.enrollments.now, left.completions.now, left.active_students.now), (1, 0, 0));
        school.audit();
    }

    fn students_count_once_in_a_period_also_when_days_come_out_of_order(school: &School) {
        let (one, two) = (enroll(school, 900, 1, 1), enroll(school, 900, 2, 1));
        for (day, enrollment) in [(901, one), (905, one), (905, two), (1_500, one)] {
            progress(school, day, enrollment, 1_000);
        }
        // As after a clock that was set back: a day between two that are known.
        school.write(|tx, site| Ok(store::student_days::note(tx, site, UserId::new(1), 903 * DAY)?));
        school.write(|tx, site| Ok(store::student_days::note(tx, site, UserId::new(1), 903 * DAY + 5)?));
        for (first, last, count) in [(900, 910, 2), (902, 904, 1), (904, 910, 2), (906, 1_000, 0), (1_490, 1_500, 1)] {
            assert_eq!(of(school, first, last).active_students.now, count, "{first} to {last}");
        }
        school.audit();
    }

    fn sales_are_summed_by_currency_and_count_once_they_are_paid(school: &School) {
        ordered(1_000, 1_900, Status::Complete)(school);
        let pending = ordered(1_001, 500, Status::Pending)(school);
        assert_eq!(of(school, 1_000, 1_006).sales[1].amounts.now, 1_900);
        let refunded = ordered(1_002, 700, Status::Complete)(school);
        on(school, 1_004, move |tx, site| school::order_transactions::succeeded(tx, site, pending.id, None));
        let payment = on(school, 1_004, move |tx, site| {
            school::order_transactions::succeeded(tx, site, refunded.id, None)
        });
        on(school, 1_005, move |tx, site| school::order_transactions::refunded(tx, site, payment.id, None));
        let reported = NewExternalOrder {
            payment_provider: Some("Pay".to_owned()),
            user_id: Some(UserId::new(1)),
            product_id: Some(ProductId::new(1)),
            order_type: Some("subscription".to_owned()),
            transaction: Some(NewTransaction {
                amount: Some(4_000),
                currency: Some("EUR".to_owned()),
                ..NewTransaction::default()
            }),
        };
        let order = on(school, 1_005, move |tx, site| external_orders::create(tx, site, &reported));
        let order = order.order().id;
        let yen = NewTransaction { amount: Some(1_000), currency: Some("EUR".to_owned()), ..NewTransaction::default() };
        on(school, 1_006, move |tx, site| external_orders::report(tx, site, order, Action::Refund, &yen));
        let numbers = of(school, 1_000, 1_006);
        let codes: Vec<_> = numbers.sales.iter().map(|sales| (sales.currency.code(), sales.amounts.now)).collect();
        // The school's own currency stands first, though nothing was sold in it. What was refunded was sold all the same.
        assert_eq!(codes, [("USD", 0), ("EUR", 1_900 + 500 + 700 + 4_000)]);
        assert_eq!(days(&numbers.sales[1].amounts), [(1_000, 1_900), (1_001, 500), (1_002, 700), (1_005, 4_000)]);
        school.audit();
    }

    fn what_was_there_before_is_counted_by_the_migration(school: &School) {
        let first = enroll(school, 1_000, 1, 1);
        progress(school, 1_001, first, 10_000);
        progress(school, 1_050, enroll(school, 1_050, 1, 2), 3_000);
        ordered(1_000, 1_900, Status::Complete)(school);
        ordered(1_000, 1_900, Status::Pending)(school);
        let before = of(school, 990, 1_100);
        let migration = include_str!("../../../store/migrations/V15__numbers_of_days.sql");
        let fills = migration.split(';').filter(|statement| statement.contains("INSERT INTO"));
        let fills: String = fills.map(|statement| format!("{statement};")).collect();
        school.write(move |tx, _| {
            tx.batch("DELETE FROM student_days; DELETE FROM order_days; DELETE FROM tallies WHERE list >= 60")?;
            Ok(tx.batch(&fills)?)
        });
        assert_eq!(of(school, 990, 1_100), before);
        school.audit();
    }

    fn dates_that_a_wrong_clock_made_are_put_in_order_and_counted_anew(school: &School) {
        let ahead = store::now() / DAY + 1_000;
        let enrollment = enroll(school, ahead, 1, 1);
        progress(school, ahead, enrollment, 10_000);
        ordered(ahead, 1_900, Status::Complete)(school);
        school.write(|tx, site| Ok(store::clocks::put_in_order(tx, site)?));
        school.audit();
        let today = store::now() / DAY;
        let numbers = of(school, today - 3, today);
        assert_eq!((numbers.enrollments.now, numbers.active_students.now), (1, 1));
    }
}
