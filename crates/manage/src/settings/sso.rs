//! `GET /manage/settings/sso`: how another system of the school signs people in, and why that failed.

use super::{GENERAL, Parts, SSO};
use crate::manager::{Manager, ManagerForm};
use crate::{api_key, security_log};
use identity::actor::Actor;
use identity::sso;
use maud::{Markup, html};
use pages::components::{Badge, Banner, EmptyState, Icon, Tone, code_block, moment};
use pages::frame::FramedPage;
use pages::return_to::see_other;
use pages::{PageResult, QueryFields};
use school::security_log::{self as log, Entry, Filter, Kind};
use school::sites;
use school::{Error, PageRequest};
use web::Tx;
use web::form::encode_component;

/// So many of the last refusals are looked through, and so many of single sign-on shown.
const LOOKED_THROUGH: i64 = 200;
const SHOWN: usize = 20;
/// Where a token leads.
const PATH: &str = "/api/sso/v2/sso/jwt";

/// What the page shows.
struct SsoPage {
    parts: Parts,
    is_on: bool,
    subdomain: String,
    failures: Vec<Entry>,
}

impl SsoPage {
    fn read(tx: &mut Tx<'_>, actor: &Actor) -> school::Result<Self> {
        let wanted = Filter { kind: Some(Kind::SignInRefused), ..Filter::default() };
        let newest = PageRequest { descending: true, ..PageRequest::first(LOOKED_THROUGH) };
        let refused = log::list(tx, actor.site().id, &wanted, &newest)?.items.into_iter();
        Ok(Self {
            parts: Parts::of(actor),
            is_on: sites::has_api(actor.site().plan),
            subdomain: actor.site().subdomain.clone(),
            failures: refused.filter(|entry| entry.detail.starts_with("SSO: ")).take(SHOWN).collect(),
        })
    }

    fn body(&self, manager: &Manager, address: &str) -> Markup {
        html! {
            (self.parts.tabs(SSO))
            @if !self.is_on {
                (Banner::new(Tone::Warning, "The plan of this school has no single sign-on", html! {
                    p { "Tokens are signed with the API key, which counts on other plans. Whoever runs the server puts the school on another." }
                }))
            }
            div.card {
                header {
                    div {
                        h2 { "Signing people in from another system" }
                        p { "It makes a token that says who somebody is, and leads their browser here with it." }
                    }
                    @if self.is_on {
                        form method="post" action={ (SSO) "/try" } {
                            (manager.csrf())
                            button.quiet type="submit" { (Icon::KeyRound) "Try it as yourself" }
                        }
                    }
                }
                div.body.fields {
                    dl.facts {
                        dt { "Address" } dd.mono { (address) (PATH) }
                        dt { "Token" } dd { "A JWT, signed with HS256" }
                        dt { "Secret" } dd { "The API key: " a href=(api_key::PAGE) { "show or replace it" } }
                        dt { "Counts" } dd { "Once, and until four hours after its " code { "iat" } }
                    }
                    (code_block("sso-claims", "What the token says", CLAIMS))
                    p.muted.small {
                        "Trying it signs you in anew with a token that is made for you now: you come back to this page when it works, and read why when it does not."
                    }
                }
            }
            (self.failed())
        }
    }

    fn failed(&self) -> Markup {
        html! {
            div.card {
                header {
                    div { h2 { "What failed last" } p { "From the security log: entries of one reason and address count together." } }
                    a.button.quiet href={ (security_log::LIST) "?kind=sign_in_refused" } { "Security log" }
                }
                @if self.failures.is_empty() {
                    (EmptyState {
                        icon: Icon::CircleCheck,
                        title: "No token was refused",
                        text: "When one is, the reason stands here.",
                        actions: html! {},
                    })
                } @else {
                    ul.rows {
                        @for entry in &self.failures {
                            li {
                                div {
                                    p.strong { (entry.detail.trim_start_matches("SSO: ")) }
                                    p {
                                        (moment(entry.updated_at))
                                        @if !entry.address.is_empty() { ", from " span.mono { (entry.address) } }
                                    }
                                }
                                @if entry.times > 1 { (Badge::new(&format!("{} times", entry.times), Tone::Neutral)) }
                            }
                        }
                    }
                }
            }
        }
    }
}

const CLAIMS: &str = r#"{
  "email": "ann@example.com",
  "first_name": "Ann",
  "last_name": "Lee",
  "external_id": "4711",
  "iat": 1700000000
}"#;

/// `GET /manage/settings/sso`
pub(super) async fn show(manager: Manager, QueryFields(query): QueryFields) -> PageResult {
    let done = if query.get("done") == "tried" { "It works: you were signed in by a token." } else { "" };
    let (area, page) = manager.read(SsoPage::read).await?;
    let address = manager.app.site_url(&page.subdomain);
    let framed = FramedPage::new(GENERAL, "Settings", page.body(&manager, &address)).narrow().done(done);
    manager.show(&area, framed)
}

/// `POST /manage/settings/sso/try`: leads whoever asks to where a token of theirs signs them in, and back.
pub(super) async fn try_it(ManagerForm { manager, .. }: ManagerForm) -> PageResult {
    let key = manager.key();
    let token = manager.read(move |tx, actor| {
        let none = || Error::invalid("base", "The school has no API key, or a plan on which it does not count");
        sso::token_of(tx, &key, actor)?.ok_or_else(none)
    });
    let (_, token) = token.await?;
    let back = format!("{SSO}?done=tried");
    let back = encode_component(&back);
    Ok(see_other(&format!("{PATH}?jwt={token}&return_to={back}")))
}
