//! `klever roll`: which brokers are safe to restart, in which order, and what to wait for.

use crate::cli::args::{Format, SourceArgs};
use crate::cli::failure::{FOUND, Failure};
use crate::cli::{output, source};
use crate::consequences::{RestartSafety, RestartVerdict, roll_with_margin};
use crate::report::{roll_json, roll_text};
use clap::Args;
use std::process::ExitCode;

#[derive(Args, Debug)]
#[command(
    after_help = "Exit codes: 0 each broker may be stopped in its turn, 1 one must not be, 2 usage or bad input, \
                        3 whether one may is unknown."
)]
pub struct RollArgs {
    #[command(flatten)]
    pub source: SourceArgs,
    /// Leave so many in-sync replicas above the minimum ISR at every stop; 0 lets a stop bring partitions down to it
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=31))]
    pub margin: u32,
    /// How to write the plan
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
}

/// Runs the command. An unsafe broker makes the exit code 1, one that cannot be judged 3.
pub(super) fn run(args: &RollArgs) -> Result<ExitCode, Failure> {
    let cluster = source::needed(&args.source)?;
    let plan = roll_with_margin(&cluster, args.margin);
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
