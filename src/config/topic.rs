//! A topic of a file: its shape and configuration.

use crate::config::client::{kept, meant_key, refused};
use crate::config::part::{PARTITIONS, Part, REPLICATION_FACTOR, value_or_filled_in};
use crate::config::{FileNote, Property, is_key_shaped};
use crate::knobs::{KeyScope, check_value, default_at};
use crate::model::{ConfigEntry, ConfigMap, ConfigSource};
use std::collections::BTreeMap;

/// A topic that could be read.
#[derive(Clone, PartialEq, Debug)]
pub struct TopicFile {
    pub name: String,
    /// How many partitions it is to have, at least one.
    pub partitions: u32,
    /// How many replicas each; `None` where the file does not say.
    pub replicas: Option<u16>,
    /// Whether Kafka's own tools keep their state in it.
    pub is_internal: bool,
    pub config: ConfigMap,
    /// The line of each key, `partitions` and `replication.factor` among them.
    pub lines: BTreeMap<String, usize>,
    /// Keys set twice and the like: worth a word.
    pub notes: Vec<FileNote>,
    /// What klever did not understand, so that nothing says that it is fine.
    pub unread: Vec<FileNote>,
}

/// More of either than any topic has is judged as so many.
const MOST_PARTITIONS: u32 = 1_000;
const MOST_REPLICAS: u16 = 100;

/// Reads a topic's settings.
///
/// # Errors
/// The first value that no Kafka takes.
pub(super) fn topic_of(file: &str, part: &Part) -> Result<TopicFile, FileNote> {
    let note = |line: usize, text: String| FileNote { file: file.to_string(), line: Some(line), text };
    let mut read = TopicFile {
        name: part.name.clone(),
        partitions: 1,
        replicas: None,
        is_internal: part.is_internal,
        config: ConfigMap::new(),
        lines: BTreeMap::new(),
        notes: Vec::new(),
        unread: Vec::new(),
    };
    for one in &part.settings {
        let one = Property { value: value_or_filled_in(&one.value).to_string(), ..one.clone() };
        read.lines.insert(one.key.clone(), one.line);
        match (one.key.as_str(), default_at(KeyScope::Topic, &one.key)) {
            (PARTITIONS, _) => {
                read.partitions =
                    number(&one).map_err(|why| note(one.line, why))?.unwrap_or(1).min(MOST_PARTITIONS)
            }
            (REPLICATION_FACTOR, _) => {
                let factor = number(&one).map_err(|why| note(one.line, why))?;
                read.replicas =
                    factor.map(|factor| u16::try_from(factor).unwrap_or(MOST_REPLICAS).min(MOST_REPLICAS));
                if one.value.contains("${") {
                    let text = "how many replicas it gets is filled in from elsewhere: it is not judged";
                    read.unread.push(note(one.line, text.into()));
                }
            }
            (_, Some(key)) => {
                check_value(key, &one.value)
                    .map_err(|allowed| note(one.line, refused(&one, key, &allowed)))?;
                if read
                    .config
                    .insert(one.key.clone(), ConfigEntry::new(kept(key, &one.value), ConfigSource::Topic))
                    .is_some()
                {
                    read.notes
                        .push(note(one.line, format!("`{}` is set again: the last one counts", one.key)));
                }
            }
            (_, None) => unknown_key(&mut read, note, &one),
        }
    }
    if read.replicas.is_none() && read.unread.is_empty() {
        let text = format!("topic {} leaves its replicas to the brokers: they are not judged", read.name);
        read.notes.push(note(part.line, text));
    }
    Ok(read)
}

fn unknown_key(read: &mut TopicFile, note: impl Fn(usize, String) -> FileNote, one: &Property) {
    let text = if one.value.contains("${") && one.key == "config" {
        "the configuration is filled in from elsewhere: it is not judged".to_string()
    } else if !is_key_shaped(&one.key) {
        "a key that klever does not understand".into()
    } else if let Some(meant) = meant_key(KeyScope::Topic, &one.key) {
        format!("Kafka has no topic key `{}`: did you mean `{meant}`?", one.key)
    } else {
        format!("Kafka has no topic key `{}`", one.key)
    };
    read.unread.push(note(one.line, text));
}

/// A number above 0; `None` for -1, which leaves it to the brokers, and for what is filled in.
fn number(one: &Property) -> Result<Option<u32>, String> {
    let text = one.value.trim();
    if text == "-1" || text.contains("${") || text.is_empty() {
        return Ok(None);
    }
    match text.parse::<u32>() {
        Ok(number) if number > 0 => Ok(Some(number)),
        _ => Err(format!("{}: it takes a whole number from 1", one.key)),
    }
}
