//! Signing in without a password, by a link in a mail.

use crate::password::{send, works};
use crate::sign_in::signed_in;
use crate::sign_up::no_longer;
use axum::extract::{Path, RawQuery};
use identity::mailed_links::{self, Purpose};
use maud::html;
use pages::fields::{Field, Problems};
use pages::form::Fields;
use pages::layout::{Page, token};
use pages::return_to::{local, with_return};
use pages::visitor::Visitor;
use pages::{PageResult, SubmittedForm};

/// `GET /users/express_sign_in`
pub(super) async fn show(visitor: Visitor, RawQuery(query): RawQuery) -> PageResult {
    let query = Fields::parse(query.unwrap_or_default().as_bytes())?;
    let return_to = local(query.get("return_to")).unwrap_or("/");
    let body = html! {
        p { "Has the school made an account for you, and you have not chosen a password? We send you a link that \
             signs you in." }
        form method="post" action="/users/express_sign_in" {
            (token(&visitor))
            input type="hidden" name="return_to" value=(return_to);
            (Field::email("").show(&Problems::default()))
            button type="submit" { "Send the link" }
        }
        p.more { a href=(with_return("/users/sign_in", return_to)) { "Back to signing in with a password" } }
    };
    Ok(Page::new("Sign in by mail", body).show(&visitor))
}

/// `POST /users/express_sign_in`
pub(super) async fn ask(posted: SubmittedForm) -> PageResult {
    let return_to = local(posted.fields.get("return_to")).unwrap_or("/").to_owned();
    send(posted, Purpose::SignIn, &return_to, "sign in").await
}

/// `GET /users/express_sign_in/{secret}`. A form in between, because programs that look after mail open links too.
pub(super) async fn open(visitor: Visitor, Path(secret): Path<String>, RawQuery(query): RawQuery) -> PageResult {
    let query = Fields::parse(query.unwrap_or_default().as_bytes())?;
    let return_to = local(query.get("return_to")).unwrap_or("/");
    if !works(&visitor, Purpose::SignIn, &secret).await? {
        return Ok(no_longer(&visitor));
    }
    let body = html! {
        form method="post" action={ "/users/express_sign_in/" (secret) } {
            (token(&visitor))
            input type="hidden" name="return_to" value=(return_to);
            button type="submit" { "Sign in to " (visitor.site.row.name) }
        }
    };
    Ok(Page::new("Sign in", body).leading_out(return_to.starts_with("/oauth2/")).show(&visitor))
}

/// `POST /users/express_sign_in/{secret}`
pub(super) async fn sign_in(Path(secret): Path<String>, posted: SubmittedForm) -> PageResult {
    let SubmittedForm { visitor, device, fields } = posted;
    let (site, key) = (visitor.site.id, visitor.app.key.clone());
    let begun = visitor.app.store.write(site, move |tx| mailed_links::sign_in(tx, &key, site, &secret, &device));
    match begun.await? {
        Some((session, secret)) => {
            Ok(signed_in(&visitor, &session, &secret, local(fields.get("return_to")).unwrap_or("/")))
        }
        None => Ok(no_longer(&visitor)),
    }
}
