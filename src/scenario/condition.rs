//! What an event waits for, in words: `isr orders-0 = 1 2`, `broker/3 fenced`, `acked app >= 5`.

use crate::model::BrokerId;
use crate::scenario::act::broker;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// A state of the cluster or of its clients, as the controller and the clients themselves see it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Condition {
    /// `leader orders-0 = 2`, or `= none`.
    Leader { partition: String, is: Option<BrokerId> },
    /// `isr orders-0 = 1 2`, in any order.
    Isr {
        partition: String,
        /// Who is in sync.
        is: Vec<BrokerId>,
    },
    /// `broker/3 fenced`.
    Fenced(BrokerId),
    /// `broker/3 unfenced`.
    Unfenced(BrokerId),
    /// `broker/3 down`: its process has ended.
    Down(BrokerId),
    /// `acked app >= 5`: records.
    Acked(String, u64),
    /// `failed app >= 5`: records.
    Failed(String, u64),
    /// `settled app`: nothing waits for an answer, and at least one record had one.
    Settled(String),
    /// `log orders-0 on broker/2 >= 5`: log end offset.
    Log { partition: String, broker: BrokerId, reaches: i64 },
    /// `visible orders-0 >= 5`: the leader's high watermark.
    Visible(String, i64),
    /// `read billing >= 10`: records that the group processed.
    Read(String, u64),
}

const ALLOWED: &str = "`leader T-0 = 2` (or none), `isr T-0 = 1 2`, `broker/3 fenced`, `broker/3 unfenced`, \
                       `broker/3 down`, `acked NAME >= 5`, `failed NAME >= 5`, `settled NAME`, \
                       `log T-0 on broker/2 >= 5`, `visible T-0 >= 5` or `read GROUP >= 10`";

impl FromStr for Condition {
    type Err = String;

    fn from_str(text: &str) -> Result<Condition, String> {
        let words: Vec<&str> = text.split_whitespace().collect();
        read(&words).ok_or_else(|| format!("`{text}` is no condition: write {ALLOWED}"))
    }
}

fn read(words: &[&str]) -> Option<Condition> {
    let name = |text: &str| text.to_string();
    Some(match words {
        ["leader", partition, "=", "none"] => Condition::Leader { partition: name(partition), is: None },
        ["leader", partition, "=", id] => {
            Condition::Leader { partition: name(partition), is: Some(broker(id)?) }
        }
        ["isr", partition, "=", ids @ ..] => {
            let mut is = ids.iter().map(|id| broker(id)).collect::<Option<Vec<_>>>()?;
            is.sort();
            Condition::Isr { partition: name(partition), is }
        }
        [id, "fenced"] => Condition::Fenced(broker(id)?),
        [id, "unfenced"] => Condition::Unfenced(broker(id)?),
        [id, "down"] => Condition::Down(broker(id)?),
        ["acked", producer, ">=", count] => Condition::Acked(name(producer), count.parse().ok()?),
        ["failed", producer, ">=", count] => Condition::Failed(name(producer), count.parse().ok()?),
        ["settled", producer] => Condition::Settled(name(producer)),
        ["log", partition, "on", id, ">=", offset] => {
            Condition::Log { partition: name(partition), broker: broker(id)?, reaches: offset.parse().ok()? }
        }
        ["visible", partition, ">=", offset] => Condition::Visible(name(partition), offset.parse().ok()?),
        ["read", group, ">=", count] => Condition::Read(name(group), count.parse().ok()?),
        _ => return None,
    })
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Condition::Leader { partition, is: None } => write!(f, "leader {partition} = none"),
            Condition::Leader { partition, is: Some(id) } => write!(f, "leader {partition} = {id}"),
            Condition::Isr { partition, is } => {
                write!(f, "isr {partition} =")?;
                is.iter().try_for_each(|id| write!(f, " {id}"))
            }
            Condition::Fenced(id) => write!(f, "broker/{id} fenced"),
            Condition::Unfenced(id) => write!(f, "broker/{id} unfenced"),
            Condition::Down(id) => write!(f, "broker/{id} down"),
            Condition::Acked(name, count) => write!(f, "acked {name} >= {count}"),
            Condition::Failed(name, count) => write!(f, "failed {name} >= {count}"),
            Condition::Settled(name) => write!(f, "settled {name}"),
            Condition::Log { partition, broker, reaches } => {
                write!(f, "log {partition} on broker/{broker} >= {reaches}")
            }
            Condition::Visible(partition, offset) => write!(f, "visible {partition} >= {offset}"),
            Condition::Read(group, count) => write!(f, "read {group} >= {count}"),
        }
    }
}

impl TryFrom<String> for Condition {
    type Error = String;
    fn try_from(text: String) -> Result<Condition, String> {
        text.parse()
    }
}

impl From<Condition> for String {
    fn from(condition: Condition) -> String {
        condition.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_are_written_as_they_are_read() {
        for text in [
            "leader orders-0 = none",
            "isr orders-0 = 1 2",
            "broker/3 fenced",
            "acked app >= 5",
            "log orders-0 on broker/2 >= 5",
        ] {
            assert_eq!(text.parse::<Condition>().unwrap().to_string(), text);
        }
        assert!("isr orders-0 is 1".parse::<Condition>().unwrap_err().contains("no condition"));
    }
}
