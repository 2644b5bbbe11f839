//! Signing up, and confirming it by the link in the mail.

use crate::profile::Profile;
use crate::sign_in::signed_in;
use axum::extract::{Path, RawQuery};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use identity::passwords;
use identity::sign_in;
use identity::sign_up::{self, Pending, SignUp};
use maud::html;
use pages::error::wait;
use pages::fields::{Field, Problems};
use pages::layout::{Page, token};
use pages::return_to::{local, see_other, with_return};
use pages::visitor::Visitor;
use pages::{PageError, PageResult, SubmittedForm, form::Fields};
use school::custom_profile_field_definitions as definitions;

/// `GET /users/sign_up`
pub(super) async fn show(visitor: Visitor, RawQuery(query): RawQuery) -> PageResult {
    let query = Fields::parse(query.unwrap_or_default().as_bytes())?;
    let return_to = local(query.get("return_to")).unwrap_or("/");
    if visitor.session.is_some() {
        return Ok(see_other(return_to));
    }
    let profile = ask_profile(&visitor, &Fields::default()).await?;
    Ok(page(&visitor, &profile, "", return_to, &Problems::default()))
}

/// What the school asks people for, with what this form says.
async fn ask_profile(visitor: &Visitor, fields: &Fields) -> Result<Profile, PageError> {
    let site = visitor.site.id;
    let definitions = visitor.app.store.read(move |tx| definitions::all(tx, site)).await?;
    Ok(Profile::sent(definitions, fields))
}

fn page(visitor: &Visitor, profile: &Profile, email: &str, return_to: &str, problems: &Problems) -> Response {
    let [first, last] = profile.names();
    let mut fields = vec![first, last, Field::email(email)];
    fields.push(Field::password("password", "Password", "new-password").hint("At least 6 characters."));
    fields.extend(profile.required());
    let body = html! {
        (problems.summary(&fields))
        form method="post" action="/users/sign_up" {
            (token(visitor))
            input type="hidden" name="return_to" value=(return_to);
            @for field in &fields { (field.show(problems)) }
            button type="submit" { "Sign up" }
        }
        p.more { "Have an account already? " a href=(with_return("/users/sign_in", return_to)) { "Sign in" } }
    };
    let status = if problems.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Page::new("Sign up", body).status(status).show(visitor)
}

/// `POST /users/sign_up`
pub(super) async fn sign_up(posted: SubmittedForm) -> PageResult {
    let SubmittedForm { visitor, device, fields } = posted;
    let profile = ask_profile(&visitor, &fields).await?;
    let return_to = local(fields.get("return_to")).unwrap_or("/").to_owned();
    let (email, password) = (fields.get("email").to_owned(), fields.get("password").to_owned());
    let password = visitor.app.hash(move || passwords::hash(&password)).await?;
    let asked = SignUp {
        first_name: profile.first_name.clone(),
        last_name: profile.last_name.clone(),
        email: email.clone(),
        password,
        fields: profile.values(),
        return_to: return_to.clone(),
    };
    let (site, key, browser) = (visitor.site.id, visitor.app.key.clone(), visitor.browser());
    let asked =
        visitor.app.store.write(site, move |tx| sign_up::ask(tx, &key, site, &asked, &browser, &device.address)).await;
    match asked {
        Ok(None) => Ok(check_your_mail(&visitor, &email, "confirm your address; then your account is ready")),
        Ok(Some(seconds)) => Err(PageError::TooMany(seconds)),
        Err(school::Error::Invalid(problems)) => {
            Ok(page(&visitor, &profile, &email, &return_to, &profile.told(&problems)))
        }
        Err(error) => Err(error.into()),
    }
}

/// What is said to everybody who is sent mail, whether they are or not.
pub(super) fn check_your_mail(visitor: &Visitor, email: &str, what_for: &str) -> Response {
    let body = html! {
        p { "We have written to " strong { (email.trim()) } "." }
        p { "Please open the link in the mail to " (what_for) "." }
        p.soft { "Nothing there after a few minutes? Please look among unwanted mail, and check the address." }
        @if let Some(mailbox) = visitor.app.mailbox_url() {
            p.done { "Development: mail from here goes to the " a href=(mailbox) { "mailbox" } "." }
        }
    };
    Page::new("Check your mail", body).show(visitor)
}

