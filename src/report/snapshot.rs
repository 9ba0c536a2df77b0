//! `klever.snapshot/1`: a whole cluster as a file, checked when it is read back.

use crate::knobs::{self, Place};
use crate::model::{BrokerId, Cluster, Datum, GroupOffset, PartitionIx};
use crate::report::clean::steers;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::fmt::Write as _;
use std::sync::Arc;

/// The name of the format.
pub const SNAPSHOT_SCHEMA: &str = "klever.snapshot/1";

/// Why a text is no snapshot: one line, and where.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SnapshotError {
    /// The line, where one is to blame.
    pub line: Option<usize>,
    pub text: String,
}

impl fmt::Display for SnapshotError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for SnapshotError {}

#[derive(Serialize)]
struct Written<'a> {
    schema: &'static str,
    klever: &'static str,
    cluster: &'a Cluster,
}

#[derive(Deserialize)]
struct Schema {
    schema: String,
}

#[derive(Deserialize)]
struct Read {
    cluster: Cluster,
}

/// A cluster as a file. Every part keeps its age, its source and, where it is unknown, the reason.
pub fn write_snapshot(cluster: &Cluster) -> String {
    let written = Written { schema: SNAPSHOT_SCHEMA, klever: env!("CARGO_PKG_VERSION"), cluster };
    // A cluster has string keys only and no floats that JSON cannot hold, so this does not fail.
    serde_json::to_string(&written)
        .map_or_else(|error| format!("{{\"error\":\"{error}\"}}\n"), |text| escaped(&text) + "\n")
}

/// JSON in which no letter steers a terminal or disguises a name: such letters stand in strings only, where an escape
/// is the same letter.
fn escaped(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for letter in json.chars() {
        if letter.is_control() || steers(letter) {
            let _ = write!(out, "\\u{:04x}", u32::from(letter));
        } else {
            out.push(letter);
        }
    }
    out
}

/// Reads a file back.
///
/// # Errors
/// When it is not JSON, not this format, or its parts do not fit together.
pub fn read_snapshot(text: &str) -> Result<Cluster, SnapshotError> {
    let wrong = |error: serde_json::Error| SnapshotError { line: Some(error.line()), text: message(&error) };
    let schema: Schema = serde_json::from_str(text).map_err(wrong)?;
    if schema.schema != SNAPSHOT_SCHEMA {
        let text = format!("the schema is `{}`, not `{SNAPSHOT_SCHEMA}`", super::clean(&schema.schema));
        return Err(SnapshotError { line: None, text });
    }
    let read: Read = serde_json::from_str(text).map_err(wrong)?;
    fits(&read.cluster).map_err(|text| SnapshotError { line: None, text })?;
    Ok(read.cluster.with_silent_brokers_down())
}

/// serde's message without its own position.
fn message(error: &serde_json::Error) -> String {
    let text = error.to_string();
    super::clean(text.rsplit_once(" at line ").map_or(text.as_str(), |(text, _)| text))
}

/// Whether every index points into its column: a file from outside must not be able to stop the program.
fn fits(cluster: &Cluster) -> Result<(), String> {
    let columns = &cluster.partitions;
    let count = columns.number.len();
    let lengths = [
        ("topic", columns.topic.len()),
        ("replicas", columns.replicas.len()),
        ("isr", columns.isr.len()),
        ("elr", columns.elr.get().map_or(count, |masks| masks.len())),
        ("leader", columns.leader.len()),
        ("leader_epoch", columns.leader_epoch.len()),
        ("log_start", columns.log_start.len()),
        ("high_watermark", columns.high_watermark.len()),
        ("log_end", columns.log_end.len()),
        ("last_stable", if columns.last_stable.is_empty() { count } else { columns.last_stable.len() }),
    ];
    if let Some((name, length)) = lengths.into_iter().find(|(_, length)| *length != count) {
        return Err(format!("column partitions.{name} has {length} entries, partitions.number has {count}"));
    }
    let ends = [&columns.log_start, &columns.high_watermark, &columns.last_stable, &columns.log_end];
    if ends.iter().flat_map(|column| column.iter()).any(|offset| *offset != -1 && !is_offset(*offset)) {
        return Err("partitions has a log that begins or ends at what is no offset".into());
    }
    if columns.replicas.iter().any(|set| *set as usize >= columns.sets.len()) {
        return Err("partitions.replicas names a replica list that is not in partitions.sets".into());
    }
    let repeats = |set: &[BrokerId]| set.iter().enumerate().any(|(at, id)| set[..at].contains(id));
    if columns.sets.iter().any(|set| set.is_empty() || repeats(set)) {
        return Err("partitions.sets has a replica list that is empty or names a broker twice".into());
    }
    let moved = columns.reassignments.get().map_or(&[][..], |all| all);
    let in_order = moved.is_sorted_by(|a, b| a.partition < b.partition);
    if !in_order || moved.last().is_some_and(|last| last.partition.at() >= count) {
        return Err("partitions.reassignments are out of order or name a partition that is not there".into());
    }
    if !cluster.brokers.is_sorted_by(|a, b| a.id < b.id) {
        return Err("brokers are not in ascending order of their ids".into());
    }
    quorum_fits(cluster)?;
    assumptions_fit(cluster)?;
    topics_fit(cluster, count)?;
    open_transactions_fit(cluster, count)?;
    groups_fit(cluster, count)
}

