//! Names of files as they are sent, made into names that can be shown and saved anywhere.

use crate::text;

/// The longest name, in characters.
const LONGEST: usize = 200;
/// The longest ending that is kept when a name is cut, in characters.
const LONGEST_ENDING: usize = 16;

/// The name of a file without the folders before it, and without what cannot stand in a name: control characters, what is
/// not seen, what turns the direction of a text round, and what means something to a shell or a file system. Empty when
/// nothing is left.
#[must_use]
pub fn clean(sent: &str) -> String {
    let last = sent.rsplit(['/', '\\']).next().unwrap_or_default();
    let mut name = String::with_capacity(last.len());
    for c in text::nfc(last).chars() {
        // What joins letters is part of words; everything else that is not seen, or turns a text round (`gpj.exe` is shown
        // as `exe.jpg` then), is only there to deceive.
        let joins = matches!(c, '\u{200c}' | '\u{200d}' | '\u{fe0f}');
        if c.is_control() || store::addresses::is_invisible(c) && !joins {
            continue;
        }
        name.push(match c {
            ':' | '*' | '?' | '"' | '<' | '>' | '|' => '-',
            c if c.is_whitespace() => ' ',
            c => c,
        });
    }
    let name = name.trim_matches(['.', ' ']);
    if name.chars().count() <= LONGEST {
        return name.to_owned();
    }
    let (stem, ending) = match name.rsplit_once('.') {
        Some((stem, ending)) if ending.chars().count() <= LONGEST_ENDING => (stem, format!(".{ending}")),
        _ => (name, String::new()),
    };
    let stem: String = stem.chars().take(LONGEST - ending.chars().count()).collect();
    format!("{}{ending}", stem.trim_end())
}

#[cfg(test)]
mod tests {
    use super::clean;

    #[test]
    fn a_name_is_one_name_in_no_folder() {
        for (sent, name) in [
            ("photo.jpg", "photo.jpg"),
            ("../../etc/passwd", "passwd"),
            ("..\\..\\windows\\system.ini", "system.ini"),
            ("C:\\photo.jpg", "photo.jpg"),
            ("/", ""),
            ("..", ""),
            (".htaccess", "htaccess"),
            ("a\0b\r\nc.png", "abc.png"),
            ("\u{202e}gpj.exe", "gpj.exe"),
            ("a\u{200b}b.png", "ab.png"),
            ("what?<is>:this|\"*.pdf", "what--is--this---.pdf"),
            ("  e\u{301}te\u{301}  .txt ", "\u{e9}t\u{e9}  .txt"),
            ("日本語 ملف.pdf", "日本語 ملف.pdf"),
        ] {
            assert_eq!(clean(sent), name, "{sent:?}");
        }
        let long = clean(&format!("{}.jpeg", "ü".repeat(500)));
        assert!(long.chars().count() == 200 && long.ends_with("ü.jpeg"), "{long}");
    }
}
