//! Enums that are columns: what the database holds is their text or their number, and anything else is an error.

/// Declares an enum that is written as text.
macro_rules! text_enum {
    (
        $(#[$meta:meta])*
        pub enum $name:ident {
            $($(#[$variant_meta:meta])* $variant:ident = $text:literal),* $(,)?
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($(#[$variant_meta])* $variant),*
        }

        impl $name {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];
            /// The names of all of them.
            pub const NAMES: &'static [&'static str] = &[$($text),*];

            /// The name, as it is stored and as clients know it.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $text),*
                }
            }

            /// The one with this name.
            #[must_use]
            pub fn named(name: &str) -> Option<Self> {
                match name {
                    $($text => Some(Self::$variant),)*
                    _ => None,
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.name())
            }
        }

        impl From<$name> for $crate::Value<'_> {
            fn from(value: $name) -> Self {
                Self::Text(value.name())
            }
        }

        impl database::ToValue for $name {
            fn to_value(&self) -> $crate::Value<'_> {
                $crate::Value::Text(self.name())
            }
        }

        impl<'r> $crate::FromColumn<'r> for $name {
            fn from_nullable(row: &$crate::Row<'r>, column: usize) -> Result<Option<Self>, $crate::StoreError> {
                let text = <&str>::from_nullable(row, column)?;
                let known = |text| {
                    Self::named(text).ok_or_else(|| {
                        $crate::StoreError::column(column, format!("{text} is no {}", stringify!($name)))
                    })
                };
                text.map(known).transpose()
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.name())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let name = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                Self::named(&name).ok_or_else(|| serde::de::Error::unknown_variant(&name, Self::NAMES))
            }
        }

        impl schemars::JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "type": "string", "enum": Self::NAMES })
            }
        }
    };
}

/// Declares an enum that is written as a number.
macro_rules! number_enum {
    (
        $(#[$meta:meta])*
        pub enum $name:ident {
            $($(#[$variant_meta:meta])* $variant:ident = $number:literal),* $(,)?
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($(#[$variant_meta])* $variant = $number),*
        }

        impl $name {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The number that is stored; never reuse one.
            #[must_use]
            pub const fn number(self) -> i64 {
                self as i64
            }

            /// The one with this number.
            #[must_use]
            pub fn numbered(number: i64) -> Option<Self> {
                match number {
                    $($number => Some(Self::$variant),)*
                    _ => None,
                }
            }
        }

        impl From<$name> for $crate::Value<'_> {
            fn from(value: $name) -> Self {
                Self::Int(value.number())
            }
        }

        impl database::ToValue for $name {
            fn to_value(&self) -> $crate::Value<'_> {
                $crate::Value::Int(self.number())
            }
        }

        impl<'r> $crate::FromColumn<'r> for $name {
            fn from_nullable(row: &$crate::Row<'r>, column: usize) -> Result<Option<Self>, $crate::StoreError> {
                let number = i64::from_nullable(row, column)?;
                let known = |number| {
                    Self::numbered(number).ok_or_else(|| {
                        $crate::StoreError::column(column, format!("{number} is no {}", stringify!($name)))
                    })
                };
                number.map(known).transpose()
            }
        }
    };
}

pub(crate) use {number_enum, text_enum};

#[cfg(test)]
mod tests {
    use crate::{StoreError, params};

    text_enum! {
        /// Whether it is on.
        pub enum Switch {
            /// It is.
            On = "on",
            /// It is not.
            Off = "off",
        }
    }

    number_enum! {
        /// How much it is.
        pub enum Level {
            /// Nothing.
            Low = 0,
            /// All.
            High = 3,
        }
    }

    #[test]
    fn a_column_is_read_as_it_was_written_and_anything_else_is_an_error_that_names_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = crate::dump::tests::store(&folder);
        let read = store.read_now(|tx| {
            let sql = "SELECT $1, $2, NULL";
            tx.first(sql, params![Switch::Off, Level::High], |row| {
                Ok((row.get::<Switch>(0)?, row.get::<Option<Level>>(1)?, row.get::<Option<Switch>>(2)?))
            })
        });
        assert_eq!(read.expect("read"), Some((Switch::Off, Some(Level::High), None)));
        let read = |sql: &'static str| {
            let read =
                store.read_now(move |tx| tx.first(sql, &[], |row| Ok((row.get::<Switch>(0)?, row.get::<Level>(1)?))));
            match read {
                Err(StoreError::Column { column, reason }) => (column, reason),
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(read("SELECT 'dim', 0"), (0, "dim is no Switch".to_owned()));
        assert_eq!(read("SELECT 'on', 1"), (1, "1 is no Level".to_owned()));
        assert_eq!(read("SELECT NULL, 0").0, 0);
    }

    #[test]
    fn in_json_it_is_its_name() {
        assert_eq!(serde_json::to_string(&Switch::ALL).expect("json"), r#"["on","off"]"#);
        assert_eq!(serde_json::from_str::<Switch>(r#""off""#).expect("a switch"), Switch::Off);
        assert!(serde_json::from_str::<Switch>(r#""dim""#).is_err());
        let schema = serde_json::to_value(schemars::schema_for!(Switch)).expect("a schema");
        assert_eq!(schema["enum"], serde_json::json!(["on", "off"]));
    }
}
