//! A new password, by a link in a mail.

use crate::sign_up::{check_your_mail, link_gone};
use axum::extract::Path;
use axum::response::Response;
use identity::mailed_links::{self, PasswordChoice, PublicPurpose, Purpose};
use identity::passwords;
use maud::html;
use pages::fields::{Field, Problems};
use pages::layout::Page;
use pages::return_to::see_other;
use pages::school_page::csrf_field;
use pages::{PageError, PageResult, SubmittedForm, Visitor};

/// `GET /users/password/new`
pub(super) async fn show(visitor: Visitor) -> PageResult {
    let email = visitor.session.as_ref().map_or("", |session| session.email.as_str());
    Ok(ask_page(&visitor, email, &Problems::default()))
}

fn ask_page(visitor: &Visitor, email: &str, problems: &Problems) -> Response {
    let fields = [Field::email(email)];
    let body = html! {
        (problems.summary(&fields))
        p { "We send you a link by which you choose a new password." }
        form method="post" action="/users/password" {
            (csrf_field(visitor))
            @for field in &fields { (field.show(problems)) }
            button type="submit" { "Send the link" }
        }
        p.more { a href="/users/sign_in" { "Back to signing in" } }
    };
    Page::new("Choose a new password", body).with_problems(problems).show(visitor)
}

/// `POST /users/password`
pub(super) async fn request_link(form: SubmittedForm) -> PageResult {
    send_link(form, PublicPurpose::Password, "/", "choose a new password", ask_page).await
}

/// Sends a link of this purpose, if there is anybody to send it to; says the same in any case. `ask_again` shows the form
/// with the address that was typed, and what is wrong with it.
pub(super) async fn send_link(
    form: SubmittedForm,
    purpose: PublicPurpose,
    return_to: &str,
    what_for: &str,
    ask_again: impl FnOnce(&Visitor, &str, &Problems) -> Response,
) -> PageResult {
    let SubmittedForm { visitor, device, fields } = form;
    let (key, email, return_to) = (visitor.key(), fields.get("email").to_owned(), return_to.to_owned());
    let asked = email.clone();
    let wait = visitor
        .write_as_anyone(move |tx, site| mailed_links::ask(tx, &key, site.id, purpose, &asked, &device, &return_to));
    match wait.await {
        Ok(Some(seconds)) => Err(PageError::TooMany(seconds)),
        Ok(None) => Ok(check_your_mail(&visitor, &email, what_for)),
        Err(error) => Ok(ask_again(&visitor, &email, &error.problems()?.into())),
    }
}

/// Where a link of this purpose goes on to, while it works.
pub(super) async fn link_leads_to(
    visitor: &Visitor,
    purpose: Purpose,
    secret: &str,
) -> Result<Option<String>, PageError> {
    let (key, secret) = (visitor.key(), secret.to_owned());
    visitor.read_as_anyone(move |tx, site| mailed_links::return_to(tx, &key, site.id, purpose, &secret)).await
}

/// `GET /users/password/edit/{secret}`
pub(super) async fn open_link(visitor: Visitor, Path(secret): Path<String>) -> PageResult {
    if link_leads_to(&visitor, Purpose::Password, &secret).await?.is_none() {
        return Ok(link_gone(&visitor));
    }
    Ok(page(&visitor, &secret, &Problems::default()))
}

fn page(visitor: &Visitor, secret: &str, problems: &Problems) -> Response {
    let fields = [Field::password("password", "New password", "new-password").hint("At least 6 characters.")];
    let body = html! {
        (problems.summary(&fields))
        form method="post" action={ "/users/password/edit/" (secret) } {
            (csrf_field(visitor))
            @for field in &fields { (field.show(problems)) }
            button type="submit" { "Change the password" }
        }
        p.more.soft { "You will be signed out wherever you are signed in." }
    };
    Page::new("Choose a new password", body).with_problems(problems).show(visitor)
}

/// `POST /users/password/edit/{secret}`
pub(super) async fn choose(Path(secret): Path<String>, form: SubmittedForm) -> PageResult {
    let SubmittedForm { visitor, fields, .. } = form;
    let (key, link) = (visitor.key(), secret.clone());
    let begun = visitor.write_as_anyone(move |tx, site| mailed_links::begin_choosing(tx, &key, site.id, &link));
    match begun.await {
        Ok(PasswordChoice::Begin) => {}
        Ok(PasswordChoice::Wait(seconds)) => return Err(PageError::TooMany(seconds)),
        Ok(PasswordChoice::NoLink) => return Ok(link_gone(&visitor)),
        Err(error) => return Ok(page(&visitor, &secret, &error.problems()?.into())),
    }
    let password = fields.get("password").to_owned();
    let password = visitor.hash_known(secret.clone(), move || passwords::hash(&password)).await?;
    let (key, link) = (visitor.key(), secret.clone());
    let chosen =
        visitor.write_as_anyone(move |tx, site| mailed_links::choose_password(tx, &key, site, &link, &password));
    match chosen.await {
        Ok(true) => Ok(see_other("/users/sign_in?done=password")),
        Ok(false) => Ok(link_gone(&visitor)),
        Err(error) => Ok(page(&visitor, &secret, &error.problems()?.into())),
    }
}
