//! One's own second factor: setting it up with an app, turning it off, and other recovery codes.

use crate::proof::{self, password_field};
use crate::qr_code::qr_code;
use crate::sessions::date_and_time;
use crate::sign_in_code::{code_field, given, recovery_field, too_many_codes, wait, wrong};
use axum::response::Response;
use identity::own_account::Proof;
use identity::own_second_factor::{self, Changed, SecondFactor, SetUp};
use identity::rights::Right;
use identity::second_factor::Given;
use maud::html;
use pages::fields::Problems;
use pages::layout::Page;
use pages::return_to::{local_path, see_other, with_return};
use pages::school_page::csrf_field;
use pages::{PageResult, QueryFields, SignedInVisitor, SubmittedForm, Visitor};

/// Where it is.
const PATH: &str = "/account/second_factor";
/// Where it is set up.
const SET_UP: &str = "/account/second_factor/set_up";
/// What somebody may do before they have the second factor that their school asks for.
const RIGHT: Right = Right::SecureOwnAccount;

/// `GET /account/second_factor`
pub(super) async fn show(visitor: Visitor, QueryFields(query): QueryFields) -> PageResult {
    let here = with_return(PATH, query.get("return_to"));
    let status = visitor.signed_in(&here)?.read(RIGHT, own_second_factor::of).await?;
    let return_to = local_path(query.get("return_to")).unwrap_or("/account");
    let done = if query.get("done") == "off" { "The second factor was turned off." } else { "" };
    Ok(match status.since {
        Some(since) => on_page(&visitor, &status, since),
        None => off_page(&visitor, &status, return_to, done),
    })
}

fn off_page(visitor: &Visitor, status: &SecondFactor, return_to: &str, done: &str) -> Response {
    let body = html! {
        @if !done.is_empty() { div.done role="status" { p { (done) } } }
        @if status.is_required {
            p { strong { "This school asks everybody with a role for a second factor." } " Set one up to go on." }
        }
        p {
            "With a second factor, your password alone opens nothing: when you sign in, you are also asked for a code that \
             an app on your telephone shows."
        }
        p.soft {
            "Any app for codes that change does: your password manager may be one. The school sends nothing to it, and \
             learns nothing of your telephone."
        }
        form method="post" action={ (PATH) "/new" } {
            (csrf_field(visitor))
            input type="hidden" name="return_to" value=(return_to);
            button type="submit" { "Set up a second factor" }
        }
        @if !status.is_required { p.more { a href="/account" { "Back to your account" } } }
    };
    Page::new("Second factor", body).show(visitor)
}

/// `POST /account/second_factor/new`
pub(super) async fn prepare(form: SubmittedForm) -> PageResult {
    let SubmittedForm { visitor, fields, .. } = form;
    let signed_in = visitor.signed_in(PATH)?;
    let key = visitor.key();
    signed_in.write(RIGHT, move |tx, actor| own_second_factor::prepare(tx, &key, actor)).await?;
    Ok(see_other(&with_return(SET_UP, local_path(fields.get("return_to")).unwrap_or("/account"))))
}

/// What the page to set it up shows.
struct SetUpPage {
    set_up: SetUp,
    has_password: bool,
    return_to: String,
}

impl SetUpPage {
    /// None when nothing is to be set up.
    async fn read(signed_in: &SignedInVisitor<'_>, return_to: &str) -> Result<Option<Self>, pages::PageError> {
        let key = signed_in.visitor().key();
        let read = signed_in.read(RIGHT, move |tx, actor| {
            Ok((own_second_factor::to_set_up(tx, &key, actor)?, own_second_factor::of(tx, actor)?.has_password))
        });
        let (set_up, has_password) = read.await?;
        let return_to = local_path(return_to).unwrap_or("/account").to_owned();
        Ok(set_up.map(|set_up| Self { set_up, has_password, return_to }))
    }

    fn show(&self, visitor: &Visitor, problems: &Problems) -> Response {
        let mut fields = vec![code_field()];
        if self.has_password {
            fields.push(password_field());
        }
        let letters: Vec<&str> =
            self.set_up.secret.as_bytes().chunks(4).filter_map(|four| str::from_utf8(four).ok()).collect();
        let body = html! {
            (problems.summary(&fields))
            ol.steps {
                li {
                    p { "Open an app for codes on your telephone, and let it look at this picture." }
                    @if let Some(picture) = qr_code(&self.set_up.uri, "QR code with the secret below") { (picture) }
                    p.soft { "No camera? Open " a href=(self.set_up.uri) { "this link" } " in the app, or type this secret:" }
                    p { code.secret { (letters.join(" ")) } }
                }
                li {
                    p { "The app now shows six digits. Enter them, so that we know that it works." }
                    form method="post" action=(SET_UP) {
                        (csrf_field(visitor))
                        input type="hidden" name="return_to" value=(self.return_to);
                        @for field in &fields { (field.show(problems)) }
                        button type="submit" { "Turn the second factor on" }
                    }
                }
            }
            p.more.soft { "You will be signed out everywhere else." }
            p.more { a href=(PATH) { "Not now" } }
        };
        Page::new("Set up a second factor", body).with_problems(problems).show(visitor)
    }
}

