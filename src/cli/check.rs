//! `klever check`: rules over a cluster, client files or both.

mod accepted;
mod fix;
mod hosts;
mod survival;

use crate::cli::args::{FileArgs, SourceArgs};
use crate::cli::failure::{FOUND, Failure};
use crate::cli::{files, output, source};
use crate::model::{Cluster, Datum, Origin, plural};
use crate::report::{self, Harm, Survivals};
use crate::rules::{Finding, FindingStatus, Findings, Severity, examine_within};
use clap::{Args, ValueEnum};
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Args, Debug)]
pub struct CheckArgs {
    #[command(flatten)]
    pub source: SourceArgs,
    #[command(flatten)]
    pub files: FileArgs,
    /// Judge the machine of the broker that runs here too, or of the one in a folder that has a copy of its /proc and /sys
    #[arg(long, value_name = "FOLDER", num_args = 0..=1, default_missing_value = hosts::HERE, help_heading = "Files", long_help = hosts::HELP)]
    pub host: Vec<PathBuf>,
    /// How to write the findings
    #[arg(long, value_enum, default_value_t = FindingsFormat::Text)]
    pub format: FindingsFormat,
    /// Exit with 1 when there is a finding of this severity or a worse one
    #[arg(long, value_enum, default_value_t = FailOn::High, value_name = "SEVERITY")]
    pub fail_on: FailOn,
    /// Play these against exactly the clients of the files, in the simulator, and say what gave way: on the snapshot's
    /// cluster or the reference cluster
    #[arg(long, value_enum, value_delimiter = ',', value_name = "TEST,...")]
    pub survives: Vec<survival::TestChoice>,
    /// Findings that this file has do not fail the check: it is one that --write-baseline wrote
    #[arg(long, value_name = "FILE", help_heading = "Accepted findings")]
    pub baseline: Option<PathBuf>,
    /// Write the findings into this file, for --baseline; only what could not be seen fails the check then
    #[arg(long, value_name = "FILE", help_heading = "Accepted findings")]
    pub write_baseline: Option<PathBuf>,
    /// Findings that somebody decided to live with until a day: [[waiver]] tables of rule, subject, reason and until
    #[arg(long, value_name = "FILE", help_heading = "Accepted findings")]
    pub waivers: Option<PathBuf>,
    /// Write what the fixes say as a patch of the clients' files and as commands; nothing is applied
    #[arg(long)]
    pub fix: bool,
    /// Exit with 3 when anything that was asked for could not be read, however harmless
    #[arg(long)]
    pub strict: bool,
    /// Exit with 0 although something that decides could not be read
    #[arg(long, conflicts_with = "strict")]
    pub allow_unknown: bool,
}

#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum FindingsFormat {
    /// For people
    Text,
    /// klever.findings/1
    Json,
    /// SARIF 2.1.0
    Sarif,
    /// JUnit XML
    Junit,
    /// A table for a comment
    Markdown,
}

#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum FailOn {
    /// Data loss, an outage or an open security hole now
    Critical,
    /// The next ordinary failure causes one
    High,
    /// A weakness that needs a second cause
    Medium,
    /// Worth improving when there is time
    Low,
    /// No severity: findings never fail the check
    Never,
}

impl FailOn {
    fn severity(self) -> Option<Severity> {
        match self {
            FailOn::Critical => Some(Severity::Critical),
            FailOn::High => Some(Severity::High),
            FailOn::Medium => Some(Severity::Medium),
            FailOn::Low => Some(Severity::Low),
            FailOn::Never => None,
        }
    }
}

pub(super) fn run(args: &CheckArgs) -> Result<ExitCode, Failure> {
    if args.fix && args.format != FindingsFormat::Text {
        return Err(Failure::usage("--fix is written as text").hint("leave out --fix or --format"));
    }
    let mut cluster = cluster_of(args)?;
    let mut around = hosts::surroundings(args)?;
    let read = files::adopt(&mut cluster, &mut around, &args.files)?;
    let mut findings = examine_within(&cluster, &around);
    read.locate(&mut findings);
    accepted::accept(args, &mut findings)?;
    let survivals = survival::survivals(args, &cluster)?;
    output::write(&written(args.format, &cluster, &findings, survivals.as_ref()))?;
    if args.fix {
        output::write(&fix::fixes(&read, (&cluster, &around), &findings))?;
    }
    if let Some(path) = &args.write_baseline {
        accepted::write(path, &findings)?;
        let known = findings.known();
        findings.waive_known(&known, "known from today");
    }
    // What is certain stands before what is not known.
    let code = if gave_way(args, survivals.as_ref()) {
        ExitCode::from(FOUND)
    } else {
        verdict(args, &cluster, &findings)?
    };
    if code == ExitCode::SUCCESS {
        came_to_its_end(survivals.as_ref())?;
        everything_played(args, survivals.as_ref())?;
    }
    read.or(code)
}

