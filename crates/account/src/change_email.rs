//! Changing one's own address: asked for here, confirmed by mail at the new one, and stopped by mail at the one before.

use crate::link_step::LinkStep;
use crate::proof::{self, password_field};
use crate::sign_up::{check_your_mail, link_gone};
use axum::extract::Path;
use axum::response::Response;
use identity::email_changes::{self, Asked};
use identity::mailed_links::Purpose;
use identity::own_account::{self, Profile, Proof};
use identity::rights::Right;
use maud::html;
use pages::fields::{Field, Problems};
use pages::layout::Page;
use pages::return_to::see_other;
use pages::school_page::csrf_field;
use pages::{PageError, PageResult, SignedInVisitor, SubmittedForm, Visitor};

/// Where an address is changed.
const PATH: &str = "/account/email";
/// The step before it, for whoever has no password.
const BY_LINK: LinkStep = LinkStep {
    path: PATH,
    by_link: "/account/email/new",
    purpose: Purpose::ChangeEmail,
    what_for: "say which address you want",
    ask: own_account::ask_to_change_email,
};

async fn profile(signed_in: &SignedInVisitor<'_>) -> Result<Profile, PageError> {
    signed_in.read(Right::ManageOwnAccount, own_account::profile).await
}

/// `GET /account/email`
pub(super) async fn show(visitor: Visitor) -> PageResult {
    let profile = profile(&visitor.signed_in(PATH)?).await?;
    Ok(page(&visitor, PATH, &profile, "", &Problems::default()))
}

/// The form for the new address: with the password, or by a link that was sent.
fn page(visitor: &Visitor, action: &str, profile: &Profile, email: &str, problems: &Problems) -> Response {
    let new = Field { name: "email", label: "New address", ..Field::email(email) };
    let by_password = [new, password_field()];
    let fields: &[Field<'_>] = if action == PATH { &by_password } else { &by_password[..1] };
    let body = html! {
        (problems.summary(fields))
        p { "Your address is " strong { (profile.email) } "." }
        @if action == PATH && !profile.has_password {
            (BY_LINK.offer(visitor, "So we send you a link first, by which you say which address you want."))
        } @else {
            form method="post" action=(action) {
                (csrf_field(visitor))
                @for field in fields { (field.show(problems)) }
                button type="submit" { "Change the address" }
            }
            p.soft {
                "We write to both addresses: the new one must be confirmed, and the change can be stopped from the one \
                 that you have now. Until it is confirmed nothing changes; then you are signed out everywhere else."
            }
        }
        p.more { a href="/account" { "Back to your account" } }
    };
    Page::new("Change your address", body).with_problems(problems).show(visitor)
}

/// `POST /account/email/link`
pub(super) async fn request_link(form: SubmittedForm) -> PageResult {
    BY_LINK.request(form).await
}

/// `GET /account/email/new/{secret}`
pub(super) async fn open_link(visitor: Visitor, Path(secret): Path<String>) -> PageResult {
    let show = async |signed_in: SignedInVisitor<'_>, here: &str| {
        Ok(page(signed_in.visitor(), here, &profile(&signed_in).await?, "", &Problems::default()))
    };
    BY_LINK.open(&visitor, &secret, show).await
}

/// `POST /account/email`
pub(super) async fn ask(form: SubmittedForm) -> PageResult {
    let email = form.fields.get("email").to_owned();
    let visitor = form.visitor.clone();
    let signed_in = visitor.signed_in(PATH)?;
    let refused = async |problems: Problems| -> PageResult {
        Ok(page(&visitor, PATH, &profile(&signed_in).await?, &email, &problems))
    };
    #[expect(clippy::redundant_closure, reason = "`refused` itself is not general enough over its future's lifetime")]
    let proven =
        proof::by_password(&signed_in, form.fields.get("current_password"), |problems| refused(problems)).await;
    match proven {
        Ok(proof) => asked(&form, &signed_in, PATH, proof).await,
        Err(shown) => shown,
    }
}

/// `POST /account/email/new/{secret}`
pub(super) async fn ask_by_link(Path(secret): Path<String>, form: SubmittedForm) -> PageResult {
    let here = BY_LINK.place(&secret);
    let visitor = form.visitor.clone();
    asked(&form, &visitor.signed_in(&here)?, &here, BY_LINK.proof(secret)).await
}

