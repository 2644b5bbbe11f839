//! `GET /manage/webhooks/{id}`: one webhook, and what was sent to it.

use super::list::topic;
use super::send_again::SINCE;
use super::{LIST, badge, path};
use crate::addresses::DELIVERIES;
use crate::deliveries::{self, DeliveryView};
use crate::manager::Manager;
use delivery::webhooks::{self, DeliveryFilter, DeliveryState, Owner, Webhook};
use identity::actor::Actor;
use maud::{Markup, html};
use pages::components::{Banner, ConfirmDialog, EmptyState, FormField, Icon, Input, NumberTile, Tone, grouped, moment};
use pages::form::Fields;
use pages::frame::FramedPage;
use pages::{PageResult, PathId, QueryFields};
use school::users;
use school::{PageRequest, UserId};
use web::Tx;

/// So many deliveries stand on the page, the newest.
const SHOWN: i64 = 10;

/// What is shown of a webhook.
struct WebhookPage {
    webhook: Webhook,
    counts: Vec<(DeliveryState, i64)>,
    deliveries: Vec<DeliveryView>,
    /// Who made it, by their address; none when it was a program.
    made_by: Option<String>,
}

/// `GET /manage/webhooks/{id}`
pub(super) async fn show(manager: Manager, PathId(id): PathId<String>, QueryFields(query): QueryFields) -> PageResult {
    let (area, view) = manager.read(move |tx, actor| WebhookPage::read(tx, actor, &id)).await?;
    let (csrf, done) = (manager.csrf(), done(&query));
    let page = FramedPage::new(LIST, &view.webhook.target_url, view.body(&csrf))
        .badge(Some(badge(&view.webhook)))
        .below("Webhooks", LIST)
        .actions(view.actions(&csrf))
        .done(&done);
    manager.show(&area, page)
}

/// What was done before.
fn done(query: &Fields) -> String {
    let number = |name: &str| query.get(name).parse::<i64>().unwrap_or_default().max(0);
    let more = match number("left") {
        0 => String::new(),
        left => format!(" {} more are left: send again.", grouped(left)),
    };
    match query.get("done") {
        "added" => "The webhook was added.".to_owned(),
        "saved" => "The changes were saved.".to_owned(),
        "on" => "The webhook is on.".to_owned(),
        "off" => "The webhook is off. What waited for it is given up.".to_owned(),
        "recovered" => format!("{} sent again, and wait for it.{more}", deliveries_are(number("count"))),
        "replayed" => match number("count") {
            1 => format!("One event that it missed waits to be sent.{more}"),
            count => format!("{} events that it missed wait to be sent.{more}", grouped(count)),
        },
        _ => String::new(),
    }
}

/// So many deliveries, and the verb.
fn deliveries_are(count: i64) -> String {
    if count == 1 { "1 delivery is".to_owned() } else { format!("{} deliveries are", grouped(count)) }
}

impl WebhookPage {
    fn read(tx: &mut Tx<'_>, actor: &Actor, id: &str) -> school::Result<Self> {
        let site = actor.site().id;
        let webhook = webhooks::get(tx, site, Owner::SCHOOL, id)?;
        let mut counts = Vec::new();
        for state in deliveries::STATES.map(|(_, state, _)| state) {
            counts.push((state, webhooks::count(tx, site, &webhook, state)?));
        }
        let filter = DeliveryFilter { webhook_id: Some(webhook.id.clone()), ..DeliveryFilter::default() };
        let newest = PageRequest { descending: true, ..PageRequest::first(SHOWN) };
        let page = webhooks::deliveries(tx, site, Owner::SCHOOL, &filter, &newest)?;
        let deliveries = DeliveryView::of_all(&page.items, std::slice::from_ref(&webhook));
        let made_by = match webhook.created_by.parse::<i64>() {
            Ok(id) => users::find(tx, site, UserId::new(id))?.map(|user| user.email.clone()),
            Err(_) => None,
        };
        Ok(Self { webhook, counts, deliveries, made_by })
    }

    fn actions(&self, csrf: &Markup) -> Markup {
        let here = path(&self.webhook.id);
        html! {
            details.menu {
                summary.button.quiet { "More" (Icon::ChevronDown) }
                div {
                    @if self.webhook.active {
                        form method="post" action={ (here) "/switch_off" } { (csrf) button type="submit" { (Icon::X) "Switch off" } }
                    }
                    a.danger href="#delete" data-dialog="delete" { (Icon::Trash2) "Delete…" }
                }
            }
            a.button.quiet href={ (here) "/edit" } { (Icon::Pencil) "Edit" }
            @if self.webhook.active {
                form method="post" action={ (here) "/test" } { (csrf) button type="submit" { (Icon::Send) "Send a test event" } }
            } @else {
                form method="post" action={ (here) "/switch_on" } { (csrf) button type="submit" { (Icon::Check) "Switch on" } }
            }
        }
    }

