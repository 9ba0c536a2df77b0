//! `klever check`: rules over a cluster, client files or both.

use crate::cli::args::{CheckArgs, FailOn, FindingsFormat};
use crate::cli::failure::{FOUND, Failure};
use crate::cli::{clients, output, source};
use crate::report;
use crate::rules::{Findings, Severity, examine};
use std::process::ExitCode;

pub(super) fn run(args: &CheckArgs) -> Result<ExitCode, Failure> {
    let no_files = args.clients.producer.is_empty() && args.clients.consumer.is_empty();
    let mut cluster = match source::named(&args.source)? {
        Some(cluster) => cluster,
        None if no_files => {
            let hint = format!("{}, --producer FILE or --consumer FILE", source::HOW);
            return Err(Failure::usage("there is nothing to check").hint(hint));
        }
        None => source::nothing(),
    };
    clients::adopt(&mut cluster, &args.clients)?;
    let findings = examine(&cluster);
    output::write(&match args.format {
        FindingsFormat::Text => report::findings_text(&cluster, &findings),
        FindingsFormat::Json => report::findings_json(&cluster, &findings),
        FindingsFormat::Sarif => report::findings_sarif(&cluster, &findings),
        FindingsFormat::Junit => report::findings_junit(&cluster, &findings),
        FindingsFormat::Markdown => report::findings_markdown(&cluster, &findings),
    })?;
    verdict(args, &findings)
}

/// What is certain decides before what is not known.
fn verdict(args: &CheckArgs, findings: &Findings) -> Result<ExitCode, Failure> {
    let bar = match args.fail_on {
        FailOn::Critical => Some(Severity::Critical),
        FailOn::High => Some(Severity::High),
        FailOn::Medium => Some(Severity::Medium),
        FailOn::Low => Some(Severity::Low),
        FailOn::Never => None,
    };
    if bar.is_some_and(|bar| findings.at_or_above(bar).next().is_some()) {
        return Ok(ExitCode::from(FOUND));
    }
    let unknown = findings.summary().unknown;
    if args.strict && unknown > 0 {
        return Err(Failure::blind(format!(
            "{unknown} verdicts are unknown, and --strict does not let them pass"
        )));
    }
    Ok(ExitCode::SUCCESS)
}
