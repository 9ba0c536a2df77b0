//! The logs of the selected partition, kept until something about them changes.

use crate::app::{App, Level, Pane};
use crate::model::{Cluster, PartitionIx, plural};
use crate::report::{PartitionLogs, partition_logs};
use std::sync::Arc;

/// The logs as they are shown, and of what.
pub(super) struct ShownLogs {
    logs: Option<PartitionLogs>,
    of: Option<(u32, Arc<Cluster>, bool)>,
    /// Whether a partition that has lost records is shown as it was when it lost the first.
    at_loss: bool,
}

impl Default for ShownLogs {
    fn default() -> Self {
        ShownLogs { logs: None, of: None, at_loss: true }
    }
}

impl App {
    /// The logs of the selected partition.
    pub fn logs(&self) -> Option<&PartitionLogs> {
        self.logs.logs.as_ref()
    }

    /// Shows a partition that has lost records as it was then, or as it is now.
    pub(super) fn switch_log_moment(&mut self) {
        self.logs.at_loss = !self.logs.at_loss;
    }

    /// Whether partitions that have lost records are shown as they were then.
    pub(super) fn logs_at_loss(&self) -> bool {
        self.logs.at_loss
    }

    /// Follows the selection and the cluster.
    pub(super) fn refresh_logs(&mut self) {
        let at_loss = self.logs.at_loss;
        let of = self.selected_item(Pane::Partitions).zip(self.cluster().cloned());
        let of = of.map(|(item, cluster)| (item, cluster, at_loss));
        let same = match (&of, &self.logs.of) {
            (Some(now), Some(before)) => {
                (now.0, now.2) == (before.0, before.2) && Arc::ptr_eq(&now.1, &before.1)
            }
            (None, None) => true,
            _ => false,
        };
        if same {
            return;
        }
        let detail = self.detail.as_deref();
        let logs_of = |(item, cluster, at_loss): &(u32, Arc<Cluster>, bool)| {
            let there = (*item as usize) < cluster.partitions.len();
            there.then(|| partition_logs(cluster, detail, PartitionIx(*item), *at_loss))
        };
        self.logs.logs = of.as_ref().and_then(logs_of);
        self.logs.of = of;
        self.refresh_rows([Pane::Log].into_iter());
    }

    /// The first acknowledged records are lost: their partition is selected, unless the user is among the
    /// partitions, and the screen says where to look.
    pub(super) fn point_at_loss(&mut self) {
        let records = self.detail.as_ref().map(|detail| detail.records.clone()).unwrap_or_default();
        let first = records.iter().position(|records| records.lost > 0);
        let row =
            first.and_then(|at| self.items(Pane::Partitions).iter().position(|item| *item as usize == at));
        if let Some(row) = row.filter(|_| self.focus != Pane::Partitions) {
            self.lists[Pane::Partitions as usize].select(row);
        }
        if self.focus != Pane::Warnings {
            // The warning that tells of it stands first.
            self.lists[Pane::Warnings as usize].select(0);
        }
        let lost = plural(self.refuted.lost as usize, "acknowledged record");
        let key = Pane::Log.digit();
        self.notify(Level::Bad, format!("LOST {lost}: {key} shows the logs"));
    }
}
