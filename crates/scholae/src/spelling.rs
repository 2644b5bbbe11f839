//! What was perhaps meant by a word that nobody knows.

/// How many letters must change, go or come to make one word of another.
pub use strsim::levenshtein as distance;

/// The word that is most like one, unless none is like it.
#[must_use]
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let most = (word.chars().count() / 3).max(1);
    let far = known.into_iter().map(|known| (distance(word, known), known));
    far.filter(|(far, _)| *far <= most).min_by_key(|(far, _)| *far).map(|(_, known)| known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_were_perhaps_meant() {
        let known = ["listen", "log", "log_format", "data"];
        for (word, meant) in [("listten", Some("listen")), ("lgo_format", Some("log_format")), ("url", None)] {
            assert_eq!(nearest(word, known), meant, "{word}");
        }
    }
}
