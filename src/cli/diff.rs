//! `klever diff`: two snapshots of a cluster, and what got riskier, better or only different between them.

use crate::cli::args::Format;
use crate::cli::failure::{FOUND, Failure};
use crate::cli::{output, source};
use crate::model::Cluster;
use crate::report::{Direction, SnapshotDiff, clean, diff, diff_json, diff_text};
use clap::Args;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Args, Debug)]
#[command(
    after_help = "Exit codes: 0 the same or better, 1 something got riskier, 2 usage or bad input, 3 not two \
                        snapshots of one cluster, or nothing got riskier in what both saw and something was not seen."
)]
pub struct DiffArgs {
    /// The earlier snapshot, a file that `klever snapshot` wrote
    #[arg(value_name = "A.json")]
    pub was: PathBuf,
    /// The later one
    #[arg(value_name = "B.json")]
    pub now: PathBuf,
    /// How to write the differences
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
}

pub(super) fn run(args: &DiffArgs) -> Result<ExitCode, Failure> {
    let (was, now) = (source::from_file(&args.was)?, source::from_file(&args.now)?);
    comparable(&was, &now)?;
    let diff = diff(&was, &now);
    output::write(&match args.format {
        Format::Text => diff_text(&now, &diff),
        Format::Json => diff_json(&was, &now, &diff),
    })?;
    code_of(&diff)
}

/// Two clusters have nothing in common that could have changed.
fn comparable(was: &Cluster, now: &Cluster) -> Result<(), Failure> {
    match (was.id.get(), now.id.get()) {
        (Some(was), Some(now)) if was != now => {
            let line = format!("not comparable: the first is of cluster `{was}`, the second of `{now}`");
            Err(Failure::blind(line).hint("each anonymised file has an id and numbers of its own"))
        }
        _ => Ok(()),
    }
}

fn code_of(diff: &SnapshotDiff) -> Result<ExitCode, Failure> {
    let unseen = diff.of(Direction::Unseen).count();
    if diff.of(Direction::Riskier).next().is_some() {
        return Ok(ExitCode::from(FOUND));
    }
    if let Some(first) = diff.of(Direction::Unseen).next() {
        let more = if unseen > 1 { format!(" and {} more", unseen - 1) } else { String::new() };
        let first = clean(&first.subject);
        let line = format!("nothing got riskier in what both saw; not seen by both: {first}{more}");
        return Err(Failure::blind(line).hint("`klever acl` lists what klever must be allowed to read"));
    }
    Ok(ExitCode::SUCCESS)
}
