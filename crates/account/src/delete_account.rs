//! Deleting one's own account.

use crate::link_step::LinkStep;
use crate::proof::{self, password_field};
use crate::sign_up::link_gone;
use axum::extract::Path;
use axum::response::Response;
use identity::mailed_links::Purpose;
use identity::own_account::{self, Profile, Proof};
use identity::rights::Right;
use maud::html;
use pages::fields::{Field, Problems};
use pages::layout::Page;
use pages::school_page::csrf_field;
use pages::{PageError, PageResult, SignedInVisitor, SubmittedForm, Visitor};

/// Where an account is deleted.
const PATH: &str = "/account/delete";
/// The step before it, for whoever has no password.
const BY_LINK: LinkStep = LinkStep {
    path: PATH,
    by_link: "/account/delete/confirmation",
    purpose: Purpose::DeleteAccount,
    what_for: "delete your account",
    ask: own_account::ask_to_delete,
};

/// What the page shows.
struct DeletePage {
    profile: Profile,
    courses: i64,
    is_owner: bool,
}

impl DeletePage {
    async fn read(signed_in: &SignedInVisitor<'_>) -> Result<Self, PageError> {
        let read = signed_in.read(Right::ManageOwnAccount, |tx, actor| {
            Ok(Self {
                profile: own_account::profile(tx, actor)?,
                courses: own_account::course_count(tx, actor)?,
                is_owner: own_account::is_owner(actor),
            })
        });
        read.await
    }

    fn show(&self, visitor: &Visitor, action: &str, problems: &Problems) -> Response {
        let password = [password_field()];
        let asks_password = action == PATH && self.profile.has_password;
        let fields: &[Field<'_>] = if asks_password { &password } else { &[] };
        let body = html! {
            (problems.summary(fields))
            @if self.is_owner {
                p { "You own this school. Hand it over to somebody else first; then you can delete your account." }
            } @else {
                p {
                    "Your account is gone for good, at once: your access to " (self.courses)
                    @if self.courses == 1 { " course" } @else { " courses" }
                    " with all progress, your reviews, your places in groups, and what you let apps do. What you subscribe \
                     to is canceled."
                }
                p { "What you have ordered and paid stays in the books of the school, with your name and address." }
                @if action == PATH && !self.profile.has_password {
                    (BY_LINK.offer(visitor, "So we send you a link, by which you delete the account."))
                } @else {
                    form method="post" action=(action) {
                        (csrf_field(visitor))
                        @for field in fields { (field.show(problems)) }
                        button.danger type="submit" { "Delete my account" }
                    }
                }
            }
            p.more { a href="/account" { "Back to your account" } }
        };
        Page::new("Delete your account", body).with_problems(problems).show(visitor)
    }
}

/// `GET /account/delete`
pub(super) async fn show(visitor: Visitor) -> PageResult {
    Ok(DeletePage::read(&visitor.signed_in(PATH)?).await?.show(&visitor, PATH, &Problems::default()))
}

/// `POST /account/delete/link`
pub(super) async fn request_link(form: SubmittedForm) -> PageResult {
    BY_LINK.request(form).await
}

/// `GET /account/delete/confirmation/{secret}`
pub(super) async fn open_link(visitor: Visitor, Path(secret): Path<String>) -> PageResult {
    let show = async |signed_in: SignedInVisitor<'_>, here: &str| {
        Ok(DeletePage::read(&signed_in).await?.show(signed_in.visitor(), here, &Problems::default()))
    };
    BY_LINK.open(&visitor, &secret, show).await
}

/// `POST /account/delete`
pub(super) async fn delete(form: SubmittedForm) -> PageResult {
    let SubmittedForm { visitor, fields, .. } = form;
    let signed_in = visitor.signed_in(PATH)?;
    let refused = async |problems: Problems| -> PageResult {
        Ok(DeletePage::read(&signed_in).await?.show(&visitor, PATH, &problems))
    };
    #[expect(clippy::redundant_closure, reason = "`refused` itself is not general enough over its future's lifetime")]
    let proven = proof::by_password(&signed_in, fields.get("current_password"), |problems| refused(problems)).await;
    match proven {
        Ok(proof) => deleted(&signed_in, PATH, proof).await,
        Err(shown) => shown,
    }
}

/// `POST /account/delete/confirmation/{secret}`
pub(super) async fn delete_by_link(Path(secret): Path<String>, form: SubmittedForm) -> PageResult {
    let SubmittedForm { visitor, .. } = form;
    let here = BY_LINK.place(&secret);
    deleted(&visitor.signed_in(&here)?, &here, BY_LINK.proof(secret)).await
}

async fn deleted(signed_in: &SignedInVisitor<'_>, action: &str, proof: Proof) -> PageResult {
    let visitor = signed_in.visitor();
    let (key, by_link) = (visitor.key(), matches!(proof, Proof::Link(..)));
    let deleted =
        signed_in.write(Right::ManageOwnAccount, move |tx, actor| own_account::delete(tx, &key, actor, &proof));
    let problems = match deleted.await {
        Ok(true) => return Ok(gone(visitor)),
        Ok(false) if by_link => return Ok(link_gone(visitor)),
        Ok(false) => Problems::one("current_password", "is not right"),
        Err(error) => error.problems()?.into(),
    };
    Ok(DeletePage::read(signed_in).await?.show(visitor, action, &problems))
}

/// That the account is gone, to somebody who is nobody here any more.
fn gone(visitor: &Visitor) -> Response {
    let mut nobody = visitor.clone();
    nobody.session = None;
    let body = html! {
        p { "Your account was deleted. We have written so to its address." }
        p { a href="/" { "Go to the first page" } }
    };
    let mut response = Page::new("Your account is gone", body).show(&nobody);
    visitor.clear_session(&mut response);
    response
}
