//! What must be true of what groups do with their records: nothing is committed unprocessed, poison has its one end.

use super::{Auditor, catalogue};
use crate::sim::observed::Observed;

impl Auditor {
    /// Commits and poison records of all groups.
    pub(super) fn processing_is_sound(&mut self, world: &Observed<'_>) {
        for group in 0..world.scenario.groups.len() as u32 {
            self.commits_are_processed(world, group);
            self.poison_is_answered(world, group);
        }
    }

    fn commits_are_processed(&mut self, world: &Observed<'_>, group: u32) {
        let spec = &world.scenario.groups[group as usize];
        if !spec.commit.is_after_processing() || spec.worker_threads {
            return;
        }
        let host = world.clients.group(group);
        for (&ix, &committed) in &host.committed {
            let left = host.passed_over(ix, committed);
            if let Some((first, end)) = left.ranges().first() {
                let name = &spec.name;
                let detail =
                    format!("{name} committed {committed}, and nobody processed {first} to {}", end - 1);
                self.report(world, &catalogue::COMMITS_PROCESSED, Some(ix), detail);
            }
        }
    }

    fn poison_is_answered(&mut self, world: &Observed<'_>, group: u32) {
        let spec = &world.scenario.groups[group as usize];
        for (ix, poison) in world.clients.group(group).processing.poison_records() {
            let other = poison.ends.iter().find(|end| **end != spec.on_poison);
            let what = match other {
                _ if poison.processed => "counts as processed".to_string(),
                Some(end) => format!("ended as {}, not {}", end.word(), spec.on_poison.word()),
                None => continue,
            };
            let detail = format!("{}: the record at {} {what}", spec.name, poison.offset);
            self.report(world, &catalogue::POISON_ANSWERED, Some(ix), detail);
        }
    }
}
