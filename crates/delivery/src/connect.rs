//! Connections to targets: names are resolved here, and only addresses that were looked at are connected to.

use crate::guard::{Policy, TargetError};
use http_body_util::Full;
use hyper::Uri;
use hyper::body::Bytes;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::dns::Name;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use rustls::{ClientConfig, RootCertStore};
use std::convert::Infallible;
use std::error::Error;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::net::TcpStream;
use tower::Service;

/// How long an idle connection is kept. Receivers close theirs after five seconds and more (Node's default is five); a
/// request on a connection that is just being closed is lost.
const IDLE: Duration = Duration::from_secs(4);
/// The most idle connections to one host.
const IDLE_PER_HOST: usize = 64;
/// The longest head of an answer that is read.
const HEAD: usize = 64 * 1024;

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Sends requests to targets, and to no address that its policy does not admit.
pub type HttpClient = Client<HttpsConnector<Guarded>, Full<Bytes>>;

/// A client with a pool of connections that follows no redirect.
///
/// # Errors
/// When TLS is not available.
pub fn client(policy: Arc<Policy>) -> Result<HttpClient, rustls::Error> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let tls = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots())
        .with_no_client_auth();
    let connector = HttpsConnectorBuilder::new()
        .with_tls_config(tls)
        .https_or_http()
        .enable_http1()
        .wrap_connector(Guarded { policy });
    Ok(Client::builder(TokioExecutor::new())
        .pool_timer(TokioTimer::new())
        .pool_idle_timeout(IDLE)
        .pool_max_idle_per_host(IDLE_PER_HOST)
        .http1_max_buf_size(HEAD)
        // As documented: X-Thinkific-Topic. There are receivers that look for nothing else.
        .http1_title_case_headers(true)
        .build(connector))
}

/// An error in the words of its innermost cause, which is mostly the only one that says anything.
#[must_use]
pub fn cause(error: &(dyn Error + 'static)) -> String {
    innermost(error).to_string()
}

pub(crate) fn innermost<'e>(error: &'e (dyn Error + 'static)) -> &'e (dyn Error + 'static) {
    let mut cause = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause
}

/// The certificate authorities that are trusted: the system's, to which a school can add its own (`SSL_CERT_FILE`
/// names others), or Mozilla's where the system has none, as in a bare container.
fn roots() -> RootCertStore {
    let mut roots = RootCertStore::empty();
    let found = rustls_native_certs::load_native_certs();
    roots.add_parsable_certificates(found.certs);
    if roots.is_empty() {
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    }
    roots
}

/// Connects to addresses that the policy admits.
#[derive(Debug, Clone)]
pub struct Guarded {
    policy: Arc<Policy>,
}

impl Service<Uri> for Guarded {
    type Response = TokioIo<TcpStream>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let policy = Arc::clone(&self.policy);
        Box::pin(async move {
            let addresses = resolve(&policy, &uri).await?;
            // Connects to these and resolves nothing itself: in turn, IPv4 and IPv6 at once after a moment.
            let found = tower::service_fn(move |_: Name| {
                let addresses = addresses.clone();
                async move { Ok::<_, Infallible>(addresses.into_iter()) }
            });
            let mut connector = HttpConnector::new_with_resolver(found);
            connector.enforce_http(false);
            connector.set_nodelay(true);
            Ok(connector.call(uri).await?)
        })
    }
}

/// The admitted addresses of a target's host.
async fn resolve(policy: &Policy, uri: &Uri) -> Result<Vec<SocketAddr>, BoxError> {
    let host = uri.host().ok_or(TargetError::Malformed)?;
    let port = uri.port_u16().unwrap_or(if uri.scheme_str() == Some("http") { 80 } else { 443 });
    let literal = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    let all: Vec<SocketAddr> = match literal {
        Ok(address) => vec![(address, port).into()],
        Err(_) => tokio::net::lookup_host((host, port))
            .await
            .map_err(|error| format!("the name {host} was not found: {error}"))?
            .collect(),
    };
    let admitted: Vec<SocketAddr> = all.into_iter().filter(|address| policy.admits(host, port, address.ip())).collect();
    if admitted.is_empty() { Err(TargetError::NotPublic.into()) } else { Ok(admitted) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn names_and_literals_that_lead_inside_are_not_connected_to() {
        let policy = Policy::new("production", "", "school.example").expect("a policy");
        for target in ["https://localhost/", "https://127.0.0.1/", "https://[::1]:8443/", "https://10.0.0.1/"] {
            let refused = resolve(&policy, &target.parse().expect(target)).await.expect_err(target);
            assert!(refused.is::<TargetError>(), "{target}: {refused}");
        }
        let policy = Policy::new("production", "localhost:8443", "school.example").expect("a policy");
        assert!(resolve(&policy, &"https://localhost:8443/".parse().expect("a target")).await.is_ok());
        assert!(resolve(&policy, &"https://localhost/".parse().expect("a target")).await.is_err());
    }
}
