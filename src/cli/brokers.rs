//! `--broker`: files of brokers in the place of a cluster.

use crate::cli::Failure;
use crate::cli::clients::ReadFiles;
use crate::cli::output;
use crate::config::{BrokerFile, FileKind, FileNote, read_broker};
use crate::model::{Broker, BrokerId, Cluster, Datum, KafkaVersion, Origin};
use std::path::PathBuf;

/// Puts the brokers of these files into a cluster of which nothing is known; notes on a file go to standard error.
pub(super) fn adopt(cluster: &mut Cluster, paths: &[PathBuf], read: &mut ReadFiles) -> Result<(), Failure> {
    let mut brokers: Vec<Broker> = Vec::new();
    for path in paths {
        let (name, text) = (path.display().to_string(), output::read_properties(path)?);
        let file = read_broker(&name, &text).map_err(|note| refused(&note))?;
        let mut notes: Vec<&FileNote> = file.notes.iter().chain(&file.unread).collect();
        notes.sort_by_key(|note| note.line);
        notes.into_iter().for_each(output::note);
        if file.holds_secret {
            output::warn_of_readers(path);
        }
        if let Some(kind) = file.other_kind {
            return Err(not_a_brokers(&name, kind));
        }
        let BrokerFile { mut broker, lines, unread, .. } = file;
        // Files of one id, or without any, are told apart all the same.
        while brokers.iter().any(|other| other.id == broker.id) {
            broker.id = BrokerId(broker.id.0 + 1);
        }
        read.unread.extend(unread);
        read.place(&broker.id.to_string(), &name, &lines);
        brokers.push(broker);
    }
    brokers.sort_by_key(|broker| broker.id);
    if !brokers.is_empty() {
        if cluster.version.get().is_none() {
            cluster.version = Datum::known(assumed_version(&brokers), 0, Origin::Assumed);
        }
        cluster.brokers = brokers.into();
    }
    Ok(())
}

/// The newest release that takes such files, where nobody says which one it is: only those before 4.0 have ZooKeeper.
fn assumed_version(brokers: &[Broker]) -> KafkaVersion {
    let sets = |broker: &Broker, key| broker.config.get().is_some_and(|config| config.contains_key(key));
    let on_zookeeper =
        brokers.iter().any(|broker| sets(broker, "zookeeper.connect") && !sets(broker, "process.roles"));
    if on_zookeeper { KafkaVersion::new(3, 9, 0) } else { KafkaVersion::REFERENCE }
}

fn not_a_brokers(name: &str, kind: FileKind) -> Failure {
    Failure::usage(format!("{name} is not a broker's configuration: {kind}"))
        .hint("klever reads server.properties of brokers and controllers (--broker)")
}

fn refused(note: &FileNote) -> Failure {
    Failure::usage(note.to_string()).hint("`klever explain broker:KEY` says what a key takes")
}
