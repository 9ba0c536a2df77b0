//! The build without librdkafka: says so where it is asked for.

use crate::kafka::reads::{CallResult, ReadAnswer, ReadKind, ReadTargets};
use crate::kafka::{ConnectError, ConnectionSpec};
use std::time::Duration;
use tokio::sync::watch;

/// Why a property of librdkafka's own does not take a value. Nothing here uses it: what is plainly wrong is told.
pub(super) fn refused_value(name: &str, value: &str) -> Option<String> {
    let is_number = [".ms", ".ttl", ".bytes"].iter().any(|end| name.ends_with(end));
    let fits = !is_number || value.trim().parse::<u32>().is_ok();
    (!fits).then(|| "its value is not a whole number from 0".into())
}

/// There is none.
pub(super) enum Process {}

impl Process {
    pub(super) fn open(_: &ConnectionSpec) -> Result<Process, ConnectError> {
        Err(ConnectError::new("this klever was built without librdkafka")
            .with_hint("build it with the feature `librdkafka`"))
    }

    pub(super) fn ends(&self) -> watch::Receiver<Option<String>> {
        match *self {}
    }

    pub(super) async fn read(&self, _: ReadKind, _: &ReadTargets, _: Duration) -> CallResult<ReadAnswer> {
        match *self {}
    }
}
