//! JSON on its way out, written as fast as a list of a hundred records needs it.
//!
//! Half of the work of a long list is its texts: `serde_json` looks at each byte of each text and of each key. Here texts
//! are looked at eight bytes at a time, and keys, which are names in this code, are copied. The result is the same, byte
//! for byte (there is a test). Numbers with a fraction are left to `serde_json`.

use serde::Serialize;
use serde::ser::{self, Impossible};
use std::fmt;

/// Appends a value as compact JSON.
///
/// # Errors
/// When a map has keys that are neither texts nor whole numbers, or the value refuses to be written.
pub fn write(out: &mut Vec<u8>, value: &(impl Serialize + ?Sized)) -> Result<(), Unwritable> {
    value.serialize(&mut Writer { out, raw: false })
}

/// Why a value is not JSON.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unwritable(String);

impl ser::Error for Unwritable {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self(message.to_string())
    }
}

/// How `serde_json::value::RawValue`, text that is JSON already, names itself to serializers.
const RAW: &str = "$serde_json::private::RawValue";

struct Writer<'w> {
    out: &'w mut Vec<u8>,
    raw: bool,
}

/// Bytes that cannot stand in a JSON text as they are (RFC 8259, section 7).
fn must_be_escaped(byte: u8) -> bool {
    byte < 0x20 || byte == b'"' || byte == b'\\'
}

/// Where the first such byte is. Eight bytes are looked at together: a byte is below `n` when subtracting `n` from it
/// borrows, and equal to `c` when what differs from `c` is below one; neither can be seen in bytes of 0x80 and above,
/// which need no escaping. A borrow may be seen one byte too high, so the exact place is then looked for.
fn first_escaped(bytes: &[u8]) -> Option<usize> {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let below = |word: u64, n: u64| word.wrapping_sub(ONES * n) & !word & HIGH;
    let equal = |word: u64, c: u8| below(word ^ (ONES * u64::from(c)), 1);
    let (words, rest) = bytes.as_chunks::<8>();
    for (index, chunk) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*chunk);
        if below(word, 0x20) | equal(word, b'"') | equal(word, b'\\') != 0
            && let Some(at) = chunk.iter().position(|byte| must_be_escaped(*byte))
        {
            return Some(index * 8 + at);
        }
    }
    rest.iter().position(|byte| must_be_escaped(*byte)).map(|at| words.len() * 8 + at)
}

impl Writer<'_> {
    fn text(&mut self, text: &str) {
        self.out.push(b'"');
        let mut rest = text.as_bytes();
        while let Some(at) = first_escaped(rest) {
            self.out.extend_from_slice(&rest[..at]);
            self.escape(rest[at]);
            rest = &rest[at + 1..];
        }
        self.out.extend_from_slice(rest);
        self.out.push(b'"');
    }

    fn escape(&mut self, byte: u8) {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let short = match byte {
            b'"' => b'"',
            b'\\' => b'\\',
            b'\n' => b'n',
            b'\r' => b'r',
            b'\t' => b't',
            0x08 => b'b',
            0x0c => b'f',
            _ => {
                let digits = [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]];
                self.out.extend_from_slice(b"\\u00");
                self.out.extend_from_slice(&digits);
                return;
            }
        };
        self.out.extend_from_slice(&[b'\\', short]);
    }

    /// A name in this code, of which nothing needs escaping, and the colon after it.
    fn name(&mut self, name: &'static str) {
        debug_assert!(first_escaped(name.as_bytes()).is_none(), "{name} is no plain name");
        self.out.push(b'"');
        self.out.extend_from_slice(name.as_bytes());
        self.out.extend_from_slice(b"\":");
    }

    fn whole(&mut self, negative: bool, mut rest: u64) {
        let mut digits = [0_u8; 20];
        let mut at = digits.len();
        loop {
            at -= 1;
            digits[at] = b'0' + (rest % 10) as u8;
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        if negative {
            self.out.push(b'-');
        }
        self.out.extend_from_slice(&digits[at..]);
    }

    fn other(&mut self, value: &impl Serialize) -> Result<(), Unwritable> {
        serde_json::to_writer(&mut *self.out, value).map_err(ser::Error::custom)
    }

    fn open(&mut self, bracket: u8, close: &'static [u8]) -> Parts<'_> {
        self.out.push(bracket);
        Parts { out: self.out, first: true, close, raw: false }
    }
}

/// The parts of an array or an object, and what ends it.
struct Parts<'w> {
    out: &'w mut Vec<u8>,
    first: bool,
    close: &'static [u8],
    raw: bool,
}

