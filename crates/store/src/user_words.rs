//! By what people are searched for: the beginnings of the words of their names, company and address, whatever their case
//! and accents.

use crate::{SiteId, StoreError, Tx, UserId, params};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// So many words of somebody are kept.
const MOST: usize = 16;
/// So many letters of a word.
const LONGEST: usize = 64;
/// So many people who have one of the words are looked at for the others.
const LOOKED_AT: i64 = 2000;

/// A text in lower case and without accents.
fn folded(text: &str) -> String {
    text.nfkd().filter(|letter| !is_combining_mark(*letter)).flat_map(char::to_lowercase).collect()
}

fn cut(word: &str) -> String {
    word.chars().take(LONGEST).collect()
}

/// The words of a text: as it is written between blanks, and its parts.
fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    for whole in folded(text).split_whitespace() {
        let parts: Vec<&str> =
            whole.split(|letter: char| !letter.is_alphanumeric()).filter(|part| !part.is_empty()).collect();
        words.push(cut(whole));
        if parts.len() > 1 {
            words.extend(parts.iter().map(|part| cut(part)));
            words.push(cut(&parts.concat()));
        }
    }
    words
}

/// The words of what is known of somebody, by which they are found.
pub(crate) fn of(texts: [&str; 4]) -> BTreeSet<String> {
    texts.into_iter().flat_map(words).take(MOST).collect()
}

/// Replaces the words by which a user is found.
pub(crate) fn replace(
    tx: &mut Tx<'_>,
    site: SiteId,
    user: UserId,
    had: &BTreeSet<String>,
    has: &BTreeSet<String>,
) -> Result<(), StoreError> {
    for word in had.difference(has) {
        let sql = "DELETE FROM user_words WHERE site_id = $1 AND word = $2 AND user_id = $3";
        tx.execute(sql, params![site, word.as_bytes(), user])?;
    }
    let new: Vec<&[u8]> = has.difference(had).map(String::as_bytes).collect();
    if new.is_empty() {
        return Ok(());
    }
    let mut sql = String::from("INSERT INTO user_words (site_id, user_id, word) VALUES ");
    let mut values = vec![site.into(), user.into()];
    for (at, word) in new.iter().enumerate() {
        let _infallible = write!(sql, "{}($1, $2, ${})", if at == 0 { "" } else { ", " }, at + 3);
        values.push((*word).into());
    }
    tx.execute(&sql, &values)?;
    Ok(())
}

/// The words of what is searched for.
pub(crate) fn terms(text: &str) -> Vec<String> {
    folded(text).split_whitespace().map(cut).take(MOST).collect()
}

/// Whether there is, for each of the terms, a word that begins with it.
pub(crate) fn have_all(words: &BTreeSet<String>, terms: &[String]) -> bool {
    terms.iter().all(|term| words.iter().any(|word| word.starts_with(term.as_str())))
}

/// Users with a word that begins with the longest of the terms, which the fewest have: in the order of the words, each once.
pub(crate) fn candidates(tx: &mut Tx<'_>, site: SiteId, terms: &[String]) -> Result<Vec<UserId>, StoreError> {
    let Some(longest) = terms.iter().max_by_key(|term| term.len()) else { return Ok(Vec::new()) };
    let end = format!("{longest}\u{10ffff}");
    let sql = "SELECT DISTINCT word, user_id FROM user_words
               WHERE site_id = $1 AND word >= $2 AND word < $3 ORDER BY word, user_id LIMIT $4";
    let mut ids: Vec<UserId> =
        tx.query(sql, params![site, longest.as_bytes(), end.as_bytes(), LOOKED_AT], |row| row.get(1))?;
    let mut seen = BTreeSet::new();
    ids.retain(|id| seen.insert(*id));
    Ok(ids)
}

#[cfg(test)]
mod tests {
    use super::{of, words};

    #[test]
    fn words_are_without_case_accents_and_signs() {
        assert_eq!(words("Zoë O’Brien"), ["zoe", "o’brien", "o", "brien", "obrien"]);
        assert_eq!(words("ＡＮＮ"), ["ann"]);
        assert!(words(" \t").is_empty());
    }

    #[test]
    fn somebody_is_found_by_their_names_their_company_and_their_whole_address() {
        let words = of(["María del Carmen", "Ng", "M.Ng@Demo.example", "Harbour"]);
        for word in ["maria", "carmen", "ng", "m.ng@demo.example", "demo", "harbour"] {
            assert!(words.contains(word), "{word}: {words:?}");
        }
    }
}
