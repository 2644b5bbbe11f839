//! Pictures of courses, bundles and instructors that are files of the school.

use school::files::{self, FileAddresses, FileRef};
use school::{FileId, Set, SiteId};
use web::Tx;
use web::input::{Field, IdInput};

/// What becomes of the address of a picture by the id of a file that was sent: its address, or none where it is emptied and
/// was that of a file.
///
/// # Errors
/// As [`files::picture_address`].
pub(super) fn picture(
    tx: &mut Tx<'_>,
    site: SiteId,
    sent: Field<IdInput<FileId>>,
    addresses: &FileAddresses,
    field: &'static str,
    url: &mut Option<String>,
) -> school::Result<()> {
    match sent.set_id() {
        Set::Keep => {}
        Set::Clear => {
            url.take_if(|url| files::file_of_address(url).is_some());
        }
        Set::To(id) => *url = Some(files::picture_address(tx, site, &FileRef::of_id(id), addresses, field)?),
    }
    Ok(())
}