impl Parts<'_> {
    fn comma(&mut self) {
        if !std::mem::take(&mut self.first) {
            self.out.push(b',');
        }
    }

    fn writer(&mut self) -> Writer<'_> {
        Writer { out: self.out, raw: self.raw }
    }

    fn element(&mut self, value: &(impl Serialize + ?Sized)) -> Result<(), Unwritable> {
        self.comma();
        value.serialize(&mut self.writer())
    }

    fn field(&mut self, name: &'static str, value: &(impl Serialize + ?Sized)) -> Result<(), Unwritable> {
        if !self.raw {
            self.comma();
            self.writer().name(name);
        }
        value.serialize(&mut self.writer())
    }

    fn finish(self) -> Result<(), Unwritable> {
        self.out.extend_from_slice(self.close);
        Ok(())
    }
}

macro_rules! whole {
    ($($signed:ident($type:ty))*; $($unsigned:ident($utype:ty))*) => {
        $(fn $signed(self, value: $type) -> Result<(), Unwritable> {
            self.whole(value < 0, i64::from(value).unsigned_abs());
            Ok(())
        })*
        $(fn $unsigned(self, value: $utype) -> Result<(), Unwritable> {
            self.whole(false, u64::from(value));
            Ok(())
        })*
    };
}

impl<'a, 'w> ser::Serializer for &'a mut Writer<'w> {
    type Ok = ();
    type Error = Unwritable;
    type SerializeSeq = Parts<'a>;
    type SerializeTuple = Parts<'a>;
    type SerializeTupleStruct = Parts<'a>;
    type SerializeTupleVariant = Parts<'a>;
    type SerializeMap = Parts<'a>;
    type SerializeStruct = Parts<'a>;
    type SerializeStructVariant = Parts<'a>;

    whole! {
        serialize_i8(i8) serialize_i16(i16) serialize_i32(i32) serialize_i64(i64);
        serialize_u8(u8) serialize_u16(u16) serialize_u32(u32) serialize_u64(u64)
    }

    fn serialize_i128(self, value: i128) -> Result<(), Unwritable> {
        self.other(&value)
    }

    fn serialize_u128(self, value: u128) -> Result<(), Unwritable> {
        self.other(&value)
    }

    fn serialize_f32(self, value: f32) -> Result<(), Unwritable> {
        self.other(&value)
    }

    fn serialize_f64(self, value: f64) -> Result<(), Unwritable> {
        self.other(&value)
    }

    fn serialize_bool(self, value: bool) -> Result<(), Unwritable> {
        self.out.extend_from_slice(if value { b"true" } else { b"false" });
        Ok(())
    }

    fn serialize_char(self, value: char) -> Result<(), Unwritable> {
        self.text(value.encode_utf8(&mut [0; 4]));
        Ok(())
    }

    fn serialize_str(self, value: &str) -> Result<(), Unwritable> {
        if self.raw {
            self.out.extend_from_slice(value.as_bytes());
        } else {
            self.text(value);
        }
        Ok(())
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<(), Unwritable> {
        value.serialize(self)
    }

    fn serialize_none(self) -> Result<(), Unwritable> {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Unwritable> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), Unwritable> {
        self.out.extend_from_slice(b"null");
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Unwritable> {
        self.serialize_unit()
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<(), Unwritable> {
        self.text(variant);
        Ok(())
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result<(), Unwritable> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), Unwritable> {
        let mut parts = self.open(b'{', b"}");
        parts.field(variant, value)?;
        parts.finish()
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Parts<'a>, Unwritable> {
        Ok(self.open(b'[', b"]"))
    }

    fn serialize_tuple(self, _: usize) -> Result<Parts<'a>, Unwritable> {
        Ok(self.open(b'[', b"]"))
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Parts<'a>, Unwritable> {
        Ok(self.open(b'[', b"]"))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Parts<'a>, Unwritable> {
        self.out.push(b'{');
        self.name(variant);
        Ok(self.open(b'[', b"]}"))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Parts<'a>, Unwritable> {
        Ok(self.open(b'{', b"}"))
    }

    fn serialize_struct(self, name: &'static str, _: usize) -> Result<Parts<'a>, Unwritable> {
        if name == RAW {
            return Ok(Parts { out: self.out, first: true, close: b"", raw: true });
        }
        Ok(self.open(b'{', b"}"))
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Parts<'a>, Unwritable> {
        self.out.push(b'{');
        self.name(variant);
        Ok(self.open(b'{', b"}}"))
    }
}

macro_rules! elements {
    ($($trait:ident $method:ident)*) => {
        $(impl ser::$trait for Parts<'_> {
            type Ok = ();
            type Error = Unwritable;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Unwritable> {
                self.element(value)
            }

            fn end(self) -> Result<(), Unwritable> {
                self.finish()
            }
        })*
    };
}

elements! {
    SerializeSeq serialize_element
    SerializeTuple serialize_element
    SerializeTupleStruct serialize_field
    SerializeTupleVariant serialize_field
}

macro_rules! fields {
    ($($trait:ident)*) => {
        $(impl ser::$trait for Parts<'_> {
            type Ok = ();
            type Error = Unwritable;

            fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), Unwritable> {
                self.field(name, value)
            }

            fn end(self) -> Result<(), Unwritable> {
                self.finish()
            }
        })*
    };
}

