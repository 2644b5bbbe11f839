//! Signing up, and confirming it by the link in the mail.

use crate::first_step::signed_in;
use crate::profile_form::ProfileForm;
use crate::sign_in::OUT_OF_DATE;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use identity::own_account;
use identity::passwords::{self, VerifiedPassword};
use identity::sessions::Device;
use identity::sign_up::{self, Pending, SignUp};
use maud::html;
use pages::fields::{Field, Problems};
use pages::form::Fields;
use pages::layout::Page;
use pages::return_to::{local_path, see_other, with_return};
use pages::school_page::csrf_field;
use pages::{PageError, PageResult, QueryFields, ReceivedForm, SubmittedForm, Visitor};

/// `GET /users/sign_up`
pub(super) async fn show(visitor: Visitor, QueryFields(query): QueryFields) -> PageResult {
    let return_to = local_path(query.get("return_to")).unwrap_or("/");
    if visitor.session.is_some() {
        return Ok(see_other(return_to));
    }
    if !visitor.takes_sign_ups {
        return Ok(by_invitation(&visitor, return_to));
    }
    let profile = profile_form(&visitor, &Fields::default()).await?;
    Ok(page(&visitor, &profile, "", return_to, &Problems::default()))
}

/// What is said where nobody signs up by themselves.
fn by_invitation(visitor: &Visitor, return_to: &str) -> Response {
    let body = html! {
        p { "Accounts of this school are by invitation only: it makes one for you and writes to you. Have you been invited, or had an account before?" }
        p.actions {
            a.button href=(with_return("/users/sign_in", return_to)) { "Sign in" }
            a.button.quiet href="/users/password/new" { "Choose a password" }
        }
    };
    Page::new("By invitation only", body).show(visitor)
}

/// What the school asks people for, as this form says it.
async fn profile_form(visitor: &Visitor, fields: &Fields) -> Result<ProfileForm, PageError> {
    let asked = visitor.read_as_anyone(|tx, site| own_account::fields(tx, site.id)).await?;
    Ok(ProfileForm::submitted(asked, fields))
}

fn page(visitor: &Visitor, profile: &ProfileForm, email: &str, return_to: &str, problems: &Problems) -> Response {
    let [first, last] = profile.name_fields();
    let mut fields = vec![first, last, Field::email(email)];
    fields.push(Field::password("password", "Password", "new-password").hint("At least 6 characters."));
    fields.extend(profile.required_fields());
    let body = html! {
        (problems.summary(&fields))
        form method="post" action="/users/sign_up" {
            (csrf_field(visitor))
            input type="hidden" name="return_to" value=(return_to);
            @for field in &fields { (field.show(problems)) }
            button type="submit" { "Sign up" }
        }
        p.more { "Have an account already? " a href=(with_return("/users/sign_in", return_to)) { "Sign in" } }
    };
    Page::new("Sign up", body).with_problems(problems).show(visitor)
}

/// `POST /users/sign_up`
pub(super) async fn sign_up(form: ReceivedForm) -> PageResult {
    let form = match form {
        ReceivedForm::Submitted(form) => form,
        // The form of a second tab, after they have signed in in the first: they are led on.
        ReceivedForm::OutOfDate(SubmittedForm { visitor, fields, .. }) if visitor.session.is_some() => {
            return Ok(see_other(local_path(fields.get("return_to")).unwrap_or("/")));
        }
        ReceivedForm::OutOfDate(form) => return sign_up_anew(&form).await,
    };
    let SubmittedForm { visitor, device, fields } = form;
    let profile = profile_form(&visitor, &fields).await?;
    let return_to = local_path(fields.get("return_to")).unwrap_or("/").to_owned();
    let (email, password) = (fields.get("email").to_owned(), fields.get("password").to_owned());
    let input = profile.input();
    let asked = SignUp {
        first_name: input.first_name,
        last_name: input.last_name,
        email: email.clone(),
        fields: input.fields,
        return_to: return_to.clone(),
    };
    match ask(&visitor, &device, asked, password).await {
        Ok(()) => Ok(check_your_mail(&visitor, &email, "confirm your address; then your account is ready")),
        Err(error) => Ok(page(&visitor, &profile, &email, &return_to, &profile.problems(&error.problems()?))),
    }
}

/// The form again with what was typed, for whoever sent one that is out of date.
async fn sign_up_anew(SubmittedForm { visitor, fields, .. }: &SubmittedForm) -> PageResult {
    let profile = profile_form(visitor, fields).await?;
    let return_to = local_path(fields.get("return_to")).unwrap_or("/");
    let problems = Problems::one("base", OUT_OF_DATE);
    let mut response = page(visitor, &profile, fields.get("email"), return_to, &problems);
    *response.status_mut() = StatusCode::FORBIDDEN;
    Ok(response)
}

/// Signs somebody up: the try is counted, then their password hashed, then the mail queued.
async fn ask(visitor: &Visitor, device: &Device, asked: SignUp, password: String) -> Result<(), PageError> {
    let (key, counted, unhashed, address) = (visitor.key(), asked.clone(), password.clone(), device.address.clone());
    let begun = visitor
        .write_as_anyone(move |tx, site| sign_up::begin(tx, &key, site.id, &counted, &unhashed, &address))
        .await?;
    if let Some(seconds) = begun {
        return Err(PageError::TooMany(seconds));
    }
    let password = visitor.hash(device, move || passwords::hash(&password)).await?;
    let (key, browser) = (visitor.key(), visitor.browser());
    visitor.write_as_anyone(move |tx, site| sign_up::ask(tx, &key, site.id, &asked, &password, &browser)).await
}

