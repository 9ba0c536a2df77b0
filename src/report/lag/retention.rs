//! How long unread records are safe from retention.

use crate::knobs::{Value, topic, topic_value};
use crate::model::{Cluster, Topic};

/// Time until retention may delete a record that a group has not read.
#[derive(Clone, PartialEq, Debug)]
pub enum RetentionLeft {
    NothingUnread,
    /// Nothing is deleted by age or size.
    Never,
    /// The least; whole segments go, so that it may be more.
    Seconds(f64),
    Unknown(&'static str),
}

impl RetentionLeft {
    /// The time, where there is one.
    pub fn seconds(&self) -> Option<f64> {
        if let RetentionLeft::Seconds(left) = self { Some(*left) } else { None }
    }

    /// As the JSON writes it.
    pub fn word(&self) -> &'static str {
        match self {
            RetentionLeft::NothingUnread => "nothing_unread",
            RetentionLeft::Never => "never",
            RetentionLeft::Seconds(_) => "seconds",
            RetentionLeft::Unknown(_) => "unknown",
        }
    }

    /// What holds of two partitions: the sooner, and unknown where one is.
    pub(super) fn sooner(self, other: RetentionLeft) -> RetentionLeft {
        use RetentionLeft::{Never, NothingUnread, Seconds, Unknown};
        match (self, other) {
            (Unknown(why), _) | (_, Unknown(why)) => Unknown(why),
            (Seconds(one), Seconds(other)) => Seconds(one.min(other)),
            (Seconds(left), _) | (_, Seconds(left)) => Seconds(left),
            (Never, _) | (_, Never) => Never,
            (NothingUnread, NothingUnread) => NothingUnread,
        }
    }
}

/// Of a topic, for an oldest unread record of this age, if that is known.
pub(super) fn retention_left(cluster: &Cluster, topic: &Topic, age_s: Option<f64>) -> RetentionLeft {
    let Some(policy) = cleanup_policy(topic) else { return RetentionLeft::Unknown("settings were not read") };
    if !policy.split(',').any(|one| one.trim() == "delete") {
        return RetentionLeft::Never;
    }
    let number = |knob| topic_value(cluster, topic, knob).get().and_then(Value::int);
    match (number(&topic::RETENTION_MS), number(&topic::RETENTION_BYTES)) {
        (None, _) | (_, None) => RetentionLeft::Unknown("settings were not read"),
        (_, Some(0..)) => RetentionLeft::Unknown("retention.bytes is set, and sizes are not read"),
        (Some(ms), _) if ms < 0 => RetentionLeft::Never,
        (Some(ms), _) => match age_s {
            Some(age_s) => RetentionLeft::Seconds((ms as f64 / 1000.0 - age_s).max(0.0)),
            None => RetentionLeft::Unknown("the age of the oldest unread record is not known"),
        },
    }
}

fn cleanup_policy(topic: &Topic) -> Option<&str> {
    topic.config.get()?.get("cleanup.policy")?.value.as_deref()
}
