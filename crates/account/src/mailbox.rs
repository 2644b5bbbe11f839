//! The mailbox of development, at `/mailbox` of the platform's own host: what would have been sent, with links that
//! lead on. Everybody can read it; so it is only there when the configuration says so.

use crate::sessions::date_and_time;
use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::IntoResponse;
use delivery::mail::letters::LetterPart;
use delivery::mail::mailbox::{self, MailboxEntry};
use maud::html;
use pages::csrf::is_same_origin;
use pages::layout::Page;
use pages::return_to::see_other;
use pages::{PageError, PageResult};
use school::security_log::{Origin, Who};
use school::{MailId, SiteId, sites};
use serde_json::json;
use web::{App, Authority, Tx, host};

/// Whoever is at the mailbox: anybody, where there is one.
pub(super) struct MailboxVisitor {
    app: App,
    host: String,
}

/// That anybody may read and clear the mailbox of this server.
struct MailboxAuthority;

impl Authority for MailboxAuthority {
    type Actor = ();
    type Error = PageError;

    fn confirm(&self, _: &mut Tx<'_>) -> Result<(), PageError> {
        Ok(())
    }

    fn origin(&self, (): &()) -> Origin {
        Origin { who: Who::Anyone, ..Origin::default() }
    }
}

impl FromRequestParts<App> for MailboxVisitor {
    type Rejection = PageError;

    /// Whether there is a mailbox, and this host has it. Another name that leads to this machine does not: somebody's
    /// page could have it lead here and read along (DNS rebinding).
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, PageError> {
        let ours = host::is_platforms(&parts.headers, &app.config.base_domain);
        if !app.config.mailbox || !ours {
            return Err(PageError::NoPage);
        }
        Ok(Self { app: app.clone(), host: host::requested(&parts.headers).to_owned() })
    }
}

impl MailboxVisitor {
    /// The newest mails.
    async fn newest(&self) -> Result<Vec<MailboxEntry>, PageError> {
        let key = self.app.key.clone();
        self.app.read_as(MailboxAuthority, move |tx, ()| Ok(mailbox::newest(tx, &key)?)).await
    }

    async fn get(&self, site: SiteId, mail: MailId) -> Result<MailboxEntry, PageError> {
        let key = self.app.key.clone();
        let found = self.app.read_as(MailboxAuthority, move |tx, ()| Ok(mailbox::get(tx, &key, site, mail)?));
        found.await?.ok_or(PageError::NoPage)
    }

    async fn clear(&self) -> Result<(), PageError> {
        for site in self.app.read_as(MailboxAuthority, |tx, ()| Ok(sites::all(tx)?)).await? {
            self.app.write_as(site.id, MailboxAuthority, move |tx, ()| Ok(mailbox::clear(tx, site.id)?)).await?;
        }
        Ok(())
    }
}

/// `GET /mailbox`
pub(super) async fn list(visitor: MailboxVisitor) -> PageResult {
    let mails = visitor.newest().await?;
    let body = html! {
        p.soft { "Mail of development: nothing of this has left the machine. Load the page anew to see what is new." }
        @if mails.is_empty() {
            p { "There is no mail yet." }
        } @else {
            ul.rows {
                @for mail in &mails {
                    li {
                        div {
                            p { a href={ "/mailbox/" (mail.site_id) "/" (mail.id) } { (mail.letter.subject) } }
                            p.soft { "To " (mail.letter.to_email) ", " (date_and_time(mail.at)) }
                        }
                    }
                }
            }
            form method="post" action="/mailbox/clear" { button.quiet type="submit" { "Throw everything away" } }
        }
    };
    Ok(Page::new("Mailbox", body).wide().show_without_school())
}

/// `GET /mailbox/{site}/{mail}`
pub(super) async fn show(visitor: MailboxVisitor, Path((site, mail)): Path<(String, String)>) -> PageResult {
    let (Ok(site), Ok(mail)) = (site.parse(), mail.parse()) else { return Err(PageError::NoPage) };
    let MailboxEntry { letter, site_url, at, .. } = visitor.get(site, mail).await?;
    let body = html! {
        dl {
            dt { "To" } dd { (letter.to_name) " <" (letter.to_email) ">" }
            dt { "From" } dd { (letter.from_name) }
            dt { "Came" } dd { (date_and_time(at)) }
        }
        @for part in &letter.parts {
            @match part {
                LetterPart::Text(text) => p { (text) },
                LetterPart::Link(label, path) => p { a href={ (site_url) (path) } { (label) } },
            }
        }
        p.more { a href="/mailbox" { "All mail" } }
    };
    Ok(Page::new(&letter.subject, body).wide().show_without_school())
}

/// `GET /mailbox.json`: the same for programs.
pub(super) async fn json(visitor: MailboxVisitor) -> PageResult {
    let mails = visitor.newest().await?;
    let mails = mails.iter().map(|MailboxEntry { site_id, id, site_url, letter, .. }| {
        let texts = letter.parts.iter().filter_map(|part| match part {
            LetterPart::Text(text) => Some(text),
            LetterPart::Link(..) => None,
        });
        let links = letter.parts.iter().filter_map(|part| match part {
            LetterPart::Link(label, path) => Some(json!({ "label": label, "url": format!("{site_url}{path}") })),
            LetterPart::Text(_) => None,
        });
        json!({
            "site_id": site_id, "id": id, "to": letter.to_email, "to_name": letter.to_name,
            "from_name": letter.from_name, "subject": letter.subject,
            "texts": texts.collect::<Vec<_>>(), "links": links.collect::<Vec<_>>(),
        })
    });
    let body = json!({ "items": mails.collect::<Vec<_>>() }).to_string();
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    ];
    Ok((headers, body).into_response())
}

/// `POST /mailbox/clear`
pub(super) async fn clear(visitor: MailboxVisitor, headers: HeaderMap) -> PageResult {
    if !is_same_origin(&headers, &visitor.host, &visitor.app.config.scheme) {
        return Err(PageError::Forged);
    }
    visitor.clear().await?;
    Ok(see_other("/mailbox"))
}
