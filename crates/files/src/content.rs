//! What a file is, by the bytes that it begins with. What it is called and what a browser says of it decide nothing; a
//! name that says something else is a reason to refuse it.

use school::files::FileKind;

/// So many of a file's first bytes are looked at.
pub const HEAD: usize = 64 * 1024;

/// The formats of pictures that are decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Picture {
    /// JPEG.
    Jpeg,
    /// PNG.
    Png,
    /// GIF.
    Gif,
    /// WebP.
    WebP,
}

impl Picture {
    /// Its media type.
    #[must_use]
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Gif => "image/gif",
            Self::WebP => "image/webp",
        }
    }

    /// The one with this media type.
    #[must_use]
    pub fn of(content_type: &str) -> Option<Self> {
        [Self::Jpeg, Self::Png, Self::Gif, Self::WebP].into_iter().find(|one| one.content_type() == content_type)
    }
}

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Content {
    /// Its kind.
    pub kind: FileKind,
    /// Its media type.
    pub content_type: &'static str,
    /// What it is called in a sentence.
    pub label: &'static str,
}

const fn content(kind: FileKind, content_type: &'static str, label: &'static str) -> Content {
    Content { kind, content_type, label }
}

/// What has a kind of its own.
const KNOWN: &[Content] = &[
    content(FileKind::Image, "image/jpeg", "a JPEG picture"),
    content(FileKind::Image, "image/png", "a PNG picture"),
    content(FileKind::Image, "image/gif", "a GIF picture"),
    content(FileKind::Image, "image/webp", "a WebP picture"),
    content(FileKind::Video, "video/mp4", "an MP4 video"),
    content(FileKind::Video, "video/quicktime", "a QuickTime video"),
    content(FileKind::Video, "video/webm", "a WebM video"),
    content(FileKind::Video, "video/x-matroska", "a Matroska video"),
    content(FileKind::Video, "video/ogg", "an Ogg video"),
    content(FileKind::Audio, "audio/mpeg", "an MP3 sound"),
    content(FileKind::Audio, "audio/mp4", "an M4A sound"),
    content(FileKind::Audio, "audio/wav", "a WAV sound"),
    content(FileKind::Audio, "audio/ogg", "an Ogg sound"),
    content(FileKind::Audio, "audio/flac", "a FLAC sound"),
    content(FileKind::Audio, "audio/aac", "an AAC sound"),
    content(FileKind::Pdf, "application/pdf", "a PDF document"),
    content(FileKind::Captions, "text/vtt", "WebVTT captions"),
    content(FileKind::Download, "application/zip", "a ZIP archive"),
];

/// The endings of names that say what a file is, and what it then must be.
const ENDINGS: &[(&str, &[&str])] = &[
    ("jpg", &["image/jpeg"]),
    ("jpeg", &["image/jpeg"]),
    ("png", &["image/png"]),
    ("gif", &["image/gif"]),
    ("webp", &["image/webp"]),
    ("mp4", &["video/mp4", "video/quicktime", "audio/mp4"]),
    ("m4v", &["video/mp4", "video/quicktime"]),
    ("mov", &["video/quicktime", "video/mp4"]),
    ("webm", &["video/webm", "video/x-matroska"]),
    ("mkv", &["video/x-matroska", "video/webm"]),
    ("ogv", &["video/ogg"]),
    ("ogg", &["audio/ogg", "video/ogg"]),
    ("oga", &["audio/ogg"]),
    ("opus", &["audio/ogg"]),
    ("mp3", &["audio/mpeg"]),
    ("m4a", &["audio/mp4", "video/mp4"]),
    ("wav", &["audio/wav"]),
    ("flac", &["audio/flac"]),
    ("aac", &["audio/aac"]),
    ("pdf", &["application/pdf"]),
    ("vtt", &["text/vtt"]),
    ("zip", &["application/zip"]),
    ("docx", &["application/zip"]),
    ("xlsx", &["application/zip"]),
    ("pptx", &["application/zip"]),
    ("odt", &["application/zip"]),
    ("ods", &["application/zip"]),
    ("odp", &["application/zip"]),
    ("epub", &["application/zip"]),
];

