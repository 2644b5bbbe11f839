//! Signing in without a password, by a link in a mail.

use crate::first_step::first_step_done;
use crate::password_reset::{link_leads_to, send_link};
use crate::sign_up::link_gone;
use axum::extract::Path;
use axum::response::Response;
use identity::mailed_links::{self, PublicPurpose, Purpose};
use maud::html;
use pages::fields::{Field, Problems};
use pages::layout::Page;
use pages::return_to::{local_path, with_return};
use pages::school_page::csrf_field;
use pages::{PageResult, QueryFields, SubmittedForm, Visitor};

/// `GET /users/express_sign_in`
pub(super) async fn show(visitor: Visitor, QueryFields(query): QueryFields) -> PageResult {
    let return_to = local_path(query.get("return_to")).unwrap_or("/");
    Ok(ask_page(&visitor, "", return_to, &Problems::default()))
}

fn ask_page(visitor: &Visitor, email: &str, return_to: &str, problems: &Problems) -> Response {
    let fields = [Field::email(email)];
    let body = html! {
        (problems.summary(&fields))
        p { "Has the school made an account for you, and you have not chosen a password? We send you a link that \
             signs you in." }
        form method="post" action="/users/express_sign_in" {
            (csrf_field(visitor))
            input type="hidden" name="return_to" value=(return_to);
            @for field in &fields { (field.show(problems)) }
            button type="submit" { "Send the link" }
        }
        p.more { a href=(with_return("/users/sign_in", return_to)) { "Back to signing in with a password" } }
    };
    Page::new("Sign in by mail", body).with_problems(problems).show(visitor)
}

/// `POST /users/express_sign_in`
pub(super) async fn request_link(form: SubmittedForm) -> PageResult {
    let return_to = local_path(form.fields.get("return_to")).unwrap_or("/").to_owned();
    let again = |visitor: &Visitor, email: &str, problems: &Problems| ask_page(visitor, email, &return_to, problems);
    send_link(form, PublicPurpose::SignIn, &return_to, "sign in", again).await
}

/// `GET /users/express_sign_in/{secret}`. A form in between, because programs that look after mail open links too.
pub(super) async fn open_link(visitor: Visitor, Path(secret): Path<String>) -> PageResult {
    let Some(return_to) = link_leads_to(&visitor, Purpose::SignIn, &secret).await? else {
        return Ok(link_gone(&visitor));
    };
    let body = html! {
        form method="post" action={ "/users/express_sign_in/" (secret) } {
            (csrf_field(&visitor))
            button type="submit" { "Sign in to " (visitor.school_name) }
        }
    };
    Ok(Page::new("Sign in", body).leading_to(&return_to).show(&visitor))
}

/// `POST /users/express_sign_in/{secret}`
pub(super) async fn sign_in(Path(secret): Path<String>, form: SubmittedForm) -> PageResult {
    let SubmittedForm { visitor, device, .. } = form;
    let key = visitor.key();
    let begun =
        visitor.write_as_anyone(move |tx, site| mailed_links::sign_in(tx, &key, site.id, &secret, &device)).await?;
    match begun {
        Some((step, return_to)) => Ok(first_step_done(&visitor, &step, local_path(&return_to).unwrap_or("/"))),
        None => Ok(link_gone(&visitor)),
    }
}
