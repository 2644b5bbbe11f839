//! The form in which a user is made and changed.

use super::roles::ROLES;
use maud::{Markup, html};
use pages::components::{Choice, FormField, Input, problem_summary};
use pages::fields::Problems;
use pages::form::Fields;
use school::Set;
use school::custom_profile_field_definitions::{self as definitions, Definition, FieldType};
use school::users::{User, UserInput};

/// One of the school's own fields.
#[derive(Debug, Clone)]
struct CustomField {
    definition: Definition,
    /// What its value is chosen from.
    choices: Vec<String>,
    /// The name of its input.
    name: String,
    value: String,
}

/// What stands in the form.
#[derive(Debug, Clone, Default)]
pub(super) struct UserForm {
    first_name: String,
    last_name: String,
    email: String,
    company: String,
    headline: String,
    bio: String,
    external_source: String,
    roles: Vec<String>,
    affiliate_code: String,
    affiliate_commission: String,
    affiliate_commission_type: String,
    affiliate_payout_email: String,
    /// The school's own fields.
    custom: Vec<CustomField>,
    /// Whether a new user is sent the welcome mail.
    pub send_welcome_email: bool,
}

impl UserForm {
    /// An empty form.
    pub fn new(definitions: Vec<Definition>) -> Self {
        let affiliate_commission_type = "%".to_owned();
        let custom = custom(definitions, |_, _| String::new());
        Self { custom, affiliate_commission_type, send_welcome_email: true, ..Self::default() }
    }

    /// As a user is.
    pub fn of(user: &User, definitions: Vec<Definition>) -> Self {
        let said = user.custom_fields();
        let value = |definition: &Definition, _: &str| {
            said.iter().find(|(_, id, _)| *id == definition.id).map_or(String::new(), |(.., value)| value.to_string())
        };
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        Self {
            first_name: user.first_name.clone(),
            last_name: user.last_name.clone(),
            email: user.email.clone(),
            company: text(&user.company),
            headline: text(&user.headline),
            bio: text(&user.bio),
            external_source: text(&user.external_source),
            roles: user.roles.names().map(str::to_owned).collect(),
            affiliate_code: text(&user.affiliate_code),
            affiliate_commission: user.affiliate_commission.map(school::money::decimal).unwrap_or_default(),
            affiliate_commission_type: user.affiliate_commission_type.name().to_owned(),
            affiliate_payout_email: text(&user.affiliate_payout_email),
            custom: custom(definitions, value),
            send_welcome_email: false,
        }
    }

    /// As somebody has sent it.
    pub fn submitted(fields: &Fields, definitions: Vec<Definition>) -> Self {
        let text = |name: &str| fields.get(name).to_owned();
        Self {
            first_name: text("first_name"),
            last_name: text("last_name"),
            email: text("email"),
            company: text("company"),
            headline: text("headline"),
            bio: text("bio"),
            external_source: text("external_source"),
            roles: fields.iter().filter(|(name, _)| *name == "roles").map(|(_, role)| role.to_owned()).collect(),
            affiliate_code: text("affiliate_code"),
            affiliate_commission: text("affiliate_commission"),
            affiliate_commission_type: text("affiliate_commission_type"),
            affiliate_payout_email: text("affiliate_payout_email"),
            custom: custom(definitions, |_, name| text(name)),
            send_welcome_email: fields.has("send_welcome_email"),
        }
    }

    /// What is to be kept of it.
    pub fn input(&self) -> Result<UserInput, Problems> {
        let mut input = UserInput {
            first_name: Set::To(self.first_name.clone()),
            last_name: Set::To(self.last_name.clone()),
            email: Set::To(self.email.clone()),
            company: text(&self.company),
            headline: text(&self.headline),
            bio: text(&self.bio),
            external_source: text(&self.external_source),
            roles: Set::To(self.roles.clone()),
            affiliate_code: text(&self.affiliate_code),
            affiliate_payout_email: text(&self.affiliate_payout_email),
            ..UserInput::default()
        };
        if self.roles.iter().any(|role| role == "affiliate") {
            for (name, value) in [
                ("affiliate_commission", &self.affiliate_commission),
                ("affiliate_commission_type", &self.affiliate_commission_type),
            ] {
                if !value.trim().is_empty() {
                    input.set_cell(name, value.trim()).map_err(|wrong| Problems::one(name, wrong))?;
                }
            }
        }
        let value = |value: &String| Some(value.trim().to_owned()).filter(|value| !value.is_empty());
        let custom = self.custom.iter().map(|field| (field.definition.id, value(&field.value)));
        input.custom_profile_fields = Set::To(custom.collect());
        Ok(input)
    }

