use crate::{School, on_both_engines, refusal};
use school::courses::NewCourse;
use school::orders::{self, NewItem, NewOrder, OrderFilter};
use school::products::{NewPrice, PaymentType};
use store::{OrderId, PageRequest, PageStart, ProductId, UserId};

fn order(user: i64, products: &[i64]) -> NewOrder {
    let items =
        products.iter().map(|product| NewItem { product_id: ProductId::new(*product), amount_cents: None }).collect();
    NewOrder { user_id: UserId::new(user), items, ..NewOrder::default() }
}

on_both_engines! {
    fn orders_are_numbered_per_school_and_come_with_their_items(school: &School) {
        for _ in 0..40 {
            school.write(|tx, site| orders::create(tx, site, &order(1, &[1, 2])));
        }
        let refused = school.try_write(|tx, site| orders::create(tx, site, &order(99, &[1, 98])));
        assert_eq!(refusal(refused), ["user_id could not be found", "product_id could not be found"]);
        assert_eq!(
            refusal(school.try_write(|tx, site| orders::create(tx, site, &order(1, &[])))),
            ["items can't be blank"]
        );
        let last = school.write(|tx, site| orders::create(tx, site, &order(2, &[3])));
        assert_eq!((last.order_number, last.amount_cents, last.currency.as_str()), (1041, 1_900, "eur"));
        assert!(orders::is_subscription(&last));
        let ask = PageRequest { descending: true, start: PageStart::Page(2), ..PageRequest::first(30) };
        let page = school.read(move |tx, site| orders::list(tx, site, &OrderFilter::default(), &ask));
        assert_eq!(page.total, 41);
        let numbers: Vec<i64> = page.items.iter().map(|order| order.order_number).collect();
        assert_eq!(numbers, (1001..=1011).rev().collect::<Vec<_>>());
        for order in &page.items {
            let items: Vec<_> =
                order.items.iter().map(|item| (item.product_id.get(), item.product_name.as_str())).collect();
            assert_eq!(items, [(1, "Course 1"), (2, "Course 2")]);
            assert_eq!(order.amount_cents, 3_800);
        }
        assert_eq!(school.read(|tx, site| orders::get(tx, site, OrderId::new(41))), last);
        school.audit();
    }

    fn an_order_is_of_one_currency(school: &School) {
        let dollars = school.write(|tx, site| {
            let prices = vec![NewPrice::primary(PaymentType::OneTime, 1_000, "usd")];
            let course = NewCourse { prices, ..NewCourse::named("Dollars") };
            Ok(school::courses::create(tx, site, &course)?.product_id.get())
        });
        let both = order(1, &[1, dollars]);
        let refused = school.try_write(move |tx, site| orders::create(tx, site, &both));
        assert_eq!(refusal(refused), ["items must have prices of one currency"]);
        let said = NewItem { product_id: ProductId::new(dollars), amount_cents: Some(900) };
        let mut both = order(1, &[1]);
        both.items.push(said);
        let made = school.write(move |tx, site| orders::create(tx, site, &both));
        assert_eq!((made.amount_cents, made.currency.as_str()), (2_800, "eur"));
    }
}
