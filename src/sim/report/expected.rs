//! What a run's expectations are held against.

use crate::scenario::{Counter, Expect, GroupCounter};
use crate::sim::report::{PartitionReport, RunReport};

impl RunReport {
    /// What an expectation is about.
    pub fn expected(&self, expect: &Expect) -> Option<i64> {
        match expect.counter {
            Counter::OfGroups(counter) => self.group_counter(counter, expect.group.as_deref()),
            Counter::Lag if expect.group.is_some() => {
                let of_group = self.groups.iter().find(|one| Some(&one.group) == expect.group.as_ref())?;
                of_group.lag.map(|lag| lag as i64)
            }
            _ => self.counter(&expect.counter, expect.partition.as_deref()),
        }
    }

    /// A counter of one group, or of all together; `None` where nobody counted it, or there is no such group.
    fn group_counter(&self, counter: GroupCounter, group: Option<&str>) -> Option<i64> {
        let mut meant =
            self.groups.iter().filter(|one| group.is_none_or(|name| one.group == name)).peekable();
        meant.peek()?;
        meant.map(|one| one.counter(counter)).sum::<Option<u64>>().map(|sum| sum as i64)
    }

    /// A counter of the whole run or of one partition, as the expectations name it.
    pub fn counter(&self, counter: &Counter, partition: Option<&str>) -> Option<i64> {
        let of = match partition {
            Some(name) => Some(self.partitions.iter().find(|part| part.partition == name)?),
            None => None,
        };
        let number = match counter {
            Counter::Bytes => match of {
                Some(part) => part.bytes?,
                None => self.partitions.iter().map(|part| part.bytes).sum::<Option<u64>>()?,
            },
            Counter::Lag => match of {
                Some(part) => part.lag?,
                None if self.groups.is_empty() => return None,
                None => self.groups.iter().map(|group| group.lag).sum::<Option<u64>>()?,
            },
            Counter::LargestSharePercent => return self.largest_share_percent(of),
            Counter::Leader => return Some(i64::from(of?.leader.unwrap_or(-1))),
            Counter::Isr => of?.isr.len() as u64,
            Counter::OfGroups(counter) => return self.group_counter(*counter, None),
            Counter::Error(code) => self.errors.get(code.as_str()).copied().unwrap_or(0),
            _ => return of.map_or(&self.counters, |part| &part.counters).counter(counter),
        };
        Some(number as i64)
    }

    fn largest_share_percent(&self, of: Option<&PartitionReport>) -> Option<i64> {
        if of.is_some() {
            return None;
        }
        let shares = self.skew.iter().filter(|skew| skew.records.share > 0.0);
        // The share is in whole thousandths, which floats hold only nearly.
        shares.map(|skew| (skew.records.share * 1000.0).round() as i64 / 10).max()
    }
}
