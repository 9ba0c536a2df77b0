//! `klever roll`: which brokers are safe to restart, in which order, and what to wait for.

#[cfg(feature = "live")]
mod wait;

use crate::cli::args::{Format, SourceArgs};
use crate::cli::failure::{FOUND, Failure};
use crate::cli::{output, source};
use crate::consequences::{RestartSafety, RestartVerdict, RollPlan, roll_of, roll_with_margin};
use crate::model::{BrokerId, Cluster, id_list};
use crate::report::{roll_json, roll_text};
use clap::Args;
#[cfg(feature = "live")]
use clap::ValueEnum;
use std::process::ExitCode;

#[derive(Args, Debug)]
#[command(
    after_help = "Exit codes: 0 each broker, or the one of --broker, may be stopped in its turn, 1 one must not be, \
                        2 usage or bad input, 3 whether one may is unknown. With --wait: 0 what was waited for holds, \
                        1 it will not however long one waits, 3 time ran out or it cannot be seen."
)]
pub struct RollArgs {
    #[command(flatten)]
    pub source: SourceArgs,
    /// Leave so many in-sync replicas above the minimum ISR at every stop; 0 lets a stop bring partitions down to it
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=31))]
    pub margin: u32,
    /// Judge this broker only
    #[arg(long, value_name = "ID")]
    pub broker: Option<i32>,
    /// Look again until the broker may be stopped (`stop`), or until it is up and in the ISR of all that it holds
    /// (`isr`)
    #[cfg(feature = "live")]
    #[arg(
        long,
        value_enum,
        value_name = "FOR",
        requires = "broker",
        conflicts_with = "snapshot",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "stop"
    )]
    pub wait: Option<WaitFor>,
    /// Wait so many seconds at most
    #[cfg(feature = "live")]
    #[arg(long, value_name = "SECONDS", requires = "wait", default_value_t = 600)]
    pub timeout: u32,
    /// How to write the plan
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
}

/// What is waited for.
#[cfg(feature = "live")]
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum WaitFor {
    /// That the broker may be stopped
    Stop,
    /// That it is back in every ISR
    Isr,
}

/// Runs the command. An unsafe broker makes the exit code 1, one that cannot be judged 3.
pub(super) fn run(args: &RollArgs) -> Result<ExitCode, Failure> {
    #[cfg(feature = "live")]
    if let (Some(broker), Some(what)) = (args.broker, args.wait) {
        return wait::run(args, BrokerId(broker), what);
    }
    let cluster = source::needed(&args.source)?;
    let plan = match args.broker {
        Some(broker) => plan_of_one(&cluster, BrokerId(broker), args.margin)?,
        None => roll_with_margin(&cluster, args.margin),
    };
    output::write(&match args.format {
        Format::Text => roll_text(&cluster, &plan),
        Format::Json => roll_json(&cluster, &plan),
    })?;
    match plan.brokers.iter().max_by_key(|broker| broker.verdict) {
        Some(worst) => code_of(worst),
        None => Err(Failure::blind("no broker is up")),
    }
}

fn plan_of_one(cluster: &Cluster, broker: BrokerId, margin: u32) -> Result<RollPlan, Failure> {
    if cluster.broker(broker).is_none() {
        let ids: Vec<BrokerId> = cluster.brokers.iter().map(|broker| broker.id).collect();
        let hint = format!("the cluster lists {}", id_list(&ids));
        return Err(Failure::usage(format!("there is no broker {broker}")).hint(hint));
    }
    if !cluster.is_up(broker) {
        return Err(Failure::blind(format!("broker {broker} is not up, so that its stop says nothing")));
    }
    Ok(roll_of(cluster, &[broker], margin))
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
