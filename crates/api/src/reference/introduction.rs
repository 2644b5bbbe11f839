//! The introduction: prose of our own, with places for what the document or the code knows better.

use super::markup::prose;
use maud::{Markup, html};

/// A part of the introduction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Section {
    /// Prose.
    Html(&'static str),
    /// Where the API lives.
    Root,
    /// The parameters of every list.
    ListParameters,
    /// Every error response.
    Errors,
}

/// An error response: its status, when it is given, and its body.
pub(super) struct ErrorResponse {
    pub status: &'static str,
    pub when: &'static str,
    pub bodies: &'static [&'static str],
}

/// Every error response. A test compares the bodies with those that the server makes.
pub(super) const ERROR_RESPONSES: &[ErrorResponse] = &[
    ErrorResponse {
        status: "400",
        when: "The request cannot be understood: a required parameter is missing, a parameter has the wrong form, or \
               the body is no JSON. The text says which.",
        bodies: &[
            r#"{"error":"Parameter promotion_id is required."}"#,
            r#"{"error":"The request body must be a JSON object."}"#,
        ],
    },
    ErrorResponse {
        status: "401",
        when: "There are no credentials, they are wrong, or the school's plan does not include the API. Always the \
               same body, so that nothing can be guessed from it.",
        bodies: &[r#"{"error":"Authentication Error"}"#],
    },
    ErrorResponse {
        status: "403",
        when: "The school's plan includes no apps; or the app lacks a scope, which `WWW-Authenticate` names.",
        bodies: &[
            r#"{"error":"Access to Apps is not available on your plan. Upgrade to gain access"}"#,
            r#"{"error":"App does not have permission to perform this action. Please check the access token permissions"}"#,
        ],
    },
    ErrorResponse {
        status: "404",
        when: "The school has no such record; or there is no such endpoint. Another school's record is no record. \
               Some endpoints name what is missing, field by field, or in a list.",
        bodies: &[
            r#"{"error":"Record not found."}"#,
            r#"{"error":"There is no endpoint GET /lunch. See /docs/api."}"#,
            r#"{"error":{"user_ids":["not found"]}}"#,
            r#"{"error":["Record not found."]}"#,
            r#"{"error":[{"group_id":"Could not find group with ID 1."}]}"#,
        ],
    },
    ErrorResponse {
        status: "405",
        when: "The endpoint does not have this method. The `Allow` header names those it has.",
        bodies: &[r#"{"error":"PATCH is not possible here; GET, POST is."}"#],
    },
    ErrorResponse {
        status: "408",
        when: "The body took more than 30 seconds to arrive.",
        bodies: &[r#"{"error":"The request body did not arrive in time."}"#],
    },
    ErrorResponse {
        status: "413",
        when: "The body is larger than the server takes; the text says how large it may be.",
        bodies: &[r#"{"error":"The request body is too large (maximum is 2097152 bytes)."}"#],
    },
    ErrorResponse {
        status: "422",
        when: "A rule was broken, and nothing was changed. Every field that is wrong is named at once. Mostly a list of \
               problems for each field, with `base` for those of no field. A few endpoints answer plain sentences, one text per field, or a list of objects.",
        bodies: &[
            r#"{"errors":{"email":["has already been taken"]}}"#,
            r#"{"errors":["Course could not be found."]}"#,
            r#"{"errors":{"group_id":"Invalid group ID: 1"}}"#,
            r#"[{"errors":[{"user_id":"not found"}]}]"#,
        ],
    },
    ErrorResponse {
        status: "429",
        when: "Too many requests in this minute, or too many at once. `Retry-After` says how many seconds to wait.",
        bodies: &[r#"{"message":"API rate limit exceeded"}"#],
    },
    ErrorResponse {
        status: "500",
        when: "The server failed, and nothing was changed. Please report the request id.",
        bodies: &[
            r#"{"error":"Something went wrong here. The request id in the X-Request-Id header names it in our logs."}"#,
        ],
    },
    ErrorResponse {
        status: "503",
        when: "The database cannot be reached, or takes no writes at the moment. Try again after `Retry-After` seconds.",
        bodies: &[r#"{"error":"The school's data cannot be reached at the moment. Please try again."}"#],
    },
];

/// Whether the introduction explains a status.
pub(super) fn explains(status: &str) -> bool {
    ERROR_RESPONSES.iter().any(|response| response.status == status)
}

/// An introduction in its parts: `<!-- name -->` marks a place.
pub(super) fn parts(prose: &'static str) -> Vec<Section> {
    let mut parts = Vec::new();
    let mut rest = prose;
    while let Some((before, marked)) = rest.split_once("<!-- ") {
        let Some((name, after)) = marked.split_once(" -->") else { break };
        parts.push(Section::Html(before));
        parts.extend(match name {
            "root" => Some(Section::Root),
            "list parameters" => Some(Section::ListParameters),
            "errors" => Some(Section::Errors),
            _ => None,
        });
        rest = after;
    }
    parts.push(Section::Html(rest));
    parts
}

/// The anchors and titles of an introduction's sections.
pub(super) fn titles(prose: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    prose.split("<h2 id=\"").skip(1).filter_map(|section| {
        let (anchor, rest) = section.split_once("\">")?;
        Some((anchor, rest.split_once("</h2>")?.0))
    })
}

/// The table of error responses.
pub(super) fn errors() -> Markup {
    html! {
        table.refusals {
            thead { tr { th scope="col" { "Status" } th scope="col" { "When, and its body" } } }
            tbody {
                @for ErrorResponse { status, when, bodies } in ERROR_RESPONSES {
                    tr id={ "status-" (status) } {
                        th scope="row" { (status) }
                        td { (prose(when)) @for body in *bodies { pre { code { (body) } } } }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reference::{REFERENCES, Reference};
    use axum::body::to_bytes;
    use axum::response::IntoResponse;
    use school::Error as School;
    use school::StoreError;
    use web::ApiError;

    #[tokio::test]
    async fn error_responses_are_those_that_the_server_makes() {
        let problem = |field: &'static str, text: &str| vec![(field.into(), text.to_owned())];
        let made: Vec<ApiError> = vec![
            ApiError::MissingParameter("promotion_id"),
            ApiError::BadRequest("The request body must be a JSON object.".to_owned()),
            ApiError::Unauthenticated,
            ApiError::AppsNotOnPlan,
            ApiError::InsufficientScope(identity::access::Need::App),
            ApiError::not_found(),
            ApiError::NoEndpoint("GET /lunch".to_owned(), "/docs/api"),
            School::NotFoundNamed(problem("user_ids", "not found")).into(),
            School::NotFoundLines(vec!["Record not found.".to_owned()]).into(),
            School::NotFoundObjects(problem("group_id", "Could not find group with ID 1.")).into(),
            ApiError::MethodNotAllowed("PATCH is not possible here; GET, POST is.".to_owned()),
            ApiError::TooSlow,
            ApiError::TooLarge(web::WebConfig::default().body_limit),
            ApiError::invalid("email", "has already been taken"),
            School::InvalidLines(problem("course_id", "Course could not be found.")).into(),
            School::InvalidTexts(problem("group_id", "Invalid group ID: 1")).into(),
            School::InvalidObjects(problem("user_id", "not found")).into(),
            ApiError::RateLimited { retry_after: 1 },
            StoreError::Panicked.into(),
            StoreError::Closed.into(),
        ];
        let written =
            ERROR_RESPONSES.iter().flat_map(|response| response.bodies.iter().map(|body| (response.status, *body)));
        let mut compared = 0;
        for (error, (status, body)) in made.into_iter().zip(written) {
            let response = error.into_response();
            assert_eq!(response.status().as_str(), status);
            let bytes = to_bytes(response.into_body(), usize::MAX).await.expect("a whole body");
            assert_eq!(String::from_utf8_lossy(&bytes), body);
            compared += 1;
        }
        assert_eq!(compared, ERROR_RESPONSES.iter().map(|response| response.bodies.len()).sum::<usize>());
    }

    #[test]
    fn the_prose_has_its_places_and_sections() {
        for Reference { prose, .. } in REFERENCES {
            for place in [Section::Root, Section::ListParameters, Section::Errors] {
                assert!(parts(prose).contains(&place), "{place:?}");
            }
            let titles: Vec<&str> = titles(prose).map(|(anchor, _)| anchor).collect();
            for anchor in ["authentication", "lists", "idempotency", "errors"] {
                assert!(titles.contains(&anchor), "{anchor}");
            }
        }
    }
}
