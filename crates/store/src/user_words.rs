//! By what people are searched for: the beginnings of the words of their names, company and address, whatever their case
//! and accents.

use crate::table::select;
use crate::users::UserRow;
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

/// The words by which a user is found.
pub(crate) fn of<S: AsRef<str>>(user: &UserRow<S>) -> BTreeSet<String> {
    let company = user.company.as_ref().map_or("", AsRef::as_ref);
    let texts = [user.first_name.as_ref(), user.last_name.as_ref(), user.email.as_ref(), company];
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

/// Whether a user has, for each of these, a word that begins with it.
fn has_all(user: &UserRow, terms: &[String]) -> bool {
    let words = of(user);
    terms.iter().all(|term| words.iter().any(|word| word.starts_with(term.as_str())))
}

/// The users who have, for each word of a text, a word that begins with it: at most so many, in the order of the words.
pub fn search(tx: &mut Tx<'_>, site: SiteId, text: &str, most: usize) -> Result<Vec<UserRow>, StoreError> {
    let terms: Vec<String> = folded(text).split_whitespace().map(cut).take(MOST).collect();
    // The longest word has the fewest people.
    let Some(longest) = terms.iter().max_by_key(|term| term.len()) else { return Ok(Vec::new()) };
    let end = format!("{longest}\u{10ffff}");
    let sql = "SELECT DISTINCT word, user_id FROM user_words
               WHERE site_id = $1 AND word >= $2 AND word < $3 ORDER BY word, user_id LIMIT $4";
    let ids: Vec<UserId> =
        tx.query(sql, params![site, longest.as_bytes(), end.as_bytes(), LOOKED_AT], |row| row.get(1))?;
    let (mut seen, mut found) = (BTreeSet::new(), Vec::new());
    for id in ids {
        if found.len() >= most {
            break;
        }
        if seen.insert(id)
            && let Some(user) = crate::users::get(tx, site, id)?
            && has_all(&user, &terms)
        {
            found.push(user);
        }
    }
    Ok(found)
}

/// Whether there are users and no words: in a database from before there were any, or one that was restored from such a
/// one.
pub(crate) fn are_missing(tx: &mut Tx<'_>) -> Result<bool, StoreError> {
    let mut is_empty = |sql| Ok::<_, StoreError>(tx.first(sql, &[], |_| Ok(()))?.is_none());
    Ok(is_empty("SELECT 1 FROM user_words LIMIT 1")? && !is_empty("SELECT 1 FROM users LIMIT 1")?)
}

/// Writes the words of everybody where there are none.
pub(crate) fn fill(tx: &mut Tx<'_>) -> Result<(), StoreError> {
    if !are_missing(tx)? {
        return Ok(());
    }
    for site in tx.query("SELECT id FROM sites ORDER BY id", &[], |row| row.get::<SiteId>(0))? {
        let mut after = UserId::new(0);
        loop {
            let sql = select!(UserRow, "WHERE t.site_id = $1 AND t.id > $2 ORDER BY t.id LIMIT 500");
            #[expect(clippy::redundant_closure, reason = "the function alone is for rows of one lifetime")]
            let users: Vec<UserRow> = tx.query(sql, params![site, after], |row| UserRow::read(row))?;
            let Some(last) = users.last() else { break };
            after = last.id;
            for user in &users {
                replace(tx, site, user.id, &BTreeSet::new(), &of(user))?;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{of, words};
    use crate::users::UserRow;

    #[test]
    fn words_are_without_case_accents_and_signs() {
        assert_eq!(words("Zoë O’Brien"), ["zoe", "o’brien", "o", "brien", "obrien"]);
        assert_eq!(words("ＡＮＮ"), ["ann"]);
        assert!(words(" \t").is_empty());
    }

    #[test]
    fn somebody_is_found_by_their_names_their_company_and_their_whole_address() {
        let user = UserRow {
            first_name: "María del Carmen".to_owned(),
            last_name: "Ng".to_owned(),
            email: "M.Ng@Demo.example".to_owned(),
            company: Some("Harbour".to_owned()),
            ..UserRow::default()
        };
        let words = of(&user);
        for word in ["maria", "carmen", "ng", "m.ng@demo.example", "demo", "harbour"] {
            assert!(words.contains(word), "{word}: {words:?}");
        }
    }
}
