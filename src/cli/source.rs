//! Where the cluster of a command comes from: a real one, a file, the reference, or none.

use crate::cli::Failure;
#[cfg(feature = "live")]
use crate::cli::args::TransportChoice;
use crate::cli::args::{ConnectArgs, SourceArgs};
use crate::cli::output;
#[cfg(feature = "live")]
use crate::cli::user_settings;
use crate::config::InputKind;
#[cfg(feature = "live")]
use crate::config::settings::NamedCluster;
#[cfg(feature = "live")]
use crate::config::{is_secret_key, parse_properties};
#[cfg(feature = "live")]
use crate::kafka::{Client, ConnectError, ConnectionSpec, SnapshotRequest, Transport};
use crate::model::{Assumptions, Cluster, Datum, Features, KafkaVersion, Partitions};
use crate::report::{SnapshotError, is_recording, read_snapshot};
use std::path::Path;
use std::sync::Arc;

/// The cluster that was named, if one was, and that it is the expected one.
pub(super) fn named(args: &SourceArgs) -> Result<Option<Cluster>, Failure> {
    let found = match &args.snapshot {
        Some(path) => Some(from_file(path)?),
        None => connected(&args.connect)?,
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
    let text = output::read(path, InputKind::Snapshot)?;
    if is_recording(&text) {
        return Err(Failure::usage(format!("{} is a recording of many states", path.display()))
            .hint("`klever open FILE` replays it; give a file that `klever snapshot` wrote"));
    }
    read_cluster(path, &text)
}

/// The cluster that a file's text holds.
pub(super) fn read_cluster(path: &Path, text: &str) -> Result<Cluster, Failure> {
    read_snapshot(text).map_err(|error| broken(path, &error).hint("give a file that `klever snapshot` wrote"))
}

/// Where a file is not what it should be.
pub(super) fn broken(path: &Path, error: &SnapshotError) -> Failure {
    let place = match error.line {
        Some(line) => format!("{}:{line}", path.display()),
        None => path.display().to_string(),
    };
    Failure::usage(format!("{place}: {error}"))
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

/// The cluster that the arguments name, read once, if they name one.
#[cfg(feature = "live")]
pub(super) fn connected(args: &ConnectArgs) -> Result<Option<Cluster>, Failure> {
    let Some(spec) = connection(args)? else { return Ok(None) };
    let client = Client::connect(&spec).map_err(unreachable)?;
    let cluster = client.snapshot(&SnapshotRequest::everything()).map_err(unreachable)?;
    Ok(Some(Arc::unwrap_or_clone(cluster)))
}

#[cfg(not(feature = "live"))]
fn connected(_: &ConnectArgs) -> Result<Option<Cluster>, Failure> {
    Ok(None)
}

/// The connection that the arguments name, if they name one.
#[cfg(feature = "live")]
pub(super) fn connection(args: &ConnectArgs) -> Result<Option<ConnectionSpec>, Failure> {
    let named = named_cluster(args)?;
    let ConnectArgs { bootstrap, properties, overrides, map, transport, cluster: _ } = args;
    let bootstrap = named.as_ref().map_or(bootstrap, |named| &named.bootstrap);
    let properties = properties.as_ref().or(named.as_ref().and_then(|named| named.properties.as_ref()));
    if bootstrap.is_none()
        && properties.is_none()
        && overrides.is_empty()
        && map.is_empty()
        && transport.is_none()
    {
        return Ok(None);
    }
    // Once: what stands behind the path may be a pipe.
    let text = properties.map(|path| output::read_properties(path)).transpose()?;
    let name = properties.map(|path| path.display().to_string());
    let file = name.as_deref().zip(text.as_deref());
    if let Some(path) = properties.filter(|_| text.as_deref().is_some_and(holds_secret)) {
        output::warn_of_readers(path);
    }
    let spec = ConnectionSpec::from_parts(bootstrap.as_deref(), file, overrides).map_err(refused)?;
    // What the command line maps, the user's file does not.
    let of_file = named.as_ref().filter(|_| map.is_empty()).map(|named| named.map.as_slice());
    let spec = spec.with_map(of_file.unwrap_or(map)).map_err(refused)?;
    Ok(Some(spec.with_transport(transport.map(transport_named))))
}

/// The cluster of the user's settings that the arguments name, if they name one. What has a colon is an address.
#[cfg(feature = "live")]
pub(super) fn named_cluster(args: &ConnectArgs) -> Result<Option<NamedCluster>, Failure> {
    let by_address = args.bootstrap.as_deref().filter(|name| !name.contains([':', ',']));
    let Some(name) = args.cluster.as_deref().or(by_address) else { return Ok(None) };
    let clusters = user_settings::file()?.map_or_else(Vec::new, |file| file.clusters);
    let found = clusters.iter().find(|cluster| cluster.name == name).cloned();
    if found.is_some() || args.cluster.is_none() {
        return Ok(found);
    }
    let known: Vec<&str> = clusters.iter().map(|cluster| cluster.name.as_str()).collect();
    let hint = match known.as_slice() {
        [] => "your settings name no cluster; `klever settings --sample` shows how".into(),
        known => format!("your settings name {}", known.join(", ")),
    };
    Err(Failure::usage(format!("your settings have no cluster `{name}`")).hint(hint))
}

#[cfg(feature = "live")]
fn transport_named(choice: TransportChoice) -> Transport {
    match choice {
        TransportChoice::Wire => Transport::Wire,
        TransportChoice::Librdkafka => Transport::Librdkafka,
    }
}

/// Whether a text of properties has a secret in it; what is wrong with the text is said by who needs it.
#[cfg(feature = "live")]
fn holds_secret(text: &str) -> bool {
    let properties = parse_properties(text).unwrap_or_default();
    properties.iter().any(|property| is_secret_key(&property.key, None) && !property.value.trim().is_empty())
}

/// For commands that only a real cluster makes sense for.
#[cfg(feature = "live")]
pub(super) fn no_address() -> Failure {
    Failure::usage("no cluster was named").hint("give -b HOST:PORT")
}

/// Properties that are wrong, or that the client library refuses.
#[cfg(feature = "live")]
pub(super) fn refused(error: ConnectError) -> Failure {
    Failure { hint: error.hint, ..Failure::usage(error.message) }
}

#[cfg(feature = "live")]
pub(super) fn unreachable(error: ConnectError) -> Failure {
    if error.of_properties {
        return refused(error);
    }
    Failure { hint: error.hint, ..Failure::blind(error.message) }
}

/// No cluster at all, to judge client files alone: everything about it is not asked for.
pub(super) fn nothing() -> Cluster {
    Cluster {
        taken_at: 0,
        id: Datum::not_asked(),
        version: Datum::not_asked(),
        features: Features { elr: Datum::not_asked(), metadata_level: Datum::not_asked() },
        quorum: Datum::not_asked(),
        brokers: [].into(),
        topics: [].into(),
        partitions: Partitions::default(),
        groups: Datum::not_asked(),
        groups_complete: Datum::not_asked(),
        open_transactions: [].into(),
        assumed: Arc::new(Assumptions::defaults(KafkaVersion::REFERENCE)),
    }
}
