//! `klever snapshot`: a cluster, read once and written to a file, without names if so asked.

use crate::cli::args::SourceArgs;
use crate::cli::{Failure, output, source};
use crate::report::{anonymised, write_snapshot};
use clap::Args;
use std::collections::hash_map::RandomState;
use std::fs::{OpenOptions, Permissions};
use std::hash::BuildHasher;
use std::io::Write;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(Args, Debug)]
pub struct SnapshotArgs {
    #[command(flatten)]
    pub source: SourceArgs,
    /// Replace the names of topics, groups, clients, hosts and racks, the cluster's id and configured values that may
    /// carry one by numbers, which nobody can turn back; what Kafka itself defines stays
    #[arg(long)]
    pub anonymise: bool,
    /// The file to write; standard output when left out
    #[arg(short = 'o', long = "output", value_name = "FILE")]
    pub output: Option<PathBuf>,
}

pub(super) fn run(args: &SnapshotArgs) -> Result<ExitCode, Failure> {
    let mut cluster = source::needed(&args.source)?;
    if args.anonymise {
        // Of a random key nobody keeps, so that no two files have the same id.
        cluster = anonymised(&cluster, RandomState::new().hash_one(cluster.taken_at));
    }
    let text = write_snapshot(&cluster);
    match &args.output {
        None => output::write(&text)?,
        Some(path) => write_private(path, &text)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// Writes a file that only its owner may read: it names topics, groups and hosts.
fn write_private(path: &Path, text: &str) -> Result<(), Failure> {
    let written = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path);
    let written = written.and_then(|mut file| {
        // A file that was there keeps its mode otherwise; a terminal or a pipe is not ours.
        if file.metadata()?.is_file() {
            file.set_permissions(Permissions::from_mode(0o600))?;
        }
        file.write_all(text.as_bytes())
    });
    written.map_err(|error| Failure::usage(format!("cannot write {}: {}", path.display(), error.kind())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_owner_may_read_what_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cluster.json");
        std::fs::write(&path, "older and longer").unwrap();
        write_private(&path, "new").unwrap();
        let written = std::fs::metadata(&path).unwrap();
        assert_eq!(written.permissions().mode() & 0o777, 0o600);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "new");
    }
}
