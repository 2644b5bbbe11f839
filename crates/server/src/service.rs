//! From a request as it arrives to the router, and from there to the answer on its way.

use crate::body::{RequestBody, ResponseBody};
use crate::compression::compress;
use crate::connection::Connection;
use crate::forwarded::Forwarded;
use crate::limits::{HEADERS, Limits};
use crate::stream::RequestPart;
use crate::unread_body::UnreadBody;
use axum::Router;
use axum::body::{Body, HttpBody as _};
use axum::extract::{ConnectInfo, Request};
use axum::http::{StatusCode, Uri, Version, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::future::RouteFuture;
use h2::Reason;
use hyper::body::Incoming;
use pin_project_lite::pin_project;
use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use tower::Service as _;
use web::encoding::Encoding;
use web::static_file::Shared;
use web::uploads::BodyMeter;
use web::{ApiError, App, host};

/// What all connections of a server share.
pub(crate) struct Site {
    pub(crate) app: App,
    pub(crate) router: Router,
    pub(crate) forwarded: Forwarded,
    pub(crate) limits: Limits,
}

/// Answers the requests of one connection.
pub(crate) struct Requests {
    pub(crate) site: Arc<Site>,
    pub(crate) connection: Arc<Connection>,
}

impl hyper::service::Service<hyper::Request<Incoming>> for Requests {
    type Response = hyper::Response<ResponseBody>;
    type Error = h2::Error;
    type Future = Answering;

    fn call(&self, request: hyper::Request<Incoming>) -> Answering {
        let http2 = request.version() == Version::HTTP_2;
        let part = self.connection.begin(http2, !request.body().is_end_stream());
        let way = part.as_ref().map_or(Way::None, |part| self.way(request, part));
        Answering { way, part, http2 }
    }
}

impl Requests {
    /// How a request is answered.
    fn way(&self, request: hyper::Request<Incoming>, part: &RequestPart) -> Way {
        let site = &*self.site;
        let (mut parts, incoming) = request.into_parts();
        let scheme = &site.app.config.scheme;
        if let Err(error) = host::decide(parts.version, &mut parts.uri, &mut parts.headers, scheme) {
            return Way::refused(ApiError::BadRequest(error.to_string()).into_response());
        }
        if parts.headers.len() > HEADERS {
            return Way::refused(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE.into_response());
        }
        tidy(&mut parts.uri);
        site.forwarded.look(&parts.headers);
        let negotiates = parts.headers.contains_key(header::ACCEPT_ENCODING);
        let encoding = Encoding::accepted(&parts.headers);
        parts.extensions.insert(ConnectInfo::<SocketAddr>(self.connection.peer));
        let mut router = site.router.clone();
        if incoming.is_end_stream() {
            let answer = router.call(Request::from_parts(parts, Body::empty()));
            if !negotiates {
                return Way::Plain { answer };
            }
            return Way::Boxed { answer: Box::pin(async move { compress(done(answer.await), encoding).await }) };
        }
        let held = part.clone();
        parts.extensions.insert(BodyMeter::new(move |bytes| held.forget(bytes)));
        let body = RequestBody::new(incoming, part.clone(), site.limits.body_timeout);
        let (request, unread) = UnreadBody::of(Request::from_parts(parts, Body::new(body)));
        let (answer, part) = (router.call(request), part.clone());
        Way::Boxed {
            answer: Box::pin(async move {
                let mut response = done(answer.await);
                if part.is_late() && response.status() != StatusCode::REQUEST_TIMEOUT {
                    // Whatever was made of half a body.
                    response = ApiError::TooSlow.into_response();
                }
                if negotiates {
                    response = compress(response, encoding).await;
                }
                unread.read_off(response).await
            }),
        }
    }
}

fn done(answer: Result<Response, Infallible>) -> Response {
    match answer {
        Ok(response) => response,
        Err(never) => match never {},
    }
}

/// Clients put slashes twice and at the end; neither means anything.
fn tidy(uri: &mut Uri) {
    let path = uri.path();
    if path.len() > 1 && (path.ends_with('/') || path.contains("//")) {
        let mut tidied = String::with_capacity(path.len());
        for part in path.split('/').filter(|part| !part.is_empty()) {
            tidied.push('/');
            tidied.push_str(part);
        }
        if tidied.is_empty() {
            tidied.push('/');
        }
        if let Some(query) = uri.query() {
            tidied.push('?');
            tidied.push_str(query);
        }
        if let Ok(tidied) = tidied.parse::<Uri>() {
            *uri = tidied;
        }
    }
}

pin_project! {
    /// An answer being made.
    pub(crate) struct Answering {
        #[pin]
        way: Way,
        part: Option<RequestPart>,
        http2: bool,
    }
}

pin_project! {
    /// How a request is answered, if it is. Most have no body and ask for nothing special: what answers those needs no
    /// place of its own in memory.
    #[project = WayProjected]
    enum Way {
        None,
        Plain { #[pin] answer: RouteFuture<Infallible> },
        Boxed { answer: Pin<Box<dyn Future<Output = Response> + Send>> },
    }
}

impl Way {
    fn refused(response: Response) -> Self {
        Self::Boxed { answer: Box::pin(std::future::ready(response)) }
    }
}

impl Future for Answering {
    type Output = Result<hyper::Response<ResponseBody>, h2::Error>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let response = match this.way.project() {
            // Nothing was done: the client may ask again (RFC 9113, section 8.7).
            WayProjected::None => return Poll::Ready(Err(Reason::REFUSED_STREAM.into())),
            WayProjected::Plain { answer } => done(ready!(answer.poll(context))),
            WayProjected::Boxed { answer } => ready!(answer.as_mut().poll(context)),
        };
        let Some(part) = this.part.take() else { unreachable!("an answer is made once") };
        let shared = response.extensions().get::<Shared>().is_some();
        Poll::Ready(Ok(response.map(|body| ResponseBody::new(body, part, *this.http2, shared))))
    }
}
