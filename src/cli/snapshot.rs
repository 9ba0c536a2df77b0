//! `klever snapshot`: a real cluster, read once and written to a file.

use crate::cli::args::ConnectArgs;
use crate::cli::{Failure, output, source};
use crate::report::write_snapshot;
use clap::Args;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Args, Debug)]
pub struct SnapshotArgs {
    #[command(flatten)]
    pub connect: ConnectArgs,
    /// Refuse any cluster but the one with this id
    #[arg(long, value_name = "ID", help_heading = "Cluster")]
    pub expect_cluster_id: Option<String>,
    /// The file to write; standard output when left out
    #[arg(short = 'o', long = "output", value_name = "FILE")]
    pub output: Option<PathBuf>,
}

pub(super) fn run(args: &SnapshotArgs) -> Result<ExitCode, Failure> {
    let cluster = source::connected(&args.connect)?.ok_or_else(source::no_address)?;
    if let Some(expected) = &args.expect_cluster_id {
        source::expect(&cluster, expected)?;
    }
    let text = write_snapshot(&cluster);
    match &args.output {
        None => output::write(&text)?,
        Some(path) => std::fs::write(path, text)
            .map_err(|error| Failure::usage(format!("cannot write {}: {}", path.display(), error.kind())))?,
    }
    Ok(ExitCode::SUCCESS)
}
