//! Times.

use super::schema;
use serde::de::{Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// The time that examples happen at.
pub const TIMESTAMP_EXAMPLE: &str = "2026-01-15T09:30:00.000Z";

/// A time in a response: `2024-02-22T20:32:52.726Z`, always with milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timestamp(pub i64);

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        school::time::Moment(self.0).serialize(serializer)
    }
}

schema!(Timestamp, "Timestamp", { "type": "string", "format": "date-time", "examples": [TIMESTAMP_EXAMPLE] });

/// A time with nanoseconds in a response: `2020-02-27T21:32:33.62583953+00:00`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NanosTimestamp(pub i64);
schema!(NanosTimestamp, "NanosTimestamp", {
    "type": "string",
    "format": "date-time",
    "examples": ["2026-01-15T09:30:00.12583953+00:00"]
});

impl Serialize for NanosTimestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        school::time::Nanos(self.0).serialize(serializer)
    }
}

/// A time as clients send it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimestampInput(pub i64);
schema!(TimestampInput, "TimestampInput", { "type": "string", "format": "date-time" });

/// The last millisecond of the year 9999.
const LAST: i64 = 253_402_300_799_999;

/// Parses a time in any form that clients send: `2024-01-01T00:00:00Z`, with milliseconds, with an offset,
/// `2024-01-01 00:00:00 +0000`, or a day alone, which begins at midnight in UTC. Without any offset it is UTC. What lies
/// beyond the year 9999 is its last moment.
#[must_use]
pub fn parse_timestamp(text: &str) -> Option<i64> {
    let text = text.trim();
    if is_day(text) {
        let date: jiff::civil::Date = text.parse().ok()?;
        return milliseconds(date.to_datetime(jiff::civil::Time::midnight()), None);
    }
    if let Ok(pieces) = jiff::fmt::temporal::Pieces::parse(text) {
        return milliseconds(pieces.date().to_datetime(pieces.time()?), pieces.to_numeric_offset());
    }
    ["%Y-%m-%d %H:%M:%S %z", "%Y-%m-%d %H:%M:%S UTC"].iter().find_map(|format| {
        let parsed = jiff::fmt::strtime::BrokenDownTime::parse(format, text).ok()?;
        milliseconds(parsed.to_datetime().ok()?, parsed.offset())
    })
}

/// Whether a text has the length of a day alone.
#[must_use]
pub fn is_day(text: &str) -> bool {
    text.trim().len() == 10
}

/// The moment of a date and time. Counted here, because the last hours of 9999 are no moment to `jiff`.
fn milliseconds(civil: jiff::civil::DateTime, offset: Option<jiff::tz::Offset>) -> Option<i64> {
    let epoch = jiff::civil::DateTime::constant(1970, 1, 1, 0, 0, 0, 0);
    let local = i64::try_from(civil.duration_since(epoch).as_millis()).ok()?;
    let east = offset.map_or(0, |offset| i64::from(offset.seconds()) * 1000);
    Some((local - east).min(LAST))
}

impl<'de> Deserialize<'de> for TimestampInput {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;
        impl Visitor<'_> for Read {
            type Value = TimestampInput;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a date and time such as 2024-01-31T12:00:00Z")
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<TimestampInput, E> {
                parse_timestamp(text).map(TimestampInput).ok_or_else(|| E::invalid_value(Unexpected::Str(text), &self))
            }
        }
        deserializer.deserialize_any(Read)
    }
}

impl From<TimestampInput> for i64 {
    /// Milliseconds since 1970.
    fn from(timestamp: TimestampInput) -> Self {
        timestamp.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_parsed_in_every_form_that_clients_send() {
        let noon = 1_704_110_400_000;
        for form in [
            "2024-01-01T12:00:00Z",
            "2024-01-01T12:00:00.000Z",
            "2024-01-01T13:00:00+01:00",
            "2024-01-01 12:00:00 +0000",
            "2024-01-01 12:00:00 UTC",
            "2024-01-01T12:00:00",
            "2024-01-01 12:00:00",
            " 2024-01-01t12:00:00z ",
            "2024-01-01T17:45:00+05:45",
        ] {
            assert_eq!(parse_timestamp(form), Some(noon), "{form}");
        }
        assert_eq!(parse_timestamp("2024-01-01"), Some(noon - 12 * 3_600_000));
        for last in ["9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999-12:00"] {
            assert_eq!(parse_timestamp(last), Some(LAST), "{last}");
        }
        assert_eq!(parse_timestamp("9999-12-31"), Some(LAST + 1 - 24 * 3_600_000));
        assert_eq!(parse_timestamp("0001-01-01T00:00:00Z"), Some(-62_135_596_800_000));
        for wrong in [
            "2024-02-30",
            "2024-02-30T00:00:00Z",
            "yesterday",
            "",
            "99999-01-01",
            "2024-13-01T00:00:00Z",
            "2024-01-01T25:00:00Z",
            "1704067200",
            "12:00:00",
            "2024-01-01Z",
        ] {
            assert_eq!(parse_timestamp(wrong), None, "{wrong}");
        }
    }
}