/// `GET /account/second_factor/set_up`
pub(super) async fn show_set_up(visitor: Visitor, QueryFields(query): QueryFields) -> PageResult {
    let signed_in = visitor.signed_in(PATH)?;
    match SetUpPage::read(&signed_in, query.get("return_to")).await? {
        Some(page) => Ok(page.show(&visitor, &Problems::default())),
        None => Ok(see_other(PATH)),
    }
}

/// `POST /account/second_factor/set_up`
pub(super) async fn turn_on(form: SubmittedForm) -> PageResult {
    let SubmittedForm { visitor, fields, .. } = form;
    let signed_in = visitor.signed_in(PATH)?;
    let Some(page) = SetUpPage::read(&signed_in, fields.get("return_to")).await? else { return Ok(see_other(PATH)) };
    let refused = async |problems: Problems| -> PageResult { Ok(page.show(&visitor, &problems)) };
    let proof = match page.has_password {
        #[expect(
            clippy::redundant_closure,
            reason = "`refused` itself is not general enough over its future's lifetime"
        )]
        true => {
            match proof::by_password(&signed_in, fields.get("current_password"), |problems| refused(problems)).await {
                Ok(proof) => Some(proof),
                Err(shown) => return shown,
            }
        }
        false => None,
    };
    let (key, code) = (visitor.key(), fields.get("code").to_owned());
    let turned_on =
        signed_in.write(RIGHT, move |tx, actor| own_second_factor::turn_on(tx, &key, actor, proof.as_ref(), &code));
    match turned_on.await {
        Ok(Changed::Done(codes)) => Ok(codes_page(&visitor, &codes, "The second factor is on", &page.return_to)),
        Ok(Changed::NotProven) => proof::wrong(&signed_in, refused).await,
        Ok(Changed::WrongCode) => Ok(page.show(&visitor, &Problems::one("code", wrong(false)))),
        Ok(Changed::Wait(seconds)) => Ok(too_many_codes(seconds, page.show(&visitor, &wait(seconds)))),
        Err(error) => Ok(page.show(&visitor, &error.problems()?.into())),
    }
}

/// The recovery codes, this once.
fn codes_page(visitor: &Visitor, codes: &[String], title: &str, return_to: &str) -> Response {
    let body = html! {
        p {
            strong { "Keep these recovery codes now: they are shown this once." } " When your telephone is lost, each of them \
             signs you in in the place of a code, once. Print them, or put them where your passwords are."
        }
        ul.recovery-codes aria-label="Recovery codes" { @for code in codes { li { code { (code) } } } }
        p { a.button href=(return_to) { "I have kept them" } }
    };
    Page::new(title, body).show(visitor)
}

/// What is done to a second factor that is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Change {
    RecoveryCodes,
    TurnOff,
}

impl Change {
    /// Where its form is.
    fn path(self) -> &'static str {
        match self {
            Self::RecoveryCodes => "/account/second_factor/recovery_codes",
            Self::TurnOff => "/account/second_factor/off",
        }
    }
}

fn on_page(visitor: &Visitor, status: &SecondFactor, since: i64) -> Response {
    let body = html! {
        p { "On since " (date_and_time(since)) ": you are asked for a code of your app when you sign in." }
        @if status.is_required { p.soft { "This school asks everybody with a role for a second factor." } }
        p {
            @match status.recovery_codes {
                0 => strong { "You have no recovery codes left. Make new ones, or you are locked out when your telephone is lost." },
                1 => "You have one recovery code left.",
                left => { "You have " (left) " recovery codes left." }
            }
        }
        p { a.button.quiet href=(Change::RecoveryCodes.path()) { "Make new recovery codes" } }
        p { a.button.quiet href=(Change::TurnOff.path()) { "Turn it off" } }
        p.more { a href="/account" { "Back to your account" } }
    };
    Page::new("Second factor", body).show(visitor)
}

/// `GET /account/second_factor/recovery_codes`
pub(super) async fn show_recovery_codes(visitor: Visitor, QueryFields(query): QueryFields) -> PageResult {
    show_change(&visitor, Change::RecoveryCodes, query.has("recovery")).await
}

