//! Values of custom profile fields, as a user's row holds them.

use crate::check::{Check, Set, TEXT};
use crate::custom_profile_field_definitions::Definition;
use crate::error::Result;
use crate::input::{IdInput, Input, Object, Text, change_of};
use schemars::JsonSchema;
use serde::Deserialize;
use std::fmt::Write as _;
use store::users::UserRow;
use store::{DefinitionId, Tx};

/// A user's value of a custom profile field, as stored in their row: value id, definition id, value.
pub type StoredField<'a> = (i64, DefinitionId, std::borrow::Cow<'a, str>);

/// Values of custom profile fields by definition.
pub(super) type Values = FieldValues;

/// What is said of the values: definition id and value; none removes it.
pub type FieldValues = Vec<(DefinitionId, Option<String>)>;

/// A value of a custom profile field.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(rename = "CustomProfileFieldRequest")]
pub struct SentFieldValue {
    /// The value; an empty one removes it, and null leaves it as it is.
    #[serde(default, deserialize_with = "change_of")]
    #[schemars(with = "Option<Text>", example = &"Nigeria")]
    value: Set<Text>,
    /// The field's id.
    #[schemars(example = 2)]
    custom_profile_field_definition_id: IdInput<DefinitionId>,
}

impl Input for FieldValues {
    type Sent = Vec<Object<SentFieldValue>>;
    const IN_CELL: bool = false;

    fn of_sent(sent: Vec<Object<SentFieldValue>>) -> Self {
        let pair = |Object(field): Object<SentFieldValue>| {
            let definition = field.custom_profile_field_definition_id.0;
            match field.value {
                Set::Keep => None,
                Set::Clear => Some((definition, None)),
                Set::To(Text(value)) => Some((definition, Some(value))),
            }
        };
        sent.into_iter().filter_map(pair).collect()
    }

    fn of_cell(_: &str) -> std::result::Result<Self, &'static str> {
        Err("cannot be given in a cell")
    }
}

/// Reads the values of a row: for each `value id,definition id,length:value`, one after the other. Lists show the
/// fields of every user, and this is read without a copy.
pub(super) fn stored(text: &str) -> Vec<StoredField<'_>> {
    let mut fields = Vec::with_capacity(4);
    let mut rest = text;
    while let Some((id, tail)) = number(rest, b',')
        && let Some((definition, tail)) = number(tail, b',')
        && let Some((length, tail)) = number(tail, b':')
        && let Some((value, next)) = usize::try_from(length).ok().and_then(|length| tail.split_at_checked(length))
    {
        fields.push((id, DefinitionId::new(definition), value.into()));
        rest = next;
    }
    fields
}

/// A number of digits alone and the text after the byte that ends it.
fn number(text: &str, end: u8) -> Option<(i64, &str)> {
    let mut number = 0_i64;
    for (index, byte) in text.bytes().enumerate() {
        match byte {
            b'0'..=b'9' => number = number.checked_mul(10)?.checked_add(i64::from(byte - b'0'))?,
            _ if byte == end && index > 0 => return Some((number, &text[index + 1..])),
            _ => return None,
        }
    }
    None
}

/// Writes what [`stored`] reads.
fn written(fields: &[(i64, DefinitionId, String)]) -> String {
    fields.iter().fold(String::new(), |mut text, (id, definition, value)| {
        let _infallible = write!(text, "{id},{definition},{}:{value}", value.len());
        text
    })
}

/// The values that a row has, per definition.
pub(super) fn values(row: &UserRow) -> Values {
    stored(&row.custom_fields).into_iter().map(|(_, id, value)| (id, Some(value.into_owned()))).collect()
}

/// The values of custom profile fields after the change, per definition.
pub(super) fn after(row: &UserRow, given: &Set<FieldValues>, definitions: &[Definition], check: &mut Check) -> Values {
    let mut fields = values(row);
    let given = match given {
        Set::Keep => return fields,
        Set::Clear => &Vec::new(),
        Set::To(given) => given,
    };
    for (definition, value) in given {
        let Some(known) = definitions.iter().find(|known| known.id == *definition) else {
            check.add("custom_profile_fields", format!("has no definition with ID {definition}"));
            continue;
        };
        let value = value.clone().filter(|value| !value.is_empty());
        if let Some(value) = &value {
            check.length("custom_profile_fields", value, TEXT);
        }
        fields.retain(|(id, _)| *id != known.id);
        fields.push((known.id, value));
    }
    fields
}

/// Writes the values into the row, keeping the ids of values that were there; gives how they are found.
pub(super) fn store(
    tx: &mut Tx<'_>,
    row: &mut UserRow,
    fields: &[(DefinitionId, Option<String>)],
) -> Result<Vec<(DefinitionId, i64)>> {
    let mut kept: Vec<(i64, DefinitionId, String)> = Vec::with_capacity(fields.len());
    {
        let had = stored(&row.custom_fields);
        for (definition, value) in fields {
            let Some(value) = value else { continue };
            let id = match had.iter().find(|(_, known, _)| known == definition) {
                Some((id, ..)) => *id,
                None => tx.next_id("custom_profile_field_values")?,
            };
            kept.push((id, *definition, value.clone()));
        }
    }
    row.custom_fields = written(&kept);
    Ok(kept.iter().map(|(_, definition, value)| (*definition, value_hash(value))).collect())
}

/// How the values of a row are found.
pub(super) fn hashes(custom_fields: &str) -> Vec<(DefinitionId, i64)> {
    stored(custom_fields).iter().map(|(_, definition, value)| (*definition, value_hash(value))).collect()
}

/// By what a value is found. 64 bits of SHA-256: two values with one hash do not happen by accident.
pub(super) fn value_hash(value: &str) -> i64 {
    use sha2::Digest as _;
    let digest = sha2::Sha256::digest(value.as_bytes());
    digest.first_chunk::<8>().map_or(0, |bytes| i64::from_be_bytes(*bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_custom_fields_are_read_as_they_were_written() {
        let fields =
            vec![(1, 2, "Peru"), (3, 4, ""), (5, 6, "a,b:c\n7,8,9:Zoë \u{1f980}"), (i64::MAX, i64::MAX, ":,0:")];
        let fields: Vec<_> =
            fields.into_iter().map(|(id, of, value)| (id, DefinitionId::new(of), value.to_owned())).collect();
        let text = written(&fields);
        let read: Vec<_> = stored(&text).into_iter().map(|(id, of, value)| (id, of, value.into_owned())).collect();
        assert_eq!(read, fields);
        for cut in 0..text.len() {
            // However it was damaged, reading it does not fail.
            let _fewer = text.get(..cut).map(stored);
        }
        assert!(stored("").is_empty());
    }
}
