//! Records one by one: tries, what becomes of a record that fails at each of them, commits between records.

use crate::model::{Nanos, OnPoison, PartitionIx};
use crate::protocol::consumer::application::{ThreadState, report_processed};
use crate::protocol::consumer::fetcher::PolledRecords;
use crate::protocol::consumer::worker::Worker;
use crate::protocol::consumer::{CommitStrategy, Consumer, ConsumerOutput};
use crate::protocol::group::PartitionOffset;
use crate::protocol::wire::Offset;

impl Consumer {
    /// From the next poll on each record is tried by itself.
    pub(crate) fn process_one_by_one(&mut self) {
        self.settings.work.one_by_one = true;
    }

    /// Records that `poll()` returned and that are not settled: how many from which offset.
    pub(crate) fn in_hand(&self) -> impl Iterator<Item = (PartitionIx, Offset, u32)> + '_ {
        self.app.work.iter().map(|taken| (taken.partition, taken.offset, taken.records.count))
    }

    /// Offsets that were fetched and that `poll()` has not returned yet.
    pub(crate) fn buffered(&self) -> impl Iterator<Item = (PartitionIx, Offset, u32)> + '_ {
        self.owned.iter().flat_map(|owned| {
            let held = owned.buffered.iter();
            held.map(|held| (owned.partition, held.offset, held.records.count))
        })
    }

    /// Goes on with the records in hand; `true` when something moved.
    pub(super) fn work_on(&mut self, now: Nanos, out: &mut Vec<ConsumerOutput>) -> bool {
        let works = match self.app.thread {
            ThreadState::Working => true,
            ThreadState::Polling => self.settings.work.worker_pool,
            _ => false,
        };
        match (self.app.worker, self.app.work.front().copied()) {
            (Worker::Idle, Some(first)) if works => {
                self.attempt(first, 1, out);
                true
            }
            (Worker::Resting { nth, until }, Some(first)) if until <= now => {
                self.attempt(first, nth, out);
                true
            }
            (Worker::Idle, None) if self.app.thread == ThreadState::Working => {
                self.processed(now, out);
                true
            }
            _ => false,
        }
    }

    fn attempt(&mut self, first: PolledRecords, nth: u32, out: &mut Vec<ConsumerOutput>) {
        self.app.worker = Worker::Trying { nth };
        let PolledRecords { partition, offset, records: record, .. } = first.first();
        out.push(ConsumerOutput::Attempt { partition, offset, record, nth });
    }

    /// The driver says what came of a try. A late answer, after a close, finds nobody waiting.
    pub(super) fn attempted(&mut self, now: Nanos, done: bool, out: &mut Vec<ConsumerOutput>) {
        let (Worker::Trying { nth }, Some(first)) = (self.app.worker, self.app.work.front().copied()) else {
            return;
        };
        let work = self.settings.work;
        if done {
            report_processed(first.first(), out);
            self.next_record(now, out);
        } else if nth < work.attempts || work.on_poison == OnPoison::Retry {
            let until = now.saturating_add(work.retry_pause);
            self.app.worker = Worker::Resting { nth: nth.saturating_add(1), until };
        } else {
            self.give_up(now, first, out);
        }
    }

    fn give_up(&mut self, now: Nanos, first: PolledRecords, out: &mut Vec<ConsumerOutput>) {
        let PolledRecords { partition, offset, records: record, .. } = first.first();
        let answer = self.settings.work.on_poison;
        out.push(ConsumerOutput::GaveUp { partition, offset, record, answer });
        match answer {
            OnPoison::DeadLetter | OnPoison::RetryTopic => self.app.worker = Worker::HandingOver,
            OnPoison::Skip => self.next_record(now, out),
            OnPoison::Crash | OnPoison::Retry => self.app.end(),
        }
    }

    pub(super) fn handed_over(&mut self, now: Nanos, out: &mut Vec<ConsumerOutput>) {
        if self.app.worker == Worker::HandingOver {
            self.next_record(now, out);
        }
    }

    /// The first record in hand is settled.
    fn next_record(&mut self, now: Nanos, out: &mut Vec<ConsumerOutput>) {
        self.app.worker = Worker::Idle;
        let Some(first) = self.app.work.pop_front() else { return };
        if first.records.count > 1 {
            self.app.work.push_front(first.after(1));
        }
        if self.app.thread == ThreadState::Working {
            self.commit_between(now, first, out);
        }
    }

    /// What is committed between two records, if anything. Who was thrown out meanwhile stops here: others have these
    /// records by now.
    fn commit_between(&mut self, now: Nanos, settled: PolledRecords, out: &mut Vec<ConsumerOutput>) {
        let PolledRecords { partition, offset, epoch: leader_epoch, .. } = settled;
        let offset = PartitionOffset { partition, offset: offset + 1, leader_epoch };
        let waits = match self.settings.work.commit {
            CommitStrategy::EachRecord => self.commit_sync_of(now, offset, out),
            CommitStrategy::EachRecordPolled => self.commit_sync(now, out),
            _ => return,
        };
        self.app.thread = ThreadState::Committing;
        if !waits {
            self.commit_returned(now, false, out);
        }
    }
}