/// `GET /account/second_factor/off`
pub(super) async fn show_turn_off(visitor: Visitor, QueryFields(query): QueryFields) -> PageResult {
    show_change(&visitor, Change::TurnOff, query.has("recovery")).await
}

async fn show_change(visitor: &Visitor, change: Change, by_recovery_code: bool) -> PageResult {
    let status = visitor.signed_in(change.path())?.read(RIGHT, own_second_factor::of).await?;
    match status.since {
        Some(_) => Ok(change_page(visitor, &status, change, by_recovery_code, &Problems::default())),
        None => Ok(see_other(PATH)),
    }
}

fn change_page(
    visitor: &Visitor,
    status: &SecondFactor,
    change: Change,
    by_recovery_code: bool,
    problems: &Problems,
) -> Response {
    let mut fields = vec![if by_recovery_code { recovery_field() } else { code_field() }];
    if status.has_password {
        fields.push(password_field());
    }
    let (title, says) = match change {
        Change::RecoveryCodes => ("Make new recovery codes", "Those that you have count no more then."),
        Change::TurnOff => (
            "Turn the second factor off",
            "Your password, or a link from a mail, is then enough to sign in. To move to another telephone, turn it off \
             and set it up there.",
        ),
    };
    let body = html! {
        (problems.summary(&fields))
        p { (says) }
        form method="post" action=(change.path()) {
            (csrf_field(visitor))
            @for field in &fields { (field.show(problems)) }
            button.danger[change == Change::TurnOff] type="submit" { (title) }
        }
        @if by_recovery_code {
            p.more { a href=(change.path()) { "Use a code of your app" } }
        } @else {
            p.more { a href={ (change.path()) "?recovery=1" } { "Use a recovery code, if your app is not at hand" } }
        }
        p.more { a href=(PATH) { "Back" } }
    };
    Page::new(title, body).with_problems(problems).show(visitor)
}

/// `POST /account/second_factor/recovery_codes`
pub(super) async fn replace_recovery_codes(form: SubmittedForm) -> PageResult {
    submit(form, Change::RecoveryCodes).await
}

/// `POST /account/second_factor/off`
pub(super) async fn turn_off(form: SubmittedForm) -> PageResult {
    submit(form, Change::TurnOff).await
}

/// Does what a form asks for, once the password and a code have shown who asks.
async fn submit(form: SubmittedForm, change: Change) -> PageResult {
    let SubmittedForm { visitor, fields, .. } = form;
    let signed_in = visitor.signed_in(change.path())?;
    let status = signed_in.read(RIGHT, own_second_factor::of).await?;
    if status.since.is_none() {
        return Ok(see_other(PATH));
    }
    let given = given(&fields);
    let by_recovery_code = matches!(given, Given::RecoveryCode(_));
    let show = |problems: &Problems| change_page(&visitor, &status, change, by_recovery_code, problems);
    let refused = async |problems: Problems| -> PageResult { Ok(show(&problems)) };
    let proof = match status.has_password {
        true => {
            match proof::by_password(&signed_in, fields.get("current_password"), |problems| refused(problems)).await {
                Ok(proof) => Some(proof),
                Err(shown) => return shown,
            }
        }
        false => None,
    };
    match changed(&signed_in, change, proof, given).await {
        Ok(Changed::Done(Some(codes))) => Ok(codes_page(&visitor, &codes, "New recovery codes", PATH)),
        Ok(Changed::Done(None)) => Ok(see_other(&format!("{PATH}?done=off"))),
        Ok(Changed::NotProven) => proof::wrong(&signed_in, refused).await,
        Ok(Changed::WrongCode) => {
            let name = if by_recovery_code { "recovery_code" } else { "code" };
            Ok(show(&Problems::one(name, wrong(by_recovery_code))))
        }
        Ok(Changed::Wait(seconds)) => Ok(too_many_codes(seconds, show(&wait(seconds)))),
        Err(error) => Ok(show(&error.problems()?.into())),
    }
}

/// Changes it; gives the recovery codes where they are new.
async fn changed(
    signed_in: &SignedInVisitor<'_>,
    change: Change,
    proof: Option<Proof>,
    given: Given,
) -> Result<Changed<Option<Vec<String>>>, pages::PageError> {
    let key = signed_in.visitor().key();
    let write = signed_in.write(RIGHT, move |tx, actor| {
        let proof = proof.as_ref();
        Ok(match change {
            Change::TurnOff => own_second_factor::turn_off(tx, &key, actor, proof, &given)?.map(|()| None),
            Change::RecoveryCodes => {
                own_second_factor::replace_recovery_codes(tx, &key, actor, proof, &given)?.map(Some)
            }
        })
    });
    write.await
}