/// The media types of archives by their endings, of what is offered for downloading.
const DOWNLOADS: &[(&str, &str)] = &[
    ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ("pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
    ("odt", "application/vnd.oasis.opendocument.text"),
    ("ods", "application/vnd.oasis.opendocument.spreadsheet"),
    ("odp", "application/vnd.oasis.opendocument.presentation"),
    ("epub", "application/epub+zip"),
    ("csv", "text/csv"),
    ("txt", "text/plain"),
    ("md", "text/markdown"),
];

/// Endings that a browser or a system would run when they are opened.
const PROGRAMS: &[&str] = &[
    "exe", "dll", "scr", "com", "msi", "bat", "cmd", "ps1", "vbs", "vbe", "wsf", "lnk", "apk", "dmg", "pkg", "reg",
    "cpl", "jar", "sh", "desktop",
];
const PAGES: &[&str] = &["html", "htm", "xhtml", "xht", "shtml", "mht", "mhtml", "hta", "swf", "xsl", "xslt"];
const PAGE: &str = "It is a web page, which could run programs where it is shown: make it a PDF or a text of a lesson";
const SVG: &str = "It is an SVG picture, which could run programs where it is shown: save it as PNG or WebP";
const PROGRAM: &str = "It is a program, and programs are not taken: put what it is about into a ZIP archive";

/// What a file is, by the bytes that it begins with and the ending of its name.
///
/// # Errors
/// A sentence that says why it is not taken.
pub fn of(head: &[u8], name: &str) -> Result<Content, String> {
    let ending = ending(name);
    let said = ENDINGS.iter().find(|(known, _)| *known == ending).map(|(_, types)| *types);
    if let Some(refused) = refused(head, &ending) {
        return Err(refused.to_owned());
    }
    let found = recognised(head, &ending).and_then(|found| KNOWN.iter().find(|known| known.content_type == found));
    match (found, said) {
        (Some(found), Some(types)) if !types.contains(&found.content_type) => {
            Err(format!("Its name ends in .{ending}, and its content is {}", found.label))
        }
        (None, Some(types)) => {
            let label = KNOWN.iter().find(|known| types[0] == known.content_type).map_or("that", |known| known.label);
            Err(format!("Its name ends in .{ending}, and its content is not {label}"))
        }
        (Some(found), _) if found.content_type == "application/zip" => Ok(Content {
            content_type: DOWNLOADS
                .iter()
                .find(|(known, _)| *known == ending)
                .map_or("application/zip", |(_, kind)| kind),
            ..*found
        }),
        (Some(found), _) => Ok(*found),
        (None, None) => {
            let by_ending = DOWNLOADS.iter().find(|(known, _)| *known == ending).map(|(_, kind)| *kind);
            let is_text = by_ending.filter(|kind| kind.starts_with("text/") && !head.contains(&0));
            Ok(content(FileKind::Download, is_text.unwrap_or("application/octet-stream"), "a file"))
        }
    }
}

/// The ending of a name, in small letters.
pub(crate) fn ending(name: &str) -> String {
    name.rsplit_once('.').map_or("", |(_, ending)| ending).to_ascii_lowercase()
}

/// Why a file of this beginning or ending is never taken.
fn refused(head: &[u8], ending: &str) -> Option<&'static str> {
    if PAGES.contains(&ending) {
        return Some(PAGE);
    }
    if ["svg", "svgz"].contains(&ending) {
        return Some(SVG);
    }
    const MACHO: [[u8; 4]; 4] =
        [[0xfe, 0xed, 0xfa, 0xce], [0xfe, 0xed, 0xfa, 0xcf], [0xce, 0xfa, 0xed, 0xfe], [0xcf, 0xfa, 0xed, 0xfe]];
    let is_program = head.starts_with(b"\x7fELF")
        || head.starts_with(b"MZ") && head.len() > 64 && head.contains(&0)
        || MACHO.iter().any(|magic| head.starts_with(magic));
    if is_program || PROGRAMS.contains(&ending) {
        return Some(PROGRAM);
    }
    if is_heif(head) {
        return Some("It is a HEIC or AVIF picture, which not every browser shows: save it as JPEG, PNG or WebP");
    }
    if head.starts_with(b"II*\0") || head.starts_with(b"MM\0*") || head.starts_with(b"BM") && ending == "bmp" {
        return Some("It is a TIFF or BMP picture, which browsers do not show: save it as JPEG, PNG or WebP");
    }
    let text = text_of(head)?;
    if text.contains("<svg") {
        return Some(SVG);
    }
    is_page(text.trim_start()).then_some(PAGE)
}

