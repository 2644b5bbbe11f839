//! The forms in which coupons are made and changed.

use maud::{Markup, html};
use pages::components::{FormField, Icon, Input};
use pages::fields::Problems;
use pages::form::Fields;
use school::Set;
use school::coupons::{Bulk, Coupon, CouponInput};

/// A whole number that may be left out.
fn number(name: &str, text: &str, problems: &mut Problems) -> Option<i64> {
    let number = text.trim().parse().ok();
    if number.is_none() && !text.trim().is_empty() {
        problems.add(name, "must be a whole number");
    }
    number
}

/// The form of one coupon.
#[derive(Debug, Clone, Default)]
pub(crate) struct CouponForm {
    code: String,
    note: String,
    quantity: String,
}

impl CouponForm {
    /// An empty form.
    pub fn new() -> Self {
        Self::default()
    }

    /// As a coupon is.
    pub fn of(coupon: &Coupon) -> Self {
        Self {
            code: coupon.code.clone(),
            note: coupon.note.clone().unwrap_or_default(),
            quantity: coupon.quantity.map(|quantity| quantity.to_string()).unwrap_or_default(),
        }
    }

    /// As somebody has sent it.
    pub fn submitted(fields: &Fields) -> Self {
        let text = |name: &str| fields.get(name).to_owned();
        Self { code: text("code"), note: text("note"), quantity: text("quantity") }
    }

    /// What is to be kept of it.
    pub fn input(&self) -> Result<CouponInput, Problems> {
        let mut problems = Problems::default();
        let quantity = number("quantity", &self.quantity, &mut problems);
        if !problems.is_empty() {
            return Err(problems);
        }
        Ok(CouponInput {
            code: Set::To(self.code.clone()),
            note: if self.note.trim().is_empty() { Set::Clear } else { Set::To(self.note.clone()) },
            quantity: quantity.map_or(Set::Clear, Set::To),
            quantity_used: Set::Keep,
        })
    }

    /// Its fields.
    pub fn fields<'f>(&'f self, problems: &'f Problems) -> [FormField<'f>; 3] {
        [
            FormField::line("code", "Code", &self.code)
                .hint("What students type in, in capital or small letters.")
                .required()
                .longest(255)
                .problems(problems),
            FormField::new("quantity", "How often it can be used", &self.quantity, Input::Line("number"))
                .hint("Left empty there is no limit.")
                .problems(problems),
            FormField::line("note", "Note", &self.note).hint("Only you see it.").problems(problems),
        ]
    }

    /// By what the summary of problems leads to its fields.
    pub fn named<'f>(&'f self, problems: &'f Problems) -> [(&'f str, &'f str, String); 3] {
        self.fields(problems).map(|field| field.named())
    }

    /// The form as a card.
    pub fn card(&self, action: &str, csrf: &Markup, problems: &Problems) -> Markup {
        html! {
            form.card method="post" action=(action) {
                (csrf)
                header { div { h2 { "Make a coupon" } } }
                div.body.fields {
                    @for field in self.fields(problems) { (field) }
                    div.actions { button.quiet type="submit" { (Icon::Plus) "Make the coupon" } }
                }
            }
        }
    }
}

/// The form of many coupons with codes that nobody can guess.
#[derive(Debug, Clone)]
pub(crate) struct BulkForm {
    count: String,
    code_length: String,
    quantity_per_coupon: String,
}

impl BulkForm {
    /// As it is shown at first.
    pub fn new() -> Self {
        Self { count: "100".to_owned(), code_length: "10".to_owned(), quantity_per_coupon: "1".to_owned() }
    }

    /// As somebody has sent it.
    pub fn submitted(fields: &Fields) -> Self {
        let text = |name: &str| fields.get(name).to_owned();
        Self {
            count: text("bulk_quantity"),
            code_length: text("bulk_coupon_code_length"),
            quantity_per_coupon: text("bulk_quantity_per_coupon"),
        }
    }

    /// What is to be made.
    pub fn input(&self) -> Result<Bulk, Problems> {
        let mut problems = Problems::default();
        let count = number("bulk_quantity", &self.count, &mut problems);
        let code_length = number("bulk_coupon_code_length", &self.code_length, &mut problems);
        let uses = number("bulk_quantity_per_coupon", &self.quantity_per_coupon, &mut problems);
        if count.is_none() && problems.is_empty() {
            problems.add("bulk_quantity", "can't be blank");
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        Ok(Bulk { quantity_per_coupon: uses, code_length, quantity: count })
    }

    fn fields<'f>(&'f self, problems: &'f Problems) -> [FormField<'f>; 3] {
        let number = |name, label, value| FormField::new(name, label, value, Input::Line("number")).problems(problems);
        [
            number("bulk_quantity", "How many", &self.count).hint("From 1 to 1,000 at once.").required(),
            number("bulk_quantity_per_coupon", "How often each can be used", &self.quantity_per_coupon)
                .hint("Left empty there is no limit."),
            number("bulk_coupon_code_length", "Length of the codes", &self.code_length)
                .hint("From 6 to 64 characters.")
                .required(),
        ]
    }

    /// By what the summary of problems leads to its fields.
    pub fn named<'f>(&'f self, problems: &'f Problems) -> [(&'f str, &'f str, String); 3] {
        self.fields(problems).map(|field| field.named())
    }

    /// The form as a card.
    pub fn card(&self, action: &str, csrf: &Markup, problems: &Problems) -> Markup {
        html! {
            form.card method="post" action=(action) {
                (csrf)
                header { div { h2 { "Make many coupons" } p { "With codes that nobody can guess, to be downloaded as a file." } } }
                div.body.fields {
                    @for field in self.fields(problems) { (field) }
                    div.actions { button.quiet type="submit" { (Icon::TicketPercent) "Make the coupons" } }
                }
            }
        }
    }
}
