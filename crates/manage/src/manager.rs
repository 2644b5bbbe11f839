//! What every page of the admin area goes through: who looks, whether they may, the frame with what they may see.

use crate::route::RouteRight;
use crate::{HOME, navigation};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use axum::response::Response;
use identity::actor::Actor;
use identity::rights::Right;
use maud::Markup;
use pages::form::Fields;
use pages::frame::{Frame, FramedPage};
use pages::school_page::csrf_field;
use pages::upload::{FormFile, FormWithFiles, SentFile, SubmittedUpload};
use pages::{PageError, SubmittedForm, Visitor};
use school::FileId;
use school::files::NewFile;
use web::uploads::FileForm;
use web::{App, ServerKey, Tx, device};

/// How many records a list shows on a page.
pub(crate) const PAGE_SIZE: i64 = 25;

/// Somebody who is at a page of the admin area. What they read and change is given them by a transaction that finds
/// their session, them, and the right that the page's line names.
#[derive(Clone)]
pub(crate) struct Manager {
    /// How this server is set up.
    pub app: App,
    visitor: Visitor,
    right: Right,
    /// Where they come back to when they must sign in first.
    here: String,
}

/// The frame around what was read: with the parts that they may open.
pub(crate) struct Area(Frame<'static>);

impl FromRequestParts<App> for Manager {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, PageError> {
        let here = parts.uri.path_and_query().map_or(HOME, |place| place.as_str()).to_owned();
        let right = right_of(parts)?;
        let visitor = Visitor::from_headers(app, &parts.headers, device::of(parts, app)).await?;
        Ok(Self { app: app.clone(), visitor, right, here })
    }
}

fn right_of(parts: &Parts) -> Result<Right, PageError> {
    // A page without a line is nobody's.
    parts.extensions.get::<RouteRight>().map(|right| right.0).ok_or(PageError::NoPage)
}

impl Manager {
    /// Reads what the page shows.
    ///
    /// # Errors
    /// [`PageError::SignIn`] when they are not signed in, [`PageError::NotAllowed`] when they lack the right.
    pub async fn read<T: Send + 'static>(
        &self,
        closure: impl Fn(&mut Tx<'_>, &Actor) -> school::Result<T> + Send + 'static,
    ) -> Result<(Area, T), PageError> {
        let visitor = self.visitor.signed_in(&self.here)?;
        let read = visitor.read(self.right, move |tx, actor| Ok((Area(navigation::frame(actor)), closure(tx, actor)?)));
        read.await
    }

    /// Changes what the form asks for.
    ///
    /// # Errors
    /// As [`Manager::read`]; the closure's, as [`PageError::Refused`]: nothing was changed then.
    pub async fn write<T: Send + 'static>(
        &self,
        closure: impl Fn(&mut Tx<'_>, &Actor) -> school::Result<T> + Send + 'static,
    ) -> Result<T, PageError> {
        self.visitor.signed_in(&self.here)?.write(self.right, closure).await
    }

    /// Takes a file that comes whole in a form.
    ///
    /// # Errors
    /// As [`pages::receive_file::receive`].
    pub async fn receive(&self, new: NewFile, form: FileForm) -> Result<FileId, PageError> {
        let visitor = self.visitor.signed_in(&self.here)?;
        pages::receive_file::receive(&self.app, &visitor, self.right, new, form).await
    }

    /// Compares a password in the turn of whoever is in this session.
    ///
    /// # Errors
    /// As [`Visitor::hash_known`].
    pub async fn hash<T: Send + 'static>(
        &self,
        session: String,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, PageError> {
        self.visitor.hash_known(session, work).await
    }

    /// The server's key, under which operations find and seal secrets.
    pub fn key(&self) -> ServerKey {
        self.visitor.key()
    }

    /// The page in the frame.
    ///
    /// # Errors
    /// [`PageError::SignIn`] when they are not signed in.
    pub fn show(&self, area: &Area, page: FramedPage<'_>) -> Result<Response, PageError> {
        Ok(page.show(&area.0, &self.visitor.signed_in(&self.here)?))
    }

    /// The field that every form carries.
    pub fn csrf(&self) -> Markup {
        csrf_field(&self.visitor)
    }
}

/// A form that somebody has sent from a page of the admin area.
pub(crate) struct ManagerForm {
    /// Who.
    pub manager: Manager,
    /// What.
    pub fields: Fields,
}

impl FromRequest<App> for ManagerForm {
    type Rejection = PageError;

    async fn from_request(request: Request, app: &App) -> Result<Self, PageError> {
        let (parts, body) = request.into_parts();
        let (right, here) = (right_of(&parts)?, referring_page(&parts));
        let form = SubmittedForm::from_request(Request::from_parts(parts, body), app).await?;
        let SubmittedForm { visitor, fields, .. } = form;
        Ok(Self { manager: Manager { app: app.clone(), visitor, right, here }, fields })
    }
}

/// A form with files in it that somebody has sent from a page of the admin area: the files are small, and have come.
pub(crate) struct ManagerFormWithFiles {
    /// Who.
    pub manager: Manager,
    /// What they wrote.
    pub fields: Fields,
    /// The files that they chose.
    pub files: Vec<FormFile>,
}

impl FromRequest<App> for ManagerFormWithFiles {
    type Rejection = PageError;

    async fn from_request(request: Request, app: &App) -> Result<Self, PageError> {
        let (parts, body) = request.into_parts();
        let (right, here) = (right_of(&parts)?, referring_page(&parts));
        let form = FormWithFiles::from_request(Request::from_parts(parts, body), app).await?;
        let SubmittedForm { visitor, fields, .. } = form.form;
        Ok(Self { manager: Manager { app: app.clone(), visitor, right, here }, fields, files: form.files })
    }
}

/// A file that somebody has sent from a page of the admin area, still on its way.
pub(crate) struct ManagerUpload {
    /// Who.
    pub manager: Manager,
    /// What was said beside it.
    pub fields: Fields,
    /// The headers it came with.
    pub headers: HeaderMap,
    /// The file.
    pub file: SentFile,
}

impl FromRequest<App> for ManagerUpload {
    type Rejection = PageError;

    async fn from_request(request: Request, app: &App) -> Result<Self, PageError> {
        let (parts, body) = request.into_parts();
        let (right, here) = (right_of(&parts)?, referring_page(&parts));
        let upload = SubmittedUpload::from_request(Request::from_parts(parts, body), app).await?;
        let SubmittedUpload { visitor, fields, headers, file } = upload;
        Ok(Self { manager: Manager { app: app.clone(), visitor, right, here }, fields, headers, file })
    }
}

/// Where whoever sends a form comes back to when they must sign in first: the page with the form.
fn referring_page(parts: &Parts) -> String {
    let referrer = parts.headers.get(header::REFERER).and_then(|referrer| referrer.to_str().ok());
    let path = referrer.and_then(|referrer| Some(&referrer[referrer.find(HOME)?..]));
    path.unwrap_or(HOME).to_owned()
}

/// Which page of a list an address asks for, from 1.
pub(crate) fn page_number(query: &Fields) -> i64 {
    query.get("page").parse().unwrap_or(1).clamp(1, i64::MAX / PAGE_SIZE)
}
