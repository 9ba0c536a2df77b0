//! Kafka's release numbers.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// A Kafka release, e.g. 4.1.0.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct KafkaVersion {
    pub major: u8,
    pub minor: u8,
    pub patch: u8,
}

impl KafkaVersion {
    /// The version that klever simulates and assumes when nothing says otherwise.
    pub const REFERENCE: KafkaVersion = KafkaVersion::new(4, 1, 0);

    /// A release by its three numbers.
    pub const fn new(major: u8, minor: u8, patch: u8) -> Self {
        KafkaVersion { major, minor, patch }
    }

    /// Whether it is this minor release or a later one.
    pub fn is_at_least(self, major: u8, minor: u8) -> bool {
        self >= KafkaVersion::new(major, minor, 0)
    }
}

impl fmt::Display for KafkaVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

impl FromStr for KafkaVersion {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is not a Kafka version such as 4.1 or 3.9.1");
        let mut numbers = text.split('.').map(|part| part.parse::<u8>());
        let mut next = || numbers.next().transpose().map_err(|_| wrong());
        let (major, minor, patch) = (next()?, next()?, next()?);
        match (major, minor, numbers.next()) {
            (Some(major), Some(minor), None) => Ok(KafkaVersion::new(major, minor, patch.unwrap_or(0))),
            _ => Err(wrong()),
        }
    }
}

impl TryFrom<String> for KafkaVersion {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<KafkaVersion> for String {
    fn from(version: KafkaVersion) -> String {
        version.to_string()
    }
}
