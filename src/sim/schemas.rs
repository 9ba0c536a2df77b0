//! Schemas of topics as a model: which version each process writes and reads, and what the registry refused.
//!
//! A record has the schema of the process that wrote it. A deployment registers its version before it starts, so that
//! a refused one leaves the process that runs as it is.

mod deploy;

pub(super) use deploy::DEPLOYED_AFTER;

use crate::model::{Schema, Unreadable};
use crate::protocol::wire::RecordRange;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// The version that everybody has at first.
const FIRST: u32 = 1;

/// Versions of schemas, and who has which.
#[derive(Clone, Debug, Default)]
pub(super) struct Schemas {
    /// All versions of a topic, where there is more than the first.
    topics: BTreeMap<u32, Vec<Schema>>,
    /// What producers write since they were deployed.
    producers: BTreeMap<u32, u32>,
    /// What processes of producers write.
    writers: BTreeMap<u32, u32>,
    /// What members of a group read a topic with.
    readers: BTreeMap<(u32, u32), u32>,
    /// By group and topic: versions that it has met and could not read, each with the version that it had.
    told: BTreeSet<(u32, u32, u32, u32)>,
    /// Versions that the registry refused.
    pub(super) refused: u64,
}

impl Schemas {
    /// Whether everything still has the first version.
    fn are_all_first(&self) -> bool {
        self.topics.is_empty()
    }

    fn versions(&self, topic: u32) -> Vec<Schema> {
        self.topics.get(&topic).cloned().unwrap_or_else(|| vec![Schema::first()])
    }

    fn schema(&self, topic: u32, version: u32) -> Cow<'_, Schema> {
        let versions = self.topics.get(&topic);
        let known = versions.and_then(|all| all.get(version as usize - 1));
        known.map_or_else(|| Cow::Owned(Schema::default()), Cow::Borrowed)
    }

    /// A process of a producer begins: its records have the producer's version.
    pub(super) fn process_begins(&mut self, client: u32, identity: u32) {
        if let Some(version) = self.producers.get(&client) {
            self.writers.insert(identity, *version);
        }
    }

    fn writer(&self, records: RecordRange) -> u32 {
        self.writers.get(&records.producer).copied().unwrap_or(FIRST)
    }

    fn reader(&self, group: u32, topic: u32) -> u32 {
        self.readers.get(&(group, topic)).copied().unwrap_or(FIRST)
    }

    /// Whether a group cannot read records, and why.
    fn unreadable(&self, group: u32, topic: u32, records: RecordRange) -> Option<Unreadable> {
        let (writer, reader) = (self.writer(records), self.reader(group, topic));
        if writer == reader {
            return None;
        }
        self.schema(topic, reader).reads(&self.schema(topic, writer)).err()
    }

    /// Whether a group reads records with defaults in place of fields that it knows.
    fn reads_defaults(&self, group: u32, topic: u32, records: RecordRange) -> bool {
        let (writer, reader) = (self.writer(records), self.reader(group, topic));
        writer != reader && self.schema(topic, reader).takes_defaults(&self.schema(topic, writer))
    }
}
