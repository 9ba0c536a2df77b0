//! `--producer` and `--consumer` of `explain`: whose settings may have led to an error.

use crate::cli::args::ClientArgs;
use crate::cli::{Failure, files, output};
use crate::config::{ClientFile, FileUse, Placed, read_file};
use crate::knobs::KeyScope;
use crate::model::KafkaVersion;
use crate::report::GivenClient;
use std::path::Path;

/// The clients of these files, notes on standard error.
pub(super) fn read(args: &ClientArgs, version: Option<KafkaVersion>) -> Result<Vec<GivenClient>, Failure> {
    let version = version.unwrap_or(KafkaVersion::REFERENCE);
    let mut given = Vec::new();
    for path in &args.producer {
        given.extend(clients(path, FileUse::Producer, version)?);
    }
    for path in &args.consumer {
        given.extend(clients(path, FileUse::Consumer, version)?);
    }
    Ok(given)
}

fn clients(path: &Path, said: FileUse, version: KafkaVersion) -> Result<Vec<GivenClient>, Failure> {
    let (name, text) = (path.display().to_string(), output::read_properties(path)?);
    let file = read_file(&name, &text, Some(said), version)
        .map_err(|why| files::not_read(&name, Some(said), why))?;
    file.notes.iter().chain(&file.unread).for_each(output::note);
    if file.holds_secret {
        output::warn_of_readers(path);
    }
    let (scope, found) = match said {
        FileUse::Consumer => (KeyScope::Consumer, file.consumers),
        _ => (KeyScope::Producer, file.producers),
    };
    let client = |one: Placed<ClientFile>| GivenClient {
        scope,
        file: name.clone(),
        profile: one.of.profile,
        lines: one.of.lines,
    };
    Ok(found.into_iter().map(client).collect())
}