fn written(
    format: FindingsFormat,
    cluster: &Cluster,
    findings: &Findings,
    survivals: Option<&Survivals>,
) -> String {
    match (format, survivals) {
        (FindingsFormat::Text, None) => report::findings_text(cluster, findings),
        (FindingsFormat::Text, Some(survivals)) => {
            report::findings_text(cluster, findings) + "\n" + &report::survivals_text(survivals)
        }
        (FindingsFormat::Json, None) => report::findings_json(cluster, findings),
        (FindingsFormat::Json, Some(survivals)) => report::findings_json_with(cluster, findings, survivals),
        (FindingsFormat::Sarif, _) => report::findings_sarif(cluster, findings),
        (FindingsFormat::Junit, _) => report::findings_junit(cluster, findings),
        (FindingsFormat::Markdown, _) => report::findings_markdown(cluster, findings),
    }
}

/// Whether something gave way that fails the check as a finding would: lost records are critical, the others high.
fn gave_way(args: &CheckArgs, survivals: Option<&Survivals>) -> bool {
    let Some(bar) = args.fail_on.severity() else { return false };
    let severity = |harm: Harm| {
        if matches!(harm, Harm::Lost | Harm::PassedOver) { Severity::Critical } else { Severity::High }
    };
    let mut gave_way = survivals.iter().flat_map(|of| &of.all).flat_map(|one| &one.gave_way);
    gave_way.any(|one| severity(one.harm) <= bar)
}

/// Refuses to pass what somebody ended, whatever is accepted.
fn came_to_its_end(survivals: Option<&Survivals>) -> Result<(), Failure> {
    if survivals.is_some_and(|survivals| survivals.is_interrupted) {
        return Err(Failure::blind("interrupted: not everything was played"));
    }
    Ok(())
}

/// Refuses to pass a test that was not played to its end.
fn everything_played(args: &CheckArgs, survivals: Option<&Survivals>) -> Result<(), Failure> {
    let accepted = args.allow_unknown || args.fail_on == FailOn::Never && !args.strict;
    let Some(survivals) = survivals.filter(|_| !accepted) else { return Ok(()) };
    match survivals.all.iter().find_map(|one| Some((one, one.counts.as_ref().err()?))) {
        Some((one, why)) => {
            let line = format!("whether {} survives `{}` is unknown: {why}", one.client, one.test.word());
            Err(Failure::blind(line).hint(ACCEPT))
        }
        None => Ok(()),
    }
}

/// The cluster that was named, or none at all for files alone.
fn cluster_of(args: &CheckArgs) -> Result<Cluster, Failure> {
    match source::named(&args.source)? {
        Some(_) if args.files.kafka_version.is_some() => {
            Err(Failure::usage("--kafka-version is for files without a cluster: a cluster tells it itself")
                .hint("leave out the one or the other"))
        }
        Some(cluster) => Ok(cluster),
        None if args.files.is_empty() && args.host.is_empty() => {
            let hint = format!("{}, or files: klever check FILE...", source::HOW);
            Err(Failure::usage("there is nothing to check").hint(hint))
        }
        None => {
            let version = args.files.kafka_version.map(|version| Datum::known(version, 0, Origin::WhatIf));
            Ok(Cluster { version: version.unwrap_or_else(Datum::not_asked), ..source::nothing() })
        }
    }
}

/// What is certain decides before what is not known.
fn verdict(args: &CheckArgs, cluster: &Cluster, findings: &Findings) -> Result<ExitCode, Failure> {
    let bar = args.fail_on.severity();
    if bar.is_some_and(|severity| findings.at_or_above(severity).next().is_some()) {
        return Ok(ExitCode::from(FOUND));
    }
    let unknown = findings.summary().unknown;
    if args.strict && unknown > 0 {
        let checks = plural(unknown, "check");
        return Err(Failure::blind(format!(
            "what {checks} would say is unknown, and --strict does not let that pass"
        )));
    }
    if args.strict
        && let Some(reason) = report::hidden_topics(cluster)
    {
        return Err(Failure::blind(format!("{reason}, and --strict does not let that pass")));
    }
    match bar.filter(|_| !args.allow_unknown) {
        Some(severity) => everything_seen(cluster, findings, severity),
        None => Ok(ExitCode::SUCCESS),
    }
}

/// Refuses to pass what might hide a finding of this severity.
fn everything_seen(cluster: &Cluster, findings: &Findings, severity: Severity) -> Result<ExitCode, Failure> {
    let open = unknown_rules(findings, severity);
    if !open.is_empty() {
        let rules = open.join(", ");
        return Err(Failure::blind(format!("what these rules need could not be read: {rules}")).hint(ACCEPT));
    }
    match report::hidden_topics(cluster) {
        Some(reason) => {
            let bar = severity.word();
            let why =
                format!("nothing of severity {bar} or above in the topics that were seen, but {reason}");
            Err(Failure::blind(why).hint(ACCEPT))
        }
        None => Ok(ExitCode::SUCCESS),
    }
}

/// Rules of a severity or worse whose evidence was asked for and not obtained.
fn unknown_rules(findings: &Findings, severity: Severity) -> Vec<&'static str> {
    let open = |finding: &&Finding| finding.status == FindingStatus::Unknown && finding.severity <= severity;
    let mut rules: Vec<&str> = findings.findings.iter().filter(open).map(|finding| finding.rule.id).collect();
    rules.dedup();
    rules
}

const ACCEPT: &str = "--allow-unknown accepts that";
