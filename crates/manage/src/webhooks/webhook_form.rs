//! The form in which a webhook is made and changed.

use super::list::topic;
use delivery::guard::{self, Policy};
use delivery::webhooks::{Webhook, WebhookChanges, unknown_topic};
use maud::{Markup, html};
use pages::components::{Choice, FormField, Input, problem_summary};
use pages::fields::Problems;
use pages::form::Fields;
use school::Set;
use school::events::Topic;

/// The longest address of a webhook, in bytes.
const LONGEST_URL: usize = 2048;

/// What stands in the form.
#[derive(Debug, Clone, Default)]
pub(super) struct WebhookForm {
    topic: String,
    target_url: String,
    is_active: bool,
}

impl WebhookForm {
    /// An empty form.
    pub fn new() -> Self {
        Self { is_active: true, ..Self::default() }
    }

    /// As a webhook is.
    pub fn of(webhook: &Webhook) -> Self {
        Self { topic: topic(webhook).to_owned(), target_url: webhook.target_url.clone(), is_active: webhook.active }
    }

    /// As somebody has sent it.
    pub fn submitted(fields: &Fields) -> Self {
        Self {
            topic: fields.get("topic").to_owned(),
            target_url: fields.get("target_url").trim().to_owned(),
            is_active: fields.has("active"),
        }
    }

    /// What the webhook is to be, where events may be sent to its address.
    pub fn changes(&self, policy: &Policy) -> Result<WebhookChanges, Problems> {
        let mut problems = Problems::default();
        if self.topic.is_empty() {
            problems.add("topic", "must be chosen");
        } else if Topic::named(&self.topic).is_none() {
            problems.add("topic", unknown_topic());
        }
        if self.target_url.is_empty() {
            problems.add("url", "can't be blank");
        } else if self.target_url.len() > LONGEST_URL {
            problems.add("url", format!("is too long (maximum is {LONGEST_URL} characters)"));
        } else if let Err(refused) = guard::check_url(&self.target_url, policy) {
            problems.add("url", refused.to_string());
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        Ok(WebhookChanges {
            topic: Some(self.topic.clone()),
            target_url: Set::To(self.target_url.clone()),
            active: Some(self.is_active),
        })
    }

    fn fields<'f>(&'f self, problems: &'f Problems) -> [FormField<'f>; 2] {
        let first = Choice { value: "", label: "Choose a topic" };
        let topics = Topic::ALL.iter().map(|topic| Choice { value: topic.name(), label: topic.name() });
        let choices = std::iter::once(first).chain(topics).collect();
        [
            FormField::new("topic", "Topic", &self.topic, Input::Select(choices)).required().problems(problems),
            FormField::new("target_url", "Address", &self.target_url, Input::Line("url"))
                .known_as("url")
                .hint("Requests are sent there, such as https://example.com/hooks.")
                .required()
                .longest(LONGEST_URL)
                .problems(problems),
        ]
    }

    /// What is wrong, above the form.
    pub fn summary(&self, problems: &Problems) -> Markup {
        problem_summary(problems, &self.fields(problems).map(|field| field.named()))
    }

    /// The card of the form.
    pub fn card(&self, problems: &Problems) -> Markup {
        let [topic, target_url] = self.fields(problems);
        let active = if self.is_active { "true" } else { "" };
        html! {
            div.card {
                div.body.fields {
                    (topic)
                    (target_url)
                    (FormField::new("active", "Send events", active, Input::Checkbox)
                        .hint("What happens while this is off is not sent; it can be sent later for 30 days."))
                }
            }
        }
    }
}
