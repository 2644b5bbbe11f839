//! What is written is what serde_json writes.

use super::*;
use proptest::prelude::*;
use serde_json::Value;
use std::collections::BTreeMap;

fn both(value: &impl Serialize) -> (String, String) {
    let mut ours = Vec::new();
    write(&mut ours, value).expect("JSON");
    (String::from_utf8(ours).expect("UTF-8"), serde_json::to_string(value).expect("JSON"))
}

#[derive(Serialize)]
enum Kind {
    Unit,
    Newtype(u8),
    Tuple(i64, Option<bool>),
    Struct { a: f64, b: char },
}

#[derive(Serialize)]
struct Everything<'a> {
    texts: [&'a str; 3],
    kinds: Vec<Kind>,
    numbers: (i8, u64, i64, f32, i128),
    none: Option<u8>,
    unit: (),
    by_number: BTreeMap<i64, &'a str>,
    raw: &'a serde_json::value::RawValue,
    empty: [u8; 0],
}

#[test]
fn every_kind_of_value_is_written_as_serde_json_writes_it() {
    let raw = serde_json::value::RawValue::from_string("{\"as\" : [\"it\\u0020is\"]}".to_owned()).expect("JSON");
    let everything = Everything {
        texts: ["", "plain", "\"quoted\" \\ \n\r\t\u{8}\u{c}\u{1f}\u{7f} é 漢字 🦀"],
        kinds: vec![Kind::Unit, Kind::Newtype(255), Kind::Tuple(i64::MIN, Some(true)), Kind::Struct { a: 1.0, b: '"' }],
        numbers: (-128, u64::MAX, i64::MAX, 0.1, i128::MIN),
        none: None,
        unit: (),
        by_number: BTreeMap::from([(-1, "a"), (2, "b")]),
        raw: &raw,
        empty: [],
    };
    let (ours, theirs) = both(&everything);
    assert_eq!(ours, theirs);
}

#[test]
fn each_byte_that_needs_escaping_is_found_at_each_place() {
    for byte in 0..=0x7f_u8 {
        for place in 0..20 {
            let mut text = "é-filler-é-filler-é-filler".to_owned();
            while !text.is_char_boundary(place) {
                text.insert(0, 'x');
            }
            text.insert(place, char::from(byte));
            let (ours, theirs) = both(&text);
            assert_eq!(ours, theirs);
        }
    }
}

#[test]
fn a_map_whose_keys_are_no_texts_is_refused() {
    assert!(write(&mut Vec::new(), &BTreeMap::from([(vec![1], 2)])).is_err());
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".*".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 64, 8, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..8).prop_map(Value::from),
            prop::collection::vec((".*", inner), 0..8).prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn any_value_is_written_as_serde_json_writes_it(value in value()) {
        let (ours, theirs) = both(&value);
        prop_assert_eq!(ours, theirs);
    }
}
