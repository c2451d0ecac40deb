//! Zones as text: parsed, printed, stored.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::{Kind, UnknownZoneError, Zone, fixed};

/// Reads a name of the IANA Time Zone Database, or an offset from UTC such as `+09:00` or `-0800`.
impl FromStr for Zone {
    type Err = UnknownZoneError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match fixed::parse(text) {
            Some(offset) => Ok(Self::fixed(offset)),
            None => Self::named(text),
        }
    }
}

impl TryFrom<&str> for Zone {
    type Error = UnknownZoneError;

    fn try_from(text: &str) -> Result<Self, Self::Error> {
        text.parse()
    }
}

/// Writes the name, or the offset as `+09:00`.
impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Kind::Utc => f.pad("UTC"),
            Kind::Named(table) => f.pad(table.name()),
            Kind::Fixed(offset) => f.pad(&offset.to_string()),
        }
    }
}

impl From<Zone> for String {
    fn from(zone: Zone) -> Self {
        zone.to_string()
    }
}

impl Serialize for Zone {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.name() {
            Some(name) => serializer.serialize_str(name),
            None => serializer.collect_str(self),
        }
    }
}

impl<'de> Deserialize<'de> for Zone {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(ZoneText)
    }
}

/// Takes a zone from the text that it is stored as.
struct ZoneText;

impl de::Visitor<'_> for ZoneText {
    type Value = Zone;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a time zone, such as `Europe/Berlin` or `+09:00`")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Zone, E> {
        text.parse().map_err(E::custom)
    }
}
