//! Commands that read a real cluster.

use crate::cli::args::{AclArgs, ConnectArgs, SnapshotArgs};
use crate::cli::{Failure, output, source};
use crate::kafka::{Client, ConnectError, ConnectionSpec, Request};
use crate::model::Cluster;
use crate::report::{clean, write_snapshot};
use std::process::ExitCode;
use std::sync::Arc;

/// The connection that the arguments name, if they name one. Never says a property's value.
pub(super) fn spec(args: &ConnectArgs) -> Result<Option<ConnectionSpec>, Failure> {
    if args.bootstrap.is_none() && args.properties.is_none() && args.overrides.is_empty() {
        return Ok(None);
    }
    let spec = ConnectionSpec::from_arguments(
        args.bootstrap.as_deref(),
        args.properties.as_deref(),
        &args.overrides,
    );
    spec.map(Some).map_err(|error| of(Failure::usage, error))
}

/// A connection that the client library refuses.
pub(super) fn refused(error: ConnectError) -> Failure {
    of(Failure::usage, error)
}

/// The cluster that the arguments name, if they name one.
pub(super) fn read(args: &ConnectArgs) -> Result<Option<Cluster>, Failure> {
    let Some(spec) = spec(args)? else { return Ok(None) };
    let client = Client::connect(&spec).map_err(|error| of(Failure::blind, error))?;
    let cluster = client.snapshot(&Request::everything()).map_err(|error| of(Failure::blind, error))?;
    Ok(Some(Arc::unwrap_or_clone(cluster)))
}

fn of(kind: fn(String) -> Failure, error: ConnectError) -> Failure {
    Failure { hint: error.hint, ..kind(error.message) }
}

/// `klever snapshot`
pub(super) fn snapshot(args: &SnapshotArgs) -> Result<ExitCode, Failure> {
    let cluster = read(&args.connect)?
        .ok_or_else(|| Failure::usage("no cluster was named").hint("give -b HOST:PORT"))?;
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

/// What each part of a cluster needs: the operation, the kind of resource, and what is unknown without it.
const ACLS: [(&str, &str, &str); 5] = [
    ("Describe", "--topic '*'", "topics, partitions, offsets; without it the topic is not there"),
    ("DescribeConfigs", "--topic '*'", "topic configurations"),
    ("Describe", "--cluster", "the controller quorum and groups"),
    ("DescribeConfigs", "--cluster", "broker configurations, and with them the version"),
    ("Describe", "--group '*'", "group members and committed offsets"),
];

/// `klever acl`
pub(super) fn acl(args: &AclArgs) -> Result<ExitCode, Failure> {
    let principal = clean(&args.principal).replace('\'', "");
    let mut text = String::from(
        "# The least that klever needs. It reads only; every line that is missing makes a part unknown.\n",
    );
    for (operation, resource, gives) in ACLS {
        text.push_str(&format!(
            "# {gives}\nkafka-acls.sh --bootstrap-server \"$BOOTSTRAP\" --add \\\n  --allow-principal '{principal}' --operation {operation} {resource}\n"
        ));
    }
    output::write(&text)?;
    Ok(ExitCode::SUCCESS)
}
