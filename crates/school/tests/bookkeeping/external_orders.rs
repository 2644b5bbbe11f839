use crate::{COURSES, School, USERS, on_both_engines, refusal};
use proptest::prelude::*;
use school::external_orders::{self, Action, NewExternalOrder, NewTransaction, OrderType, Status, Wanted};
use school::reconciliation::{self, ReportRequest};
use std::collections::BTreeMap;
use store::{Engine, ExternalOrderId, PageRequest, ProductId, UserId};

const DAY: i64 = 86_400_000;

fn paid(amount: i64, currency: &str, reference: &str) -> NewTransaction {
    NewTransaction {
        amount: Some(amount),
        currency: Some(currency.to_owned()),
        reference: Some(reference.to_owned()),
        action: None,
    }
}

fn new(order_type: &str, transaction: Option<NewTransaction>) -> NewExternalOrder {
    NewExternalOrder {
        payment_provider: Some("Stripe".to_owned()),
        user_id: Some(UserId::new(1)),
        product_id: Some(ProductId::new(1)),
        order_type: Some(order_type.to_owned()),
        transaction,
    }
}

fn create(school: &School, new: NewExternalOrder) -> school::Result<external_orders::ExternalOrder> {
    school.try_write(move |tx, site| Ok(external_orders::create(tx, site, &new)?.order().clone()))
}

fn report(
    school: &School,
    id: ExternalOrderId,
    action: Action,
    new: NewTransaction,
) -> school::Result<external_orders::ExternalOrder> {
    school.try_write(move |tx, site| Ok(external_orders::report(tx, site, id, action, &new)?.order().clone()))
}