async fn asked(form: &SubmittedForm, signed_in: &SignedInVisitor<'_>, action: &str, proof: Proof) -> PageResult {
    let (visitor, email) = (signed_in.visitor(), form.fields.get("email").to_owned());
    let (key, device, wanted, by_link) =
        (visitor.key(), form.device.clone(), email.clone(), matches!(proof, Proof::Link(..)));
    let asked = signed_in
        .write(Right::ManageOwnAccount, move |tx, actor| email_changes::ask(tx, &key, actor, &proof, &wanted, &device))
        .await;
    let again = async |problems: Problems| -> PageResult {
        Ok(page(visitor, action, &profile(signed_in).await?, &email, &problems))
    };
    match asked {
        Ok(Asked::Told) => Ok(check_your_mail(visitor, &email, "confirm your new address")),
        Ok(Asked::Wait(seconds)) => Err(PageError::TooMany(seconds)),
        Ok(Asked::NotProven) if by_link => Ok(link_gone(visitor)),
        Ok(Asked::NotProven) => again(Problems::one("current_password", "is not right")).await,
        Err(error) => again(error.problems()?.into()).await,
    }
}

/// `GET /account/email/confirmation/{secret}`. In a session of the account alone: nobody's account is given to whoever
/// has an address that a stranger has named.
pub(super) async fn open_confirmation(visitor: Visitor, Path(secret): Path<String>) -> PageResult {
    let here = format!("/account/email/confirmation/{secret}");
    let signed_in = visitor.signed_in(&here)?;
    let key = visitor.key();
    let found =
        signed_in.read(Right::ManageOwnAccount, move |tx, actor| email_changes::to_confirm(tx, &key, actor, &secret));
    let Some(email) = found.await? else { return Ok(not_here(&visitor)) };
    let body = html! {
        p { "Your account gets the address " strong { (email) } ", and you sign in with it from then on." }
        form method="post" action=(here) {
            (csrf_field(&visitor))
            button type="submit" { "Confirm the address" }
        }
        p.more.soft { "You will be signed out everywhere else." }
    };
    Ok(Page::new("Confirm your new address", body).show(&visitor))
}

/// `POST /account/email/confirmation/{secret}`
pub(super) async fn confirm(Path(secret): Path<String>, form: SubmittedForm) -> PageResult {
    let SubmittedForm { visitor, .. } = form;
    let signed_in = visitor.signed_in(&format!("/account/email/confirmation/{secret}"))?;
    let key = visitor.key();
    let confirmed =
        signed_in.write(Right::ManageOwnAccount, move |tx, actor| email_changes::confirm(tx, &key, actor, &secret));
    match confirmed.await? {
        true => Ok(see_other("/account?done=email")),
        false => Ok(not_here(&visitor)),
    }
}

/// That a link does not work, or not for who is signed in.
fn not_here(visitor: &Visitor) -> Response {
    let body = html! {
        p {
            "The link was used before, its time is over, or it belongs to another account than the one that is signed in \
             here."
        }
        p { a href="/account" { "Go to your account" } }
    };
    Page::new("This link does not work here", body).status(axum::http::StatusCode::GONE).show(visitor)
}

/// `GET /account/email/stop/{secret}`
pub(super) async fn open_stop(visitor: Visitor, Path(secret): Path<String>) -> PageResult {
    let (key, link) = (visitor.key(), secret.clone());
    let found = visitor.read_as_anyone(move |tx, site| email_changes::to_stop(tx, &key, site.id, &link));
    let Some(change) = found.await? else { return Ok(link_gone(&visitor)) };
    let body = html! {
        p {
            @if change.is_confirmed { "Your account gets its address back: " } @else { "Your account keeps its address: " }
            strong { (change.old) } "."
        }
        p { "You choose a new password, and everybody who is signed in to the account is signed out." }
        form method="post" action={ "/account/email/stop/" (secret) } {
            (csrf_field(&visitor))
            button type="submit" { "Stop the change" }
        }
    };
    Ok(Page::new("Stop the change of your address", body).show(&visitor))
}

/// `POST /account/email/stop/{secret}`
pub(super) async fn stop(Path(secret): Path<String>, form: SubmittedForm) -> PageResult {
    let SubmittedForm { visitor, .. } = form;
    let key = visitor.key();
    let stopped = visitor.write_as_anyone(move |tx, site| email_changes::stop(tx, &key, site, &secret));
    match stopped.await? {
        Some(password) => Ok(see_other(&format!("/users/password/edit/{password}"))),
        None => Ok(link_gone(&visitor)),
    }
}
