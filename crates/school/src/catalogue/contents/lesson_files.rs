//! The files of the school that a content is made of.

use super::question::Question;
use super::settings::Settings;
use crate::error::Result;
use crate::files::{self, FileUserKind};
use store::contents as rows;
use store::{ContentId, FileId, SiteId, Tx};

/// The files that a content has so far.
pub(super) fn held(tx: &mut Tx<'_>, site: SiteId, id: ContentId) -> Result<Vec<FileId>> {
    if id == ContentId::default() {
        return Ok(Vec::new());
    }
    let settings = rows::settings(tx, site, id)?.unwrap_or_default();
    let settings: Settings = serde_json::from_str(&settings).unwrap_or_default();
    Ok(settings.file_refs().map(|file| file.id).collect())
}

/// Notes which files a content uses: those that it names, and those whose addresses stand in its texts.
pub(super) fn note_uses(
    tx: &mut Tx<'_>,
    site: SiteId,
    id: ContentId,
    settings: &str,
    text: &str,
    asks: &[Question],
) -> Result<()> {
    let settings: Settings = serde_json::from_str(settings).unwrap_or_default();
    let named: Vec<FileId> = settings.file_refs().map(|file| file.id).collect();
    files::set_uses(tx, site, FileUserKind::Content, id, &named)?;
    let asked = asks.iter().flat_map(|question| {
        let choices = question.choices.iter().map(|choice| choice.text.as_str());
        [question.prompt.as_str(), &question.text, &question.explanation].into_iter().chain(choices)
    });
    let texts = std::iter::once(text).chain(asked);
    files::use_files_in(tx, site, FileUserKind::ContentText, id, texts, "text")
}