/// The text that a file begins with, in small letters; none of what begins with other bytes.
fn text_of(head: &[u8]) -> Option<String> {
    let plain = |bytes: &[u8]| String::from_utf8_lossy(bytes).to_ascii_lowercase();
    let text = match head {
        [0xef, 0xbb, 0xbf, rest @ ..] => plain(rest),
        [0xff, 0xfe, rest @ ..] | [0xfe, 0xff, rest @ ..] => {
            // UTF-16: every other byte of what matters is nothing.
            plain(&rest.iter().copied().filter(|byte| *byte != 0).collect::<Vec<u8>>())
        }
        _ => plain(head),
    };
    text.trim_start().starts_with('<').then_some(text)
}

/// Whether a browser that looks at the beginning of a text takes it for a page (MIME Sniffing, section 7.1).
fn is_page(text: &str) -> bool {
    const TAGS: [&str; 18] = [
        "<!doctype html",
        "<html",
        "<head",
        "<script",
        "<iframe",
        "<h1",
        "<div",
        "<font",
        "<table",
        "<a",
        "<style",
        "<title",
        "<b",
        "<body",
        "<br",
        "<p",
        "<!--",
        "<meta",
    ];
    let ends = |rest: &str| rest.is_empty() || rest.starts_with([' ', '>', '\t', '\n', '\r', '/']);
    let begins = |tag: &&str| text.strip_prefix(*tag).is_some_and(|rest| *tag == "<!--" || ends(rest));
    // What XML says first does not make it a page; what follows may.
    let inner = text.strip_prefix("<?xml").and_then(|rest| rest.split_once("?>")).map(|(_, rest)| rest.trim_start());
    TAGS.iter().any(begins) || inner.is_some_and(is_page) || text.contains("<html") || text.contains("<script")
}

fn is_heif(head: &[u8]) -> bool {
    brand(head).is_some_and(|brand| {
        [b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1", b"avif", b"avis"].contains(&brand)
    })
}

/// What a file of the ISO base media format says that it is (ISO/IEC 14496-12, section 4.3).
fn brand(head: &[u8]) -> Option<&[u8; 4]> {
    let is_one = head.get(4..8)? == b"ftyp";
    head.get(8..12)?.try_into().ok().filter(|_| is_one)
}

/// The media type that the beginning of a file shows.
fn recognised(head: &[u8], ending: &str) -> Option<&'static str> {
    let starts = |magic: &[u8]| head.starts_with(magic);
    let at = |from: usize, magic: &[u8]| head.get(from..).is_some_and(|rest| rest.starts_with(magic));
    Some(match head {
        _ if starts(b"\xff\xd8\xff") => "image/jpeg",
        _ if starts(b"\x89PNG\r\n\x1a\n") => "image/png",
        _ if starts(b"GIF87a") || starts(b"GIF89a") => "image/gif",
        _ if starts(b"RIFF") && at(8, b"WEBP") => "image/webp",
        _ if starts(b"RIFF") && at(8, b"WAVE") => "audio/wav",
        _ if starts(b"%PDF-") => "application/pdf",
        _ if starts(b"fLaC") => "audio/flac",
        _ if starts(b"OggS") => match head.get(28..) {
            Some(codec) if codec.starts_with(b"\x80theora") => "video/ogg",
            _ => "audio/ogg",
        },
        _ if starts(b"\x1a\x45\xdf\xa3") => {
            let beginning = &head[..head.len().min(128)];
            let is_webm = beginning.windows(4).any(|word| word == b"webm");
            if is_webm { "video/webm" } else { "video/x-matroska" }
        }
        _ if starts(b"PK\x03\x04") || starts(b"PK\x05\x06") => "application/zip",
        _ if starts(b"ID3") => "audio/mpeg",
        _ if is_captions(head) => "text/vtt",
        _ => match brand(head) {
            Some(b"M4A " | b"M4B ") => "audio/mp4",
            Some(b"qt  ") => "video/quicktime",
            Some(_) => "video/mp4",
            // Beginnings of so few bits count only beside a name that says the same.
            None if ending == "mp3" && is_mpeg_frame(head) => "audio/mpeg",
            None if ending == "aac" && (starts(b"\xff\xf1") || starts(b"\xff\xf9")) => "audio/aac",
            None => return None,
        },
    })
}

/// Whether a text is of WebVTT (section 4.1): the word, and then white space or the end.
fn is_captions(head: &[u8]) -> bool {
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    text.strip_prefix(b"WEBVTT").is_some_and(|rest| rest.first().is_none_or(u8::is_ascii_whitespace))
}