on_both_engines! {
    fn dates_of_a_clock_that_was_ahead_are_put_in_order_and_the_books_agree(school: &School) {
        create(school, new("one-time", Some(paid(100, "usd", "before")))).expect("created");
        let ahead = store::now() + 3_650 * DAY;
        school.write(move |tx, site| {
            tx.backdate(ahead);
            external_orders::create(tx, site, &new("subscription", Some(paid(250, "usd", "ahead"))))
        });
        create(school, new("one-time", Some(paid(50, "usd", "after")))).expect("created");
        assert_eq!(school.read(|tx, _| Ok(store::clocks::disorders(tx)?)).len(), 1);
        assert!(school.write(|tx, site| Ok(store::clocks::put_in_order(tx, site)?)) > 0);
        assert_eq!(school.read(|tx, _| Ok(store::clocks::disorders(tx)?)), []);
        school.audit();
        let dates = school.read(|tx, site| {
            let sql = "SELECT created_at FROM external_order_transactions WHERE site_id = $1 ORDER BY id";
            Ok(tx.query(sql, store::params![site], |row| row.get::<i64>(0))?)
        });
        assert!(dates.is_sorted() && dates.len() == 3 && dates[2] <= store::now(), "{dates:?}");
    }

    fn what_is_missing_or_wrong_is_all_said_at_once(school: &School) {
        assert_eq!(
            refusal(create(school, NewExternalOrder::default())),
            [
                "payment_provider can't be blank",
                "user_id can't be blank",
                "product_id can't be blank",
                "order_type can't be blank"
            ]
        );
        let wrong = NewExternalOrder {
            payment_provider: Some("x".repeat(256)),
            user_id: Some(UserId::new(99)),
            product_id: Some(ProductId::new(-1)),
            order_type: Some("gift".to_owned()),
            transaction: Some(NewTransaction {
                amount: Some(0),
                currency: Some("XYZ".to_owned()),
                reference: Some("r".repeat(256)),
                action: Some("refund".to_owned()),
            }),
        };
        assert_eq!(
            refusal(create(school, wrong)),
            [
                "payment_provider is too long (maximum is 255 characters)",
                "user_id could not be found",
                "product_id could not be found",
                "order_type is not included in the list",
                "amount must be greater than 0",
                "currency is not a currency of ISO 4217",
                "reference is too long (maximum is 255 characters)",
                "action must be purchase"
            ]
        );
        let too_much = new("one-time", Some(paid(i64::MAX, "USD", "a")));
        assert_eq!(refusal(create(school, too_much)), ["amount must be less than or equal to 1000000000000"]);
        school.audit();
    }

    fn a_one_time_order_is_paid_once_and_never_refunded_more(school: &School) {
        let order = create(school, new("one-time", Some(paid(1_000, "usd", "ch_1")))).expect("an order");
        assert_eq!((order.currency().code(), order.paid.minor, Status::of(&order)), ("USD", 1_000, Status::Paid));
        // The same report again is the same order; another one with its reference is not.
        let again = create(school, new("one-time", Some(paid(1_000, "USD", "ch_1")))).expect("the same order");
        assert_eq!(again, order);
        let other = create(school, new("one-time", Some(paid(2_000, "USD", "ch_1")))).expect("another amount");
        let others = create(
            school,
            NewExternalOrder { user_id: Some(UserId::new(2)), ..new("one-time", Some(paid(1_000, "USD", "ch_1"))) },
        );
        let others = others.expect("another buyer");
        assert_eq!([other.id.get(), others.id.get()], [order.id.get() + 1, order.id.get() + 2]);
        let second = report(school, order.id, Action::Purchase, paid(1_000, "USD", "ch_2"));
        assert_eq!(refusal(second), ["base a one-time order has just one purchase"]);
        let elsewhere = report(school, order.id, Action::Refund, paid(1, "EUR", ""));
        assert_eq!(refusal(elsewhere), ["currency must be USD, the order's currency"]);
        // A refund may carry the reference of its purchase, and counts once.
        for _ in 0..2 {
            let order = report(school, order.id, Action::Refund, paid(400, "USD", "ch_1")).expect("a refund");
            assert_eq!((order.refunded.minor, Status::of(&order)), (400, Status::PartiallyRefunded));
        }
        let more = report(school, order.id, Action::Refund, paid(601, "USD", "re_2"));
        assert_eq!(refusal(more), ["amount exceeds what was paid"]);
        let order = report(school, order.id, Action::Refund, paid(600, "USD", "re_3")).expect("a refund");
        assert_eq!(Status::of(&order), Status::Refunded);
        let (read, entries) = school.read(move |tx, site| external_orders::get(tx, site, order.id));
        assert_eq!(read, order);
        let entries: Vec<_> = entries.iter().map(|entry| (entry.action, entry.amount.minor)).collect();
        assert_eq!(entries, [(Action::Purchase, 1_000), (Action::Refund, 400), (Action::Refund, 600)]);
        let unknown = report(school, ExternalOrderId::new(99), Action::Refund, paid(1, "USD", ""));
        assert_eq!(refusal(unknown), ["not found"]);
        let text = |text: &str| Some(text.to_owned());
        let wanted = Wanted { reference: text("ch_1"), currency: text("usd"), ..Wanted::default() };
        let page = school.read(move |tx, site| external_orders::list(tx, site, &wanted, &PageRequest::first(10)));
        assert_eq!((page.total, page.items.len()), (3, 3));
        school.audit();
    }

    fn a_subscription_pays_until_its_interval_and_a_week_are_over(school: &School) {
        let now = store::now();
        let opened = now - 400 * DAY;
        let order = school.write(move |tx, site| {
            tx.backdate(opened);
            Ok(external_orders::create(tx, site, &new("subscription", None))?.order().clone())
        });
        assert_eq!((order.currency().code(), Status::of(&order)), ("EUR", Status::Open));
        let id = order.id;
        for month in 0..3 {
            let charge = paid(1_900, "USD", &format!("in_{month}"));
            school.write(move |tx, site| {
                tx.backdate(opened + month * 30 * DAY);
                external_orders::report(tx, site, id, Action::Purchase, &charge)
            });
        }
        let report_on = |from: i64, to: i64| {
            let asked = ReportRequest { from: Some(from), to: Some(to), ..ReportRequest::default() };
            let report = school.read(move |tx, site| reconciliation::report(tx, site, &asked));
            let line = |item: &reconciliation::ReportLine| {
                let sums = &item.sums;
                (
                    sums.currency.clone(),
                    sums.gross,
                    sums.refunded,
                    sums.purchases,
                    sums.subscriptions_opened,
                    item.subscriptions_paying,
                )
            };
            report.items.iter().map(line).collect::<Vec<_>>()
        };
        // The order turned from the product's currency to that of its first purchase, and was opened in that.
        assert_eq!(report_on(opened, opened), [("USD".to_owned(), 1_900, 0, 1, 1, 1)]);
        assert_eq!(report_on(opened, opened + 70 * DAY), [("USD".to_owned(), 5_700, 0, 3, 1, 1)]);
        assert_eq!(report_on(opened + 61 * DAY, opened + 70 * DAY), [("USD".to_owned(), 0, 0, 0, 0, 1)]);
        assert_eq!(report_on(opened + 61 * DAY, opened + 110 * DAY), []);
        assert_eq!(report_on(opened - 9 * DAY, opened - DAY), []);
        for month in 0..3 {
            report(school, id, Action::Refund, paid(1_900, "USD", &format!("in_{month}"))).expect("a refund");
        }
        assert_eq!(report_on(opened, opened + 70 * DAY), [("USD".to_owned(), 5_700, 0, 3, 1, 0)]);
        assert_eq!(report_on(now - DAY, now), [("USD".to_owned(), 0, 5_700, 0, 0, 0)]);
        let backwards = ReportRequest { from: Some(now), to: Some(opened), ..ReportRequest::default() };
        let refused = school.try_write(move |tx, site| reconciliation::report(tx, site, &backwards));
        assert_eq!(refusal(refused), ["from must not be after to"]);
        school.audit();
    }
}

