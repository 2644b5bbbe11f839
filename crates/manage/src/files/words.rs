//! How kinds and states of files are said.

use maud::{Markup, html};
use pages::components::{Badge, Icon, Tone};
use school::files::{File, FileKind, FileState, Visibility};

/// What a kind is called.
pub(super) fn kind(kind: FileKind) -> &'static str {
    match kind {
        FileKind::Unknown => "Not known yet",
        FileKind::Image => "Picture",
        FileKind::Video => "Video",
        FileKind::Audio => "Audio",
        FileKind::Pdf => "PDF",
        FileKind::Captions => "Captions",
        FileKind::Download => "Download",
    }
}

/// The picture of a kind.
pub(super) fn icon(kind: FileKind) -> Icon {
    match kind {
        FileKind::Image => Icon::Eye,
        FileKind::Video => Icon::Monitor,
        FileKind::Audio => Icon::Activity,
        FileKind::Captions => Icon::ScrollText,
        FileKind::Download => Icon::Download,
        FileKind::Pdf | FileKind::Unknown => Icon::FileText,
    }
}

/// How far a file has come, where it is not ready.
pub(super) fn badge(file: &File) -> Option<Badge<'static>> {
    match file.state {
        FileState::Ready => None,
        FileState::Uploading => Some(Badge::new("Uploading", Tone::Neutral)),
        FileState::Checking if file.problem.is_some() => Some(Badge::new("Waiting", Tone::Warning)),
        FileState::Checking => Some(Badge::new("Being checked", Tone::Neutral)),
        FileState::Refused => Some(Badge::new("Refused", Tone::Danger)),
    }
}

/// Who may have a file.
pub(super) fn visibility(visibility: Visibility) -> &'static str {
    match visibility {
        Visibility::Public => "Public",
        Visibility::Private => "Private",
    }
}

/// How long a video or sound is: 1:02:03.
pub(super) fn duration(milliseconds: i64) -> Markup {
    let seconds = milliseconds / 1000;
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    html! { @if hours > 0 { (hours) ":" (format!("{minutes:02}")) } @else { (minutes) } ":" (format!("{seconds:02}")) }
}