/// Whether a frame of MPEG audio begins here, of layer III, with a bit rate and a frequency that there are.
fn is_mpeg_frame(head: &[u8]) -> bool {
    let [0xff, second, third, ..] = head else { return false };
    second & 0xe0 == 0xe0
        && second & 0x18 != 0x08
        && second & 0x06 == 0x02
        && third & 0xf0 != 0xf0
        && third & 0x0c != 0x0c
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(head: &[u8], name: &str) -> &'static str {
        of(head, name).unwrap_or_else(|why| panic!("{name}: {why}")).content_type
    }

    #[test]
    fn a_file_is_what_its_content_is() {
        for (head, name, expected) in [
            (&b"\xff\xd8\xff\xe0\0\x10JFIF"[..], "a.jpg", "image/jpeg"),
            (b"\x89PNG\r\n\x1a\n", "no ending", "image/png"),
            (b"GIF89a", "a.gif", "image/gif"),
            (b"RIFF\0\0\0\0WEBPVP8 ", "a.webp", "image/webp"),
            (b"RIFF\0\0\0\0WAVEfmt ", "a.wav", "audio/wav"),
            (b"\0\0\0\x18ftypisom", "a.mp4", "video/mp4"),
            (b"\0\0\0\x18ftypqt  ", "a.mov", "video/quicktime"),
            (b"\0\0\0\x18ftypM4A ", "a.m4a", "audio/mp4"),
            (b"\x1a\x45\xdf\xa3\x9fB\x86\x81\x01B\x82\x84webm", "a.webm", "video/webm"),
            (b"ID3\x04", "a.mp3", "audio/mpeg"),
            (b"\xff\xfb\x90\x64", "a.mp3", "audio/mpeg"),
            (b"%PDF-1.7", "a.pdf", "application/pdf"),
            (b"WEBVTT\n\n", "a.vtt", "text/vtt"),
            (b"PK\x03\x04", "a.zip", "application/zip"),
            (b"a,b\n", "a.csv", "text/csv"),
            (b"\0\x01\x02", "a.csv", "application/octet-stream"),
            (b"\xff\xfb\x90\x64", "a.bin", "application/octet-stream"),
            (b"<?xml version=\"1.0\"?><gpx>", "a.gpx", "application/octet-stream"),
            (b"print(1)\n", "a.py", "application/octet-stream"),
        ] {
            assert_eq!(kind(head, name), expected, "{name}");
        }
        assert!(kind(b"PK\x03\x04", "a.docx").ends_with("wordprocessingml.document"));
    }

    #[test]
    fn what_could_run_where_it_is_shown_is_refused_and_says_why() {
        for (head, name, why) in [
            (&b"<!DOCTYPE html><p>"[..], "a.txt", "a web page"),
            (b"\xef\xbb\xbf \n<HTML>", "a.txt", "a web page"),
            (b"\xff\xfe<\0h\0t\0m\0l\0>\0", "a.txt", "a web page"),
            (b"<!-- x --><script>alert(1)</script>", "notes.md", "a web page"),
            (b"plain text", "a.html", "a web page"),
            (b"<?xml version=\"1.0\"?><html xmlns=\"x\">", "a.xml", "a web page"),
            (b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script/></svg>", "a.png", "an SVG picture"),
            (b"<?xml version=\"1.0\"?>\n<!DOCTYPE svg><svg onload=\"x\">", "a.xml", "an SVG picture"),
            (b"plain", "a.SVG", "an SVG picture"),
            (b"\x7fELF", "a", "a program"),
            (b"anything", "setup.exe", "a program"),
            (b"\0\0\0\x18ftypheic", "a.jpg", "HEIC"),
            (b"II*\0", "a.jpg", "TIFF"),
            (b"%PDF-1.7", "a.jpg", "Its name ends in .jpg, and its content is a PDF document"),
            (b"\xff\xd8\xff", "a.pdf", "Its name ends in .pdf, and its content is a JPEG picture"),
            (b"nothing", "a.png", "Its name ends in .png, and its content is not a PNG picture"),
            (b"\n%PDF-1.7", "a.pdf", "not a PDF document"),
            (b"WEBVTTX", "a.vtt", "not WebVTT captions"),
        ] {
            let refusal = of(head, name).expect_err(name);
            assert!(refusal.contains(why), "{name}: {refusal}");
        }
    }
}
