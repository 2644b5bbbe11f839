//! The values in the rows of a backup, as they are read.

use serde::Deserialize;
use serde::de::{self, Deserializer, MapAccess, Visitor};
use store::Value;
use store::dump::ColumnType;

/// One value of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    Null,
    Int(i64),
    Bool(bool),
    Text(String),
    Bytes(Vec<u8>),
}

impl Cell {
    /// As the store takes it.
    pub fn value(&self) -> Value<'_> {
        match self {
            Self::Null => Value::Null,
            Self::Int(number) => Value::Int(*number),
            Self::Bool(flag) => Value::Bool(*flag),
            Self::Text(text) => Value::Text(text),
            Self::Bytes(bytes) => Value::Bytes(bytes),
        }
    }

    /// Whether a column of this kind may hold it.
    pub fn is(&self, kind: ColumnType) -> bool {
        match self {
            Self::Null => true,
            Self::Int(_) => kind == ColumnType::Int,
            Self::Bool(_) => kind == ColumnType::Bool,
            Self::Text(_) => kind == ColumnType::Text,
            Self::Bytes(_) => kind == ColumnType::Bytes,
        }
    }
}

impl<'de> Deserialize<'de> for Cell {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;
        impl<'de> Visitor<'de> for Read {
            type Value = Cell;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("null, a whole number, true or false, a text, or {\"hex\": …}")
            }
            fn visit_unit<E>(self) -> Result<Cell, E> {
                Ok(Cell::Null)
            }
            fn visit_bool<E>(self, flag: bool) -> Result<Cell, E> {
                Ok(Cell::Bool(flag))
            }
            fn visit_i64<E>(self, number: i64) -> Result<Cell, E> {
                Ok(Cell::Int(number))
            }
            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Cell, E> {
                i64::try_from(number).map(Cell::Int).map_err(|_| E::custom("a number is too large"))
            }
            fn visit_str<E>(self, text: &str) -> Result<Cell, E> {
                Ok(Cell::Text(text.to_owned()))
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Cell, A::Error> {
                let Some(("hex", text)) = map.next_entry::<&str, &str>()? else {
                    return Err(de::Error::custom("an object is not {\"hex\": …}"));
                };
                bytes_of(text).map(Cell::Bytes).ok_or_else(|| de::Error::custom("these are not hexadecimal digits"))
            }
        }
        deserializer.deserialize_any(Read)
    }
}

/// The bytes that [`hex`] has written.
fn bytes_of(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let (pairs, []) = text.as_bytes().as_chunks::<2>() else { return None };
    pairs.iter().map(|[high, low]| u8::try_from(digit(*high)? << 4 | digit(*low)?).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_only_what_rows_are_made_of() {
        assert_eq!(bytes_of("00fFa1"), Some(vec![0, 255, 161]));
        assert_eq!((bytes_of("0"), bytes_of("0g"), bytes_of("+1")), (None, None, None));
        for wrong in ["[1.5]", "[[1]]", "[{\"hex\":\"0\"}]", "[{\"text\":\"00\"}]", "[18446744073709551615]", "[1"] {
            assert!(serde_json::from_str::<Vec<Cell>>(wrong).is_err(), "{wrong}");
        }
    }
}
