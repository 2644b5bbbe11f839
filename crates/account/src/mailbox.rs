//! The mailbox of development, at `/mailbox` of the platform's own host: what would have been sent, with links that
//! lead on. Everybody can read it; so it is only there when the configuration says so.

use crate::account::when;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::IntoResponse;
use maud::html;
use pages::form::is_from_here;
use pages::layout::Page;
use pages::return_to::see_other;
use pages::{PageError, PageResult};
use school::mails::{self, Boxed, Part};
use serde_json::json;
use web::{App, host};

/// Whether there is a mailbox, and this host has it. Another name that leads to this machine does not: somebody's page
/// could have it lead here and read along (DNS rebinding).
fn allowed<'h>(app: &App, headers: &'h HeaderMap) -> Result<&'h str, PageError> {
    let ours = host::is_platforms(headers, &app.config.base_domain);
    if app.config.mailbox && ours { Ok(host::requested(headers)) } else { Err(PageError::NoPage) }
}

async fn all(app: &App) -> Result<Vec<Boxed>, PageError> {
    let key = app.key.clone();
    Ok(app.store.read(move |tx| mails::in_mailbox(tx, &key)).await?)
}

/// `GET /mailbox`
pub(super) async fn list(State(app): State<App>, headers: HeaderMap) -> PageResult {
    allowed(&app, &headers)?;
    let mails = all(&app).await?;
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
                            p.soft { "To " (mail.letter.to_email) ", " (when(mail.at)) }
                        }
                    }
                }
            }
            form method="post" action="/mailbox/clear" { button.quiet type="submit" { "Throw everything away" } }
        }
    };
    Ok(Page::new("Mailbox", body).wide().framed("Scholae", &html! {}))
}

/// `GET /mailbox/{site}/{mail}`
pub(super) async fn show(
    State(app): State<App>,
    headers: HeaderMap,
    Path((site, mail)): Path<(String, String)>,
) -> PageResult {
    allowed(&app, &headers)?;
    let (Ok(site), Ok(mail)) = (site.parse(), mail.parse()) else { return Err(PageError::NoPage) };
    let key = app.key.clone();
    let found = app.store.read(move |tx| mails::one_in_mailbox(tx, &key, site, mail)).await?;
    let Boxed { letter, site_url, at, .. } = found.ok_or(PageError::NoPage)?;
    let body = html! {
        dl {
            dt { "To" } dd { (letter.to_name) " <" (letter.to_email) ">" }
            dt { "From" } dd { (letter.from_name) }
            dt { "Came" } dd { (when(at)) }
        }
        @for part in &letter.parts {
            @match part {
                Part::Text(text) => p { (text) },
                Part::Link(label, path) => p { a href={ (site_url) (path) } { (label) } },
            }
        }
        p.more { a href="/mailbox" { "All mail" } }
    };
    Ok(Page::new(&letter.subject, body).wide().framed("Scholae", &html! {}))
}

/// `GET /mailbox.json`: the same for programs.
pub(super) async fn json(State(app): State<App>, headers: HeaderMap) -> PageResult {
    allowed(&app, &headers)?;
    let mails = all(&app).await?;
    let mails = mails.iter().map(|Boxed { site_id, id, site_url, letter, .. }| {
        let texts = letter.parts.iter().filter_map(|part| match part {
            Part::Text(text) => Some(text),
            Part::Link(..) => None,
        });
        let links = letter.parts.iter().filter_map(|part| match part {
            Part::Link(label, path) => Some(json!({ "label": label, "url": format!("{site_url}{path}") })),
            Part::Text(_) => None,
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
pub(super) async fn clear(State(app): State<App>, headers: HeaderMap) -> PageResult {
    let host = allowed(&app, &headers)?;
    if !is_from_here(&headers, host, &app.config.scheme) {
        return Err(PageError::Forged);
    }
    for site in app.store.read(store::sites::all).await? {
        app.store.write(site.id, move |tx| store::mailbox::clear(tx, site.id)).await?;
    }
    Ok(see_other("/mailbox"))
}
