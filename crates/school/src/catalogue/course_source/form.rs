//! What a TOML text must be to say something: every key that is unknown, of another type or missing is found at once.

use super::check::toml_error;
use serde::de::DeserializeOwned;
use serde_path_to_error::Segment;
use toml::de::{DeTable, DeValue};
use toml::{Spanned, Table, Value};

/// More mistakes than this are not told at once.
const MOST: usize = 200;

/// A step into a document: a key, or a place in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    Key(String),
    Index(usize),
}

/// Reads a text, and gives with it everything that is wrong with its form. Where a key is wrong it is left out, and where
/// one is missing `stand_in` says what stands for it, so that what else is wrong can be looked for; nothing is given when
/// that is not possible.
pub(super) fn read<T: DeserializeOwned>(
    text: &str,
    stand_in: impl Fn(&str) -> Option<Value>,
) -> (Option<T>, Vec<String>) {
    let places = match DeTable::parse(text) {
        Ok(places) => places,
        Err(error) => return (None, vec![toml_error(text, &error)]),
    };
    let mut table: Table = match text.parse() {
        Ok(table) => table,
        Err(error) => return (None, vec![toml_error(text, &error)]),
    };
    let mut problems = Vec::new();
    // The places that were taken out, as the text has them.
    let mut wrong: Vec<Vec<Step>> = Vec::new();
    while problems.len() < MOST {
        let error = match serde_path_to_error::deserialize::<_, T>(table.clone()) {
            Ok(read) => return (Some(read), problems),
            Err(error) => error,
        };
        let mut path = steps(error.path());
        let message = error.inner().message().replace('\n', ", ");
        let named = |start: &str| Some(message.strip_prefix(start)?.split('`').next()?.to_owned());
        if let Some(key) = named("missing field `") {
            if path.last() == Some(&Step::Key(key.clone())) {
                path.pop();
            }
            let within = in_text(&path, &wrong);
            let place = [within.clone(), vec![Step::Key(key.clone())]].concat();
            // What was left out because it is wrong has been told.
            if !wrong.contains(&place) {
                problems.push(with_line(line(text, &places, &within), message.clone()));
            }
            let filled =
                stand_in(&key).zip(table_at(&mut table, &path)).map(|(value, within)| within.insert(key, value));
            if filled.is_none() {
                if !remove(&mut table, &path) {
                    return (None, problems);
                }
                wrong.push(within);
            }
            continue;
        }
        if let Some(key) = named("unknown field `").filter(|key| path.last() != Some(&Step::Key(key.clone()))) {
            path.push(Step::Key(key));
        }
        let place = in_text(&path, &wrong);
        problems.push(with_line(line(text, &places, &place), message));
        if !remove(&mut table, &path) {
            return (None, problems);
        }
        wrong.push(place);
    }
    (None, problems)
}

fn with_line(line: Option<usize>, message: String) -> String {
    line.map_or_else(|| message.clone(), |line| format!("line {line}: {message}"))
}

fn steps(path: &serde_path_to_error::Path) -> Vec<Step> {
    let step = |segment: &Segment| match segment {
        Segment::Map { key } => Some(Step::Key(key.clone())),
        Segment::Seq { index } => Some(Step::Index(*index)),
        _ => None,
    };
    path.iter().filter_map(step).collect()
}

/// Where a place is in the text, when so many items before it were taken out of their lists.
fn in_text(path: &[Step], taken_out: &[Vec<Step>]) -> Vec<Step> {
    let mut place: Vec<Step> = Vec::with_capacity(path.len());
    for step in path {
        let Step::Index(mut index) = *step else {
            place.push(step.clone());
            continue;
        };
        let of_this_list = |gone: &Vec<Step>| match gone.split_last() {
            Some((Step::Index(gone), list)) if list == place => Some(*gone),
            _ => None,
        };
        let mut before: Vec<usize> = taken_out.iter().filter_map(of_this_list).collect();
        before.sort_unstable();
        for gone in before {
            index += usize::from(gone <= index);
        }
        place.push(Step::Index(index));
    }
    place
}

/// What is at a place that is not the whole.
fn at<'t>(table: &'t mut Table, path: &[Step]) -> Option<&'t mut Value> {
    let (first, rest) = path.split_first()?;
    let Step::Key(key) = first else { return None };
    rest.iter().try_fold(table.get_mut(key)?, |value, step| match (step, value) {
        (Step::Key(key), Value::Table(table)) => table.get_mut(key),
        (Step::Index(index), Value::Array(items)) => items.get_mut(*index),
        _ => None,
    })
}

/// The table at a place.
fn table_at<'t>(table: &'t mut Table, path: &[Step]) -> Option<&'t mut Table> {
    if path.is_empty() { Some(table) } else { at(table, path)?.as_table_mut() }
}

/// Takes out what is at a place; false when nothing is.
fn remove(table: &mut Table, path: &[Step]) -> bool {
    let Some((last, before)) = path.split_last() else { return false };
    match last {
        Step::Key(key) => table_at(table, before).is_some_and(|table| table.remove(key).is_some()),
        Step::Index(index) => match at(table, before) {
            Some(Value::Array(items)) if *index < items.len() => {
                items.remove(*index);
                true
            }
            _ => false,
        },
    }
}

/// The line of a place in the text; none for the whole.
fn line(text: &str, places: &Spanned<DeTable<'_>>, path: &[Step]) -> Option<usize> {
    let (first, rest) = path.split_first()?;
    let Step::Key(first) = first else { return None };
    let found = |table: &DeTable<'_>, key: &str| table.keys().find(|known| known.get_ref() == key).map(Spanned::span);
    let mut span = found(places.get_ref(), first)?;
    let mut value = places.get_ref().get(first.as_str())?;
    for step in rest {
        (span, value) = match (step, value.get_ref()) {
            (Step::Key(key), DeValue::Table(table)) => (found(table, key)?, table.get(key.as_str())?),
            (Step::Index(index), DeValue::Array(items)) => {
                let item = items.get(*index)?;
                (item.span(), item)
            }
            _ => break,
        };
    }
    Some(text.get(..span.start)?.matches('\n').count() + 1)
}
