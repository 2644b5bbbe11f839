//! The second step of signing in, for whoever has a second factor: a code of their app, or a recovery code.

use crate::first_step::{CODE_PATH as PATH, signed_in};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use identity::second_factor::{self, Given, SecondStep};
use maud::html;
use pages::error::duration_in_words;
use pages::fields::{Field, Problems};
use pages::form::Fields;
use pages::layout::Page;
use pages::return_to::{local_path, see_other};
use pages::school_page::csrf_field;
use pages::{PageError, PageResult, QueryFields, ReceivedForm, SubmittedForm, Visitor};

/// A field for a code of the app.
pub(super) fn code_field<'f>() -> Field<'f> {
    Field { autocomplete: "one-time-code", ..Field::text("code", "Code", "") }
        .hint("The six digits that your app shows now.")
}

/// A field for a recovery code.
pub(super) fn recovery_field<'f>() -> Field<'f> {
    Field::text("recovery_code", "Recovery code", "").hint("One that you have not used yet, such as 1abcd-2efgh.")
}

/// What was given: a recovery code, where the form has one.
pub(super) fn given(fields: &Fields) -> Given {
    match fields.iter().find(|(name, _)| *name == "recovery_code") {
        Some((_, code)) => Given::RecoveryCode(code.to_owned()),
        None => Given::Code(fields.get("code").to_owned()),
    }
}

/// `GET /users/sign_in/code`
pub(super) async fn show(visitor: Visitor, QueryFields(query): QueryFields) -> PageResult {
    match pending(&visitor).await? {
        Some(return_to) => Ok(page(&visitor, query.has("recovery"), &return_to, &Problems::default())),
        None => Ok(begin_anew(&visitor)),
    }
}

/// Where the visitor goes on to, if they have shown the first factor.
async fn pending(visitor: &Visitor) -> Result<Option<String>, PageError> {
    let Some(secret) = visitor.sign_in_secret().map(str::to_owned) else { return Ok(None) };
    let key = visitor.key();
    visitor.read_as_anyone(move |tx, site| second_factor::pending_return_to(tx, &key, site.id, &secret)).await
}

/// Leads to where one signs in, or on whoever has signed in in another tab.
fn begin_anew(visitor: &Visitor) -> Response {
    let mut response = see_other(if visitor.session.is_some() { "/" } else { "/users/sign_in?done=code" });
    visitor.clear_sign_in(&mut response);
    response
}

fn page(visitor: &Visitor, by_recovery_code: bool, return_to: &str, problems: &Problems) -> Response {
    let fields = [if by_recovery_code { recovery_field() } else { code_field() }];
    let body = html! {
        (problems.summary(&fields))
        p { "Your account is kept with a second factor, beside your password." }
        form method="post" action=(PATH) {
            (csrf_field(visitor))
            @for field in &fields { (field.show(problems)) }
            button type="submit" { "Sign in" }
        }
        @if by_recovery_code {
            p.more { a href=(PATH) { "Use a code of your app" } }
        } @else {
            p.more { a href={ (PATH) "?recovery=1" } { "Use a recovery code, if your app is not at hand" } }
        }
        p.more.soft { "Lost both? Whoever runs the school can turn the second factor of your account off." }
        p.more { a href="/users/sign_in" { "Sign in as somebody else" } }
    };
    Page::new("Confirm that it is you", body).with_problems(problems).leading_to(return_to).show(visitor)
}

/// `POST /users/sign_in/code`
pub(super) async fn sign_in(form: ReceivedForm) -> PageResult {
    let form = match form {
        ReceivedForm::Submitted(form) => form,
        // The session began or ended in another tab.
        ReceivedForm::OutOfDate(form) if form.visitor.session.is_some() => return Ok(begin_anew(&form.visitor)),
        ReceivedForm::OutOfDate(_) => return Err(PageError::Forged),
    };
    let SubmittedForm { visitor, device, fields } = form;
    let Some(return_to) = pending(&visitor).await? else { return Ok(begin_anew(&visitor)) };
    let Some(secret) = visitor.sign_in_secret().map(str::to_owned) else { return Ok(begin_anew(&visitor)) };
    let (key, given) = (visitor.key(), given(&fields));
    let by_recovery_code = matches!(given, Given::RecoveryCode(_));
    let again = |problems: &Problems| page(&visitor, by_recovery_code, &return_to, problems);
    let name = if by_recovery_code { "recovery_code" } else { "code" };
    let finish =
        visitor.write_as_anyone(move |tx, site| second_factor::finish(tx, &key, site.id, &secret, &given, &device));
    match finish.await {
        Ok(SecondStep::SignedIn(session, place)) => {
            Ok(signed_in(&visitor, &session, local_path(&place).unwrap_or("/")))
        }
        Ok(SecondStep::Wrong) => Ok(again(&Problems::one(name, wrong(by_recovery_code)))),
        Ok(SecondStep::Wait(seconds)) => Ok(too_many_codes(seconds, again(&wait(seconds)))),
        Ok(SecondStep::Gone) => Ok(begin_anew(&visitor)),
        Err(error) => Ok(again(&error.problems()?.into())),
    }
}

/// What is wrong with a code.
pub(super) fn wrong(is_recovery_code: bool) -> &'static str {
    if is_recovery_code {
        "is not one that you have left"
    } else {
        "is not the one that your app shows now, or was used already"
    }
}

/// That too many were tried.
pub(super) fn wait(seconds: u64) -> Problems {
    Problems::one("base", format!("There were too many wrong codes. Please wait {}.", duration_in_words(seconds)))
}

/// The form again, with when it is worth trying again.
pub(super) fn too_many_codes(seconds: u64, mut response: Response) -> Response {
    *response.status_mut() = StatusCode::TOO_MANY_REQUESTS;
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    response
}