/// Something that is reported.
#[derive(Debug, Clone)]
struct Step {
    order: ExternalOrderId,
    opens: Option<usize>,
    refund: bool,
    amount: i64,
    currency: &'static str,
    reference: Option<u8>,
    user: UserId,
    product: ProductId,
    days_ago: i64,
}

fn step() -> impl Strategy<Value = Step> {
    let currency = prop_oneof![6 => Just("USD"), 1 => Just("eur")];
    (
        (1..8_i64, prop::option::weighted(0.3, 0..3_usize), any::<bool>()),
        (prop_oneof![1..50_i64, Just(external_orders::MOST)], currency, prop::option::weighted(0.7, 0..12_u8)),
        (1..=USERS, 1..=COURSES, 0..40_i64),
    )
        .prop_map(|((order, opens, refund), (amount, currency, reference), (user, product, days_ago))| Step {
            order: ExternalOrderId::new(order),
            opens,
            refund,
            amount,
            currency,
            reference,
            user: UserId::new(user),
            product: ProductId::new(product),
            days_ago,
        })
}

fn take(school: &School, step: Step, now: i64) {
    let transaction = NewTransaction {
        amount: Some(step.amount),
        currency: Some(step.currency.to_owned()),
        reference: step.reference.map(|number| format!("ref_{number}")),
        action: None,
    };
    let _refused = school.try_write(move |tx, site| {
        tx.backdate(now - step.days_ago * DAY);
        match step.opens {
            Some(kind) => {
                let new = NewExternalOrder {
                    user_id: Some(step.user),
                    product_id: Some(step.product),
                    ..new(OrderType::NAMES[kind], Some(transaction.clone()).filter(|_| step.amount % 3 > 0))
                };
                external_orders::create(tx, site, &new)
            }
            None => {
                let action = if step.refund { Action::Refund } else { Action::Purchase };
                external_orders::report(tx, site, step.order, action, &transaction)
            }
        }
    });
}

fn balance(engine: Engine, steps: Vec<Step>, repeats: usize) -> Result<(), TestCaseError> {
    let Some(school) = School::new(engine) else { return Ok(()) };
    let now = store::now();
    for step in steps {
        let refers = step.reference.is_some() && (step.opens.is_none() || step.amount % 3 > 0);
        take(&school, step.clone(), now);
        let before = everything(&school);
        // Whatever was reported with a reference may be reported again, and changes nothing.
        for _ in 0..if refers { repeats } else { 0 } {
            take(&school, step.clone(), now);
            prop_assert_eq!(&everything(&school), &before);
        }
    }
    school.audit();
    let mut gross: BTreeMap<String, (i64, i64)> = BTreeMap::new();
    for (order, entries) in everything(&school) {
        let sum = |action| entries.iter().filter(|e| e.action == action).map(|e| e.amount.minor).sum::<i64>();
        prop_assert_eq!((order.paid.minor, order.refunded.minor), (sum(Action::Purchase), sum(Action::Refund)));
        prop_assert!((0..=order.paid.minor).contains(&order.refunded.minor));
        prop_assert!(entries.iter().all(|entry| entry.amount.currency == order.currency()));
        if order.order_type == OrderType::OneTime {
            prop_assert!(entries.iter().filter(|entry| entry.action == Action::Purchase).count() <= 1);
        }
        let of = gross.entry(order.currency().code().to_owned()).or_default();
        *of = (of.0 + order.paid.minor, of.1 + order.refunded.minor);
    }
    let asked = ReportRequest { from: Some(now - 41 * DAY), to: Some(now), ..ReportRequest::default() };
    let report = school.read(move |tx, site| reconciliation::report(tx, site, &asked));
    for item in report.items {
        let (paid, refunded) = gross.remove(&item.sums.currency).unwrap_or_default();
        prop_assert_eq!((item.sums.gross, item.sums.refunded), (paid, refunded));
    }
    prop_assert!(gross.values().all(|sums| *sums == (0, 0)));
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn balances_are_the_sums_of_their_ledger_and_never_below_zero_on_sqlite(
        steps in prop::collection::vec(step(), 1..80),
        repeats in 1..3_usize,
    ) {
        balance(Engine::Sqlite, steps, repeats)?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10))]

    #[test]
    fn balances_are_the_sums_of_their_ledger_and_never_below_zero_on_postgres(
        steps in prop::collection::vec(step(), 1..80),
        repeats in 1..3_usize,
    ) {
        balance(Engine::Postgres, steps, repeats)?;
    }
}

fn everything(school: &School) -> Vec<(external_orders::ExternalOrder, Vec<external_orders::Transaction>)> {
    school.read(|tx, site| {
        let page = external_orders::list(tx, site, &Wanted::default(), &PageRequest::first(1000))?;
        page.items.iter().map(|order| external_orders::get(tx, site, order.id)).collect()
    })
}
