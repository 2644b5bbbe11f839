//! `GET /manage/api_key`: the API key, hidden but for its end.

use super::PAGE;
use crate::manager::{Area, Manager, ManagerForm};
use crate::{addresses, api_access_tokens};
use identity::actor::Actor;
use maud::{Markup, html};
use pages::components::{Banner, ConfirmDialog, EmptyState, Icon, Secret, Tone, moment};
use pages::frame::FramedPage;
use pages::{PageResult, QueryFields};
use school::sites::{self, Plan};
use school::{ServerKey, now};
use web::Tx;

/// What is shown of the school's keys.
struct KeyPage {
    plan: Plan,
    subdomain: String,
    /// The last characters of the key; none when there is no key.
    end: Option<String>,
    /// The last characters of the key before, and until when it counts.
    previous: Option<(String, i64)>,
}

/// `GET /manage/api_key`
pub(super) async fn show(manager: Manager, QueryFields(query): QueryFields) -> PageResult {
    let done = match query.get("done") {
        "day" => "The school has a new API key. The old one counts for 24 hours more.",
        "now" => "The school has a new API key. The old one counts no more.",
        _ => "",
    };
    let key = manager.app.key.clone();
    let (area, page) = manager.read(move |tx, actor| KeyPage::read(tx, actor, &key)).await?;
    show_page(&manager, &area, &page, None, done)
}

/// `POST /manage/api_key/reveal`: the same with the key. The security log says so.
pub(super) async fn reveal(ManagerForm { manager, .. }: ManagerForm) -> PageResult {
    let key = manager.app.key.clone();
    let shown = manager.write(move |tx, actor| sites::show_api_key(tx, &key, actor.site())).await?;
    let key = manager.app.key.clone();
    let (area, page) = manager.read(move |tx, actor| KeyPage::read(tx, actor, &key)).await?;
    show_page(&manager, &area, &page, shown.as_deref(), "")
}

/// The page, with the key when it is shown this once.
fn show_page(manager: &Manager, area: &Area, page: &KeyPage, key: Option<&str>, done: &str) -> PageResult {
    let csrf = manager.csrf();
    let body = html! {
        @if !sites::has_api(page.plan) {
            (Banner::new(Tone::Warning, "The plan of this school has no API", html! {
                p {
                    "On the plan " (page.plan.name()) " requests with the API key are refused. Whoever runs the server puts "
                    "the school on another plan."
                }
            }))
        }
        (page.key_card(&csrf, key))
        (page.rotate_dialogs(&csrf))
    };
    let framed = FramedPage::new(PAGE, "API key", body)
        .intro("What programs show to be let in. Whoever has it can do everything in the school.")
        .narrow();
    manager.show(area, framed.done(done))
}

/// The last four characters, by which people tell two keys apart.
fn end_of(key: &str) -> String {
    key.get(key.len().saturating_sub(4)..).unwrap_or_default().to_owned()
}

impl KeyPage {
    fn read(tx: &mut Tx<'_>, actor: &Actor, key: &ServerKey) -> school::Result<Self> {
        let (site, now) = (actor.site(), now());
        let previous = sites::previous_api_key(tx, key, site.id, now)?;
        Ok(Self {
            plan: site.plan,
            subdomain: site.subdomain.clone(),
            end: sites::api_key(tx, key, site)?.map(|key| end_of(&key)),
            previous: previous.map(|previous| (end_of(&previous.key), previous.until)),
        })
    }

    fn key_card(&self, csrf: &Markup, shown: Option<&str>) -> Markup {
        let Some(end) = &self.end else { return self.no_key(csrf) };
        html! {
            div.card {
                header {
                    div { h2 { "API key" } p { "For the Admin API and webhooks, and what webhooks are signed with." } }
                    details.menu {
                        summary.button.quiet { "Replace" (Icon::ChevronDown) }
                        div {
                            a href="#rotate" data-dialog="rotate" { (Icon::RotateCcw) "Replace, with a day to change over…" }
                            a.danger href="#rotate-now" data-dialog="rotate-now" { (Icon::TriangleAlert) "Replace at once…" }
                        }
                    }
                }
                div.body.fields {
                    @match shown {
                        Some(key) => {
                            (Secret::Revealed { id: "api-key", name: "API key", value: key })
                            p.muted.small { "It is hidden again when you leave this page. The security log says that you have seen it." }
                        }
                        None => {
                            (Secret::Hidden { end })
                            form method="post" action={ (PAGE) "/reveal" } {
                                (csrf)
                                button.quiet type="submit" { (Icon::Eye) "Show the key" }
                            }
                            p.muted.small { "That you have seen it is written to the security log." }
                        }
                    }
                    p.muted.small {
                        "Give a program an " a href=(api_access_tokens::LIST) { "API access token" } " of its own where it "
                        "takes one: a token can be revoked without changing all other programs."
                    }
                    p.small { a href=(addresses::REQUESTS_OF_KEY) { "What programs called with it" } }
                    dl.facts { dt { "Subdomain" } dd.mono { (self.subdomain) } }
                    @if let Some((end, until)) = &self.previous {
                        (Banner::new(Tone::Warning, "The key before still counts", html! {
                            p {
                                "The key that ends in " span.mono { (end) } " counts until " (moment(*until)) ". Programs that "
                                "still use it are refused from then on: see "
                                a href=(addresses::REQUESTS_OF_PREVIOUS_KEY) { "what they called with it" } "."
                            }
                        }))
                    }
                }
            }
        }
    }

    fn no_key(&self, csrf: &Markup) -> Markup {
        html! {
            div.card {
                (EmptyState {
                    icon: Icon::KeyRound,
                    title: "The school has no API key",
                    text: "It was taken away. Programs and webhooks of the school need one.",
                    actions: html! {
                        form method="post" action={ (PAGE) "/rotate" } {
                            (csrf)
                            input type="hidden" name="old_key" value="now";
                            button type="submit" { "Make an API key" }
                        }
                    },
                })
            }
        }
    }

    fn rotate_dialogs(&self, csrf: &Markup) -> Markup {
        let hidden = |old_key: &str| html! { (csrf) input type="hidden" name="old_key" value=(old_key); };
        html! {
            (ConfirmDialog {
                id: "rotate",
                title: "Replace the API key?",
                body: html! {
                    p { "The school gets a new key. The old one counts for 24 hours more, so that programs can change over without a pause; then it is refused. Single sign-on takes tokens signed with either." }
                    p {
                        "Webhooks are signed with the new key at once. In " code { "webhook-signature" } " a signature with the "
                        "old key stands beside the new one for these 24 hours."
                    }
                    @if self.previous.is_some() { p { "The key before that, which still counts, ends now." } }
                },
                action: "/manage/api_key/rotate",
                hidden: hidden("day"),
                confirm: "Replace the API key",
                is_dangerous: false,
            })
            (ConfirmDialog {
                id: "rotate-now",
                title: "Replace the API key at once?",
                body: html! {
                    p { "The school gets a new key, and the old one counts no more from this moment on: programs that use it are refused until they have the new one." }
                    p { "Webhooks are signed with the new key alone. Receivers that know the old one refuse them." }
                    p { "Do this when somebody has the key who should not." }
                },
                action: "/manage/api_key/rotate",
                hidden: hidden("now"),
                confirm: "Replace the API key at once",
                is_dangerous: true,
            })
        }
    }
}
