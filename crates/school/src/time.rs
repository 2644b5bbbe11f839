//! Moments as the school writes them.

use serde::{Serialize, Serializer};

/// An hour, in milliseconds.
pub(crate) const HOUR: i64 = 3_600_000;
/// A day, in milliseconds.
pub(crate) const DAY: i64 = 24 * HOUR;

/// A moment on its way out, in milliseconds since 1970: `2024-02-22T20:32:52.726Z`, always with milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment(pub i64);

impl Moment {
    /// The 24 characters of the moment. Years beyond 9999 are written as the last moment of 9999.
    #[must_use]
    pub fn text(self) -> [u8; 24] {
        let ms = self.0.clamp(-62_167_219_200_000, 253_402_300_799_999);
        let (days, in_day) = (ms.div_euclid(86_400_000), ms.rem_euclid(86_400_000));
        // Days to a civil date: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", civil_from_days.
        let z = days + 719_468;
        let era = z.div_euclid(146_097);
        let day_of_era = z.rem_euclid(146_097);
        let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted_month = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
        let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        let mut text = *b"0000-00-00T00:00:00.000Z";
        let mut put = |at: usize, digits: usize, mut value: i64| {
            for place in (at..at + digits).rev() {
                text[place] = b'0' + (value % 10) as u8;
                value /= 10;
            }
        };
        put(0, 4, year);
        put(5, 2, month);
        put(8, 2, day);
        put(11, 2, in_day / 3_600_000);
        put(14, 2, in_day / 60_000 % 60);
        put(17, 2, in_day / 1000 % 60);
        put(20, 3, in_day % 1000);
        text
    }
}

impl std::fmt::Display for Moment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(std::str::from_utf8(&self.text()).unwrap_or_default())
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = self.text();
        serializer.serialize_str(std::str::from_utf8(&text).unwrap_or_default())
    }
}

/// The number, from 1970-01-01, of a day that is written `2024-02-22`; none when it is no day.
#[must_use]
pub fn day_number(text: &str) -> Option<i64> {
    let date: jiff::civil::Date = text.parse().ok().filter(|_| text.len() == 10)?;
    Some(i64::from(jiff::civil::date(1970, 1, 1).until(date).ok()?.get_days()))
}

/// A moment in nanoseconds since 1970, as webhooks carry it: `2020-02-27T21:32:33.62583953+00:00`. The zeros at the end
/// of the fraction are cut, and with them the fraction of a whole second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Nanos(pub i64);

impl Nanos {
    /// The machine's clock.
    #[must_use]
    pub fn now() -> Self {
        // The 64 bits last until the year 2262.
        Self(i64::try_from(jiff::Timestamp::now().as_nanosecond()).unwrap_or(i64::MAX))
    }

    /// The moment in 23 digits: the date, the time of day, nine digits of the fraction.
    #[must_use]
    pub fn digits(self) -> String {
        let (seconds, fraction) = self.parts();
        let mut digits: String = seconds.chars().filter(char::is_ascii_digit).collect();
        digits.push_str(&fraction);
        digits
    }

    /// `2020-02-27T21:32:33`, and the nine digits after it.
    fn parts(self) -> (String, String) {
        let text = Moment(self.0.div_euclid(1_000_000)).text();
        let seconds = String::from_utf8_lossy(&text[..19]).into_owned();
        (seconds, format!("{:09}", self.0.rem_euclid(1_000_000_000)))
    }
}

impl Serialize for Nanos {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (seconds, fraction) = self.parts();
        match fraction.trim_end_matches('0') {
            "" => serializer.collect_str(&format_args!("{seconds}+00:00")),
            fraction => serializer.collect_str(&format_args!("{seconds}.{fraction}+00:00")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nanoseconds_are_written_without_zeros_at_the_end_and_as_23_digits() {
        let text = |nanos| serde_json::to_value(Nanos(nanos)).expect("a text");
        assert_eq!(text(1_582_839_153_625_839_530), "2020-02-27T21:32:33.62583953+00:00");
        assert_eq!(text(1_582_839_153_000_000_000), "2020-02-27T21:32:33+00:00");
        assert_eq!(Nanos(1_582_839_153_625_839_530).digits(), "20200227213233625839530");
        assert_eq!(Nanos(1_582_839_153_000_000_001).digits(), "20200227213233000000001");
    }

    #[test]
    fn days_are_numbered_from_1970() {
        let numbers = ["1970-01-01", "1970-01-02", "1969-12-31", "2024-02-29"].map(day_number);
        assert_eq!(numbers, [Some(0), Some(1), Some(-1), Some(19_782)]);
        for none in ["", "2023-02-29", "2024-2-9", "2024-02-22T00:00", "tomorrow"] {
            assert_eq!(day_number(none), None, "{none}");
        }
    }

    #[test]
    fn moments_are_written_with_milliseconds_and_z() {
        let text = |ms| String::from_utf8(Moment(ms).text().to_vec()).expect("ASCII");
        assert_eq!(text(1_708_633_972_726), "2024-02-22T20:32:52.726Z");
        assert_eq!(text(0), "1970-01-01T00:00:00.000Z");
        assert_eq!(text(-1), "1969-12-31T23:59:59.999Z");
        assert_eq!(text(951_782_400_000), "2000-02-29T00:00:00.000Z");
        for ms in (-62_135_596_800_000_i64..253_402_300_799_999).step_by(86_399_999 * 97) {
            let expected = jiff::Timestamp::from_millisecond(ms).expect("in range").strftime("%Y-%m-%dT%H:%M:%S%.3fZ");
            assert_eq!(text(ms), expected.to_string());
        }
    }
}
