//! `GET /manage/product_publish_requests/{id}`: one request, with the form that answers it.

use super::{LIST, badge, path};
use crate::manager::{Area, Manager};
use crate::people::PersonView;
use identity::actor::Actor;
use maud::{Markup, html};
use pages::components::{FormField, Icon, Input, moment, problem_summary};
use pages::fields::Problems;
use pages::form::Fields;
use pages::frame::FramedPage;
use pages::{PageError, PageResult, PathId};
use school::PublishRequestId;
use school::product_publish_requests::{self as requests, PublishRequest, PublishRequestStatus};
use school::products;
use web::Tx;

/// What is shown of a request.
pub(super) struct RequestPage {
    request: PublishRequest,
    person: PersonView,
    responder: Option<PersonView>,
    product: String,
    product_status: &'static str,
}

/// What stands in the form of the answer.
pub(super) struct AnswerForm {
    pub response_text: String,
    pub notify_requester: bool,
}

impl AnswerForm {
    /// As somebody has sent it.
    pub fn submitted(fields: &Fields) -> Self {
        Self { response_text: fields.get("response_text").to_owned(), notify_requester: fields.has("notify_requester") }
    }
}

/// `GET /manage/product_publish_requests/{id}`
pub(super) async fn show(manager: Manager, PathId(id): PathId<PublishRequestId>) -> PageResult {
    let (area, page) = RequestPage::load(&manager, id).await?;
    let form = AnswerForm { response_text: String::new(), notify_requester: true };
    page.show(&manager, &area, &form, &Problems::default())
}

impl RequestPage {
    /// Reads a request.
    pub async fn load(manager: &Manager, id: PublishRequestId) -> Result<(Area, Self), PageError> {
        manager.read(move |tx, actor| Self::read(tx, actor, id)).await
    }

    fn read(tx: &mut Tx<'_>, actor: &Actor, id: PublishRequestId) -> school::Result<Self> {
        let site = actor.site().id;
        let request = requests::get(tx, site, id)?;
        let product = products::get(tx, site, request.product_id)?;
        Ok(Self {
            person: PersonView::find(tx, actor, request.requesting_user_id)?,
            responder: request.responding_user_id.map(|id| PersonView::find(tx, actor, id)).transpose()?,
            product: product.name.clone(),
            product_status: match product.status {
                products::ProductStatus::Published => "Published",
                _ => "Not published",
            },
            request,
        })
    }

    /// The page, with the form as it was filled in.
    pub fn show(&self, manager: &Manager, area: &Area, form: &AnswerForm, problems: &Problems) -> PageResult {
        let is_pending = self.request.status == PublishRequestStatus::Pending;
        let title = if is_pending { format!("Publish {}?", self.product) } else { self.product.clone() };
        let body = html! {
            div.grid.two {
                div {
                    @if is_pending {
                        (self.form(manager, form, problems))
                    } @else {
                        (problem_summary(problems, &[]))
                        (self.answer())
                    }
                }
                div { (self.facts()) }
            }
        };
        let page = FramedPage::new(LIST, &title, body)
            .badge(Some(badge(self.request.status)))
            .below("Publish requests", LIST)
            .with_problems(problems);
        manager.show(area, page)
    }

    fn form(&self, manager: &Manager, form: &AnswerForm, problems: &Problems) -> Markup {
        let here = path(self.request.id);
        let text =
            FormField::new("response_text", "What you say about it", &form.response_text, Input::Text { rows: 5 })
                .hint("Who asked reads it in the mail, if one is sent.")
                .problems(problems);
        let notify = if form.notify_requester { "true" } else { "" };
        html! {
            (problem_summary(problems, &[text.named()]))
            form.card method="post" action={ (here) "/approve" } {
                (manager.csrf())
                header { div { h2 { "Your answer" } p { "An approved product is published at once, for everybody to see and buy." } } }
                div.body.fields {
                    (text)
                    (FormField::new("notify_requester", "Send a mail to who asked", notify, Input::Checkbox))
                    div.actions {
                        button type="submit" { (Icon::Check) span dir="auto" { "Publish " (self.product) } }
                        button.quiet type="submit" formaction={ (here) "/deny" } { (Icon::X) "Deny" }
                    }
                }
            }
        }
    }

    /// What was answered.
    fn answer(&self) -> Markup {
        html! {
            div.card {
                header { div { h2 { "The answer" } } }
                div.body {
                    @match &self.request.response_text {
                        Some(text) => p.bio dir="auto" { (text) },
                        None => p.muted { "Nothing was said with it." },
                    }
                }
            }
        }
    }

    fn facts(&self) -> Markup {
        html! {
            div.card {
                header { div { h2 { "About" } } }
                div.body {
                    dl.facts {
                        dt { "Product" } dd dir="auto" { (self.product) }
                        dt { "It is" } dd { (self.product_status) }
                        dt { "Asked by" } dd { (self.person.link()) }
                        dt { "Asked" } dd { (moment(self.request.created_at)) }
                        @if let Some(person) = &self.responder { dt { "Answered by" } dd { (person.link()) } }
                        @if let Some(at) = self.request.completed_at { dt { "Answered" } dd { (moment(at)) } }
                    }
                }
            }
        }
    }
}