/// What is said to everybody who is sent mail, whether they are or not.
pub(super) fn check_your_mail(visitor: &Visitor, email: &str, what_for: &str) -> Response {
    let body = html! {
        p { "We have written to " strong { (email.trim()) } "." }
        p { "Please open the link in the mail to " (what_for) "." }
        p.soft { "Nothing there after a few minutes? Please look among unwanted mail, and check the address." }
        @if let Some(mailbox) = visitor.mailbox_url() {
            p.done { "Development: mail from here goes to the " a href=(mailbox) { "mailbox" } "." }
        }
    };
    Page::new("Check your mail", body).show(visitor)
}

/// `GET /users/confirmation/{secret}`
pub(super) async fn open_confirmation(visitor: Visitor, Path(secret): Path<String>) -> PageResult {
    match find(&visitor, &secret).await? {
        Some(pending) => Ok(confirmation_page(&visitor, &secret, &pending, &Problems::default())),
        None => Ok(link_gone(&visitor)),
    }
}

async fn find(visitor: &Visitor, secret: &str) -> Result<Option<Pending>, PageError> {
    let (key, browser, secret) = (visitor.key(), visitor.browser(), secret.to_owned());
    visitor.read_as_anyone(move |tx, site| sign_up::find(tx, &key, site.id, &secret, &browser)).await
}

fn confirmation_page(visitor: &Visitor, secret: &str, pending: &Pending, problems: &Problems) -> Response {
    let password = Field::password("password", "Password", "current-password")
        .hint("This is not the browser that you signed up with: please enter the password that you chose there.");
    let fields: &[Field<'_>] = if pending.same_browser { &[] } else { &[password] };
    let body = html! {
        (problems.summary(fields))
        p {
            // In another browser this may be somebody whom a stranger has signed up: they read no words of the stranger's.
            @if pending.same_browser { "Hello " (pending.first_name) ", you" } @else { "You" }
            " are confirming that " strong { (pending.email) } " is your address."
        }
        form method="post" action={ "/users/confirmation/" (secret) } {
            (csrf_field(visitor))
            @for field in fields { (field.show(problems)) }
            button type="submit" { "Confirm and begin" }
        }
    };
    Page::new("Confirm your address", body).with_problems(problems).leading_to(&pending.return_to).show(visitor)
}

/// `POST /users/confirmation/{secret}`
pub(super) async fn confirm(Path(secret): Path<String>, form: SubmittedForm) -> PageResult {
    let SubmittedForm { visitor, device, fields } = form;
    let Some(pending) = find(&visitor, &secret).await? else { return Ok(link_gone(&visitor)) };
    let return_to = local_path(&pending.return_to).unwrap_or("/");
    let again = |problems: Problems| Ok(confirmation_page(&visitor, &secret, &pending, &problems));
    let verified = match pending.same_browser {
        true => None,
        false => match verify(&visitor, &secret, &pending, fields.get("password")).await {
            Ok(None) => return again(Problems::one("password", "is not the one that was chosen")),
            Ok(verified) => verified,
            Err(error) => return again(error.problems()?.into()),
        },
    };
    let (key, browser) = (visitor.key(), visitor.browser());
    let link = secret.clone();
    let confirmed = visitor.write_as_anyone(move |tx, site| {
        sign_up::confirm(tx, &key, site.id, &link, &browser, verified.as_ref(), &device)
    });
    match confirmed.await {
        Ok(Some(session)) => Ok(signed_in(&visitor, &session, return_to)),
        Ok(None) => Ok(link_gone(&visitor)),
        // The address was taken meanwhile: its owner has an account.
        Err(error) => error.problems().map(|_| link_gone(&visitor)),
    }
}

/// Compares with the password that was chosen. Guesses are counted beside the link, which only the mail has.
async fn verify(
    visitor: &Visitor,
    secret: &str,
    pending: &Pending,
    password: &str,
) -> Result<Option<VerifiedPassword>, PageError> {
    let (key, link) = (visitor.key(), secret.to_owned());
    let begun = visitor.write_as_anyone(move |tx, site| sign_up::begin_confirming(tx, &key, site.id, &link));
    if let Some(seconds) = begun.await? {
        return Err(PageError::TooMany(seconds));
    }
    let (password, chosen) = (password.to_owned(), pending.password.clone());
    visitor.hash_known(secret.to_owned(), move || chosen.verify(&password)).await
}

/// What is said of a link that was used, is too old, or never was.
pub(super) fn link_gone(visitor: &Visitor) -> Response {
    let body = html! {
        p { "Links from our mails work once, and only for a while. This one was used before, or its time is over." }
        p {
            a href="/users/sign_in" { "Sign in" } ", " a href="/users/password/new" { "choose a new password" }
            " or " a href="/users/sign_up" { "sign up" } "."
        }
    };
    Page::new("This link no longer works", body).status(StatusCode::GONE).show(visitor)
}
