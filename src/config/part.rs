//! What a file holds for one client, one broker or one topic, before Kafka's own definitions are asked about it.

use crate::config::Property;
use crate::knobs::KeyScope;
use crate::model::KafkaVersion;

/// The settings of one thing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Part {
    /// Producer, consumer, broker or topic.
    pub scope: KeyScope,
    /// Its name inside the file; empty where the file has one such thing. A topic's is its own.
    pub name: String,
    /// Where it begins, from 1.
    pub line: usize,
    /// A topic's number of partitions and replicas stand among them as `partitions` and `replication.factor`.
    pub settings: Vec<Property>,
    /// What its library or the program around it has in place of Kafka's defaults.
    pub defaults: Vec<(&'static str, &'static str)>,
    /// Whether Kafka's own tools keep their state in it; topics only.
    pub is_internal: bool,
}

/// The names under which a topic's shape stands among its settings.
pub(super) const PARTITIONS: &str = "partitions";
pub(super) const REPLICATION_FACTOR: &str = "replication.factor";

impl Part {
    pub(super) fn new(
        scope: KeyScope,
        name: impl Into<String>,
        line: usize,
        settings: Vec<Property>,
    ) -> Self {
        Part { scope, name: name.into(), line, settings, defaults: Vec::new(), is_internal: false }
    }

    pub(super) fn with_defaults(self, defaults: &[(&'static str, &'static str)]) -> Self {
        Part { defaults: defaults.to_vec(), ..self }
    }

    pub(super) fn internal(self) -> Self {
        Part { is_internal: true, ..self }
    }
}

/// All that was read out of a file.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(super) struct Parts {
    pub parts: Vec<Part>,
    /// Settings of servers of ZooKeeper.
    pub zookeepers: Vec<Vec<Property>>,
    /// Worth a word: line and text.
    pub notes: Vec<(usize, String)>,
    /// Not understood, so that nothing says that it is fine.
    pub unread: Vec<(usize, String)>,
    /// What the brokers run, where the file says it.
    pub version: Option<KafkaVersion>,
}

impl Parts {
    pub(super) fn of(parts: Vec<Part>) -> Self {
        Parts { parts, ..Parts::default() }
    }

    pub(super) fn extend(&mut self, other: Parts) {
        self.parts.extend(other.parts);
        self.zookeepers.extend(other.zookeepers);
        self.notes.extend(other.notes);
        self.unread.extend(other.unread);
        // Of several the oldest: what it lacks is said, what later ones brought is not taken for granted.
        self.version = self.version.into_iter().chain(other.version).min();
    }

    pub(super) fn note(&mut self, line: usize, text: impl Into<String>) {
        self.notes.push((line, text.into()));
    }

    pub(super) fn unread(&mut self, line: usize, text: impl Into<String>) {
        self.unread.push((line, text.into()));
    }
}

/// What stands for a value that something else fills in; rules take it for unknown.
pub(super) const FILLED_IN: &str = "${...}";

/// Marks of what templates, frameworks and orchestrators replace before Kafka reads it.
const MARKS: [&str; 7] = ["${", "{{", "{%", "#{", "$(", "%{", "<%"];

/// The value, or [`FILLED_IN`] where it or a part of it is not what Kafka will read.
pub(super) fn value_or_filled_in(text: &str) -> &str {
    let bare_variable =
        text.strip_prefix('$').is_some_and(|rest| rest.starts_with(|l: char| l.is_ascii_alphabetic()));
    let filtered = text.len() > 2 && text.starts_with('@') && text.ends_with('@');
    let is_marked = MARKS.iter().any(|mark| text.contains(mark)) || bare_variable || filtered;
    if is_marked && !text.contains("${") { FILLED_IN } else { text }
}

/// Settings behind a prefix, without it.
pub(super) fn behind(prefix: &str, settings: &[Property]) -> Vec<Property> {
    let strip = |property: &Property| {
        let key = property.key.strip_prefix(prefix)?.to_string();
        Some(Property { key, ..property.clone() })
    };
    settings.iter().filter_map(strip).filter(|property| !property.key.is_empty()).collect()
}

/// The setting of this key; of several the last one counts.
pub(super) fn setting<'a>(settings: &'a [Property], key: &str) -> Option<&'a Property> {
    settings.iter().rev().find(|property| property.key == key)
}

/// The same under another key.
pub(super) fn renamed(property: &Property, key: &str) -> Property {
    Property { key: key.into(), ..property.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_of_every_kind_are_no_values() {
        for text in ["{{ acks }}", "$(ACKS)", "$ACKS", "#{acks}", "@acks@", "<%= acks %>", "a-{{x}}"] {
            assert_eq!(value_or_filled_in(text), FILLED_IN, "{text}");
        }
        assert_eq!(value_or_filled_in("${env:ACKS:-all}"), "${env:ACKS:-all}");
        for text in ["all", "a$b", "user@host", "100%", "$1", "{}"] {
            assert_eq!(value_or_filled_in(text), text);
        }
    }
}