fn open_transactions_fit(cluster: &Cluster, count: usize) -> Result<(), String> {
    let open = &cluster.open_transactions;
    if !open.is_sorted_by(|one, next| one.partition < next.partition) {
        return Err("open_transactions are not in the order of their partitions".into());
    }
    if !open.iter().all(|one| one.partition.at() < count) {
        return Err("open_transactions name a partition that is not there".into());
    }
    Ok(())
}

fn quorum_fits(cluster: &Cluster) -> Result<(), String> {
    let Some(quorum) = cluster.quorum.get() else { return Ok(()) };
    let votes = |id: &BrokerId| quorum.voters.contains(id);
    if !quorum.online.iter().all(votes) || quorum.leader.is_some_and(|leader| !votes(&leader)) {
        return Err("quorum.online or quorum.leader names a node that is no voter".into());
    }
    Ok(())
}

/// Whether a log may reach so far: a million records a second for thirty years, and thousands of such logs can
/// be added up.
fn is_offset(offset: i64) -> bool {
    (0..=1 << 50).contains(&offset)
}

/// What a cluster assumes is what the knobs take.
fn assumptions_fit(cluster: &Cluster) -> Result<(), String> {
    for knob in knobs::ALL {
        // The name of a preset may be anybody's; its numbers are knobs of their own.
        let Place::Assumed { get, .. } = knob.place else { continue };
        if **knob == knobs::env::PRESET {
            continue;
        }
        // What a knob refuses no file brings in either: figures divide by some of these.
        let value = get(&cluster.assumed).to_string();
        knob.kind.parse(&value).map_err(|why| format!("{}: {}", knob.full_name(), super::clean(&why)))?;
    }
    Ok(())
}

fn topics_fit(cluster: &Cluster, count: usize) -> Result<(), String> {
    if !cluster.topics.is_sorted_by(|a, b| a.name < b.name) {
        return Err("topics are not in ascending order of their names".into());
    }
    let mut next = 0u64;
    for (at, topic) in cluster.topics.iter().enumerate() {
        let end = u64::from(topic.first) + u64::from(topic.count);
        if u64::from(topic.first) != next || end > count as u64 {
            return Err(format!(
                "the partitions of topic {} are not where it says",
                super::clean(&topic.name)
            ));
        }
        let own = &cluster.partitions.topic[topic.first as usize..end as usize];
        if own.iter().any(|ix| ix.at() != at) {
            return Err(format!("partitions of topic {} name another topic", super::clean(&topic.name)));
        }
        next = end;
    }
    if next == count as u64 { Ok(()) } else { Err("there are partitions without a topic".into()) }
}