    fn fields<'f>(&'f self, problems: &'f Problems) -> [FormField<'f>; 7] {
        let line = |name, label, value| FormField::line(name, label, value).longest(255).problems(problems);
        [
            line("first_name", "First name", &self.first_name).required(),
            line("last_name", "Last name", &self.last_name).required(),
            FormField::new("email", "E-mail address", &self.email, Input::Line("email")).required().problems(problems),
            line("company", "Company", &self.company),
            line("headline", "Title", &self.headline),
            FormField::new("bio", "About them", &self.bio, Input::Text { rows: 3 }).problems(problems),
            line("external_source", "Where they came from", &self.external_source),
        ]
    }

    fn affiliate<'f>(&'f self, problems: &'f Problems) -> [FormField<'f>; 4] {
        let kinds =
            vec![Choice { value: "%", label: "Percent of the sale" }, Choice { value: "$", label: "Amount per sale" }];
        let line = |name, label, value| FormField::line(name, label, value).problems(problems);
        [
            line("affiliate_code", "Code", &self.affiliate_code).hint("Made by the school when left empty."),
            line("affiliate_commission", "Commission", &self.affiliate_commission),
            FormField::new(
                "affiliate_commission_type",
                "Commission is",
                &self.affiliate_commission_type,
                Input::Select(kinds),
            ),
            FormField::new(
                "affiliate_payout_email",
                "Paid at (PayPal address)",
                &self.affiliate_payout_email,
                Input::Line("email"),
            )
            .problems(problems),
        ]
    }

    fn custom_fields<'f>(&'f self, problems: &'f Problems) -> impl Iterator<Item = FormField<'f>> {
        self.custom.iter().map(move |CustomField { definition, choices, name, value }| {
            let input = match (definition.field_type, choices.as_slice()) {
                (FieldType::Checkbox, _) => Input::Checkbox,
                (FieldType::Select, [_, ..]) => {
                    let first = Choice { value: "", label: "Choose" };
                    let all = choices.iter().map(|choice| Choice { value: choice, label: choice });
                    // What was said before the choices changed stays until another is chosen.
                    let is_known = value.is_empty() || choices.contains(value);
                    let had = (!is_known).then_some(Choice { value, label: value });
                    Input::Select(std::iter::once(first).chain(all).chain(had).collect())
                }
                _ => Input::Line("text"),
            };
            let field = FormField::new(name, &definition.label, value, input).problems(problems);
            if definition.required { field.required() } else { field }
        })
    }

    /// What is wrong, above the form.
    pub fn summary(&self, problems: &Problems) -> Markup {
        let mut fields: Vec<FormField<'_>> =
            self.fields(problems).into_iter().chain(self.affiliate(problems)).collect();
        fields.extend(self.custom_fields(problems));
        let named: Vec<_> = fields.iter().map(FormField::named).collect();
        problem_summary(problems, &named)
    }

    /// The cards of the form.
    pub fn cards(&self, problems: &Problems, is_new: bool) -> Markup {
        let [first, last, email, company, headline, bio, source] = self.fields(problems);
        let roles = ROLES.map(|(value, label)| (Choice { value, label }, self.roles.iter().any(|role| role == value)));
        let roles = FormField::new("roles", "Roles", "", Input::Checkboxes(roles.into())).problems(problems);
        html! {
            div.card {
                header { div { h2 { "Profile" } } }
                div.body.fields {
                    div.fields.pair { (first) (last) }
                    (email)
                    div.fields.pair { (company) (headline) }
                    (bio)
                    (source)
                }
            }
            @if !self.custom.is_empty() {
                div.card {
                    header { div { h2 { "The school's own fields" } } }
                    div.body.fields { @for field in self.custom_fields(problems) { (field) } }
                }
            }
            div.card {
                header { div { h2 { "Roles" } p { "Everybody is a student; roles open more." } } }
                div.body.fields { (roles) }
            }
            details.card open[self.roles.iter().any(|role| role == "affiliate")] {
                summary.card-summary { "What they earn as an affiliate" }
                div.body.fields {
                    @let [code, commission, kind, payout] = self.affiliate(problems);
                    (code)
                    div.fields.pair { (commission) (kind) }
                    (payout)
                }
            }
            @if is_new {
                div.card {
                    div.body {
                        @let value = if self.send_welcome_email { "true" } else { "" };
                        (FormField::new("send_welcome_email", "Send the welcome mail", value, Input::Checkbox)
                            .hint("It has a link with which they choose a password."))
                    }
                }
            }
        }
    }
}

/// An optional text: nothing clears it.
fn text(text: &str) -> Set<String> {
    if text.trim().is_empty() { Set::Clear } else { Set::To(text.to_owned()) }
}

fn custom(definitions: Vec<Definition>, value: impl Fn(&Definition, &str) -> String) -> Vec<CustomField> {
    let with_value = |definition: Definition| {
        let name = format!("field_{}", definition.id);
        let (value, choices) = (value(&definition, &name), definitions::choices(&definition));
        CustomField { definition, choices, name, value }
    };
    definitions.into_iter().map(with_value).collect()
}
