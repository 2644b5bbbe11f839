//! Where somebody goes on to who has shown who they are: in, or to where they are asked for their second factor.

use axum::response::Response;
use identity::second_factor::FirstStep;
use identity::sessions::NewSession;
use pages::Visitor;
use pages::return_to::see_other;

/// Where somebody is asked for their second factor.
pub(super) const CODE_PATH: &str = "/users/sign_in/code";

/// Leads somebody on who has shown the first factor: in, or to the second.
pub(super) fn first_step_done(visitor: &Visitor, step: &FirstStep, return_to: &str) -> Response {
    match step {
        FirstStep::Session(session) => signed_in(visitor, session, return_to),
        FirstStep::AskForCode(secret) => {
            let mut response = see_other(CODE_PATH);
            visitor.set_sign_in(&mut response, secret);
            response
        }
    }
}

/// Leads somebody who has just signed in on, with the cookie of their new session; what their browser had before is
/// worth nothing any more.
pub(super) fn signed_in(visitor: &Visitor, session: &NewSession, return_to: &str) -> Response {
    let mut response = see_other(return_to);
    visitor.set_session(&mut response, session);
    visitor.clear_visitor(&mut response);
    visitor.clear_sign_in(&mut response);
    response
}