fn groups_fit(cluster: &Cluster, count: usize) -> Result<(), String> {
    let Datum::Known { value: groups, .. } = &cluster.groups else { return Ok(()) };
    let inside = |ix: &PartitionIx| ix.at() < count;
    for group in groups.iter() {
        let offsets =
            group.offsets.get().is_none_or(|all| all.iter().all(|offset| inside(&offset.partition)));
        let members =
            group.members.get().is_none_or(|all| all.iter().all(|member| member.assigned.iter().all(inside)));
        let committed = |all: &Arc<[GroupOffset]>| {
            all.iter().flat_map(|one| [one.committed, one.told_lag]).flatten().all(is_offset)
        };
        if !group.offsets.get().is_none_or(committed) {
            return Err(format!("group {} has committed what is no offset", super::clean(&group.id)));
        }
        if !offsets || !members {
            return Err(format!("group {} names a partition that is not there", super::clean(&group.id)));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hypothesis::reference;
    use crate::model::KafkaVersion;

    #[test]
    fn a_cluster_comes_back_as_it_was() {
        let cluster = reference(KafkaVersion::REFERENCE);
        assert_eq!(read_snapshot(&write_snapshot(&cluster)).unwrap(), cluster);
    }

    #[test]
    fn names_that_could_steer_a_terminal_are_written_as_escapes() {
        let mut cluster = reference(KafkaVersion::REFERENCE);
        let mut topics = cluster.topics.to_vec();
        topics[0].name = "a\u{1b}[2J\u{202e}b\u{9b}\n".into();
        cluster.topics = topics.into();
        let text = write_snapshot(&cluster);
        assert!(text.contains("a\\u001b[2J\\u202eb\\u009b\\n"), "{text}");
        assert_eq!(read_snapshot(&text).unwrap(), cluster);
    }

    #[test]
    fn what_is_assumed_is_what_the_knobs_take() {
        let mut cluster = reference(KafkaVersion::REFERENCE);
        Arc::make_mut(&mut cluster.assumed).env.outage_minutes = 0.0;
        let told = read_snapshot(&write_snapshot(&cluster)).unwrap_err().to_string();
        assert!(told.contains("env:outage_minutes: `0`") && told.contains("from 0.001"), "{told}");
        let mut cluster = reference(KafkaVersion::REFERENCE);
        Arc::make_mut(&mut cluster.assumed).load.on_poison = "hope".into();
        assert!(read_snapshot(&write_snapshot(&cluster)).is_err(), "nobody knows that answer");
    }

    #[test]
    fn offsets_are_offsets() {
        let text = write_snapshot(&reference(KafkaVersion::REFERENCE));
        let far = text.replacen("\"high_watermark\": [\n", "\"high_watermark\":[", 1);
        let far = far.replacen("\"high_watermark\":[0", "\"high_watermark\":[9223372036854775807", 1);
        assert_ne!(far, text);
        let told = read_snapshot(&far).unwrap_err().to_string();
        assert!(told.contains("what is no offset"), "{told}");
        let below = far.replacen("9223372036854775807", "-7", 1);
        assert!(read_snapshot(&below).unwrap_err().to_string().contains("what is no offset"));
    }

    #[test]
    fn broken_files_are_told_not_trusted() {
        let text = write_snapshot(&reference(KafkaVersion::REFERENCE));
        let says = |text: &str| read_snapshot(text).unwrap_err();
        assert_eq!(says("{\n\"schema\": \n").line, Some(3));
        assert!(says("{\"schema\":\"klever.run/1\"}").text.contains("klever.run/1"));
        assert!(says(&text.replace("\"count\":12", "\"count\":13")).text.contains("topic orders"));
        assert!(says(&text.replace("\"first\":0", "\"first\":4294967295")).text.contains("topic orders"));
        let negative = text.replacen("\"records_per_s\":1000.0", "\"records_per_s\":-5.0", 1);
        assert!(says(&negative).text.contains("load:records_per_s"), "{}", says(&negative).text);
        let twice = text.replacen("[1,2,3]", "[1,1,1]", 1);
        assert!(says(&twice).text.contains("names a broker twice"));
        assert!(says(&text.replacen("[1,2,3]", "[]", 1)).text.contains("empty"));
        let fewer = text.replacen("\"leader\":[1,", "\"leader\":[", 1);
        assert!(says(&fewer).text.contains("partitions.leader has 11"), "{}", says(&fewer).text);
        assert!(
            says(&text.replacen("\"replicas\":[0,", "\"replicas\":[99,", 1)).text.contains("replica list")
        );
    }
}
