//! Instants. The domain never asks the time; it is told.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use std::fmt;
use std::str::FromStr;

/// How far a claimed time may lie ahead of ours before it counts as the future: clocks differ.
pub const CLOCK_TOLERANCE_MS: i64 = 120_000;

/// The last instant we write: 31 December 9999, the end of RFC 3339.
const LAST_MS: i64 = 253_402_300_799_999;

/// An instant in UTC, in whole milliseconds since 1970, written as RFC 3339 text with a `Z`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The instant so many milliseconds after 1970-01-01T00:00:00Z, kept within the years 1970 to 9999.
    #[must_use]
    pub fn from_millis(millis: i64) -> Timestamp {
        Timestamp(millis.clamp(0, LAST_MS))
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub fn millis(self) -> i64 {
        self.0
    }

    /// This instant, so many milliseconds later (or earlier, when negative).
    #[must_use]
    pub fn plus_millis(self, millis: i64) -> Timestamp {
        Timestamp::from_millis(self.0.saturating_add(millis))
    }

    /// Whether this instant, claimed by somebody, lies in the future for a clock that says `now`.
    #[must_use]
    pub fn is_after_clock(self, now: Timestamp) -> bool {
        self.0 > now.0.saturating_add(CLOCK_TOLERANCE_MS)
    }

    /// The calendar year in UTC.
    #[must_use]
    pub fn year(self) -> i16 {
        self.instant().to_zoned(jiff::tz::TimeZone::UTC).year()
    }

    fn instant(self) -> jiff::Timestamp {
        jiff::Timestamp::from_millisecond(self.0).expect("from_millis keeps within jiff's range")
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.3}", self.instant())
    }
}

/// The text is not an RFC 3339 time with an offset, between the years 1970 and 9999.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an RFC 3339 time with an offset, such as 2026-11-22T09:32:00Z")]
pub struct NotATime;

impl FromStr for Timestamp {
    type Err = NotATime;

    fn from_str(text: &str) -> Result<Timestamp, NotATime> {
        let instant: jiff::Timestamp = text.parse().map_err(|_| NotATime)?;
        let millis = instant.as_millisecond();
        if !(0..=LAST_MS).contains(&millis) {
            return Err(NotATime);
        }
        Ok(Timestamp(millis))
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_prints_with_milliseconds_and_reads_back() {
        let time = Timestamp::from_millis(1_795_339_920_007);
        assert_eq!(time.to_string(), "2026-11-22T09:32:00.007Z");
        assert_eq!("2026-11-22T10:32:00.007+01:00".parse(), Ok(time));
    }

    #[test]
    fn a_time_without_an_offset_is_refused() {
        assert_eq!("2026-11-22T09:32:00".parse::<Timestamp>(), Err(NotATime));
        assert_eq!("1969-12-31T23:59:59Z".parse::<Timestamp>(), Err(NotATime));
    }

    #[test]
    fn the_future_begins_just_after_the_clock_tolerance() {
        let now = Timestamp::from_millis(1_000_000_000);
        assert!(!now.plus_millis(CLOCK_TOLERANCE_MS).is_after_clock(now));
        assert!(now.plus_millis(CLOCK_TOLERANCE_MS + 1).is_after_clock(now));
    }
}
