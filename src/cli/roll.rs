//! `klever roll`: which brokers are safe to restart, in which order, and what to wait for.

use crate::cli::args::{Format, SourceArgs};
use crate::cli::failure::{FOUND, Failure};
use crate::cli::{output, source};
use crate::consequences::{RestartSafety, RestartVerdict, roll};
use crate::report::{roll_json, roll_text};
use clap::Args;
use std::process::ExitCode;

#[derive(Args, Debug)]
pub struct RollArgs {
    #[command(flatten)]
    pub source: SourceArgs,
    /// How to write the plan
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
}

/// Runs the command. An unsafe broker makes the exit code 1, one that cannot be judged 3.
pub(super) fn run(args: &RollArgs) -> Result<ExitCode, Failure> {
    let cluster = source::needed(&args.source)?;
    let plan = roll(&cluster);
    output::write(&match args.format {
        Format::Text => roll_text(&cluster, &plan),
        Format::Json => roll_json(&cluster, &plan),
    })?;
    match plan.brokers.iter().max_by_key(|broker| broker.verdict) {
        Some(worst) => code_of(worst),
        None => Err(Failure::blind("no broker is up")),
    }
}

/// Unknown is not safe.
fn code_of(worst: &RestartVerdict) -> Result<ExitCode, Failure> {
    match worst.verdict {
        RestartSafety::Safe | RestartSafety::AtFloor => Ok(ExitCode::SUCCESS),
        RestartSafety::Unsafe => Ok(ExitCode::from(FOUND)),
        RestartSafety::Unknown => Err(unknown(worst)),
    }
}

/// What was not seen and may make a stop unsafe.
pub(super) fn unknown(verdict: &RestartVerdict) -> Failure {
    Failure::blind(format!("whether a broker is safe to stop is unknown: {}", verdict.unseen.join("; ")))
        .hint(ACLS)
}

/// What helps where something was not seen.
pub(super) const ACLS: &str = "`klever acl` lists what klever must be allowed to read";
