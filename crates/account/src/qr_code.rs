//! A text as a QR code (ISO/IEC 18004), drawn on the server.

use maud::{Markup, html};
use qrcode::{Color, EcLevel, QrCode};
use std::fmt::Write as _;

/// So many light modules must stand around a code (ISO/IEC 18004, section 5.3.8).
const QUIET: usize = 4;

/// The code as a picture with a name for those who do not see it; none when the text is too long for one.
pub(super) fn qr_code(text: &str, name: &str) -> Option<Markup> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    let (width, modules) = (code.width(), code.to_colors());
    let size = width + 2 * QUIET;
    Some(html! {
        svg.qr-code viewBox={ "0 0 " (size) " " (size) } role="img" aria-label=(name) shape-rendering="crispEdges" {
            rect width=(size) height=(size) fill="#fff" {}
            path fill="#000" d=(path(&modules, width)) {}
        }
    })
}

/// The dark modules, one stroke for those beside each other.
fn path(modules: &[Color], width: usize) -> String {
    let mut path = String::new();
    for (row, modules) in modules.chunks(width).enumerate() {
        let mut at = 0;
        for run in modules.chunk_by(|one, next| one == next) {
            if run[0] == Color::Dark {
                let _written = write!(path, "M{} {}h{}v1h-{}z", at + QUIET, row + QUIET, run.len(), run.len());
            }
            at += run.len();
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_dark_module_is_drawn_once() {
        let code = QrCode::with_error_correction_level("otpauth://totp/x", EcLevel::M).expect("a code");
        let drawn = path(&code.to_colors(), code.width());
        let lengths = drawn.split('h').skip(1).filter_map(|part| part.split_once('v')).map(|(length, _)| length);
        let total: usize = lengths.map(|length| length.parse::<usize>().expect("a length")).sum();
        assert_eq!(total, code.to_colors().iter().filter(|module| **module == Color::Dark).count());
        assert!(drawn.starts_with(&format!("M{QUIET} {QUIET}h7v1h-7z")), "the finder pattern: {drawn}");
        assert!(qr_code(&"x".repeat(5000), "too long").is_none());
    }
}