    fn body(&self, csrf: &Markup) -> Markup {
        html! {
            (self.trouble())
            div.grid.tiles { @for (state, count) in &self.counts { (self.tile(*state, *count)) } }
            div.grid.two {
                div { (self.recent()) }
                div { (self.facts()) (self.send_again()) }
            }
            (self.delete_dialog(csrf))
        }
    }

    /// What is wrong with it, and what to do.
    fn trouble(&self) -> Markup {
        let webhook = &self.webhook;
        let reason = webhook.off_reason.as_deref().unwrap_or_default();
        html! {
            @match (webhook.active, webhook.failing_since) {
                (true, None) => {},
                (true, Some(since)) => (Banner::new(Tone::Warning, "Nothing arrives", html! {
                    p {
                        "Every attempt since " (moment(since)) " has failed. The deliveries that wait are tried again by "
                        "themselves. After three days of failures the webhook is switched off. Look at a delivery below to "
                        "see what was answered."
                    }
                })),
                (false, _) if webhooks::is_off_by_request(webhook) => (Banner::new(Tone::Neutral, "It is off", html! {
                    p { "Nothing is sent. Once it is on again, what it missed can be sent for 30 days." }
                })),
                (false, _) => (Banner::new(Tone::Danger, "It was switched off", html! {
                    p {
                        (reason) " Mend the receiver, switch the webhook on, and then send again what did not arrive and what "
                        "was missed."
                    }
                })),
            }
        }
    }

    fn tile(&self, state: DeliveryState, count: i64) -> Markup {
        let (value, _, label) = deliveries::state_line(state);
        // One that has failed so far waits to be tried again.
        let label = if state == DeliveryState::Failed { "Failed for good" } else { label };
        let href = format!("{}?webhook_id={}&state={value}", DELIVERIES, self.webhook.id);
        html! { (NumberTile { label, value: count, href: Some(href) }) }
    }

    fn recent(&self) -> Markup {
        html! {
            div.card {
                header {
                    div { h2 { "Recent deliveries" } }
                    @if !self.deliveries.is_empty() {
                        a href={ (DELIVERIES) "?webhook_id=" (self.webhook.id) } { "Show all" }
                    }
                }
                @if self.deliveries.is_empty() {
                    (EmptyState {
                        icon: Icon::Send,
                        title: "Nothing was sent yet",
                        text: "What is sent stands here for 30 days, with what was answered. A test event shows at once \
                               whether the receiver works.",
                        actions: html! {},
                    })
                } @else {
                    (deliveries::rows(&self.deliveries, false))
                }
            }
        }
    }

    fn facts(&self) -> Markup {
        let webhook = &self.webhook;
        html! {
            div.card {
                header { div { h2 { "About" } } }
                div.body {
                    dl.facts {
                        dt { "Topic" } dd { code { (topic(webhook)) } }
                        dt { "Id" } dd.mono { (webhook.id) }
                        dt { "Added" } dd { (moment(webhook.created_at_ns / 1_000_000)) }
                        @if let Some(email) = &self.made_by { dt { "Added by" } dd { (email) } }
                        dt { "Changed" } dd { (moment(webhook.updated_at_ns / 1_000_000)) }
                        @if let Some(since) = webhook.failing_since { dt { "Failing since" } dd { (moment(since)) } }
                        dt { "Signed with" } dd { "The school’s API key" }
                    }
                }
            }
        }
    }

    fn send_again(&self) -> Markup {
        let here = path(&self.webhook.id);
        let since = || FormField::new("hours", "Since when", "24", Input::Select(SINCE.into())).required();
        html! {
            @if self.webhook.active {
                div.card {
                    header { div { h2 { "Send again" } p { "What failed, or was given up while the webhook was off." } } }
                    form.body.fields method="get" action={ (here) "/send_again" } {
                        input type="hidden" name="what" value="recover";
                        (since())
                        div.actions { button.quiet type="submit" { (Icon::RotateCcw) "Send again what failed…" } }
                    }
                }
                div.card {
                    header { div { h2 { "Send what it missed" } p { "Events of which it was not told, because it was off." } } }
                    form.body.fields method="get" action={ (here) "/send_again" } {
                        input type="hidden" name="what" value="replay";
                        (since())
                        (FormField::new("before", "Also events from before the webhook was added", "", Input::Checkbox))
                        div.actions { button.quiet type="submit" { (Icon::Send) "Send what it missed…" } }
                    }
                }
            }
        }
    }

    fn delete_dialog(&self, csrf: &Markup) -> Markup {
        let waiting =
            self.counts.iter().find(|(state, _)| *state == DeliveryState::Waiting).map_or(0, |(_, count)| *count);
        html! {
            (ConfirmDialog {
                id: "delete",
                title: "Delete this webhook?",
                body: html! {
                    p { span.mono { (self.webhook.target_url) } " is told of nothing more. " (grouped(waiting)) " deliveries that wait are given up." }
                    p { "What was sent stays to be looked at for 30 days. To stop for a while, switch the webhook off instead." }
                },
                action: &format!("{}/delete", path(&self.webhook.id)),
                hidden: csrf.clone(),
                confirm: "Delete the webhook",
                is_dangerous: true,
            })
        }
    }
}