fields! { SerializeStruct SerializeStructVariant }

impl ser::SerializeMap for Parts<'_> {
    type Ok = ();
    type Error = Unwritable;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Unwritable> {
        self.comma();
        key.serialize(Key(self.writer()))
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Unwritable> {
        self.out.push(b':');
        value.serialize(&mut self.writer())
    }

    fn end(self) -> Result<(), Unwritable> {
        self.finish()
    }
}

/// A key of a map: a text, or a whole number, which becomes one.
struct Key<'w>(Writer<'w>);

fn no_key<T>() -> Result<T, Unwritable> {
    Err(ser::Error::custom("a key must be a text or a whole number"))
}

macro_rules! number_keys {
    ($($method:ident($type:ty))*) => {
        $(fn $method(mut self, value: $type) -> Result<(), Unwritable> {
            self.0.text(&value.to_string());
            Ok(())
        })*
    };
}

macro_rules! no_keys {
    ($($method:ident($($argument:ty),*) -> $ok:ty;)*) => {
        $(fn $method(self, $(_: $argument),*) -> Result<$ok, Unwritable> {
            no_key()
        })*
    };
}

impl ser::Serializer for Key<'_> {
    type Ok = ();
    type Error = Unwritable;
    type SerializeSeq = Impossible<(), Unwritable>;
    type SerializeTuple = Impossible<(), Unwritable>;
    type SerializeTupleStruct = Impossible<(), Unwritable>;
    type SerializeTupleVariant = Impossible<(), Unwritable>;
    type SerializeMap = Impossible<(), Unwritable>;
    type SerializeStruct = Impossible<(), Unwritable>;
    type SerializeStructVariant = Impossible<(), Unwritable>;

    number_keys! {
        serialize_i8(i8) serialize_i16(i16) serialize_i32(i32) serialize_i64(i64)
        serialize_u8(u8) serialize_u16(u16) serialize_u32(u32) serialize_u64(u64)
        serialize_bool(bool) serialize_char(char)
    }

    no_keys! {
        serialize_f32(f32) -> ();
        serialize_f64(f64) -> ();
        serialize_bytes(&[u8]) -> ();
        serialize_none() -> ();
        serialize_unit() -> ();
        serialize_unit_struct(&'static str) -> ();
        serialize_seq(Option<usize>) -> Self::SerializeSeq;
        serialize_tuple(usize) -> Self::SerializeTuple;
        serialize_tuple_struct(&'static str, usize) -> Self::SerializeTupleStruct;
        serialize_tuple_variant(&'static str, u32, &'static str, usize) -> Self::SerializeTupleVariant;
        serialize_map(Option<usize>) -> Self::SerializeMap;
        serialize_struct(&'static str, usize) -> Self::SerializeStruct;
        serialize_struct_variant(&'static str, u32, &'static str, usize) -> Self::SerializeStructVariant;
    }

    fn serialize_str(mut self, value: &str) -> Result<(), Unwritable> {
        self.0.text(value);
        Ok(())
    }

    fn serialize_unit_variant(mut self, _: &'static str, _: u32, variant: &'static str) -> Result<(), Unwritable> {
        self.0.text(variant);
        Ok(())
    }

    fn serialize_some<T: Serialize + ?Sized>(self, _: &T) -> Result<(), Unwritable> {
        no_key()
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result<(), Unwritable> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<(), Unwritable> {
        no_key()
    }
}

#[cfg(test)]
#[path = "json_tests.rs"]
mod tests;
