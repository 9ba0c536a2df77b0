//! The Java consumer, classic group protocol: fetching, positions, poll loop, commits (kafka.md#consumer-positions).
//!
//! A consumer subscribes to one topic and runs one poll loop: `poll()`, process, commit. It reads up to the
//! high watermark, or with `read_committed` up to the last stable offset and without what was aborted; cooperative
//! rebalances and KIP-848 are not modelled.
//! A crash is no input: [`Consumer::crash`] tells what was processed by then, and the driver drops it.

mod application;
mod commit;
mod coordinator;
mod fetcher;
mod io;
mod membership;
mod positions;
mod records;
mod settings;
mod worker;

pub(crate) use io::{ConsumerError, ConsumerFetch, ConsumerInput, ConsumerOutput};
pub(crate) use settings::{CommitStrategy, ConsumerSettings, ConsumerWork, OffsetReset};

use crate::model::{BrokerId, Nanos};
use crate::protocol::client::MetadataRefresh;
use crate::protocol::messages::PartitionLeader;

/// A consumer. Step it with inputs in the order of time.
#[derive(Clone, Debug)]
pub(crate) struct Consumer {
    settings: ConsumerSettings,
    leaders: Vec<PartitionLeader>,
    /// Where in `leaders` a partition is.
    places: Vec<u32>,
    metadata: MetadataRefresh,
    owned: Vec<positions::OwnedPartition>,
    /// Whether a partition may wait for an answer, or rest after an error.
    positions_pending: bool,
    /// Who leads the owned partitions.
    leading: Vec<BrokerId>,
    fetches: Vec<fetcher::InFlightFetch>,
    /// Brokers that could not be reached or that throttle, and until when they are left alone.
    backing_off: Vec<(BrokerId, Nanos)>,
    next_fetch: u64,
    /// Where the next `poll()` starts to look, so that all partitions get their turn.
    next_owned: usize,
    membership: membership::Membership,
    calls: coordinator::CoordinatorCalls,
    app: application::Application,
    next_auto_commit: Nanos,
    wake_at: Nanos,
}

impl Consumer {
    /// A consumer that has not started yet.
    pub(crate) fn new(settings: ConsumerSettings) -> Self {
        Consumer {
            leaders: Vec::new(),
            places: Vec::new(),
            metadata: MetadataRefresh::new(),
            owned: Vec::new(),
            positions_pending: false,
            leading: Vec::new(),
            fetches: Vec::new(),
            backing_off: Vec::new(),
            next_fetch: 0,
            next_owned: 0,
            membership: membership::Membership::new(),
            calls: coordinator::CoordinatorCalls::default(),
            app: application::Application::new(),
            next_auto_commit: Nanos::MAX,
            wake_at: Nanos::MAX,
            settings,
        }
    }

    /// Takes one input and pushes what follows from it. `now` never goes back.
    pub(crate) fn step(&mut self, now: Nanos, input: ConsumerInput<'_>, out: &mut Vec<ConsumerOutput>) {
        if self.wake_at <= now {
            self.wake_at = Nanos::MAX;
        }
        self.positions_pending |= !matches!(
            input,
            ConsumerInput::Wake
                | ConsumerInput::Fetched { .. }
                | ConsumerInput::Attempted { .. }
                | ConsumerInput::Throttled { .. }
        );
        match input {
            ConsumerInput::Start => self.start(now),
            ConsumerInput::Close => self.close(now, out),
            ConsumerInput::Metadata(leaders) => self.learn_metadata(now, Some(leaders)),
            ConsumerInput::MetadataFailed => self.learn_metadata(now, None),
            ConsumerInput::Fetched { request, results } => self.fetched(now, request, results, out),
            ConsumerInput::Disconnected { broker } => self.disconnected(now, broker),
            ConsumerInput::Throttled { broker, throttle } => self.throttled(now, broker, throttle),
            ConsumerInput::ListedOffset { partition, error, offset } => {
                self.listed(now, partition, error, offset, out);
            }
            ConsumerInput::EndOfEpoch { partition, error, end } => {
                self.validated(now, partition, error, end, out);
            }
            ConsumerInput::Coordinator { correlation, reply } => self.replied(now, correlation, reply, out),
            ConsumerInput::CoordinatorFailed { correlation, error } => {
                self.call_failed(now, correlation, error, out);
            }
            ConsumerInput::Attempted { done } => self.attempted(now, done, out),
            ConsumerInput::HandedOver => self.handed_over(now, out),
            ConsumerInput::Wake => {}
        }
        self.advance(now, out);
    }

    fn advance(&mut self, now: Nanos, out: &mut Vec<ConsumerOutput>) {
        if self.app.is_over() {
            return;
        }
        self.time_out_calls(now, out);
        self.time_out_fetches(now, out);
        self.send_heartbeat_if_due(now, out);
        self.run_application(now, out);
        if self.positions_pending {
            self.resolve_positions(now, out);
        }
        self.send_fetches(now, out);
        if self.metadata.start_if_due(now) {
            out.push(ConsumerOutput::WantMetadata);
        }
        self.settle();
        self.ask_to_wake(now, out);
    }

    fn ask_to_wake(&mut self, now: Nanos, out: &mut Vec<ConsumerOutput>) {
        let due = [
            self.metadata.due(),
            self.app_due(),
            self.heartbeat_due(),
            self.calls_due(),
            self.fetcher_due(),
            self.positions_due(now),
        ];
        // What was due and could not be done waits for something else to happen.
        let next = due.into_iter().filter(|due| *due > now).min().unwrap_or(Nanos::MAX);
        if next < self.wake_at && !self.app.is_over() {
            self.wake_at = next;
            out.push(ConsumerOutput::Wake(next));
        }
    }

    /// The process dies: what of the records in hand was processed by now is told, the rest never was.
    pub(crate) fn crash(&mut self, now: Nanos, out: &mut Vec<ConsumerOutput>) {
        self.stop_processing(now, out);
        self.app.end();
    }

    /// Whether it is given records of committed transactions only.
    pub(crate) fn reads_committed(&self) -> bool {
        self.settings.read_committed
    }

    /// The generation it belongs to, while it is a member.
    pub(crate) fn generation(&self) -> Option<i32> {
        self.membership.identity().map(|(_, generation)| generation)
    }

    /// How busy a broker is for this consumer: fetches without an answer, or as busy as can be when the
    /// connection was just lost (`NetworkClient.leastLoadedNode`).
    pub(crate) fn load(&self, broker: BrokerId) -> usize {
        let backing_off = self.backing_off.iter().any(|(other, _)| *other == broker);
        if backing_off { usize::MAX } else { self.fetches_to(broker) }
    }

    /// Partitions it owns with their positions: the next offset that `poll()` returns, if known.
    pub(crate) fn positions(
        &self,
    ) -> impl Iterator<Item = (crate::model::PartitionIx, Option<crate::protocol::wire::Offset>)> + '_ {
        self.owned.iter().map(|owned| (owned.partition, owned.position))
    }
}

#[cfg(test)]
mod tests;
