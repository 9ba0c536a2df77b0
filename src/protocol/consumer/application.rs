//! The application around the consumer: poll, process, commit, for ever.

use crate::model::{ClientStep, Nanos};
use crate::protocol::consumer::commit::CommitPurpose;
use crate::protocol::consumer::fetcher::PolledRecords;
use crate::protocol::consumer::worker::Worker;
use crate::protocol::consumer::{CommitStrategy, Consumer, ConsumerOutput};
use crate::protocol::group::PartitionOffset;
use crate::protocol::wire::RecordRange;
use std::collections::VecDeque;

/// What the application's thread does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum ThreadState {
    Idle,
    /// Inside `poll()`.
    Polling,
    /// Processes records until this time.
    Processing {
        until: Nanos,
    },
    /// Processes the records in hand one by one.
    Working,
    /// Inside `commitSync()`, before or after it processes.
    Committing,
    /// Inside `close()`.
    Closing,
    /// Closed, crashed, or an exception ended it.
    Over,
}

/// The application's thread and what it has in hand.
#[derive(Clone, Debug)]
pub(super) struct Application {
    pub(super) thread: ThreadState,
    /// When `poll()` was last called.
    last_poll: Nanos,
    /// Records to process, in order, and since when the first of them is worked on.
    pub(super) work: VecDeque<PolledRecords>,
    working_since: Nanos,
    /// Each record in hand is tried by itself ([`Worker`]); else they take their time.
    pub(super) one_by_one: bool,
    pub(super) worker: Worker,
    commits_again: Vec<(Nanos, CommitPurpose, Vec<PartitionOffset>)>,
}

impl Application {
    pub(super) fn new() -> Self {
        Application {
            thread: ThreadState::Idle,
            last_poll: 0,
            work: VecDeque::new(),
            working_since: 0,
            one_by_one: false,
            worker: Worker::Idle,
            commits_again: Vec::new(),
        }
    }

    pub(super) fn is_over(&self) -> bool {
        self.thread == ThreadState::Over
    }

    pub(super) fn end(&mut self) {
        self.thread = ThreadState::Over;
    }

    /// Whether fetches may go out: the loop runs.
    pub(super) fn polls(&self) -> bool {
        !matches!(self.thread, ThreadState::Idle | ThreadState::Closing | ThreadState::Over)
    }

    /// Whether the last `poll()` is too long ago.
    pub(super) fn polled_before(&self, now: Nanos, max_poll_interval: Nanos) -> bool {
        self.poll_deadline(max_poll_interval) <= now
    }

    /// When the last `poll()` will be too long ago; never while the thread is inside it.
    pub(super) fn poll_deadline(&self, max_poll_interval: Nanos) -> Nanos {
        match self.thread {
            ThreadState::Processing { .. } | ThreadState::Working | ThreadState::Committing => {
                self.last_poll.saturating_add(max_poll_interval)
            }
            _ => Nanos::MAX,
        }
    }

    pub(super) fn retry_commit_at(
        &mut self,
        at: Nanos,
        purpose: CommitPurpose,
        offsets: Vec<PartitionOffset>,
    ) {
        self.commits_again.push((at, purpose, offsets));
    }

    pub(super) fn due_commit(&mut self, now: Nanos) -> Option<(CommitPurpose, Vec<PartitionOffset>)> {
        let at = self.commits_again.iter().position(|(at, _, _)| *at <= now)?;
        let (_, purpose, offsets) = self.commits_again.remove(at);
        Some((purpose, offsets))
    }

    /// How long the work in hand takes.
    fn work_time(&self, per_record: Nanos) -> Nanos {
        let records: u64 = self.work.iter().map(|taken| u64::from(taken.records.count)).sum();
        records.saturating_mul(per_record)
    }
}

impl Consumer {
    pub(super) fn start(&mut self, now: Nanos) {
        if self.app.thread == ThreadState::Idle {
            self.app.thread = ThreadState::Polling;
            self.app.last_poll = now;
        }
    }

