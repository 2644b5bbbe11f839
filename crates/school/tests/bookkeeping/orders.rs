use crate::{School, refusal};
use school::orders::{self, NewItem, NewOrder};
use store::{OrderId, PageRequest, PageStart, ProductId, UserId};

fn order(user: i64, products: &[i64]) -> NewOrder {
    let items =
        products.iter().map(|product| NewItem { product_id: ProductId::new(*product), amount_cents: None }).collect();
    NewOrder { user_id: UserId::new(user), items, ..NewOrder::default() }
}

#[test]
fn orders_are_numbered_per_school_and_come_with_their_items() {
    let school = School::new();
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
    let page = school.read(move |tx, site| orders::list(tx, site, &ask));
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
