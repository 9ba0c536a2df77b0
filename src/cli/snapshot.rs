//! `klever snapshot`: a cluster, read once and written to a file, without names if so asked.

use crate::cli::args::SourceArgs;
use crate::cli::{Failure, output, source};
use crate::report::{anonymised, write_snapshot};
use clap::Args;
use rustix::fs::OFlags;
use std::collections::hash_map::RandomState;
use std::fs::{File, Permissions};
use std::hash::BuildHasher;
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
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
    // Before the cluster is asked for anything: a path that cannot be written must not cost the wait.
    let target = args.output.as_deref().map(Target::open).transpose()?;
    let mut cluster = source::needed(&args.source)?;
    if args.anonymise {
        // Of a random key nobody keeps, so that no two files have the same id.
        cluster = anonymised(&cluster, RandomState::new().hash_one(cluster.taken_at));
    }
    let text = write_snapshot(&cluster);
    match target {
        None => output::write(&text)?,
        Some(target) => target.write(&text)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// A file to be written, which only its owner may read: it names topics, groups and hosts. What it held stays until
/// there is something to write, and a new one that gets nothing goes again.
struct Target {
    path: PathBuf,
    file: File,
    is_unused: bool,
}

impl Target {
    fn open(path: &Path) -> Result<Target, Failure> {
        let is_unused = !path.exists();
        let opened = output::writable().write(true).open(path);
        let file = opened.map_err(|error| output::unwritable(path, &error))?;
        Ok(Target { path: path.into(), file, is_unused })
    }

    fn write(mut self, text: &str) -> Result<(), Failure> {
        self.is_unused = false;
        self.replace(text).map_err(|error| output::unwritable(&self.path, &error))
    }

    fn replace(&mut self, text: &str) -> io::Result<()> {
        // A terminal or a pipe is not ours, and has no length.
        if self.file.metadata()?.is_file() {
            self.file.set_permissions(Permissions::from_mode(0o600))?;
            self.file.set_len(0)?;
        }
        // What was opened without waiting is written with it.
        let flags = rustix::fs::fcntl_getfl(&self.file)? - OFlags::NONBLOCK;
        rustix::fs::fcntl_setfl(&self.file, flags)?;
        self.file.write_all(text.as_bytes())
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        if self.is_unused {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_owner_may_read_what_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cluster.json");
        std::fs::write(&path, "older and longer").unwrap();
        let target = Target::open(&path).unwrap();
        assert_eq!(
            std::fs::read_to_string(&path).unwrap(),
            "older and longer",
            "until there is something new"
        );
        target.write("new").unwrap();
        let written = std::fs::metadata(&path).unwrap();
        assert_eq!(written.permissions().mode() & 0o777, 0o600);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "new");
    }

    #[test]
    fn a_path_that_cannot_be_written_is_told_before_the_work_and_nothing_is_left_of_a_failed_one() {
        let folder = tempfile::tempdir().unwrap();
        let told = |path: &Path| Target::open(path).err().unwrap().line;
        assert!(told(&folder.path().join("no/such")).contains("there is no such folder"));
        assert!(told(folder.path()).contains("is a directory"));
        let path = folder.path().join("cluster.json");
        drop(Target::open(&path).unwrap());
        assert!(!path.exists());
        std::fs::write(&path, "older").unwrap();
        drop(Target::open(&path).unwrap());
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "older");
    }
}
