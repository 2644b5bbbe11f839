//! The security log: an addition of ours in the manner of the API. It is the owner's: the school itself reads it, and an
//! app for the owner alone.

use identity::scopes::Scope;
use schemars::JsonSchema;
use school::security_log::{self, ActorKind, Entry, Filter, Kind};
use school::{Page, SecurityLogId, UserId};
use serde::Serialize;
use web::ApiResult;
use web::context::ApiContext;
use web::endpoint::{self, Endpoint, tagged};
use web::input::Timestamp;
use web::parameter::Param;
use web::query::Query;
use web::response::ApiResponse;

/// The filters of the list.
pub const FILTERS: &[Param] = &[
    Param::one_of("query[kind]", Kind::NAMES, "Only entries of this kind."),
    Param::integer("query[user_id]", "Only entries about this user."),
    Param::integer("query[actor_user_id]", "Only what this user did, or an app for them."),
];

/// An entry of the security log.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SecurityLogEntryResponse<'a> {
    /// Its id.
    #[schemars(example = 6)]
    pub id: SecurityLogId,
    /// When it happened; of what has one entry for each address and hour, when it happened first.
    pub created_at: Timestamp,
    /// When it happened last.
    pub updated_at: Timestamp,
    /// What happened.
    #[schemars(example = &"sign_in")]
    pub kind: Kind,
    /// What did it: a `user`, an `app`, a program with the `api_key` or an `api_access_token`, a `command` on the server;
    /// or `anyone`, who was not signed in.
    #[schemars(example = &"user")]
    pub actor: ActorKind,
    /// Who did it, or for whom an app did.
    #[schemars(example = 1)]
    pub actor_user_id: Option<UserId>,
    /// Their address.
    #[schemars(example = &"owner@demo.example")]
    pub actor_email: Option<&'a str>,
    /// The slug of the app that did it, or the name of the API access token.
    #[schemars(example = None::<&str>)]
    pub actor_name: Option<&'a str>,
    /// Whom it is about.
    #[schemars(example = 1)]
    pub user_id: Option<UserId>,
    /// Their address.
    #[schemars(example = &"owner@demo.example")]
    pub user_email: Option<&'a str>,
    /// What more there is to say; may be empty.
    #[schemars(example = &"password")]
    pub detail: &'a str,
    /// The address that it came from; empty when it is not known, or there were too many.
    #[schemars(example = &"192.0.2.7")]
    pub address: &'a str,
    /// What the program there calls itself.
    #[schemars(example = &"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")]
    pub user_agent: &'a str,
    /// How often it happened.
    #[schemars(example = 1)]
    pub times: i64,
}

fn view(entry: &Entry) -> SecurityLogEntryResponse<'_> {
    SecurityLogEntryResponse {
        id: entry.id,
        created_at: Timestamp(entry.created_at),
        updated_at: Timestamp(entry.updated_at),
        kind: entry.kind,
        actor: entry.actor,
        actor_user_id: entry.actor_user_id,
        actor_email: entry.actor_email.as_deref(),
        actor_name: entry.actor_name.as_deref(),
        user_id: entry.user_id,
        user_email: entry.user_email.as_deref(),
        detail: &entry.detail,
        address: &entry.address,
        user_agent: &entry.user_agent,
        times: entry.times,
    }
}

/// The endpoint of the security log.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    tagged(
        "Security log",
        vec![
            endpoint::get("/security_log", "getSecurityLog", Scope::ReadSecurityLog, list)
                .summary(
                    "Lists who signed in, from where, and what changed of keys, passwords, roles and apps, the newest \
                     first. For the school itself, and for apps of its owner.",
                )
                .query(FILTERS)
                .list_response::<SecurityLogEntryResponse<'static>>(),
        ],
    )
}

/// `GET /security_log`
pub async fn list(api: ApiContext, query: Query) -> ApiResult {
    let page_request = query.page_request_newest_first()?;
    let kind = query.text("query[kind]");
    let (user_id, actor_user_id) = (query.id("query[user_id]")?, query.id("query[actor_user_id]")?);
    api.read(move |tx, site| {
        let page = match kind.as_deref().map(Kind::named) {
            Some(None) => Page::empty(),
            kind => {
                let wanted = Filter { kind: kind.flatten(), user_id, actor_user_id };
                security_log::list(tx, site.id, &wanted, &page_request)?
            }
        };
        Ok(ApiResponse::page(&query, &page, view))
    })
    .await
}
