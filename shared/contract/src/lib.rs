//! The API's wire types: what the service, the command line and the portal agree on.
//!
//! camelCase JSON; absent instead of null; identifiers are opaque text; times are RFC 3339 in UTC.
//! A type that is read refuses members it does not know; a type that is written lists its members
//! one by one, so that nothing leaves by accident.

pub mod cases;
pub mod examinations;
pub mod exhibits;
pub mod exports;
pub mod files;
pub mod reference;
pub mod requests;
pub mod results;
pub mod service;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use utoipa::ToSchema;

/// One page of a list.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct List<T> {
    /// The page's entries.
    pub value: Vec<T>,
    /// The address of the next page; absent on the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_link: Option<String>,
}

/// A person as a record names them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Person {
    /// The directory's identifier.
    pub id: String,
    /// Display name.
    pub name: String,
}

/// An instant: RFC 3339 with an offset; written in UTC with milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ToSchema)]
#[schema(value_type = String, format = DateTime)]
pub struct Time(jiff::Timestamp);

impl Time {
    /// From milliseconds since 1970; outside the years that can be written, the nearest that can.
    #[must_use]
    pub fn from_millis(millis: i64) -> Time {
        let nearest = if millis < 0 { jiff::Timestamp::MIN } else { jiff::Timestamp::MAX };
        Time(jiff::Timestamp::from_millisecond(millis).unwrap_or(nearest))
    }

    /// Milliseconds since 1970.
    #[must_use]
    pub fn millis(self) -> i64 {
        self.0.as_millisecond()
    }
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{:.3}", self.0))
    }
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Time, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        let said = "a time with its offset, such as 2026-11-22T09:32:00Z";
        text.parse().map(Time).map_err(|_| D::Error::custom(format_args!("expected {said}")))
    }
}