/// `GET /users/confirmation/{secret}`
pub(super) async fn confirmation(
    visitor: Visitor,
    Path(secret): Path<String>,
    RawQuery(query): RawQuery,
) -> PageResult {
    let query = Fields::parse(query.unwrap_or_default().as_bytes())?;
    let return_to = local(query.get("return_to")).unwrap_or("/").to_owned();
    match find(&visitor, &secret).await? {
        Some(pending) => Ok(confirm_page(&visitor, &secret, &pending, &return_to, &Problems::default())),
        None => Ok(no_longer(&visitor)),
    }
}

async fn find(visitor: &Visitor, secret: &str) -> Result<Option<Pending>, PageError> {
    let (site, key, browser, secret) = (visitor.site.id, visitor.app.key.clone(), visitor.browser(), secret.to_owned());
    Ok(visitor.app.store.read(move |tx| sign_up::find(tx, &key, site, &secret, &browser)).await?)
}

fn confirm_page(visitor: &Visitor, secret: &str, pending: &Pending, return_to: &str, problems: &Problems) -> Response {
    let password = Field::password("password", "Password", "current-password")
        .hint("This is not the browser that you signed up with: please enter the password that you chose there.");
    let fields: &[Field<'_>] = if pending.same_browser { &[] } else { &[password] };
    let body = html! {
        (problems.summary(fields))
        p { "Hello " (pending.first_name) ", you are confirming that " strong { (pending.email) } " is your address." }
        form method="post" action={ "/users/confirmation/" (secret) } {
            (token(visitor))
            input type="hidden" name="return_to" value=(return_to);
            @for field in fields { (field.show(problems)) }
            button type="submit" { "Confirm and begin" }
        }
    };
    let status = if problems.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Page::new("Confirm your address", body).status(status).leading_out(return_to.starts_with("/oauth2/")).show(visitor)
}

/// `POST /users/confirmation/{secret}`
pub(super) async fn confirm(Path(secret): Path<String>, posted: SubmittedForm) -> PageResult {
    let SubmittedForm { visitor, device, fields } = posted;
    let Some(pending) = find(&visitor, &secret).await? else { return Ok(no_longer(&visitor)) };
    let (site, key) = (visitor.site.id, visitor.app.key.clone());
    let return_to = local(&pending.return_to).unwrap_or("/");
    if !pending.same_browser {
        // Guesses here count as guesses at the account that it will be.
        let (guessing, account, address) = (key.clone(), pending.email.clone(), device.address.clone());
        let begun =
            visitor.app.store.write(site, move |tx| sign_in::begin(tx, &guessing, site, &account, &address)).await?;
        if let sign_in::Begun::Wait(seconds) = begun {
            return Err(PageError::TooMany(seconds));
        }
        let (password, hash) = (fields.get("password").to_owned(), pending.password_hash.clone());
        if !visitor.app.hash(move || passwords::verify(&password, &hash)).await? {
            let problems = Problems::one("password", "is not the one that was chosen");
            return Ok(confirm_page(&visitor, &secret, &pending, return_to, &problems));
        }
    }
    let confirmed = visitor.app.store.write(site, move |tx| sign_up::confirm(tx, &key, site, &secret, &device)).await;
    match confirmed {
        Ok(Some((session, secret))) => Ok(signed_in(&visitor, &session, &secret, return_to)),
        // The address was taken meanwhile: its owner has an account.
        Ok(None) | Err(school::Error::Invalid(_)) => Ok(no_longer(&visitor)),
        Err(error) => Err(error.into()),
    }
}

/// What is said of a link that was used, is too old, or never was.
pub(super) fn no_longer(visitor: &Visitor) -> Response {
    let body = html! {
        p { "Links from our mails work once, and only for a while. This one was used before, or its time is over." }
        p {
            a href="/users/sign_in" { "Sign in" } ", " a href="/users/password/new" { "choose a new password" }
            " or " a href="/users/sign_up" { "sign up" } "."
        }
    };
    Page::new("This link no longer works", body).status(StatusCode::GONE).show(visitor)
}

/// A page that says to come back later.
pub(super) fn later(mut response: Response, seconds: u64) -> Response {
    *response.status_mut() = StatusCode::TOO_MANY_REQUESTS;
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    response
}

/// The sentence for it.
pub(super) fn too_many(seconds: u64) -> String {
    format!("There were too many tries to sign in. Please wait {}, or have a link sent by mail instead.", wait(seconds))
}
