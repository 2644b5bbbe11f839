//! What was perhaps meant by a word that nobody knows.

/// How many letters must change, go or come to make one word of another.
pub use strsim::levenshtein as distance;

/// How far words may be from each other to be taken for the same one: a third of their letters.
fn most(word: &str) -> usize {
    (word.chars().count() / 3).max(1)
}

/// The word that is most like one, unless none is like it. Of words of several parts (`listen_adress`), the one that
/// begins or ends so (`listen`), when none is like the whole.
#[must_use]
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let known: Vec<&str> = known.into_iter().collect();
    let like = |far: &dyn Fn(&str) -> Option<usize>| {
        let found = known.iter().filter_map(|known| Some((far(known)?, *known)));
        // Of those that are as near, the one of which more was typed.
        found.min_by_key(|(far, known)| (*far, std::cmp::Reverse(known.len()))).map(|(_, known)| known)
    };
    like(&|known| near(word, known)).or_else(|| like(&|known| near_in_parts(word, known)))
}

/// How far a word is from a known one, when it is near enough.
fn near(word: &str, known: &str) -> Option<usize> {
    Some(distance(word, known)).filter(|far| *far <= most(word))
}

/// The same for the shorter of two words of several parts, and as many parts at the beginning or at the end of the other.
fn near_in_parts(word: &str, known: &str) -> Option<usize> {
    let (word, known): (Vec<&str>, Vec<&str>) = (word.split('_').collect(), known.split('_').collect());
    let (short, long) = if word.len() < known.len() { (word, known) } else { (known, word) };
    let whole = short.join("_");
    let ends = [&long[..short.len()], &long[long.len() - short.len()..]];
    ends.into_iter().filter_map(|end| near(&whole, &end.join("_"))).min()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_were_perhaps_meant() {
        let known = ["listen", "log", "log_format", "data"];
        for (word, meant) in [
            ("listten", Some("listen")),
            ("lgo_format", Some("log_format")),
            ("url", None),
            // Two slips: a part too many, or too few, and a letter.
            ("listen_adress", Some("listen")),
            ("lisen_address", Some("listen")),
            ("the_logg_format", Some("log_format")),
            ("data_folder", Some("data")),
            ("format", Some("log_format")),
            ("nothing_like_it", None),
        ] {
            assert_eq!(nearest(word, known), meant, "{word}");
        }
    }
}
