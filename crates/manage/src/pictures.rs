//! Pictures of courses, bundles and instructors in their forms: files of the school that everybody may see, or addresses
//! elsewhere. What is kept is an address.

use crate::files::choose;
use crate::form_values::Values;
use identity::actor::Actor;
use identity::managed_files;
use pages::components::{FileField, FormField};
use pages::fields::Problems;
use school::files::{self, FileAddresses, FileKind, FileRef, file_of_address};
use school::{Error, FileId};
use web::Tx;

/// A field of a picture.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Picture {
    /// The field of its address.
    pub url: &'static str,
    /// The field of the file's id.
    pub file: &'static str,
    /// What people read.
    pub label: &'static str,
}

/// The pictures that can be chosen from.
#[derive(Debug, Clone, Default)]
pub(crate) struct PictureChoices(Vec<(String, String)>);

impl PictureChoices {
    /// The newest, and those at these addresses.
    pub fn read(tx: &mut Tx<'_>, actor: &Actor, had: &[&Option<String>]) -> school::Result<Self> {
        let mut offered = choose::offered(tx, actor, &[FileKind::Image], true, None)?;
        for id in had.iter().filter_map(|url| own(url)) {
            if offered.iter().all(|(known, _)| *known != id.to_string())
                && let Some(file) = files::find(tx, actor.site().id, id)?
            {
                offered.push((id.to_string(), file.name));
            }
        }
        Ok(Self(offered))
    }
}

/// The file of the school that a picture is.
fn own(url: &Option<String>) -> Option<FileId> {
    url.as_deref().and_then(file_of_address)
}

impl Picture {
    /// The values of its fields, as it is.
    pub fn values(self, values: Values, had: &Option<String>) -> Values {
        match own(had) {
            Some(id) => values.with(self.file, id.to_string()),
            None => values.with(self.url, had.clone().unwrap_or_default()),
        }
    }

    /// The field with the file's id, by which a summary of problems leads to it.
    pub fn named(self) -> (&'static str, &'static str, String) {
        FormField::line(self.file, self.label, "").named()
    }

    /// Its fields.
    pub fn field<'f>(self, choices: &'f PictureChoices, values: &'f Values, problems: &'f Problems) -> FileField<'f> {
        FileField {
            name: self.file,
            label: self.label,
            offers: choose::address(&[FileKind::Image], true),
            is_public: true,
            chosen: values.get(self.file),
            choices: &choices.0,
            address: FormField::line(self.url, "Address elsewhere", values.get(self.url))
                .hint("Of a picture that is not a file of the school.")
                .problems(problems),
            problems,
        }
    }

    /// The address that is kept by what was sent.
    ///
    /// # Errors
    /// [`Error::Invalid`] when both are said, or the file is none that may be shown.
    pub fn sent(
        self,
        tx: &mut Tx<'_>,
        actor: &Actor,
        values: &Values,
        addresses: &FileAddresses,
        had: &Option<String>,
    ) -> school::Result<Option<String>> {
        let url = values.text(self.url).map(|url| url.trim().to_owned());
        let Ok(id) = values.get(self.file).parse::<FileId>() else { return Ok(url) };
        if url.is_some() {
            return Err(Error::invalid(self.url, "is there beside a file: choose no file, or leave it empty"));
        }
        if own(had) == Some(id) {
            return Ok(had.clone());
        }
        managed_files::check(tx, actor, &[], &[id])?;
        files::picture_address(tx, actor.site().id, &FileRef::of_id(id), addresses, self.file).map(Some)
    }
}
