//! Names of files and folders, which parts of a course have when it is written as files.

use crate::slugs::slug_of;

/// Whether this can be the name of a file or folder on any machine, and of none outside the folder it is in.
#[must_use]
pub fn is_valid(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= 255
        && !name.starts_with('.')
        && !name.ends_with(['.', ' '])
        && !name.contains(['/', '\\', ':', '*', '?', '"', '<', '>', '|'])
        && !name.chars().any(char::is_control)
}

/// Whether two names are one file on a machine that does not tell letters' cases apart.
#[must_use]
pub fn same(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.to_lowercase()
}

/// A name for a file or folder made of a position and a name: `03-the-window.md`.
pub(crate) fn free(position: i64, name: &str, ending: &str, taken: impl Fn(&str) -> bool) -> String {
    let stem: String = slug_of(name).chars().take(48).collect();
    let stem = format!("{position:02}-{}", stem.trim_end_matches('-'));
    let mut file = format!("{stem}{ending}");
    let mut number = 1;
    while taken(&file) {
        number += 1;
        file = format!("{stem}-{number}{ending}");
    }
    file
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_files_stay_in_their_folder() {
        for name in ["01-light", "04-light.quiz.md", "Ünïcode é.md"] {
            assert!(is_valid(name), "{name}");
        }
        for name in ["", ".", "..", ".hidden", "a/b", "/etc", "a\\b", "c:", "a\nb", "a\0", "end.", &"x".repeat(256)] {
            assert!(!is_valid(name), "{name}");
        }
    }

    #[test]
    fn a_made_up_name_is_short_and_free() {
        assert_eq!(free(3, "The window!", ".md", |_| false), "03-the-window.md");
        assert_eq!(free(3, "The window!", ".md", |file| file == "03-the-window.md"), "03-the-window-2.md");
        assert!(free(1, &"ä b".repeat(200), "", |_| false).len() < 200);
    }
}
