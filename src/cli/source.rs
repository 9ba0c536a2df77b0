//! Where the cluster of a command comes from: a real one, a file, the reference, or none.

use crate::cli::Failure;
use crate::cli::args::SourceArgs;
use crate::cli::output;
use crate::model::{Assumptions, Cluster, Datum, Features, KafkaVersion, Partitions, Unknown};
use crate::report::read_snapshot;
use std::path::Path;
use std::sync::Arc;

/// The cluster that was named, if one was, and that it is the expected one.
pub(super) fn named(args: &SourceArgs) -> Result<Option<Cluster>, Failure> {
    let found = match &args.snapshot {
        Some(path) => Some(from_file(path)?),
        None => connected(args)?,
    };
    if let Some(expected) = &args.expect_cluster_id {
        let cluster = found.as_ref().ok_or_else(|| {
            Failure::usage("--expect-cluster-id needs a cluster").hint("name one with -b or --snapshot")
        })?;
        expect(cluster, expected)?;
    }
    Ok(found)
}

/// The same, where a command needs one.
pub(super) fn needed(args: &SourceArgs) -> Result<Cluster, Failure> {
    named(args)?.ok_or_else(|| Failure::usage("no cluster was named").hint(HOW))
}

/// How to name a cluster.
#[cfg(feature = "live")]
pub(super) const HOW: &str = "give -b HOST:PORT or --snapshot FILE";
#[cfg(not(feature = "live"))]
pub(super) const HOW: &str = "give --snapshot FILE";

pub(super) fn from_file(path: &Path) -> Result<Cluster, Failure> {
    let text = output::read(path)?;
    read_snapshot(&text).map_err(|error| {
        let place = match error.line {
            Some(line) => format!("{}:{line}", path.display()),
            None => path.display().to_string(),
        };
        Failure::usage(format!("{place}: {error}")).hint("a file that `klever snapshot` wrote is needed")
    })
}

/// That the cluster is the one that the user means.
pub(super) fn expect(cluster: &Cluster, expected: &str) -> Result<(), Failure> {
    match &cluster.id {
        Datum::Known { value, .. } if value == expected => Ok(()),
        Datum::Known { value, .. } => {
            Err(Failure::blind(format!("this is cluster `{value}`, not `{expected}`"))
                .hint("check the address, or --expect-cluster-id"))
        }
        Datum::Unknown { reason } => Err(Failure::blind(format!(
            "the cluster's id is unknown ({reason}), so it may not be `{expected}`"
        ))),
    }
}

#[cfg(feature = "live")]
fn connected(args: &SourceArgs) -> Result<Option<Cluster>, Failure> {
    crate::cli::live::read(&args.connect)
}

#[cfg(not(feature = "live"))]
fn connected(_: &SourceArgs) -> Result<Option<Cluster>, Failure> {
    Ok(None)
}

/// No cluster at all, to judge client files alone: everything about it is not asked for.
pub(super) fn nothing() -> Cluster {
    Cluster {
        taken_at: 0,
        id: Datum::unknown(Unknown::NotAsked),
        version: Datum::unknown(Unknown::NotAsked),
        features: Features {
            elr: Datum::unknown(Unknown::NotAsked),
            metadata_level: Datum::unknown(Unknown::NotAsked),
        },
        quorum: Datum::unknown(Unknown::NotAsked),
        brokers: [].into(),
        topics: [].into(),
        partitions: Partitions::default(),
        groups: Datum::unknown(Unknown::NotAsked),
        assumed: Arc::new(Assumptions::defaults(KafkaVersion::REFERENCE)),
    }
}
