//! A school that its owner has closed, for whoever has the link that opens it again: every other page of it is gone.

use crate::authority::AnyoneOfClosed;
use crate::device;
use crate::error::PageError;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use identity::sessions::Device;
use school::SiteId;
use school::sites::Site;
use web::{App, ServerKey, Tx};

/// Somebody who is at a school that may be closed, with nothing but a link.
pub struct ClosedSchool {
    app: App,
    subdomain: String,
    device: Device,
    site: SiteId,
}

impl FromRequestParts<App> for ClosedSchool {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, PageError> {
        let subdomain = app.requested_school(&parts.headers).await?.ok_or(PageError::NoSchool)?;
        let device = device::of(parts, app);
        let anyone = AnyoneOfClosed { subdomain: subdomain.clone(), device: device.clone() };
        let site = app.read_as(anyone, |_, site| Ok(site.id)).await?;
        Ok(Self { app: app.clone(), subdomain, device, site })
    }
}

impl ClosedSchool {
    fn anyone(&self) -> AnyoneOfClosed {
        AnyoneOfClosed { subdomain: self.subdomain.clone(), device: self.device.clone() }
    }

    /// The server's key.
    #[must_use]
    pub fn key(&self) -> ServerKey {
        self.app.key.clone()
    }

    /// Reads what whoever has a link may know.
    ///
    /// # Errors
    /// The closure's, as [`PageError::Refused`].
    pub async fn read<T: Send + 'static>(
        &self,
        closure: impl Fn(&mut Tx<'_>, &Site) -> school::Result<T> + Send + 'static,
    ) -> Result<T, PageError> {
        self.app.read_as(self.anyone(), move |tx, site| Ok(closure(tx, site)?)).await
    }

    /// Changes what whoever has a link may change.
    ///
    /// # Errors
    /// The closure's, as [`PageError::Refused`]; nothing was changed then.
    pub async fn write<T: Send + 'static>(
        &self,
        closure: impl Fn(&mut Tx<'_>, &Site) -> school::Result<T> + Send + 'static,
    ) -> Result<T, PageError> {
        self.app.write_as(self.site, self.anyone(), move |tx, site| Ok(closure(tx, site)?)).await
    }
}
