//! `klever lag`: how far consumer groups are behind, of a cluster that is read once or again and again, or of a file.

#[cfg(feature = "live")]
mod watch;

use crate::cli::args::SourceArgs;
use crate::cli::failure::{FOUND, Failure};
use crate::cli::{output, source};
use crate::knobs::nearest_of;
use crate::model::{Cluster, plural};
use crate::report::{GroupLag, LagReport, clean, lag_json, lag_prometheus, lag_text};
use clap::{Args, ValueEnum};
use std::process::ExitCode;

#[derive(Args, Debug)]
#[command(
    after_help = "Exit codes: 0 fine, 1 records were deleted unread or a commit lies beyond the end of the log, \
                        2 usage or bad input, 3 a lag that was asked for is not known whole. With --watch the code is that of \
                        the last poll; Ctrl-C ends it."
)]
pub struct LagArgs {
    #[command(flatten)]
    pub source: SourceArgs,
    /// Show this group only; several: all of them
    #[arg(long, value_name = "ID")]
    pub group: Vec<String>,
    /// Count the lag in this topic only; several: in all of them
    #[arg(long, value_name = "NAME")]
    pub topic: Vec<String>,
    /// Look again every so many seconds, and show rates, trend, age and time to zero
    #[cfg(feature = "live")]
    #[arg(long, value_name = "SECONDS", conflicts_with = "snapshot", value_parser = clap::value_parser!(u32).range(1..=86_400))]
    pub watch: Option<u32>,
    /// How to write it; with --watch, JSON is a line a poll
    #[arg(long, value_enum, default_value_t = LagFormat::Text)]
    pub format: LagFormat,
}

#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum LagFormat {
    /// For people
    Text,
    /// klever.lag/1
    Json,
    /// Gauges for Prometheus and its textfile collector
    Prometheus,
}

pub(super) fn run(args: &LagArgs) -> Result<ExitCode, Failure> {
    #[cfg(feature = "live")]
    if let Some(seconds) = args.watch {
        return watch::run(args, std::time::Duration::from_secs(seconds.into()));
    }
    let cluster = source::needed(&args.source)?;
    named_are_there(args, &cluster)?;
    if let Some(reason) = cluster.groups.reason() {
        return Err(Failure::blind(format!("consumer groups: {reason}")).hint(ACLS));
    }
    let report = report_of(args, &cluster);
    output::write(&match args.format {
        LagFormat::Text => lag_text(&report),
        LagFormat::Json => lag_json(&report),
        LagFormat::Prometheus => lag_prometheus(&report),
    })?;
    code_of(&report)
}

/// What was asked for.
fn report_of<'a>(args: &LagArgs, cluster: &'a Cluster) -> LagReport<'a> {
    let among = |names: &[String], name: &str| names.is_empty() || names.iter().any(|one| one == name);
    LagReport::of(cluster, |id| among(&args.group, id), |topic| among(&args.topic, topic))
}

const ACLS: &str = "`klever acl` lists what klever must be allowed to read";

/// A topic or a group that was not seen is a mistake only where all were.
fn absent<'a>(
    what: &str,
    name: &str,
    is_complete: bool,
    names: impl Iterator<Item = &'a str> + Clone,
) -> Failure {
    let failure = if is_complete {
        Failure::usage(format!("there is no {what} `{name}`"))
    } else {
        Failure::blind(format!("{what} `{name}` was not seen, and may be hidden"))
    };
    match nearest_of(name, names) {
        Some(near) => failure.hint(format!("did you mean `{near}`?")),
        None => failure,
    }
}

/// What was asked for by its name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Named<'a> {
    Topic(&'a str),
    Group(&'a str),
}

/// The first that was asked for by its name and not seen. Of groups nothing is said where they could not be listed.
fn not_seen<'a>(args: &'a LagArgs, cluster: &Cluster) -> Option<Named<'a>> {
    let topic = args.topic.iter().find(|name| cluster.topic_named(name).is_none());
    if let Some(name) = topic {
        return Some(Named::Topic(name));
    }
    let groups = cluster.groups.get()?;
    let group = args.group.iter().find(|id| groups.iter().all(|group| *group.id != ***id));
    group.map(|id| Named::Group(id))
}

fn named_are_there(args: &LagArgs, cluster: &Cluster) -> Result<(), Failure> {
    match not_seen(args, cluster) {
        None => Ok(()),
        Some(Named::Topic(name)) => {
            let names = cluster.topics.iter().map(|topic| &*topic.name);
            Err(absent("topic", name, cluster.topics_complete().get().is_some(), names))
        }
        Some(Named::Group(id)) => {
            let groups = cluster.groups.get().map_or(&[][..], |groups| groups);
            let ids = groups.iter().map(|group| &*group.id);
            Err(absent("group", id, cluster.completeness().groups.get().is_some(), ids))
        }
    }
}

/// What is certain decides before what is not known.
fn code_of(report: &LagReport<'_>) -> Result<ExitCode, Failure> {
    let is_bad = |of: &GroupLag| of.deleted_unread() > 0 || of.beyond_end() > 0;
    if report.groups.iter().any(is_bad) {
        return Ok(ExitCode::from(FOUND));
    }
    let open: Vec<&GroupLag> = report.groups.iter().filter(|of| !of.is_known()).collect();
    let Some(first) = open.first() else {
        return match &report.hidden_commits {
            Some(reason) => Err(Failure::blind(format!("commits on hidden topics: {reason}")).hint(ACLS)),
            None => Ok(ExitCode::SUCCESS),
        };
    };
    let groups = plural(open.len(), "group");
    let line = format!("the lag of {groups} is not known whole, `{}` first", clean(&first.group.id));
    Err(Failure::blind(line).hint(ACLS))
}
