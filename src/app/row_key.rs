//! What a row is about, whatever its place: the selection stays on it when rows come, go or move.

use std::sync::Arc;

/// A name, and a number where several rows share the name.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct RowKey {
    pub(super) name: Arc<str>,
    pub(super) number: i32,
}

impl RowKey {
    pub(super) fn named(name: impl Into<Arc<str>>) -> RowKey {
        RowKey { name: name.into(), number: 0 }
    }

    pub(super) fn numbered(name: impl Into<Arc<str>>, number: i32) -> RowKey {
        RowKey { name: name.into(), number }
    }
}