    /// Lets the application's thread go on as far as it can at this instant.
    pub(super) fn run_application(&mut self, now: Nanos, out: &mut Vec<ConsumerOutput>) {
        self.retry_commits(now, out);
        self.finish_work(now, out);
        loop {
            let moved = match self.app.thread {
                ThreadState::Polling => self.poll(now, out),
                ThreadState::Processing { until } if until <= now => {
                    self.processed(now, out);
                    true
                }
                _ => false,
            };
            let worked = self.app.one_by_one && self.work_on(now, out);
            if !moved && !worked {
                return;
            }
        }
    }

    /// One look of `poll()`: group, auto-commit, then records; `true` when it returned some.
    fn poll(&mut self, now: Nanos, out: &mut Vec<ConsumerOutput>) -> bool {
        self.app.last_poll = now;
        if !self.ensure_active(now, out) {
            return false;
        }
        self.auto_commit(now, out);
        let taken = self.take_records(out);
        if taken.is_empty() {
            return false;
        }
        if self.app.work.is_empty() {
            self.app.working_since = now;
        }
        self.app.work.extend(taken);
        if self.settings.work.worker_pool && self.settings.work.one_by_one {
            self.go_on_one_by_one(now, out);
        }
        match self.settings.work.commit {
            _ if self.settings.work.worker_pool => {}
            CommitStrategy::BeforeProcessing => {
                self.app.thread = ThreadState::Committing;
                if !self.commit_sync(now, out) {
                    self.commit_returned(now, false, out);
                }
            }
            _ => self.process(now),
        }
        true
    }

    fn process(&mut self, now: Nanos) {
        self.app.working_since = now;
        self.app.one_by_one = self.settings.work.one_by_one;
        if self.app.one_by_one {
            self.app.thread = ThreadState::Working;
            return;
        }
        let time = self.app.work_time(self.settings.work.per_record);
        self.app.thread = ThreadState::Processing { until: now.saturating_add(time) };
    }

    /// All records in hand are processed.
    pub(super) fn processed(&mut self, now: Nanos, out: &mut Vec<ConsumerOutput>) {
        self.finish_work(now, out);
        self.app.thread = ThreadState::Polling;
        match self.settings.work.commit {
            CommitStrategy::AfterProcessing => {
                self.app.thread = ThreadState::Committing;
                if !self.commit_sync(now, out) {
                    self.app.thread = ThreadState::Polling;
                }
            }
            CommitStrategy::AsyncAfterProcessing { retry } => self.commit_async(now, retry, out),
            CommitStrategy::Auto
            | CommitStrategy::BeforeProcessing
            | CommitStrategy::EachRecord
            | CommitStrategy::EachRecordPolled
            | CommitStrategy::Never => {}
        }
    }

    /// `commitSync()` returned or threw. Who commits first and could not, does not process: another member
    /// will be given these records.
    pub(super) fn commit_returned(&mut self, now: Nanos, done: bool, _out: &mut Vec<ConsumerOutput>) {
        if self.app.thread != ThreadState::Committing {
            return;
        }
        match self.settings.work.commit {
            CommitStrategy::BeforeProcessing if done => self.process(now),
            commit if commit.is_between_records() && done && !self.app.work.is_empty() => {
                self.app.thread = ThreadState::Working;
            }
            CommitStrategy::BeforeProcessing
            | CommitStrategy::EachRecord
            | CommitStrategy::EachRecordPolled => {
                self.app.work.clear();
                self.app.thread = ThreadState::Polling;
            }
            _ => self.app.thread = ThreadState::Polling,
        }
    }

    /// Tells of the work that is done by now, whole ranges only.
    fn finish_work(&mut self, now: Nanos, out: &mut Vec<ConsumerOutput>) {
        if self.app.thread == ThreadState::Committing || self.app.one_by_one {
            return;
        }
        while let Some(first) = self.app.work.front().copied() {
            let time = u64::from(first.records.count).saturating_mul(self.settings.work.per_record);
            let done_at = self.app.working_since.saturating_add(time);
            if done_at > now {
                return;
            }
            self.app.working_since = done_at;
            self.app.work.pop_front();
            report_processed(first, out);
        }
    }

