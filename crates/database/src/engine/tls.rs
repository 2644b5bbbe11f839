//! TLS to PostgreSQL, when its address asks for it with `?sslmode=require`.

use crate::StoreError;
use rustls::{ClientConfig, RootCertStore};
use std::sync::{Arc, OnceLock};
use tokio_postgres_rustls::MakeRustlsConnect;

/// What connects by TLS, and believes the authorities that the machine believes (or those in the file that
/// `SSL_CERT_FILE` names). A server that cannot show a certificate for its name is not spoken to: without that anybody on
/// the way could be the server.
pub(crate) fn connector() -> Result<MakeRustlsConnect, StoreError> {
    static CONFIG: OnceLock<ClientConfig> = OnceLock::new();
    if let Some(config) = CONFIG.get() {
        return Ok(MakeRustlsConnect::new(config.clone()));
    }
    let config = config()?;
    Ok(MakeRustlsConnect::new(CONFIG.get_or_init(|| config).clone()))
}

fn config() -> Result<ClientConfig, StoreError> {
    let mut roots = RootCertStore::empty();
    let (added, _ignored) = roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if added == 0 {
        let why = "sslmode=require needs certificates of authorities, and this machine has none: \
                   install ca-certificates, or name a file of them in SSL_CERT_FILE";
        return Err(StoreError::Config(why.to_owned()));
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| StoreError::Config(error.to_string()))?;
    Ok(config.with_root_certificates(roots).with_no_client_auth())
}
