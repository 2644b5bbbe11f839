//! Products, orders, payments and subscriptions, for their events.

use super::{LOOKED_AT, PRICE, TriggerContext, toggled, told};
use crate::config::Failure;
use school::events::Topic;
use school::orders::{self, NewItem, NewOrder, Order, Status};
use school::products::{self, NewPrice, NewProduct, Product, ProductStatus, Productable};
use school::subscriptions::{self, NewSubscription, Subscription};
use school::{courses, order_transactions};
use store::PageRequest;

impl TriggerContext<'_, '_> {
    /// The product that was named, itself or by its course.
    fn product_named(&mut self) -> Result<Option<Product>, Failure> {
        if let Some(named) = self.asked.product.clone() {
            let mut id = products::id_by_slug(self.tx, self.site.id, &named)?;
            if let (None, Ok(number)) = (id, named.parse()) {
                id = products::exists(self.tx, self.site.id, number)?.then_some(number);
            }
            let Some(id) = id else {
                return told(format!("there is no product `{named}`; give its slug or its id"));
            };
            return Ok(Some(products::get(self.tx, self.site.id, id)?));
        }
        let Some(named) = self.asked.course.clone() else { return Ok(None) };
        let course = self.course_named(&named)?;
        Ok(Some(products::get(self.tx, self.site.id, course.product_id)?))
    }

    /// The named product, or the first published one that costs something.
    fn product(&mut self) -> Result<Product, Failure> {
        if let Some(product) = self.product_named()? {
            return Ok(product);
        }
        let all = products::list(self.tx, self.site.id, &PageRequest::first(LOOKED_AT))?.items;
        let mut published = all.into_iter().filter(|product| product.status == ProductStatus::Published);
        if let Some(product) = published.find(|product| product.price() > 0) {
            return Ok(product);
        }
        let course = self.make_course()?;
        Ok(products::get(self.tx, self.site.id, course.product_id)?)
    }

    pub(super) fn update_product(&mut self) -> Result<(), Failure> {
        let product = self.product()?;
        let (keywords, now) = toggled(product.keywords.as_deref());
        let new = NewProduct {
            productable: product.productable(),
            name: product.name.clone(),
            slug: product.slug.clone(),
            status: product.status,
            private: product.private,
            hidden: product.hidden,
            has_certificate: product.has_certificate,
            days_until_expiry: product.days_until_expiry,
            keywords,
            seo_title: product.seo_title.clone(),
            seo_description: product.seo_description.clone(),
            description: product.description.clone(),
            card_image_url: product.card_image_url.clone(),
            instructor_names: product.instructor_names.clone(),
            prices: product.prices.iter().map(NewPrice::from).collect(),
        };
        products::update(self.tx, self.site.id, product.id, &new)?;
        self.did(format!("The product {} {now}.", product.slug));
        Ok(())
    }

    pub(super) fn delete_product(&mut self) -> Result<(), Failure> {
        let course = match self.product_named()? {
            None => self.make_course()?,
            Some(product) => match product.productable() {
                Productable::Course(course) => courses::get(self.tx, self.site.id, course)?,
                Productable::Bundle(_) => {
                    return told(format!(
                        "{} sells a bundle, and bundles stay; name the product of a course",
                        product.slug
                    ));
                }
            },
        };
        self.delete_course(&course)
    }

    pub(super) fn order(&mut self, status: Status) -> Result<Order, Failure> {
        let (product, user) = (self.product()?, self.user()?);
        let amount_cents = if product.price() > 0 { None } else { Some(PRICE) };
        let items = vec![NewItem { product_id: product.id, amount_cents }];
        let new = NewOrder { user_id: user.id, items, status, ..NewOrder::default() };
        let order = orders::create(self.tx, self.site.id, &new)?;
        self.did(format!("{} ordered {} (order {}, {}).", user.email, product.slug, order.id, order.status));
        Ok(order)
    }

    pub(super) fn payment(&mut self, topic: Topic) -> Result<(), Failure> {
        let order = self.order(Status::Pending)?;
        let made = match topic {
            Topic::OrderTransactionFailed => order_transactions::failed(self.tx, self.site.id, order.id, None)?,
            _ => order_transactions::succeeded(self.tx, self.site.id, order.id, None)?,
        };
        let how = if made.succeeded { "succeeded" } else { "failed" };
        self.did(format!("Its payment {how} (transaction {}, {} {}).", made.id, made.amount, made.currency));
        if topic == Topic::OrderTransactionRefunded {
            order_transactions::refunded(self.tx, self.site.id, made.id, None)?;
            self.did("It was paid back.");
        }
        Ok(())
    }

    pub(super) fn subscription(&mut self, topic: Topic) -> Result<(), Failure> {
        let (product, user) = (self.product()?, self.user()?);
        let new = NewSubscription { user_id: user.id, product_id: product.id, ..NewSubscription::default() };
        let open = subscriptions::open(self.tx, self.site.id, &new)?;
        self.did(format!("{} subscribed to {} (subscription {}).", user.email, product.slug, open.id));
        let Subscription { status, .. } = match topic {
            Topic::SubscriptionPastDue => subscriptions::past_due(self.tx, self.site.id, open.id)?,
            Topic::SubscriptionUnpaid => subscriptions::unpaid(self.tx, self.site.id, open.id)?,
            _ => subscriptions::cancel(self.tx, self.site.id, open.id, None)?,
        };
        self.did(format!("It is {}.", status.name().replace('_', " ")));
        Ok(())
    }
}