    /// Work stops in the middle: what is done by now is told, the rest is never done.
    pub(super) fn stop_processing(&mut self, now: Nanos, out: &mut Vec<ConsumerOutput>) {
        self.tell_half_done(now, out);
        self.app.work.clear();
        self.app.worker = Worker::Idle;
    }

    /// From now on the records in hand are tried one by one; what is done of them by now is told.
    fn go_on_one_by_one(&mut self, now: Nanos, out: &mut Vec<ConsumerOutput>) {
        self.tell_half_done(now, out);
        self.app.one_by_one = true;
    }

    /// Tells of the work that is done by now and takes it out of the hand.
    fn tell_half_done(&mut self, now: Nanos, out: &mut Vec<ConsumerOutput>) {
        self.finish_work(now, out);
        let works = self.app.thread != ThreadState::Committing && !self.app.one_by_one;
        let first = self.app.work.front_mut().filter(|_| works);
        if let (Some(first), per_record @ 1..) = (first, self.settings.work.per_record) {
            let done = (now.saturating_sub(self.app.working_since) / per_record) as u32;
            let whole = *first;
            *first = whole.after(done.min(whole.records.count));
            let records = RecordRange { count: whole.records.count - first.records.count, ..whole.records };
            self.app.working_since += u64::from(records.count) * per_record;
            report_processed(PolledRecords { records, ..whole }, out);
        }
    }

    /// `close()`: auto-commit the positions, processed or not, then leave the group.
    pub(super) fn close(&mut self, now: Nanos, out: &mut Vec<ConsumerOutput>) {
        if matches!(self.app.thread, ThreadState::Closing | ThreadState::Over) {
            return;
        }
        self.stop_processing(now, out);
        self.app.thread = ThreadState::Closing;
        self.app.commits_again.clear();
        if self.membership.identity().is_none() || !self.commit_on_close(now, out) {
            self.finish_close(now, out);
        }
    }

    pub(super) fn finish_close(&mut self, now: Nanos, out: &mut Vec<ConsumerOutput>) {
        self.leave_group(now, out);
        self.app.thread = ThreadState::Over;
        out.push(ConsumerOutput::Closed);
    }

    /// Where the application's loop stands. Records of a worker pool are processed while the loop polls.
    pub(crate) fn steps(&self) -> Vec<ClientStep> {
        let works = !self.app.work.is_empty();
        let loop_step = match self.app.thread {
            ThreadState::Idle | ThreadState::Closing | ThreadState::Over => None,
            ThreadState::Polling if self.membership.is_stable() => Some(ClientStep::Poll),
            ThreadState::Polling => Some(ClientStep::Join),
            ThreadState::Processing { .. } => Some(ClientStep::Process),
            ThreadState::Working => Some(self.app.worker.step()),
            ThreadState::Committing => Some(ClientStep::Commit),
        };
        let pool = works && self.app.thread == ThreadState::Polling && self.settings.work.worker_pool;
        loop_step.into_iter().chain(pool.then(|| self.app.worker.step())).collect()
    }

    pub(super) fn app_due(&self) -> Nanos {
        let again = self.app.commits_again.iter().map(|(at, _, _)| *at).min().unwrap_or(Nanos::MAX);
        let auto = self.settings.work.commit == CommitStrategy::Auto && self.membership.is_stable();
        let thread = match self.app.thread {
            ThreadState::Processing { until } => until,
            ThreadState::Polling if auto => self.next_auto_commit,
            _ => Nanos::MAX,
        };
        let pool = match self.app.work.front() {
            _ if self.app.one_by_one => self.app.worker.due(),
            Some(first) if self.settings.work.worker_pool => {
                let time = u64::from(first.records.count).saturating_mul(self.settings.work.per_record);
                self.app.working_since.saturating_add(time)
            }
            _ => Nanos::MAX,
        };
        again.min(thread).min(pool)
    }
}

pub(super) fn report_processed(taken: PolledRecords, out: &mut Vec<ConsumerOutput>) {
    let PolledRecords { partition, offset, records, .. } = taken;
    if records.count > 0 {
        out.push(ConsumerOutput::Processed { partition, offset, records });
    }
}
