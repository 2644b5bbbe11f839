//! Signing in with a password, and signing out.

use crate::sign_up::{later, too_many};
use axum::extract::RawQuery;
use axum::http::{StatusCode, header};
use axum::response::Response;
use identity::sign_in::{self, Begun};
use identity::{passwords, sessions};
use maud::{Markup, html};
use pages::cookies::CookieName;
use pages::fields::{Field, Problems};
use pages::layout::{Page, token};
use pages::return_to::{local, see_other, with_return};
use pages::visitor::Visitor;
use pages::{PageError, PageResult, SubmittedForm, form::Fields};

/// `GET /users/sign_in`
pub(super) async fn show(visitor: Visitor, RawQuery(query): RawQuery) -> PageResult {
    let query = Fields::parse(query.unwrap_or_default().as_bytes())?;
    let return_to = local(query.get("return_to")).unwrap_or("/");
    // An app may want somebody to prove anew who they are.
    if visitor.session.is_some() && !query.has("again") {
        return Ok(see_other(return_to));
    }
    let done = match query.get("done") {
        "password" => "Your password was changed. Please sign in with the new one.",
        _ => "",
    };
    Ok(page(&visitor, "", return_to, done, &Problems::default()))
}

fn page(visitor: &Visitor, email: &str, return_to: &str, done: &str, problems: &Problems) -> Response {
    let fields = [Field::email(email), Field::password("password", "Password", "current-password")];
    let body = html! {
        @if !done.is_empty() { div.done role="status" { p { (done) } } }
        (problems.summary(&fields))
        form method="post" action="/users/sign_in" {
            (token(visitor))
            input type="hidden" name="return_to" value=(return_to);
            @for field in &fields { (field.show(problems)) }
            (tick("remember", "Remember me on this device"))
            button type="submit" { "Sign in" }
        }
        p.more { a href="/users/password/new" { "Forgot your password?" } }
        p.more { a href=(with_return("/users/express_sign_in", return_to)) { "Have a link to sign in sent by mail" } }
        p.more { "No account yet? " a href=(with_return("/users/sign_up", return_to)) { "Sign up" } }
    };
    let status = if problems.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Page::new("Sign in", body).status(status).leading_out(return_to.starts_with("/oauth2/")).show(visitor)
}

/// A box to tick.
pub(super) fn tick(name: &str, label: &str) -> Markup {
    html! {
        div.tick {
            input id={ "field-" (name) } type="checkbox" name=(name) value="1";
            label for={ "field-" (name) } { (label) }
        }
    }
}

/// `POST /users/sign_in`
pub(super) async fn sign_in(posted: SubmittedForm) -> PageResult {
    let SubmittedForm { visitor, device, fields } = posted;
    let return_to = local(fields.get("return_to")).unwrap_or("/").to_owned();
    let (email, password) = (fields.get("email").to_owned(), fields.get("password").to_owned());
    let (site, key, asked, address) = (visitor.site.id, visitor.app.key.clone(), email.clone(), device.address.clone());
    let begun = visitor.app.store.write(site, move |tx| sign_in::begin(tx, &key, site, &asked, &address)).await?;
    let hash = match begun {
        Begun::Try(hash) => hash,
        Begun::Wait(seconds) => {
            let problems = Problems::one("base", too_many(seconds));
            return Ok(later(page(&visitor, &email, &return_to, "", &problems), seconds));
        }
    };
    let compared = hash.clone();
    let right = visitor.app.hash(move || passwords::verify_or_pretend(&password, compared.as_deref())).await?;
    let begun = match hash.filter(|_| right) {
        Some(hash) => {
            let (key, asked, remember) = (visitor.app.key.clone(), email.clone(), fields.has("remember"));
            let finish = visitor
                .app
                .store
                .write(site, move |tx| sign_in::finish(tx, &key, site, &asked, &hash, &device, remember));
            finish.await?
        }
        None => None,
    };
    match begun {
        Some((session, secret)) => Ok(signed_in(&visitor, &session, &secret, &return_to)),
        None => {
            let text = "This address and this password do not belong together. Please check both.";
            Ok(page(&visitor, &email, &return_to, "", &Problems::one("base", text)))
        }
    }
}

/// Leads somebody who has just signed in on, with the cookie of their new session; what their browser had before is
/// worth nothing any more.
pub(super) fn signed_in(visitor: &Visitor, session: &sessions::Session, secret: &str, return_to: &str) -> Response {
    let https = visitor.app.is_https();
    let mut response = see_other(return_to);
    let headers = response.headers_mut();
    headers.append(header::SET_COOKIE, CookieName::Session.set(secret, https, session.remembered));
    headers.append(header::SET_COOKIE, CookieName::Visitor.clear(https));
    response
}

/// `POST /users/sign_out`
pub(super) async fn sign_out(posted: SubmittedForm) -> PageResult {
    let visitor = posted.visitor;
    if let Some(session) = &visitor.session {
        let (site, user, id) = (visitor.site.id, session.user_id, session.id);
        let ended = visitor.app.store.write(site, move |tx| sessions::end(tx, site, user, id)).await;
        match ended {
            // Ended from elsewhere at the same time.
            Ok(()) | Err(school::Error::NotFound) => {}
            Err(error) => return Err(PageError::from(error)),
        }
    }
    let https = visitor.app.is_https();
    let mut response = see_other("/");
    let headers = response.headers_mut();
    headers.append(header::SET_COOKIE, CookieName::Session.clear(https));
    headers.append(header::SET_COOKIE, CookieName::Visitor.clear(https));
    Ok(response)
}
