//! A new password, by a link in a mail.

use crate::sign_up::{check_your_mail, no_longer};
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use identity::mailed_links::{self, Purpose};
use identity::passwords;
use maud::html;
use pages::fields::{Field, Problems};
use pages::layout::{Page, token};
use pages::return_to::see_other;
use pages::visitor::Visitor;
use pages::{PageError, PageResult, SubmittedForm};

/// `GET /users/password/new`
pub(super) async fn show(visitor: Visitor) -> PageResult {
    let email = visitor.session.as_ref().map_or("", |session| session.user.email.as_str());
    let body = html! {
        p { "We send you a link by which you choose a new password." }
        form method="post" action="/users/password" {
            (token(&visitor))
            (Field::email(email).show(&Problems::default()))
            button type="submit" { "Send the link" }
        }
        p.more { a href="/users/sign_in" { "Back to signing in" } }
    };
    Ok(Page::new("Choose a new password", body).show(&visitor))
}

/// `POST /users/password`
pub(super) async fn ask(posted: SubmittedForm) -> PageResult {
    send(posted, Purpose::Password, "/", "choose a new password").await
}

/// Sends a link of this purpose, if there is anybody to send it to; says the same in any case.
pub(super) async fn send(posted: SubmittedForm, purpose: Purpose, return_to: &str, what_for: &str) -> PageResult {
    let SubmittedForm { visitor, device, fields } = posted;
    let (site, key) = (visitor.site.id, visitor.app.key.clone());
    let (email, return_to) = (fields.get("email").to_owned(), return_to.to_owned());
    let asked = email.clone();
    let wait = visitor
        .app
        .store
        .write(site, move |tx| mailed_links::ask(tx, &key, site, purpose, &asked, &device.address, &return_to));
    match wait.await? {
        Some(seconds) => Err(PageError::TooMany(seconds)),
        None => Ok(check_your_mail(&visitor, &email, what_for)),
    }
}

/// Whether a link of this purpose works.
pub(super) async fn works(visitor: &Visitor, purpose: Purpose, secret: &str) -> Result<bool, PageError> {
    let (site, key, secret) = (visitor.site.id, visitor.app.key.clone(), secret.to_owned());
    let found = visitor.app.store.read(move |tx| mailed_links::find(tx, &key, site, purpose, &secret));
    Ok(found.await?.is_some())
}

/// `GET /users/password/edit/{secret}`
pub(super) async fn edit(visitor: Visitor, Path(secret): Path<String>) -> PageResult {
    if !works(&visitor, Purpose::Password, &secret).await? {
        return Ok(no_longer(&visitor));
    }
    Ok(page(&visitor, &secret, &Problems::default()))
}

fn page(visitor: &Visitor, secret: &str, problems: &Problems) -> Response {
    let fields = [Field::password("password", "New password", "new-password").hint("At least 6 characters.")];
    let body = html! {
        (problems.summary(&fields))
        form method="post" action={ "/users/password/edit/" (secret) } {
            (token(visitor))
            @for field in &fields { (field.show(problems)) }
            button type="submit" { "Change the password" }
        }
        p.more.soft { "You will be signed out wherever you are signed in." }
    };
    let status = if problems.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Page::new("Choose a new password", body).status(status).show(visitor)
}

/// `POST /users/password/edit/{secret}`
pub(super) async fn change(Path(secret): Path<String>, posted: SubmittedForm) -> PageResult {
    let SubmittedForm { visitor, fields, .. } = posted;
    // Nobody has a password hashed without a link that works.
    if !works(&visitor, Purpose::Password, &secret).await? {
        return Ok(no_longer(&visitor));
    }
    let password = fields.get("password").to_owned();
    let password = visitor.app.hash(move || passwords::hash(&password)).await?;
    let (site, key, by) = (visitor.site.id, visitor.app.key.clone(), secret.clone());
    let changed =
        visitor.app.store.write(site, move |tx| mailed_links::choose_password(tx, &key, site, &by, &password)).await;
    match changed {
        Ok(true) => Ok(see_other("/users/sign_in?done=password")),
        Ok(false) => Ok(no_longer(&visitor)),
        Err(school::Error::Invalid(problems)) => Ok(page(&visitor, &secret, &Problems::of(&problems))),
        Err(error) => Err(error.into()),
    }
}
