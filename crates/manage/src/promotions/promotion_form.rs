//! The form in which a promotion is made and changed.

use crate::choices::Choices;
use crate::dates::DAY_MS;
use maud::{Markup, html};
use pages::components::{Choice, FormField, Input, day_input, day_of_input, problem_summary};
use pages::fields::Problems;
use pages::form::Fields;
use school::money::{decimal, hundredths};
use school::promotions::{DiscountType, Promotion, PromotionInput};
use school::{ProductId, Set};

/// What stands in the form.
#[derive(Debug, Clone, Default)]
pub(super) struct PromotionForm {
    name: String,
    description: String,
    discount_type: String,
    amount: String,
    starts_at: String,
    expires_at: String,
    duration: String,
    products: Vec<String>,
}

/// The first day that a promotion counts on, as the field has it.
fn first_day(starts_at: Option<i64>) -> String {
    starts_at.map_or(String::new(), |start| day_input(start.div_euclid(DAY_MS)))
}

/// The last one.
fn last_day(expires_at: Option<i64>) -> String {
    expires_at.map_or(String::new(), |end| day_input((end - 1).div_euclid(DAY_MS)))
}

impl PromotionForm {
    /// An empty form.
    pub fn new() -> Self {
        Self { discount_type: DiscountType::Percentage.name().to_owned(), ..Self::default() }
    }

    /// As a promotion is.
    pub fn of(promotion: &Promotion) -> Self {
        Self {
            name: promotion.name.clone(),
            description: promotion.description.clone().unwrap_or_default(),
            discount_type: promotion.discount_type.name().to_owned(),
            amount: decimal(promotion.amount),
            starts_at: first_day(promotion.starts_at),
            expires_at: last_day(promotion.expires_at),
            duration: promotion.duration.map(|duration| duration.to_string()).unwrap_or_default(),
            products: promotion.product_ids.iter().map(ToString::to_string).collect(),
        }
    }

    /// As somebody has sent it.
    pub fn submitted(fields: &Fields) -> Self {
        let text = |name: &str| fields.get(name).to_owned();
        Self {
            name: text("name"),
            description: text("description"),
            discount_type: text("discount_type"),
            amount: text("amount"),
            starts_at: text("starts_at"),
            expires_at: text("expires_at"),
            duration: text("duration"),
            products: fields.iter().filter(|(name, _)| *name == "product_ids").map(|(_, id)| id.to_owned()).collect(),
        }
    }

    /// What is to be kept of it. Of a promotion that is there, days that were not changed keep their hours.
    pub fn input(&self, had: Option<&Promotion>) -> Result<PromotionInput, Problems> {
        let mut problems = Problems::default();
        let mut day = |name: &str, text: &str, is_same: bool, add: i64| {
            if is_same {
                return Set::Keep;
            }
            match (text.trim().is_empty(), day_of_input(text)) {
                (true, _) => Set::Clear,
                (_, Some(day)) => Set::To(day.saturating_add(add).saturating_mul(DAY_MS)),
                (_, None) => {
                    problems.add(name, "must be a date");
                    Set::Keep
                }
            }
        };
        let is_same = |shown: fn(Option<i64>) -> String, at: fn(&Promotion) -> Option<i64>, text: &str| {
            had.is_some_and(|had| shown(at(had)) == text)
        };
        let starts_same = is_same(first_day, |had| had.starts_at, &self.starts_at);
        let starts_at = day("starts_at", &self.starts_at, starts_same, 0);
        let expires_same = is_same(last_day, |had| had.expires_at, &self.expires_at);
        let expires_at = day("expires_at", &self.expires_at, expires_same, 1);
        let amount = match (self.amount.trim(), hundredths(self.amount.trim())) {
            ("", _) => Set::Clear,
            (_, Some(amount)) => Set::To(amount),
            (_, None) => {
                problems.add("amount", "is not a number with at most two decimals, like 12.5");
                Set::Keep
            }
        };
        let duration = match (self.duration.trim(), self.duration.trim().parse()) {
            ("", _) => Set::Clear,
            (_, Ok(duration)) => Set::To(duration),
            (_, Err(_)) => {
                problems.add("duration", "must be a whole number");
                Set::Keep
            }
        };
        if !problems.is_empty() {
            return Err(problems);
        }
        let text = |text: &str| if text.trim().is_empty() { Set::Clear } else { Set::To(text.to_owned()) };
        let products = self.products.iter().filter_map(|id| id.parse().ok()).map(ProductId::new);
        Ok(PromotionInput {
            name: Set::To(self.name.clone()),
            description: text(&self.description),
            starts_at,
            expires_at,
            discount_type: Set::To(self.discount_type.clone()),
            amount,
            product_ids: Set::To(products.collect()),
            coupon_ids: Set::Keep,
            duration,
        })
    }

    fn fields<'f>(&'f self, problems: &'f Problems) -> [FormField<'f>; 7] {
        let kinds = vec![
            Choice { value: DiscountType::Percentage.name(), label: "Percent of the price" },
            Choice { value: DiscountType::Fixed.name(), label: "Amount, in the currency of the product" },
        ];
        let date = |name, label, value| FormField::new(name, label, value, Input::Line("date")).problems(problems);
        [
            FormField::line("name", "Name", &self.name)
                .hint("Only you see it.")
                .required()
                .longest(255)
                .problems(problems),
            FormField::new("description", "Description", &self.description, Input::Text { rows: 2 }).problems(problems),
            FormField::new("discount_type", "What is taken off", &self.discount_type, Input::Select(kinds))
                .required()
                .problems(problems),
            FormField::line("amount", "How much", &self.amount).required().problems(problems),
            date("starts_at", "First day", &self.starts_at),
            date("expires_at", "Last day", &self.expires_at),
            FormField::new("duration", "For how many payments", &self.duration, Input::Line("number"))
                .hint("Of a subscription or a payment plan. Left empty it counts for all of them.")
                .problems(problems),
        ]
    }

    fn products<'f>(&'f self, offered: &'f Choices, problems: &'f Problems) -> FormField<'f> {
        let chosen = offered.checkboxes(|id| self.products.iter().any(|chosen| chosen == id));
        FormField::new("product_ids", "Only these products", "", chosen)
            .hint("With none chosen it is for all products, also those to come.")
            .problems(problems)
    }

    /// What is wrong, above the form.
    pub fn summary(&self, problems: &Problems) -> Markup {
        problem_summary(problems, &self.fields(problems).map(|field| field.named()))
    }

    /// The cards of the form.
    pub fn cards(&self, offered: &Choices, problems: &Problems) -> Markup {
        let [name, description, kind, amount, starts_at, expires_at, duration] = self.fields(problems);
        html! {
            div.card {
                div.body.fields { (name) (description) }
            }
            div.card {
                header { div { h2 { "Discount" } } }
                div.body.fields {
                    div.fields.pair { (kind) (amount) }
                    (duration)
                }
            }
            div.card {
                header { div { h2 { "When" } p { "Days begin and end at midnight UTC. Left empty there is no bound." } } }
                div.body.fields { div.fields.pair { (starts_at) (expires_at) } }
            }
            div.card {
                header { div { h2 { "For which products" } } }
                div.body.fields.many { (self.products(offered, problems)) }
            }
        }
    }
}
