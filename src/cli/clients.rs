//! `--producer` and `--consumer`: files that take the place of assumed clients.

use crate::cli::Failure;
use crate::cli::args::ClientArgs;
use crate::cli::output;
use crate::config::{FileNote, read_client};
use crate::knobs::{KeyScope, producer_errors};
use crate::model::{ClientProfile, Cluster, KafkaVersion};
use crate::report::clean;
use std::path::PathBuf;
use std::sync::Arc;

/// Puts the given clients in the place of the assumed ones; notes on a file go to standard error.
pub(super) fn adopt(cluster: &mut Cluster, args: &ClientArgs) -> Result<(), Failure> {
    let version = cluster.version.get().copied().unwrap_or(KafkaVersion::REFERENCE);
    let producers = read_all(KeyScope::Producer, &args.producer, version)?;
    let consumers = read_all(KeyScope::Consumer, &args.consumer, version)?;
    let assumed = Arc::make_mut(&mut cluster.assumed);
    if !producers.is_empty() {
        assumed.producers = producers;
    }
    if !consumers.is_empty() {
        assumed.consumers = consumers;
    }
    Ok(())
}

fn read_all(
    scope: KeyScope,
    paths: &[PathBuf],
    version: KafkaVersion,
) -> Result<Vec<ClientProfile>, Failure> {
    let mut profiles: Vec<ClientProfile> = Vec::new();
    for path in paths {
        let (name, text) = (path.display().to_string(), output::read_properties(path)?);
        let file = read_client(scope, &name, &text, version).map_err(|note| refused(scope, &note))?;
        for note in &file.notes {
            output::write_error(&format!("klever: note: {}", clean(&note.to_string())));
        }
        let mut profile = file.profile;
        // Two files of one name in different folders keep their paths.
        if profiles.iter().any(|other| other.name == profile.name) {
            profile.name = name;
        }
        profiles.push(profile);
    }
    Ok(profiles)
}

fn refused(scope: KeyScope, note: &FileNote) -> Failure {
    Failure::usage(note.to_string())
        .hint(format!("`klever explain {}:KEY` says what a key takes", scope.word()))
}

/// Producers that the Java client would not start cannot be assessed.
pub(super) fn must_start(cluster: &Cluster) -> Result<(), Failure> {
    for producer in &cluster.assumed.producers {
        if let Some(error) = producer_errors(producer).first() {
            let line = format!("producer {} would not start: {error}", producer.name);
            return Err(
                Failure::usage(line).hint("the Java client throws a ConfigException for this combination")
            );
        }
    }
    Ok(())
}
