//! Signing in with a password.

use crate::first_step::first_step_done;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use identity::sign_in::{self, PasswordTry};
use maud::html;
use pages::error::duration_in_words;
use pages::fields::{Field, Problems, checkbox};
use pages::layout::Page;
use pages::return_to::{local_path, see_other, with_return};
use pages::school_page::csrf_field;
use pages::{PageResult, QueryFields, ReceivedForm, SubmittedForm, Visitor};

/// `GET /users/sign_in`
pub(super) async fn show(visitor: Visitor, QueryFields(query): QueryFields) -> PageResult {
    let return_to = local_path(query.get("return_to")).unwrap_or("/");
    // An app may want somebody to prove anew who they are.
    if visitor.session.is_some() && !query.has("again") {
        return Ok(see_other(return_to));
    }
    let done = match query.get("done") {
        "password" => "Your password was changed. Please sign in with the new one.",
        "code" => "The time to enter a code is over. Please sign in again.",
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
            (csrf_field(visitor))
            input type="hidden" name="return_to" value=(return_to);
            @for field in &fields { (field.show(problems)) }
            (checkbox("remember", "Remember me on this device"))
            button type="submit" { "Sign in" }
        }
        p.more { a href="/users/password/new" { "Forgot your password?" } }
        p.more { a href=(with_return("/users/express_sign_in", return_to)) { "Have a link to sign in sent by mail" } }
        @if visitor.takes_sign_ups {
            p.more { "No account yet? " a href=(with_return("/users/sign_up", return_to)) { "Sign up" } }
        }
    };
    Page::new("Sign in", body).with_problems(problems).leading_to(return_to).show(visitor)
}

/// `POST /users/sign_in`
pub(super) async fn sign_in(form: ReceivedForm) -> PageResult {
    let form = match form {
        ReceivedForm::Submitted(form) => form,
        ReceivedForm::OutOfDate(form) => return Ok(sign_in_elsewhere(&form)),
    };
    let SubmittedForm { visitor, device, fields } = form;
    let return_to = local_path(fields.get("return_to")).unwrap_or("/").to_owned();
    let (email, password) = (fields.get("email").to_owned(), fields.get("password").to_owned());
    let (key, account, from) = (visitor.key(), email.clone(), device.clone());
    let begun = visitor.write_as_anyone(move |tx, site| sign_in::begin(tx, &key, site.id, &account, &from));
    let begun = match begun.await {
        Err(error) => return Ok(page(&visitor, &email, &return_to, "", &error.problems()?.into())),
        Ok(begun) => begun,
    };
    let verified = match begun {
        PasswordTry::Try(stored) => visitor.hash(&device, move || stored.verify(&password)).await?,
        PasswordTry::TryKnown(stored, known) => visitor.hash_known(known, move || stored.verify(&password)).await?,
        PasswordTry::Wait(seconds) => {
            let shown = async |problems: Problems| Ok(page(&visitor, &email, &return_to, "", &problems));
            return too_many_tries(seconds, shown).await;
        }
    };
    let begun = match verified {
        Some(verified) => {
            let (key, account, remember) = (visitor.key(), email.clone(), fields.has("remember"));
            let place = return_to.clone();
            let finish = visitor.write_as_anyone(move |tx, site| {
                sign_in::finish(tx, &key, site.id, &account, &verified, &device, remember, &place)
            });
            finish.await?
        }
        None => None,
    };
    match begun {
        Some(step) => Ok(first_step_done(&visitor, &step, &return_to)),
        None => {
            let account = email.clone();
            visitor.write_as_anyone(move |tx, site| sign_in::refuse(tx, site.id, &account)).await?;
            let text = "This address and this password do not belong together. Please check both.";
            Ok(page(&visitor, &email, &return_to, "", &Problems::one("base", text)))
        }
    }
}

/// What is said beside a form that was opened before something was known of the browser.
pub(super) const OUT_OF_DATE: &str = "This form was out of date. Please try again; cookies must be allowed.";

/// Leads on whoever sends the form of a second tab after they have signed in in the first; shows it anew to whoever has
/// not.
fn sign_in_elsewhere(form: &SubmittedForm) -> Response {
    let SubmittedForm { visitor, fields, .. } = form;
    let return_to = local_path(fields.get("return_to")).unwrap_or("/");
    if visitor.session.is_some() {
        return see_other(return_to);
    }
    let mut response = page(visitor, fields.get("email"), return_to, "", &Problems::one("base", OUT_OF_DATE));
    *response.status_mut() = StatusCode::FORBIDDEN;
    response
}

/// The form again, with when it is worth trying again.
pub(super) async fn too_many_tries(seconds: u64, show: impl AsyncFnOnce(Problems) -> PageResult) -> PageResult {
    let text = format!(
        "There were too many tries to sign in. Please wait {}, or choose another password by a link in a mail: follow \
         “Forgot your password?” below.",
        duration_in_words(seconds)
    );
    let mut response = show(Problems::one("base", text)).await?;
    *response.status_mut() = StatusCode::TOO_MANY_REQUESTS;
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    Ok(response)
}
